use std::collections::BTreeMap;

use clade_domain::{
    Budget, Candidate, CandidateId, ContentHash, DatasetSummary, Evidence, ExampleId, Headroom, OperatorName,
    RejectReason, RunId, RunMode, RunSpec, SlotId, Spent, Split, StopReason,
};

use super::{ClosedGeneration, Decision, Phase, RunState};
use crate::{
    operators,
    state::{Apart, Cells, Hand, Outlays, Sandboxes, UnitCosts, fitness},
};

/// What the state says to those who ask; what changes it is beside this.
impl RunState {
    /// The run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The version of the journal's format when it was created.
    #[must_use]
    pub fn format(&self) -> u32 {
        self.format
    }

    /// What it does.
    #[must_use]
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// Its data.
    #[must_use]
    pub fn dataset(&self) -> &DatasetSummary {
        &self.dataset
    }

    /// Where it branched from.
    #[must_use]
    pub fn branch_of(&self) -> Option<&(RunId, u64, Option<CandidateId>)> {
        self.branch_of.as_ref()
    }

    /// How many repeats each example has, from 1.
    #[must_use]
    pub fn repeat(&self) -> u32 {
        self.spec.options.repeat.max(1)
    }

    /// All candidates in order of id. Ids have gaps where a place stayed empty.
    pub fn candidates(&self) -> impl DoubleEndedIterator<Item = &Candidate> + ExactSizeIterator {
        self.candidates.values()
    }

    /// The user's prompts of a search, in order, as far as they are admitted; nobody's that were written since.
    pub fn seeds(&self) -> impl DoubleEndedIterator<Item = &Candidate> {
        let end = CandidateId(u32::try_from(self.spec.prompts.len()).unwrap_or(u32::MAX));
        self.candidates.range(..end).map(|(_, candidate)| candidate)
    }

    /// One candidate.
    #[must_use]
    pub fn candidate(&self, id: CandidateId) -> Option<&Candidate> {
        self.candidates.get(&id)
    }

    /// The first candidate with this prompt.
    #[must_use]
    pub fn with_prompt(&self, prompt: ContentHash) -> Option<CandidateId> {
        self.by_prompt.get(&prompt).copied()
    }

    /// The candidate that took a place.
    #[must_use]
    pub fn admitted(&self, slot: SlotId) -> Option<CandidateId> {
        self.admitted.get(&slot).copied()
    }

    /// The cells of a candidate; `None` before its first trial.
    #[must_use]
    pub fn cells(&self, candidate: CandidateId) -> Option<&Cells> {
        self.cells.get(&candidate)
    }

    /// The mean score on a split, in [0, 1].
    #[must_use]
    pub fn score(&self, candidate: CandidateId, split: Split) -> Option<f64> {
        self.cells(candidate)?.score(split)
    }

    /// Proposals turned away, by operator and reason.
    #[must_use]
    pub fn rejected(&self) -> &BTreeMap<(OperatorName, RejectReason), u32> {
        &self.rejected
    }

    /// Proposals turned away in all.
    #[must_use]
    pub fn rejected_total(&self) -> u32 {
        self.rejected_total
    }

    /// Proposals made by each operator, rejected ones included.
    #[must_use]
    pub fn proposed(&self) -> &BTreeMap<OperatorName, u32> {
        &self.proposed
    }

    /// What the search decided, by candidate.
    #[must_use]
    pub fn decisions(&self) -> &BTreeMap<CandidateId, Decision> {
        &self.decisions
    }

    /// What there was to gain, once it is estimated.
    #[must_use]
    pub fn headroom(&self) -> Option<&Headroom> {
        self.headroom.as_ref()
    }

    /// Scores of the first prompt's second answers, by example.
    #[must_use]
    pub fn second_scores(&self) -> &BTreeMap<ExampleId, f64> {
        &self.second_scores
    }

    /// What trials and proposals cost on average.
    #[must_use]
    pub fn unit_costs(&self) -> &UnitCosts {
        &self.unit_costs
    }

    /// The generation that is planned next, which other models may serve: the one at hand ends with those that it began with.
    #[must_use]
    pub fn next_generation(&self) -> u32 {
        self.generations.last().map_or(1, |last| last.generation + 2)
    }

