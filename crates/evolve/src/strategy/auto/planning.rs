//! What the next round tries: edits, edits carried over, reviews of sentences, or a look at more examples.

use clade_domain::{AutoPart, CandidateId, CellRef, OperatorName, SlotId, StopReason};
use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    Auto, REVIEW_AFTER, Stage,
    lane::{Attempt, Lane, Step},
    rounds::{self, sentences},
    writers::targets_of,
};
use crate::{
    Allowance, Plan, ProposeCommand, RunState, child_seed,
    operators::{self, Operator},
    strategy::{
        stopping,
        weights::{self, Weighted},
    },
};

/// Trials of the whole budget for which one more edit is tried side by side.
const TRIALS_PER_LANE: f64 = 1_000.0;
/// Most edits side by side, unless the user says otherwise.
const MOST_LANES: f64 = 8.0;
/// Examples that a verification buys at once where several run side by side. One at a time tells a little more for each, and
/// takes three times as long.
const BATCH: usize = 3;
/// Most trials of one verification.
const MOST_TRIALS: usize = 30;
/// Fewest trials for which a lane is begun.
const LEAST_TRIALS: f64 = 4.0;
/// Proposals for one example that missed it before other examples are looked for.
const PATIENCE: f64 = 4.0;
/// Examples of a probe.
const PROBE: usize = 4;
/// Examples that an incumbent should have met where differences decide.
const COMPARED: usize = 10;
/// Examples that a prompt must have met before a target score counts as reached.
const WELL_SEEN: usize = 30;
/// Rounds without anything bought before the search gives up.
const IDLE: u32 = 40;
/// Rounds without an accepted edit before a search ends that has no limit, or has little left to gain.
const STALE: u32 = 40;
/// Expected true score from which little is left to gain.
const EXHAUSTED: f64 = 0.93;

impl Auto {
    /// What comes next: reviews, proposals, a look at more examples, or the end.
    /// An incumbent that people rejected gives way to the nearest ancestor that they did not.
    fn heed_rejections(&mut self, state: &RunState) {
        while self.line.len() > 1 && state.hand().rejects(self.incumbent()) {
            self.line.pop();
            self.probe_due = true;
        }
    }

    pub(super) fn plan_round(&mut self, state: &RunState, plan: &Plan) {
        // all that was asked for has come; after a replay it still stands here, for a model that may no longer serve
        self.evaluations.clear();
        self.heed_rejections(state);
        let reason = if self.is_shown_to_reach_target(state) {
            Some(StopReason::TargetReached)
        } else {
            self.reason_to_stop(state, plan)
        };
        if let Some(reason) = reason {
            self.finish = Some(reason);
            return;
        }
        if super::super::model_changes(state, self.round + 1) && !std::mem::replace(&mut self.renewed, true) {
            // scores of different models are never compared: the incumbent is looked at anew
            self.belief.carry_over(|_, b| (b + 0.1) / 2.0);
            self.memory.forget();
            self.round += 1;
            if self.probe(state, plan, 2 * PROBE) {
                return;
            }
        }
        if self.reaches_target(state) && self.probe(state, plan, 2 * PROBE) {
            return;
        }
        // differences need examples that both prompts met
        let met = self.memory.seen().iter().flatten().count();
        let look = if self.belief.has_degrees() { PROBE.max(COMPARED.saturating_sub(met)) } else { PROBE };
        // failures whose proposals are all known by now say no more: only other examples can
        let stuck = self.idle > 0 && self.idle.is_multiple_of(rounds::IDLE);
        if (std::mem::take(&mut self.probe_due) || stuck) && self.probe(state, plan, look) {
            return;
        }
        let allowance = plan.allowance(state);
        self.batch = if self.usual_lanes(allowance.total) > 1 { BATCH } else { 1 };
        let lanes = self.affordable_lanes(allowance);
        if lanes == 0 {
            self.finish = Some(StopReason::BudgetSpent { limit: plan.binding_limit(state) });
            return;
        }
        let quota = if allowance.trials.is_finite() {
            (((allowance.trials - lanes as f64 * allowance.proposal) / lanes as f64) as usize).clamp(1, MOST_TRIALS)
        } else {
            MOST_TRIALS
        };
        let mut rng = ChaCha8Rng::seed_from_u64(child_seed(state.spec().seed, &[3, u64::from(self.round)]));
        let mut planned = self.carried_lanes(state, lanes, quota);
        if planned.is_empty() && self.reviewing.is_empty() && self.refused >= REVIEW_AFTER {
            self.plan_review(state);
        }
        if planned.is_empty() && !self.reviewing.is_empty() {
            planned = self.review_lanes(state, lanes, quota);
        }
        if planned.is_empty() {
            planned = self.simplification_lanes(state, lanes, quota);
        }
        if planned.is_empty() {
            let failures = self.memory.failures(&self.belief, self.line.len());
            let fresh = failures.iter().filter(|(_, _, tries)| *tries < PATIENCE).count();
            if fresh == 0 {
                if self.probe(state, plan, PROBE.max(lanes)) {
                    return;
                }
                self.memory.forget_tries();
            }
            planned = self.edit_lanes(state, lanes, quota, &mut rng);
        }
        if planned.is_empty() {
            self.plan_simplification(state);
            planned = self.simplification_lanes(state, lanes, quota);
        }
        self.round += u32::from(!std::mem::take(&mut self.renewed));
        if planned.is_empty() {
            self.idle += 1;
            self.stale += 1;
            self.close_round(state);
            return;
        }
        for lane in &planned {
            self.proposals.push_back(self.command(state, plan, lane));
        }
        self.stage = Stage::Round(planned);
    }

