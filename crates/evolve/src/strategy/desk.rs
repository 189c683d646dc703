use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clade_domain::{CandidateId, CellRef, ExampleId, OperatorName, Purpose, RunEvent, SlotId};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Wish, model_override};
use crate::{Allowance, EvaluateCommand, Plan, ProposeCommand, RunState, child_seed};

/// What a search in rounds asked for and still waits for: proposals, cells and decisions.
///
/// A search that plans only while nothing is open ([`Self::is_idle`]) sees the same state at each plan, whatever the order of
/// answers, and is rebuilt by a replay.
#[derive(Debug, Default)]
pub(super) struct Desk {
    generation: u32,
    next_candidate: u32,
    next_slot: u32,
    proposals: VecDeque<ProposeCommand>,
    /// Places whose operator has not answered.
    open: BTreeSet<SlotId>,
    cells: VecDeque<EvaluateCommand>,
    /// Cells without a result, with the round whose model is to give it.
    waiting: BTreeMap<CellRef, u32>,
    /// Decisions that are not journalled yet; the first `handed` of them are on their way.
    records: VecDeque<RunEvent>,
    handed: usize,
}

impl Desk {
    /// The round at hand; 0 is that of the user's prompts.
    pub(super) fn generation(&self) -> u32 {
        self.generation
    }

    /// Begins the next round.
    pub(super) fn begin_round(&mut self) {
        self.generation += 1;
    }

    /// Takes note of an event. Says who was written for an open place.
    pub(super) fn apply(&mut self, event: &RunEvent) -> Option<CandidateId> {
        match event {
            RunEvent::CandidateAdmitted { candidate, .. } => match candidate.slot {
                None => {
                    self.next_candidate = self.next_candidate.max(candidate.id.0 + 1);
                    None
                }
                Some(slot) => self.open.remove(&slot).then_some(candidate.id),
            },
            RunEvent::ProposalRejected { slot, .. } => {
                self.open.remove(slot);
                None
            }
            RunEvent::TrialFinished(trial) => {
                self.waiting.remove(&trial.cell);
                None
            }
            RunEvent::CandidateDecided { .. } | RunEvent::GenerationClosed { .. } => {
                self.records.pop_front();
                self.handed = self.handed.saturating_sub(1);
                None
            }
            _ => None,
        }
    }

    /// Whether everything asked for has come.
    pub(super) fn is_idle(&self) -> bool {
        self.open.is_empty() && self.waiting.is_empty() && self.records.is_empty()
    }

    /// Asks for a candidate's scores on examples by this round's model, as far as they are not there.
    pub(super) fn ask(&mut self, state: &RunState, candidate: CandidateId, examples: &[ExampleId]) {
        for cell in self.missing(state, candidate, examples) {
            if self.waiting.insert(cell, self.generation).is_none() {
                let (purpose, generation) = (Purpose::Search, self.generation);
                self.cells.push_back(EvaluateCommand { cell, purpose, generation });
            }
        }
    }

    /// Cells of a candidate on examples that would have to be bought in this round.
    pub(super) fn missing(&self, state: &RunState, candidate: CandidateId, examples: &[ExampleId]) -> Vec<CellRef> {
        let cells = state
            .cells(candidate)
            .filter(|c| c.model() == model_override(state, candidate, self.generation).as_deref());
        let known = |cell: &CellRef| cells.is_some_and(|c| c.get(cell.example, cell.sample, state.repeat()).is_some());
        let samples = |example: &ExampleId| {
            (0..state.repeat()).map(|sample| CellRef { candidate, example: *example, sample }).collect::<Vec<_>>()
        };
        examples.iter().flat_map(samples).filter(|cell| !known(cell)).collect()
    }

    /// A candidate's mean score on each example by this round's model; `None` unless all are there.
    pub(super) fn scores(&self, state: &RunState, candidate: CandidateId, examples: &[ExampleId]) -> Option<Vec<f64>> {
        if !self.missing(state, candidate, examples).is_empty() {
            return None;
        }
        let cells = state.cells(candidate)?;
        examples.iter().map(|example| cells.mean(*example, state.repeat())).collect()
    }

    /// The randomness of this round.
    pub(super) fn rng(&self, state: &RunState) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(child_seed(state.spec().seed, &[2, u64::from(self.generation)]))
    }

    /// A new place with everything fixed but what the operator looks at.
    pub(super) fn place(&mut self, state: &RunState, operator: &str, parents: Vec<CandidateId>) -> ProposeCommand {
        let (slot, candidate) = (SlotId(self.next_slot), CandidateId(self.next_candidate));
        self.next_slot += 1;
        self.next_candidate += 1;
        let mut rng = ChaCha8Rng::seed_from_u64(child_seed(state.spec().seed, &[1, u64::from(slot.0)]));
        ProposeCommand {
            slot,
            candidate,
            generation: self.generation,
            operator: OperatorName::from(operator),
            parents,
            failures: Vec::new(),
            successes: Vec::new(),
            demonstrations: Vec::new(),
            targets: Vec::new(),
            brief: None,
            seed: rng.next_u64(),
        }
    }

    /// Has an operator write a candidate.
    pub(super) fn propose(&mut self, command: ProposeCommand) {
        self.open.insert(command.slot);
        self.proposals.push_back(command);
    }

    /// Journals a decision; in the order of the calls.
    pub(super) fn record(&mut self, event: RunEvent) {
        self.records.push_back(event);
    }

    /// Whether so many more trials and proposals leave choosing and proving paid for. A proposal may be asked for twice.
    pub(super) fn affords(&self, state: &RunState, plan: &Plan, trials: usize, proposals: usize) -> bool {
        let allowance = plan.allowance(state);
        trials as f64 + Self::proposals_cost(allowance, proposals) <= allowance.trials
    }

    /// What so many proposals may cost, in trials: each may be asked for twice.
    pub(super) fn proposals_cost(allowance: Allowance, proposals: usize) -> f64 {
        2.0 * proposals as f64 * allowance.proposal
    }

    /// The next wish.
    pub(super) fn next(&mut self) -> Wish {
        while let Some(command) = self.proposals.pop_front() {
            if self.open.contains(&command.slot) {
                return Wish::Propose(Box::new(command));
            }
        }
        while let Some(command) = self.cells.pop_front() {
            // after a replay the queue holds cells of earlier rounds, too
            if self.waiting.get(&command.cell) == Some(&command.generation) {
                return Wish::Evaluate(command);
            }
        }
        match self.records.get(self.handed) {
            Some(event) => {
                self.handed += 1;
                Wish::Record(Box::new(event.clone()))
            }
            None => Wish::Wait,
        }
    }
}
