use std::{collections::HashMap, sync::Arc};

use clade_domain::{Assertion, CandidateId, ContentHash, Example, ExampleId, Prompt};
use clade_evolve::RunState;
use clade_store::{Store, StoreError};
use clade_text::template::{self, PromptTemplate, TemplateError};

/// Most examples kept at hand. Reading is in batches, so a larger data set costs a query per batch, not per trial.
const EXAMPLES: usize = 4_096;
/// Examples read along where they are met in order: as many as a query has.
const AHEAD: u32 = 64;
/// Most compiled prompts kept at hand.
const PROMPTS: usize = 256;

/// A candidate's prompt, ready to be filled.
pub(crate) struct Ready {
    pub prompt: Prompt,
    pub template: Result<PromptTemplate, TemplateError>,
    pub prompt_tokens: u32,
    pub model: Option<String>,
}

/// What executors need again and again: examples and compiled prompts. Its size does not grow with the run.
pub(crate) struct Shelf {
    store: Arc<dyn Store>,
    dataset: ContentHash,
    /// The number of examples where they are met in order, else 0.
    in_order: u32,
    examples: HashMap<ExampleId, Arc<Example>>,
    /// The checks of the example that was read last.
    asserts: Arc<[Assertion]>,
    prompts: HashMap<CandidateId, Arc<Ready>>,
}

impl Shelf {
    pub(crate) fn new(store: Arc<dyn Store>, dataset: ContentHash) -> Self {
        let (examples, prompts) = (HashMap::new(), HashMap::new());
        Self { store, dataset, in_order: 0, examples, asserts: Arc::default(), prompts }
    }

    /// The same for a run that meets so many examples in order of their ids: what comes next is read along.
    pub(crate) fn in_order(self, count: usize) -> Self {
        Self { in_order: u32::try_from(count).unwrap_or(u32::MAX), ..self }
    }

    /// The examples in the order asked for; those not at hand are read in one query.
    pub(crate) async fn examples(&mut self, ids: &[ExampleId]) -> Result<Vec<Arc<Example>>, StoreError> {
        let mut missing: Vec<ExampleId> = ids.iter().filter(|id| !self.examples.contains_key(id)).copied().collect();
        missing.sort_unstable();
        missing.dedup();
        if let Some(last) = missing.last().copied() {
            let next = last.0.saturating_add(1)..self.in_order.min(last.0.saturating_add(AHEAD));
            missing.extend(next.map(ExampleId).filter(|id| !self.examples.contains_key(id)));
            if self.examples.len() + missing.len() > EXAMPLES {
                self.examples.retain(|id, _| ids.contains(id));
            }
            let mut read = self.store.examples(self.dataset, missing.clone()).await?;
            for example in &mut read {
                self.share(&mut example.asserts);
            }
            self.examples.extend(missing.into_iter().zip(read.into_iter().map(Arc::new)));
        }
        let at_hand = ids.iter().filter_map(|id| self.examples.get(id).cloned()).collect();
        Ok(at_hand)
    }

    /// Checks like those of the example before are kept once.
    fn share(&mut self, asserts: &mut Arc<[Assertion]>) {
        if self.asserts == *asserts {
            asserts.clone_from(&self.asserts);
        } else {
            self.asserts.clone_from(asserts);
        }
    }

    /// A candidate's prompt; `None` where the run has no such candidate.
    pub(crate) fn prompt(&mut self, state: &RunState, id: CandidateId) -> Option<Arc<Ready>> {
        if let Some(ready) = self.prompts.get(&id) {
            return Some(ready.clone());
        }
        let candidate = state.candidate(id)?;
        if self.prompts.len() >= PROMPTS {
            self.prompts.clear();
        }
        let ready = Arc::new(Ready {
            prompt: candidate.prompt.clone(),
            template: PromptTemplate::compile(&candidate.prompt),
            prompt_tokens: template::prompt_tokens(&candidate.prompt),
            model: candidate.model.clone(),
        });
        self.prompts.insert(id, ready.clone());
        Some(ready)
    }
}