    fn reason_to_stop(&self, state: &RunState, plan: &Plan) -> Option<StopReason> {
        if self.idle >= IDLE {
            return Some(stopping::idle(state));
        }
        if self.stale >= STALE && self.belief.mean() >= EXHAUSTED {
            // what still fails is as likely noise
            return Some(StopReason::NothingToGain);
        }
        let endless = plan.allowance(state).trials.is_infinite();
        let stale = match state.spec().optimize.stop.no_improvement {
            Some(_) => stopping::stale(state, self.stale, self.line.len()),
            None => endless && self.stale >= STALE,
        };
        stale.then_some(StopReason::NoImprovement)
    }

    fn reaches_target(&self, state: &RunState) -> bool {
        state.spec().optimize.stop.target_score.is_some_and(|target| self.belief.mean() >= target)
    }

    /// Looks whether the incumbent is shown to be at the target, once for each number of its own answers.
    fn is_shown_to_reach_target(&mut self, state: &RunState) -> bool {
        if !self.reaches_target(state) || !self.is_well_seen() {
            return false;
        }
        let now = (self.incumbent(), self.belief.len() - self.memory.unseen().len());
        if self.looked_at != Some(now) {
            self.target_looks += 1;
            self.looked_at = Some(now);
        }
        stopping::target_reached_at(state, self.incumbent(), self.target_looks)
    }

    /// Whether enough of the incumbent's own answers were seen to say that it is good enough.
    fn is_well_seen(&self) -> bool {
        let unseen = self.memory.unseen().len();
        unseen == 0 || self.belief.len() - unseen >= WELL_SEEN
    }

    /// How many edits are tried side by side where enough is left for each: the user's number, or one more for every thousand
    /// trials of the whole budget.
    fn usual_lanes(&self, total: f64) -> usize {
        let by_budget = (1.0 + total / TRIALS_PER_LANE).clamp(1.0, MOST_LANES) as usize;
        self.settings.lanes.map_or(by_budget, |lanes| lanes.max(1) as usize)
    }

    fn affordable_lanes(&self, allowance: Allowance) -> usize {
        let most = self.usual_lanes(allowance.total);
        // of edits that run side by side only one can lead: as many run as let half a one succeed
        let most = ((0.5 / self.success()).round() as usize).clamp(1, most);
        if allowance.trials.is_infinite() {
            return most;
        }
        ((allowance.trials / (allowance.proposal + LEAST_TRIALS)).max(0.0) as usize).min(most)
    }

    pub(super) fn new_lane(
        &mut self,
        attempt: Attempt,
        operator: &str,
        base: CandidateId,
        targets: Vec<usize>,
        quota: usize,
    ) -> Lane {
        let slots = [SlotId(self.next_slot), SlotId(self.next_slot + 1)];
        let ids = [CandidateId(self.next_id), CandidateId(self.next_id + 1)];
        self.next_slot += 2;
        self.next_id += 2;
        Lane {
            attempt,
            operator: OperatorName::from(operator),
            slots,
            ids,
            base,
            targets,
            quota,
            step: Step::Writing,
            child: None,
            verification: None,
            asked: Vec::new(),
            trials: 0,
            outcome: None,
        }
    }

    fn edit_lanes(&mut self, state: &RunState, lanes: usize, quota: usize, rng: &mut ChaCha8Rng) -> Vec<Lane> {
        let incumbent = self.incumbent();
        let failures = self.memory.failures(&self.belief, self.line.len());
        let solved = self.belief.all();
        let mut order: Vec<(f64, usize)> = failures
            .iter()
            .map(|(place, _, tries)| (tries + 2.0 * solved[*place] + rng.random_range(0.0..0.5), *place))
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut waiting: Vec<usize> = order.into_iter().map(|(_, place)| place).collect();
        let can_show = state.cells(incumbent).is_some_and(|cells| cells.passed(clade_domain::Split::Train) > 0);
        let mut planned = Vec::new();
        for _ in 0..lanes {
            let usable = |operator: &dyn Operator| {
                targets_of(operator) <= waiting.len() && (operator.wants().demonstrations == 0 || can_show)
            };
            let usable: Vec<Weighted> =
                self.writers.iter().copied().filter(|(operator, _)| usable(*operator)).collect();
            let Some(operator) = weights::draw(&usable, rng) else { break };
            let targets: Vec<usize> = waiting.drain(..targets_of(operator)).collect();
            let base = match targets.as_slice() {
                [one] => self.memory.chained(*one, incumbent).unwrap_or(incumbent),
                _ => incumbent,
            };
            targets.iter().for_each(|place| self.memory.tried(*place));
            planned.push(self.new_lane(Attempt::Edit, operator.name(), base, targets, quota));
        }
        planned
    }

