use std::{collections::BTreeMap, sync::Arc};

use clade_accounts::{Accounts, Vault};
use clade_domain::{ModelSpec, News, RunSpec, SandboxCeiling, SandboxSpec, UserId, WorkspaceId};
use clade_engine::{Budgets, CodeHere, Keys, Patron};
use clade_models::{Environment, HostNames, UnusualAddress, is_undercut, unusual_address};
use clade_store::RunSummary;
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::{place::Place, reach::Reach, webhooks::Outbox};

/// Gives runs the keys and budgets of their workspace.
#[derive(Clone)]
pub(crate) struct WorkspacePatron {
    pub accounts: Arc<Accounts>,
    pub vault: Arc<Vault>,
    /// The keys of the person at this machine; none where others come in too.
    pub environment: Option<Environment>,
    pub code: CodeHere,
    /// What code of others may use at most.
    pub most: SandboxCeiling,
    pub outbox: Outbox,
    pub sharing: Option<std::sync::Arc<clade_engine::Sharing>>,
    pub reach: Reach,
}

impl WorkspacePatron {
    /// Whether a run may be carried out here, by what it would reach outside of the server.
    ///
    /// Whoever is at this machine may reach what they like. Others may call the known providers and the addresses that their
    /// workspace names, and choose no program of the server as an interpreter.
    pub async fn permits(&self, workspace: &WorkspaceId, spec: &RunSpec) -> Result<(), String> {
        self.permits_models(workspace, spec.models.all()).await?;
        spec.sandbox.as_ref().map_or(Ok(()), |sandbox| self.permits_code(sandbox))
    }

    /// Whether code may be executed here as a run file wants it: that of others only in jails, by no interpreter that they name, and with no more than
    /// this server gives.
    pub fn permits_code(&self, sandbox: &SandboxSpec) -> Result<(), String> {
        if self.environment.is_some() {
            return Ok(());
        }
        let usual = SandboxSpec::default();
        if sandbox.isolation < usual.isolation {
            let name = sandbox.isolation.name();
            return Err(format!(
                "a server isolates the code of its runs; take `isolation: {name}` out of `optimize.sandbox`"
            ));
        }
        if sandbox.languages.iter().any(|language| sandbox.interpreter(*language) != usual.interpreter(*language)) {
            return Err("a run file on a server names no interpreter; take it out of `optimize.sandbox`".to_owned());
        }
        self.most.allows(&sandbox.limits).map_err(|why| {
            format!(
                "{why}; lower it in `optimize.sandbox.limits`, or ask whoever keeps the server to raise `most` under \
                 `[sandbox]` of its promptclade.toml"
            )
        })
    }

    /// Whether a workspace may ask these models.
    pub async fn permits_models(
        &self,
        workspace: &WorkspaceId,
        models: impl IntoIterator<Item = &ModelSpec>,
    ) -> Result<(), String> {
        if self.environment.is_some() {
            return Ok(());
        }
        let found = self.accounts.workspace(workspace, clade_engine::now()).await.map_err(|error| error.to_string())?;
        for model in models {
            // limits in USD would hold nobody whose run file says what a dollar is
            if is_undercut(model) {
                return Err(format!(
                    "`{}` costs more than its settings say: on a server a run file names no price below the price table's; leave \
                     `cost`, `inputCost`, `outputCost` and `requestCost` out",
                    model.id
                ));
            }
            let Some(UnusualAddress { base: url, requests }) = unusual_address(model) else { continue };
            // whoever connects takes both as one
            let places = [&url, &requests].map(|address| Place::read(address));
            let [base, requests] =
                places.map(|place| place.map_err(|why| format!("`{}` is at {url}: {why}", model.id)));
            let (base, requests) = (base?, requests?);
            let mut known = found.value.base_urls.iter().filter_map(|known| Place::read(known).ok());
            if !known.any(|known| base.is_below(&known) && requests.is_below(&known)) {
                return Err(format!(
                    "`{}` is at {url}, which runs of this workspace may not call; an admin adds the address to its `base_urls`",
                    model.id
                ));
            }
            // where a name leads may change after it was written down, and before it is connected to: whoever connects asks again
            self.reach.callable(&url).await.map_err(|why| format!("`{}` is at {url}: {why}", model.id))?;
        }
        Ok(())
    }

    /// The keys of a workspace, and behind them those of the person at this machine where nobody else comes in.
    pub async fn keys_of(&self, workspace: &WorkspaceId) -> Result<Keys, String> {
        let now = clade_engine::now();
        let sealed = self.accounts.open_keys(&self.vault, workspace, now).await.map_err(|error| error.to_string())?;
        let sealed: BTreeMap<String, SecretString> = sealed.into_iter().collect();
        let outer = self.environment.clone();
        let environment = Environment::new(move |name| match sealed.get(name) {
            Some(key) => Some(key.expose_secret().to_owned()),
            None => outer.as_ref().and_then(|outer| outer.get(name)),
        });
        // whoever is at this machine may reach what they like
        let names = self.environment.is_none().then(|| HostNames(Arc::new(self.reach.clone())));
        Ok(Keys { environment, inline: BTreeMap::new(), names })
    }
}

impl Patron for WorkspacePatron {
    fn keys<'a>(&'a self, row: &'a RunSummary, spec: &'a RunSpec) -> BoxFuture<'a, Result<Keys, String>> {
        Box::pin(async move {
            self.permits(&row.workspace, spec).await?;
            self.keys_of(&row.workspace).await
        })
    }

    fn budgets<'a>(&'a self, workspace: &'a WorkspaceId, user: &'a UserId) -> BoxFuture<'a, Result<Budgets, String>> {
        Box::pin(async move {
            let now = clade_engine::now();
            let member = self.accounts.membership(workspace, user, now).await;
            let workspace = self.accounts.workspace(workspace, now).await.map(|found| found.value.budget);
            match (workspace, member) {
                (Ok(workspace), Ok(member)) => {
                    Ok(Budgets { workspace, member: member.map(|member| member.value.budget).unwrap_or_default() })
                }
                (Err(error), _) | (_, Err(error)) => Err(error.to_string()),
            }
        })
    }

    fn told<'a>(&'a self, row: &'a RunSummary, news: News) -> BoxFuture<'a, ()> {
        Box::pin(self.outbox.tell(row, news))
    }

    fn sharing(&self) -> Option<std::sync::Arc<clade_engine::Sharing>> {
        self.sharing.clone()
    }

    fn code(&self) -> Option<&CodeHere> {
        Some(&self.code)
    }
}
