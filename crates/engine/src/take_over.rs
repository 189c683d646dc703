use std::{sync::Arc, time::Duration};

use clade_store::{RunFilter, RunStatus, RunSummary, StoreError};

use crate::{EngineError, Hub};

/// How often is looked for runs that nobody carries out any more, and for what other processes bought.
const LOOK: Duration = Duration::from_secs(3);

impl Hub {
    /// Goes on with every run that a server was carrying out and nobody carries out now. Those that cannot go on say why in their row;
    /// those that another process holds are left to it.
    ///
    /// # Errors
    /// Where the runs cannot be read.
    pub async fn resume(self: &Arc<Self>) -> Result<usize, EngineError> {
        let wanted =
            RunFilter { wanted: true, status: vec![RunStatus::Running, RunStatus::Paused], ..RunFilter::default() };
        let mut resumed = 0;
        for row in self.store.summaries(wanted).await?.into_iter().rev() {
            if self.closing.is_cancelled() {
                break;
            }
            if self.live(&row.run).is_some() || self.store.holder(row.run.clone()).await?.is_some() {
                continue;
            }
            match self.start(&row.run).await {
                Ok(()) => resumed += 1,
                Err(EngineError::Finished { .. }) => self.want(&row.run, false).await?,
                // another process was first, there is no room here, or it passes: somebody looks again
                Err(EngineError::Running { .. } | EngineError::Crowded { .. }) => {}
                Err(EngineError::Store(StoreError::Locked { .. } | StoreError::Unreachable { .. })) => {}
                Err(error) => self.cannot_go_on(row, &error).await?,
            }
        }
        Ok(resumed)
    }

    /// Takes over, from now on until it closes, the runs of processes that died, and learns what other processes spend of the budgets that
    /// they share.
    pub fn watch(self: &Arc<Self>) {
        let hub = self.clone();
        self.tasks.spawn(async move {
            while hub.closing.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
                match hub.resume().await {
                    Ok(0) => {}
                    Ok(runs) => tracing::info!(runs, "runs were taken over whose process is gone"),
                    Err(error) => tracing::warn!(%error, "runs without a process could not be looked for"),
                }
                if let Err(error) = hub.renew_purses().await {
                    tracing::warn!(%error, "what other processes spent could not be read");
                }
            }
        });
    }

    async fn cannot_go_on(&self, row: RunSummary, error: &EngineError) -> Result<(), EngineError> {
        tracing::warn!(run.id = %row.run, %error, "a run cannot go on after its process ended");
        // held meanwhile, so that nobody else writes the row
        let Ok(_lock) = self.store.lock(row.run.clone()).await else { return Ok(()) };
        let row = self.store.summary(row.run.to_string()).await?;
        let (status, detail) = (RunStatus::Paused, format!("it did not go on after its process ended: {error}"));
        self.store.put_summary(RunSummary { status, detail, wanted: false, ..row }).await?;
        Ok(())
    }
}
