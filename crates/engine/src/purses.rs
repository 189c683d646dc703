use std::{collections::BTreeMap, sync::Arc};

use clade_domain::{Budget, RunId, Spent, Tab, Timestamp, UserId, WorkspaceId};
use clade_models::layers::Ledger;
use clade_store::{ReadRecords, RecordQuery, RunFilter, RunStatus, RunSummary};

use crate::{EngineError, Hub, now};

/// Limits over several runs. Minutes in them mean nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Budgets {
    /// Of all runs of the workspace.
    pub workspace: Budget,
    /// Of all runs of the member there.
    pub member: Budget,
}

/// The ledgers of workspaces and their members.
#[derive(Debug, Default)]
pub(crate) struct Purses(tokio::sync::Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    ledgers: BTreeMap<PurseOf, Arc<Ledger>>,
    /// What the log says of runs that do not go on here, and when their row had been written: to add it up costs more the longer a run is.
    paid: BTreeMap<RunId, (Timestamp, Spent)>,
}

/// A member of a workspace, or the workspace itself.
type PurseOf = (WorkspaceId, Option<UserId>);

impl Hub {
    /// Tells a workspace's or member's ledger its limits; runs that go on feel it with their next call.
    pub async fn limits_changed(&self, workspace: &WorkspaceId, user: Option<&UserId>, budget: Budget) {
        if let Some(purse) = self.purses.0.lock().await.ledgers.get(&(workspace.clone(), user.cloned())) {
            purse.set_budget(budget);
        }
    }

    /// What a workspace, or a member there, has bought so far in runs and to try prompts out: what their limits are compared with. Seconds and
    /// answers from the cache are not counted.
    ///
    /// # Errors
    /// The store's.
    pub async fn bought_by(&self, workspace: &WorkspaceId, user: Option<&UserId>) -> Result<Spent, EngineError> {
        let mut books = self.purses.0.lock().await;
        self.spent_by(&(workspace.clone(), user.cloned()), &mut books).await
    }

    pub(crate) async fn purses_of(
        &self,
        workspace: &WorkspaceId,
        user: &UserId,
    ) -> Result<Vec<Arc<Ledger>>, EngineError> {
        let mut books = self.purses.0.lock().await;
        let mut found = Vec::new();
        for key in [(workspace.clone(), Some(user.clone())), (workspace.clone(), None)] {
            let budget = self.budget_of(&key).await?;
            if let Some(purse) = books.ledgers.get(&key).cloned() {
                purse.set_budget(budget);
                // while nothing went on here, others may have bought on it
                if budget != Budget::default() {
                    purse.at_least(&self.spent_by(&key, &mut books).await?);
                }
                found.push(purse);
                continue;
            }
            let whose = if key.1.is_some() { "the member's" } else { "the workspace's" };
            let purse = Arc::new(Ledger::new(budget, self.spent_by(&key, &mut books).await?).of(whose));
            books.ledgers.insert(key, purse.clone());
            found.push(purse);
        }
        Ok(found)
    }

    /// Has the ledgers learn their limits anew, and what other processes bought on them, while runs go on here.
    pub(crate) async fn renew_purses(&self) -> Result<(), EngineError> {
        if self.bought_here().is_empty() {
            return Ok(());
        }
        let mut books = self.purses.0.lock().await;
        for (key, purse) in books.ledgers.clone() {
            let budget = self.budget_of(&key).await?;
            if purse.budget() != budget {
                purse.set_budget(budget);
            }
            if budget != Budget::default() {
                purse.at_least(&self.spent_by(&key, &mut books).await?);
            }
        }
        Ok(())
    }

    async fn budget_of(&self, (workspace, user): &PurseOf) -> Result<Budget, EngineError> {
        let asked = user.clone().unwrap_or_default();
        let budgets = self.patron.budgets(workspace, &asked).await.map_err(EngineError::Keys)?;
        let budget = if user.is_some() { budgets.member } else { budgets.workspace };
        Ok(Budget { minutes: None, ..budget })
    }

    /// What a workspace or a member has bought so far, in runs and to try prompts out.
    async fn spent_by(&self, key: &PurseOf, books: &mut Books) -> Result<Spent, EngineError> {
        let (workspace, user) = key;
        let mut all = self.tried_out(key).await?;
        let here = self.bought_here();
        let rows = RunFilter { workspace: Some(workspace.clone()), ..RunFilter::default() };
        for row in self.store.summaries(rows).await? {
            if user.as_ref().is_some_and(|user| *user != row.by) {
                continue;
            }
            let spent = match here.get(&row.run) {
                Some(spent) => RunSummary { spent: *spent, ..row }.bought(),
                None => self.spent_elsewhere(&row, books).await?,
            };
            add(&mut all, &spent);
        }
        Ok(all)
    }

    /// What a run has bought that does not go on here: its row says it where it ended in order, otherwise the log does. The row of one that goes on
    /// in another process is rewritten every second.
    async fn spent_elsewhere(&self, row: &RunSummary, books: &mut Books) -> Result<Spent, EngineError> {
        if row.status == RunStatus::Finished {
            return Ok(row.bought());
        }
        let goes_on = row.status == RunStatus::Running;
        let paid = match books.paid.get(&row.run) {
            Some((written, paid)) if goes_on || *written == row.updated => *paid,
            _ => {
                let paid = self.store.paid(row.run.clone()).await?;
                books.paid.insert(row.run.clone(), (row.updated, paid));
                paid
            }
        };
        let stated = row.bought();
        Ok(if goes_on && stated.calls > paid.calls { stated } else { paid })
    }

    /// What was bought to try prompts out.
    async fn tried_out(&self, (workspace, user): &PurseOf) -> Result<Spent, EngineError> {
        let mut all = Spent::default();
        let tabs = RecordQuery { workspace: Some(workspace.clone()), user: user.clone(), ..RecordQuery::default() };
        for tab in self.store.list::<Tab>(tabs, now()).await? {
            add(&mut all, &tab.value.spent);
        }
        Ok(all)
    }
}

/// Adds what budgets over several runs count.
pub(crate) fn add(all: &mut Spent, more: &Spent) {
    all.usd += more.usd;
    all.calls += more.calls;
    all.tokens_in += more.tokens_in;
    all.tokens_out += more.tokens_out;
}
