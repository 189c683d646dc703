use clade_domain::{RunId, RunMode};
use clade_store::{RunSummary, StoreError};
use reqwest::Method;
use serde::Deserialize;

use super::Client;
use crate::{failure::Failure, names::passed_over, output::Output};

/// A run, and whether it goes on in the server.
#[derive(Deserialize)]
struct View {
    run: RunSummary,
}

impl Client {
    /// The run that the user means: its name, a unique beginning of it, or `last`.
    ///
    /// # Errors
    /// Where there is none, or several.
    pub async fn find_run(&self, name: &str) -> Result<RunSummary, Failure> {
        let runs = ["workspaces", self.workspace.as_str(), "runs"];
        if name == "last" {
            let newest: Vec<RunSummary> = self.all(&runs, &[], 1).await?;
            return newest.into_iter().next().ok_or_else(|| StoreError::no_run(&name).into());
        }
        if name.parse::<RunId>().is_ok() {
            let response = self.request(Method::GET, self.url(&["runs", name], &[])).send().await;
            let response = response.map_err(|error| self.unreachable(&error))?;
            if response.status().is_success() {
                return Ok(self.read::<View>(response).await?.run);
            }
        }
        let like: Vec<RunSummary> = self.all(&runs, &[("text", name)], usize::MAX).await?;
        let mut like: Vec<RunSummary> = like.into_iter().filter(|row| row.run.as_str().starts_with(name)).collect();
        match (like.len(), like.pop()) {
            (1, Some(only)) => Ok(only),
            (0, _) | (_, None) => Err(StoreError::no_run(&name).into()),
            (_, Some(last)) => {
                let names = like.iter().chain([&last]).map(|row| row.run.as_str());
                Err(StoreError::ambiguous_run(name, names).into())
            }
        }
    }
    /// As [`Self::find_run`], where `last` is the last search: evaluations behind it are passed over. Where there are evaluations alone
    /// it is the last of those.
    ///
    /// # Errors
    /// As [`Self::find_run`].
    pub async fn find_search(&self, name: &str, output: Output) -> Result<RunSummary, Failure> {
        let row = self.find_run(name).await?;
        if name != "last" || row.mode == RunMode::Optimize {
            return Ok(row);
        }
        let runs = ["workspaces", self.workspace.as_str(), "runs"];
        let searches: Vec<RunSummary> = self.all(&runs, &[("filter", "mode=optimize")], 1).await?;
        let Some(search) = searches.into_iter().next() else { return Ok(row) };
        passed_over(&row, &search, output);
        Ok(search)
    }
}