    /// The task model whose answers the scores of a candidate are of; the one that would be asked first where there are none yet.
    #[must_use]
    pub fn model_of(&self, candidate: CandidateId) -> Option<&str> {
        // scores that judges give tell of the judge behind it
        let scorer =
            self.cells(candidate).and_then(Cells::model).and_then(|scorer| scorer.split(", judged by ").next());
        let bound = || self.candidate(candidate).and_then(|candidate| candidate.model.as_deref());
        scorer.or_else(bound).or_else(|| self.spec().models.task.first().map(|model| model.id.as_str()))
    }

    /// What each operator cost the search.
    #[must_use]
    pub fn outlays(&self) -> &Outlays {
        &self.outlays
    }

    /// The operator whose edit a candidate carries. Of one that `rebase` made this is whoever wrote what it puts on another prompt. `None` where
    /// a person wrote the prompt.
    #[must_use]
    pub fn maker(&self, candidate: CandidateId) -> Option<&OperatorName> {
        let mut candidate = self.candidate(candidate)?;
        // an edit is older than what carries it over, so this ends
        while candidate.operator.as_ref().is_some_and(|operator| operator.0 == operators::CARRIES)
            && let Some(edit) = candidate.parents.get(1).filter(|edit| **edit < candidate.id)
        {
            candidate = self.candidate(*edit)?;
        }
        candidate.operator.as_ref()
    }

    /// Complete generations in order.
    #[must_use]
    pub fn generations(&self) -> &[ClosedGeneration] {
        &self.generations
    }

    /// How far the run is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Who meets validation; empty before the search ends.
    #[must_use]
    pub fn finalists(&self) -> &[CandidateId] {
        &self.finalists
    }

    /// The chosen candidate.
    #[must_use]
    pub fn chosen(&self) -> Option<CandidateId> {
        self.chosen
    }

    /// The comparison on the test split.
    #[must_use]
    pub fn evidence(&self) -> Option<&Evidence> {
        self.evidence.as_ref()
    }

    /// The same, where there were test examples to compare on.
    #[must_use]
    pub fn measured(&self) -> Option<&Evidence> {
        self.evidence().filter(|evidence| evidence.n > 0)
    }

    /// Why the search ended.
    #[must_use]
    pub fn stop(&self) -> Option<StopReason> {
        self.stop
    }

    /// The limits in force.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What the events say was bought: the account that the last closed generation states, and the bills of the events
    /// since. Since equal requests are billed in each of those, it may be above the ledger by then; answers that arrived
    /// and whose event was not written yet are not in it. The running time is that up to the last entry.
    #[must_use]
    pub fn accounted(&self) -> &Spent {
        &self.accounted
    }

    /// Calls that the ledger counted when the last generation closed, or when the run ended: unlike the bills of events, each answer
    /// once.
    #[must_use]
    pub fn stated_calls(&self) -> u64 {
        self.stated_calls
    }

    /// Trials in the journal that are part of no score.
    #[must_use]
    pub fn apart(&self) -> Apart {
        self.apart
    }

    /// Trials so far that scores are made of.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Of those, without a score.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Trials whose answer had no text.
    #[must_use]
    pub fn empty(&self) -> u64 {
        self.empty
    }

    /// Trials whose answer was cut off at the model's length limit.
    #[must_use]
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Trials whose answer was paid for, or shared with one that was.
    #[must_use]
    pub fn bought(&self) -> u64 {
        self.bought
    }

    /// What people said about the search while it went on.
    #[must_use]
    pub fn hand(&self) -> &Hand {
        &self.hand
    }

    /// What its sessions say of its sandboxes.
    #[must_use]
    pub fn sandboxes(&self) -> &Sandboxes {
        &self.sandboxes
    }

    /// How many entries were applied: the number the next one gets.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The candidate that is best for now: the chosen one, else the best survivor of the last generation, else the
    /// fittest on train, else the first.
    #[must_use]
    pub fn best(&self) -> CandidateId {
        if let Some(chosen) = self.chosen {
            return chosen;
        }
        if let Some(best) = self.generations.last().and_then(|g| g.survivors.first()) {
            return *best;
        }
        let split = match self.spec.mode {
            RunMode::Optimize => Split::Train,
            RunMode::Evaluate => Split::Test,
        };
        let mut best = (CandidateId(0), f64::NEG_INFINITY);
        for id in self.candidates.keys() {
            let rejected = self.hand.rejects(*id);
            if let Some(value) = fitness(self, *id, split).filter(|value| *value > best.1 && !rejected) {
                best = (*id, value);
            }
        }
        best.0
    }
}