    /// The incumbent's added sentences are to be reviewed: too many edits in a row mended nothing, so something in it may do harm.
    fn plan_review(&mut self, state: &RunState) {
        self.refused = 0;
        self.looks = (self.looks + 2).min(9);
        self.plan_simplification(state);
        if !self.settings.has(AutoPart::Reviews) {
            return;
        }
        let added = self.added_sentences(state);
        let suspicion = |sentence: &String| self.memory.suspicion.get(sentence).copied().unwrap_or(0.2);
        let mut order: Vec<(f64, String)> =
            added.into_iter().map(|s| (suspicion(&s), s)).filter(|(s, _)| *s > 0.01).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        self.reviewing = order.into_iter().map(|(_, sentence)| sentence).collect();
    }

    /// Sentences of the incumbent that the first prompt has not.
    fn added_sentences(&self, state: &RunState) -> Vec<String> {
        let first = self.line.first().map(|id| sentences(state, *id)).unwrap_or_default();
        let mut added = sentences(state, self.incumbent());
        added.retain(|sentence| !first.contains(sentence));
        added.sort();
        added.dedup();
        added
    }

    fn review_lanes(&mut self, state: &RunState, lanes: usize, quota: usize) -> Vec<Lane> {
        let incumbent = self.incumbent();
        let there = sentences(state, incumbent);
        let stubborn = self.memory.stubborn(&self.belief, self.line.len(), self.looks);
        let mut planned = Vec::new();
        if stubborn.is_empty() {
            self.reviewing.clear();
        }
        while planned.len() < lanes
            && let Some(sentence) = self.reviewing.pop()
        {
            if there.contains(&sentence) {
                let suspicion = self.memory.suspicion.get(&sentence).copied().unwrap_or(0.2);
                let attempt = Attempt::Review { sentence, suspicion };
                planned.push(self.new_lane(attempt, "sentence-removal", incumbent, stubborn.clone(), quota));
            }
        }
        planned
    }

    fn carried_lanes(&mut self, state: &RunState, lanes: usize, quota: usize) -> Vec<Lane> {
        let mut planned = Vec::new();
        let take = self.carried.len().min(lanes);
        for carried in self.carried.drain(..take).collect::<Vec<_>>() {
            if state.candidate(carried.child).is_some() {
                let attempt = Attempt::Carried { child: carried.child, odds: carried.odds };
                planned.push(self.new_lane(attempt, "rebase", carried.base, carried.targets, quota));
            }
        }
        planned
    }

    fn command(&self, state: &RunState, plan: &Plan, lane: &Lane) -> ProposeCommand {
        let incumbent = self.incumbent();
        let failures = self.memory.failures(&self.belief, self.line.len());
        let shown = |place: &usize| -> Option<CellRef> {
            let (_, cell, _) = failures.iter().find(|(other, ..)| other == place)?;
            // where a rejected child is edited further, its own failure is shown
            let own = CellRef { candidate: lane.base, ..*cell };
            let has = state.cells(lane.base).is_some_and(|c| c.get(own.example, own.sample, state.repeat()).is_some());
            Some(if has { own } else { *cell })
        };
        let seed = child_seed(state.spec().seed, &[1, u64::from(lane.slots[0].0)]);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let wants = operators::by_name(&lane.operator.0).map(crate::operators::Operator::wants).unwrap_or_default();
        let mut successes: Vec<CellRef> = state
            .cells(incumbent)
            .map(|cells| {
                let all = cells.iter(incumbent, state.repeat()).filter(|(_, cell)| cell.score >= 0.999);
                all.map(|(cell, _)| cell)
                    .filter(|cell| state.dataset().split(cell.example) == Some(clade_domain::Split::Train))
                    .collect()
            })
            .unwrap_or_default();
        successes.shuffle(&mut rng);
        let mut demonstrations = successes.clone();
        demonstrations.truncate(wants.demonstrations);
        successes.truncate(wants.successes);
        let (parents, brief) = match &lane.attempt {
            Attempt::Edit => (vec![lane.base], None),
            Attempt::Review { sentence, .. } => (vec![lane.base], Some(sentence.clone())),
            Attempt::Simplify { sentence } => (vec![lane.base], sentence.clone()),
            Attempt::Carried { child, .. } => (vec![incumbent, *child, lane.base], None),
        };
        ProposeCommand {
            slot: lane.slots[0],
            candidate: lane.ids[0],
            generation: self.round,
            operator: lane.operator.clone(),
            parents,
            failures: if lane.is_edit() { lane.targets.iter().filter_map(shown).collect() } else { Vec::new() },
            successes,
            demonstrations,
            targets: lane.targets.iter().filter_map(|place| plan.train.get(*place).copied()).collect(),
            brief,
            seed: rng.next_u64(),
        }
    }
}
