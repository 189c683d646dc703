use std::sync::Arc;

use clade_domain::{CandidateId, ContentHash, RunId};

use super::{GenerationStore, Standing};
use crate::{Journal, Projector, StoreError};

/// The generations of everything in a store, kept up with the journals before each question.
#[derive(Clone)]
pub struct Generations {
    store: Arc<dyn GenerationStore>,
    projector: Projector,
}

impl Generations {
    /// Generations out of these journals; the two may be in different systems.
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, store: Arc<dyn GenerationStore>) -> Self {
        let projector = Projector::new(journal, Arc::<dyn GenerationStore>::clone(&store));
        Self { store, projector }
    }

    /// What keeps it up.
    #[must_use]
    pub fn projector(&self) -> &Projector {
        &self.projector
    }

    /// The number of the last generation; `None` where nothing joined yet.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn latest(&self, run: &RunId) -> Result<Option<u32>, StoreError> {
        self.projector.catch_up_run(run.clone()).await?;
        self.store.latest(run.clone()).await
    }

    /// The candidates of a generation, the fittest first.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn generation(&self, run: &RunId, number: u32) -> Result<Vec<Standing>, StoreError> {
        self.projector.catch_up_run(run.clone()).await?;
        self.store.generation(run.clone(), number).await
    }

    /// The fittest candidates of a run, at most so many.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn top(&self, run: &RunId, most: u32) -> Result<Vec<Standing>, StoreError> {
        self.projector.catch_up_run(run.clone()).await?;
        self.store.top(run.clone(), most).await
    }

    /// A candidate with its history; `None` where it is not there.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn candidate(&self, run: &RunId, id: CandidateId) -> Result<Option<Standing>, StoreError> {
        self.projector.catch_up_run(run.clone()).await?;
        Ok(self.store.records(run.clone(), vec![id]).await?.pop().map(Standing::from))
    }

    /// The chosen candidate, else the best survivor of the last generation that closed, else the fittest.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn best(&self, run: &RunId) -> Result<Option<Standing>, StoreError> {
        self.projector.catch_up_run(run.clone()).await?;
        let known = self.store.run_fold(run.clone()).await?.and_then(|fold| fold.best());
        match known {
            Some(id) => Ok(self.store.records(run.clone(), vec![id]).await?.pop().map(Standing::from)),
            None => Ok(self.store.top(run.clone(), 1).await?.pop()),
        }
    }

    /// A digest of everything that is kept: equal ones keep the same, whichever the backends.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn digest(&self) -> Result<ContentHash, StoreError> {
        let mut runs: Vec<RunId> = self.store.checkpoints().await?.into_iter().map(|(run, _)| run).collect();
        runs.sort();
        let mut parts = Vec::new();
        for run in runs {
            let Some(latest) = self.store.latest(run.clone()).await? else { continue };
            for number in 0..=latest {
                let standings = self.store.generation(run.clone(), number).await?;
                let bytes = serde_json::to_vec(&standings).map_err(|error| StoreError::Backend {
                    doing: "digest the generations",
                    detail: error.to_string(),
                })?;
                parts.push(ContentHash::of(&bytes));
            }
        }
        Ok(ContentHash::of_parts(parts.iter().map(|part| &part.0[..])))
    }
}
