use clade_domain::{RunId, UserId, WorkspaceId};
use clade_store::{RunFilter, RunStatus, RunSummary};

use crate::{EngineError, Hub};

impl Hub {
    /// Puts down what somebody started in a workspace and a server carries out, this one or another, and has no later server go on with it by itself.
    /// Gives the runs; `why` is what their rows say.
    ///
    /// # Errors
    /// The first one that could not be put down; the others are.
    pub async fn put_down_all_of(
        &self,
        workspace: &WorkspaceId,
        user: &UserId,
        why: &str,
    ) -> Result<Vec<RunId>, EngineError> {
        let wanted = RunFilter { workspace: Some(workspace.clone()), wanted: true, ..RunFilter::default() };
        let (mut down, mut failed) = (Vec::new(), None);
        for row in self.store.summaries(wanted).await?.into_iter().filter(|row| row.by == *user) {
            let done = match self.put_down(&row.run, Some(why.to_owned())).await {
                Err(EngineError::NotRunning { .. } | EngineError::Finished { .. }) => self.rest(&row.run, why).await,
                done => done,
            };
            match done {
                Ok(()) => down.push(row.run),
                Err(error) => drop(failed.get_or_insert(error)),
            }
        }
        failed.map_or(Ok(down), Err)
    }

    /// Has a run rest that waits for a server to go on with it.
    async fn rest(&self, run: &RunId, why: &str) -> Result<(), EngineError> {
        let _lock = self.store.lock(run.clone()).await?;
        let row = self.store.summary(run.to_string()).await?;
        let row = RunSummary { wanted: false, ..row };
        let row = match row.status {
            RunStatus::Running | RunStatus::Paused => {
                RunSummary { status: RunStatus::Paused, detail: why.to_owned(), ..row }
            }
            RunStatus::Failed | RunStatus::Finished => row,
        };
        Ok(self.store.put_summary(row).await?)
    }
}
