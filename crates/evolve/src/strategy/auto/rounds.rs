//! What happens in a round: planning its lanes, moving them on, and taking what they brought.

use std::collections::BTreeSet;

use clade_domain::{
    AutoPart, CandidateId, CellRef, OperatorName, RunEvent, SlotId, StopReason, Verdict, VerdictReason,
};
use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    Auto, Stage,
    lane::{Attempt, Carried, Lane, Step},
    look,
    verification::{Next, Odds, Outcome, Question, Stakes, Verification},
};
use crate::{Plan, ProposeCommand, RunState, child_seed, operators};

/// What an edit is before anything was seen of it.
const EDIT: Odds = Odds { useful: 0.33, neutral: 0.40, harmful: 0.27 };
/// What a deletion is: of something that did harm, that did nothing, that was needed.
const DELETION: Odds = Odds { useful: 0.15, neutral: 0.35, harmful: 0.50 };
/// Most trials of one verification.
const MOST_TRIALS: usize = 30;
/// Fewest trials for which a lane is begun.
const LEAST_TRIALS: f64 = 4.0;
/// Proposals for one example that missed it before other examples are looked for.
const PATIENCE: f64 = 4.0;
/// Examples of a probe.
const PROBE: usize = 4;
/// Rounds without anything bought before tries are forgotten, and before the search gives up.
const IDLE: [u32; 2] = [8, 16];
/// Rounds without an accepted edit before a search without a limit ends.
const STALE: u32 = 40;

impl Auto {
    /// What comes next: deletions, proposals, a look at more examples, or the end.
    pub(super) fn plan_round(&mut self, state: &RunState, plan: &Plan) {
        // all that was asked for has come; after a replay it still stands here, for a model that may no longer serve
        self.evaluations.clear();
        if let Some(reason) = self.reason_to_stop(state, plan) {
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
        if std::mem::take(&mut self.probe_due) && self.probe(state, plan, PROBE) {
            return;
        }
        let allowance = plan.allowance(state);
        let used = if allowance.total.is_finite() { 1.0 - (allowance.trials / allowance.total).max(0.0) } else { 0.0 };
        let lanes = self.affordable_lanes(allowance.trials, allowance.proposal);
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
        let due = self.accepted_since_pruning >= 4 && (used >= 0.7 || self.belief.mean() > 0.6);
        if self.pruning.is_empty() && due {
            self.plan_pruning(state, &mut rng);
        }
        let mut planned = self.carried_lanes(state, lanes, quota);
        if planned.is_empty() && !self.pruning.is_empty() {
            planned = self.deletion_lanes(state, lanes, quota);
        }
        if planned.is_empty() {
            let solved = self.belief.all();
            let failures = self.memory.failures(&solved, self.line.len());
            let fresh = failures.iter().filter(|(_, _, tries)| *tries < PATIENCE).count();
            if fresh == 0 {
                if self.probe(state, plan, PROBE.max(lanes)) {
                    return;
                }
                if self.accepted_since_pruning > 0 {
                    self.plan_pruning(state, &mut rng);
                    planned = self.deletion_lanes(state, lanes, quota);
                }
                self.memory.forget_tries();
            }
            if planned.is_empty() {
                planned = self.edit_lanes(state, &solved, lanes, quota, allowance.proposal, &mut rng);
            }
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
        let stop = &state.spec().optimize.stop;
        if stop.target_score.is_some_and(|target| self.belief.mean() >= target) && self.memory.unseen().is_empty() {
            return Some(StopReason::TargetReached);
        }
        if self.idle >= IDLE[1] {
            return Some(StopReason::NothingToGain);
        }
        let endless = plan.allowance(state).trials.is_infinite();
        let patience = stop.no_improvement.or(endless.then_some(STALE));
        patience.is_some_and(|most| self.stale >= most).then_some(StopReason::NoImprovement)
    }

    fn affordable_lanes(&self, trials: f64, proposal: f64) -> usize {
        let most = self.settings.lanes.max(1) as usize;
        if trials.is_infinite() {
            return most;
        }
        ((trials / (proposal + LEAST_TRIALS)).max(0.0) as usize).min(most)
    }

    fn new_lane(
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
            outcome: None,
        }
    }

    fn edit_lanes(
        &mut self,
        state: &RunState,
        solved: &[f64],
        lanes: usize,
        quota: usize,
        proposal: f64,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Lane> {
        let incumbent = self.incumbent();
        let failures = self.memory.failures(solved, self.line.len());
        let mut order: Vec<(f64, usize)> = failures
            .iter()
            .map(|(place, _, tries)| (tries + 2.0 * solved[*place] + rng.random_range(0.0..0.5), *place))
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut waiting: Vec<usize> = order.into_iter().map(|(_, place)| place).collect();
        let can_show = state.cells(incumbent).is_some_and(|cells| cells.passed(clade_domain::Split::Train) > 0);
        let mut planned = Vec::new();
        for _ in 0..lanes {
            let usable = |arm: &super::arms::Arm| {
                arm.shown <= waiting.len() && (arm.operator.wants().demonstrations == 0 || can_show)
            };
            let Some(arm) = self.arms.draw(proposal, usable, rng) else { break };
            let Some((operator, shown)) = self.arms.get(arm).map(|arm| (arm.operator, arm.shown)) else { break };
            let targets: Vec<usize> = waiting.drain(..shown).collect();
            let base = match targets.as_slice() {
                [one] => self.memory.chained(*one, incumbent).unwrap_or(incumbent),
                _ => incumbent,
            };
            targets.iter().for_each(|place| self.memory.tried(*place));
            planned.push(self.new_lane(Attempt::Edit { arm }, operator.name(), base, targets, quota));
        }
        planned
    }

    fn plan_pruning(&mut self, state: &RunState, rng: &mut ChaCha8Rng) {
        self.accepted_since_pruning = 0;
        if !self.settings.has(AutoPart::Pruning) {
            return;
        }
        let frozen = &state.spec().optimize.constraints.frozen;
        let sentences =
            |id| state.candidate(id).map(|c| operators::free_sentences(&c.prompt, frozen)).unwrap_or_default();
        let first: BTreeSet<String> =
            self.line.first().map(|id| sentences(*id)).unwrap_or_default().into_iter().collect();
        self.pruning = sentences(self.incumbent()).into_iter().filter(|s| !first.contains(s)).collect();
        self.pruning.shuffle(rng);
    }

    fn deletion_lanes(&mut self, state: &RunState, lanes: usize, quota: usize) -> Vec<Lane> {
        let frozen = &state.spec().optimize.constraints.frozen;
        let incumbent = self.incumbent();
        let there =
            state.candidate(incumbent).map(|c| operators::free_sentences(&c.prompt, frozen)).unwrap_or_default();
        let mut planned = Vec::new();
        while planned.len() < lanes
            && let Some(sentence) = self.pruning.pop()
        {
            if there.contains(&sentence) {
                let mended = self.memory.mended_by.get(&sentence).map(|all| all.iter().take(3).copied().collect());
                let attempt = Attempt::Deletion { sentence };
                planned.push(self.new_lane(attempt, "sentence-removal", incumbent, mended.unwrap_or_default(), quota));
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
        let solved = self.belief.all();
        let failures = self.memory.failures(&solved, self.line.len());
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
            Attempt::Edit { .. } => (vec![lane.base], None),
            Attempt::Deletion { sentence } => (vec![lane.base], Some(sentence.clone())),
            Attempt::Carried { child, .. } => (vec![incumbent, *child, lane.base], None),
        };
        let edits = matches!(lane.attempt, Attempt::Edit { .. });
        ProposeCommand {
            slot: lane.slots[0],
            candidate: lane.ids[0],
            generation: self.round,
            operator: lane.operator.clone(),
            parents,
            failures: if edits { lane.targets.iter().filter_map(shown).collect() } else { Vec::new() },
            successes,
            demonstrations,
            targets: lane.targets.iter().filter_map(|place| plan.train.get(*place).copied()).collect(),
            brief,
            seed: rng.next_u64(),
        }
    }

    /// Whether an operator is still to write for this slot.
    pub(super) fn awaits(&self, slot: SlotId) -> bool {
        let Stage::Round(lanes) = &self.stage else { return false };
        lanes.iter().any(|lane| match lane.step {
            Step::Writing => lane.slots[0] == slot,
            Step::Restoring => lane.slots[1] == slot,
            Step::Verifying | Step::Over => false,
        })
    }

    /// An operator wrote a candidate, or did not.
    pub(super) fn written(&mut self, state: &RunState, plan: &Plan, slot: SlotId, candidate: Option<CandidateId>) {
        let Stage::Round(mut lanes) = std::mem::replace(&mut self.stage, Stage::Closed) else { return };
        for lane in lanes.iter_mut().filter(|lane| lane.slots.contains(&slot)) {
            match (lane.step, candidate) {
                (Step::Writing, Some(child)) => {
                    lane.child = Some(child);
                    if matches!(lane.attempt, Attempt::Edit { .. }) && self.lost_something(state, child) {
                        lane.step = Step::Restoring;
                        self.proposals.push_back(self.restoring(state, plan, lane, child));
                    } else {
                        self.verify(lane);
                    }
                }
                (Step::Writing, None) => lane.step = Step::Over,
                (Step::Restoring, restored) => {
                    lane.child = restored.or(lane.child);
                    self.verify(lane);
                }
                (Step::Verifying | Step::Over, _) => {}
            }
        }
        self.stage = Stage::Round(lanes);
        self.advance(state, plan);
    }

    /// Whether an edit kept most of the incumbent's sentences and lost a few: a slip, more often than a change that was meant.
    fn lost_something(&self, state: &RunState, child: CandidateId) -> bool {
        let frozen = &state.spec().optimize.constraints.frozen;
        let sentences =
            |id| state.candidate(id).map(|c| operators::free_sentences(&c.prompt, frozen)).unwrap_or_default();
        let (old, new) = (sentences(self.incumbent()), sentences(child));
        let kept = old.iter().filter(|sentence| new.contains(sentence)).count();
        let gained = new.iter().any(|sentence| !old.contains(sentence));
        kept < old.len() && 2 * kept >= old.len() && gained
    }

    fn restoring(&self, state: &RunState, plan: &Plan, lane: &Lane, child: CandidateId) -> ProposeCommand {
        let incumbent = self.incumbent();
        ProposeCommand {
            slot: lane.slots[1],
            candidate: lane.ids[1],
            generation: self.round,
            operator: "rebase".into(),
            parents: vec![incumbent, child, incumbent],
            failures: Vec::new(),
            successes: Vec::new(),
            demonstrations: Vec::new(),
            targets: lane.targets.iter().filter_map(|place| plan.train.get(*place).copied()).collect(),
            brief: None,
            seed: child_seed(state.spec().seed, &[1, u64::from(lane.slots[1].0)]),
        }
    }

    fn verify(&self, lane: &mut Lane) {
        let stakes = Stakes {
            most: lane.quota,
            batch: 1,
            information: 0.004,
            drop_below: 0.2,
            guard: self.settings.has(AutoPart::Guard),
        };
        let first = if self.settings.has(AutoPart::Targeting) { lane.targets.clone() } else { Vec::new() };
        lane.verification = Some(match &lane.attempt {
            Attempt::Edit { .. } => Verification::edit(EDIT, first, self.on_target(), stakes),
            Attempt::Carried { odds, .. } => Verification::edit(odds.mixed(EDIT, 0.3), first, self.on_target(), stakes),
            Attempt::Deletion { .. } => Verification::deletion(DELETION, lane.targets.clone(), stakes),
        });
        lane.step = Step::Verifying;
    }

    /// Moves a lane on as far as its scores allow.
    pub(super) fn advance_lane(&mut self, state: &RunState, plan: &Plan, lane: &mut Lane) {
        while lane.step == Step::Verifying {
            let (Some(child), Some(verification)) = (lane.child, &mut lane.verification) else { return };
            let scores: Option<Vec<f64>> =
                lane.asked.iter().map(|place| look(state, plan, child, *place, self.round)).collect();
            let Some(scores) = scores else { return };
            for (place, score) in std::mem::take(&mut lane.asked).into_iter().zip(scores) {
                verification.observe(&self.belief, place, score);
            }
            match verification.next(&self.belief) {
                Next::Buy(places) => {
                    lane.asked.clone_from(&places);
                    self.ask(state, plan, child, &places);
                }
                Next::Over(outcome) => {
                    lane.outcome = Some(outcome);
                    lane.step = Step::Over;
                    self.records.extend(self.decided(lane, outcome));
                }
            }
        }
    }

    fn decided(&self, lane: &Lane, outcome: Outcome) -> Option<RunEvent> {
        let (child, verification) = (lane.child?, lane.verification.as_ref()?);
        let (gain, gain_sd) = verification.gain(&self.belief);
        let seen = verification.seen().len();
        let right = verification.seen().iter().filter(|(_, score)| *score > 0.5).count();
        let (mended, targets) = (verification.targets_mended(), lane.targets.len());
        let odds = verification.odds();
        let figures = format!("right on {right} of {seen} examples");
        let deletion = verification.question() == Question::Deletion;
        let (verdict, reason, detail) = match outcome {
            Outcome::Accept if deletion => {
                (Verdict::Kept, VerdictReason::Simpler, format!("the sentence is not missed: {figures}"))
            }
            Outcome::Accept => {
                (Verdict::Kept, VerdictReason::Improves, format!("solves {mended} of {targets} targets; {figures}"))
            }
            Outcome::Missed => {
                (Verdict::Dropped, VerdictReason::MissedTarget, format!("solves none of {targets} targets"))
            }
            Outcome::Breaks if deletion => {
                (Verdict::Dropped, VerdictReason::Breaks, format!("the sentence is needed: {figures}"))
            }
            Outcome::Breaks => (Verdict::Dropped, VerdictReason::Breaks, figures),
            Outcome::Unclear => (
                Verdict::Dropped,
                VerdictReason::Unclear,
                format!("{figures}; helps with probability {:.2}, harms with {:.2}", odds.useful, odds.harmful),
            ),
        };
        let (against, trials) = (self.incumbent(), lane.trials());
        Some(RunEvent::CandidateDecided { candidate: child, verdict, reason, detail, against, trials, gain, gain_sd })
    }

    /// Takes what the lanes of a round brought.
    pub(super) fn close(&mut self, state: &RunState, plan: &Plan, lanes: Vec<Lane>) {
        let old = self.incumbent();
        let bought: u32 = lanes.iter().map(Lane::trials).sum();
        self.idle = if bought == 0 { self.idle + 1 } else { 0 };
        if self.idle > 0 && self.idle.is_multiple_of(IDLE[0]) {
            self.memory.forget_tries();
        }
        for lane in &lanes {
            if let Some(verification) = &lane.verification {
                verification.weigh(&mut self.belief);
            }
            if let Attempt::Edit { arm } = lane.attempt {
                self.arms.credit(arm, lane.accepted(), lane.trials());
            }
            if let (Some(Outcome::Missed), [target], Some(child)) = (lane.outcome, lane.targets.as_slice(), lane.child)
                && matches!(lane.attempt, Attempt::Edit { .. })
            {
                self.memory.chain(*target, old, child);
            }
        }
        let gain = |lane: &Lane| lane.verification.as_ref().map_or(0.0, |v| v.gain(&self.belief).0);
        let mut taken: Vec<(f64, usize)> =
            lanes.iter().enumerate().filter(|(_, lane)| lane.accepted()).map(|(n, lane)| (gain(lane), n)).collect();
        taken.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.stale = if taken.is_empty() { self.stale + 1 } else { 0 };
        for (place, (_, n)) in taken.iter().enumerate() {
            let lane = &lanes[*n];
            if place == 0 {
                self.take(state, plan, lane);
            } else {
                self.carry(lane, old);
            }
        }
        // after an accepted edit the incumbent is looked at on fresh examples
        self.probe_due = lanes.iter().any(|lane| lane.accepted() && !matches!(lane.attempt, Attempt::Deletion { .. }));
        self.close_round(state);
    }

    /// Makes a lane's child the incumbent.
    fn take(&mut self, state: &RunState, plan: &Plan, lane: &Lane) {
        let (Some(child), Some(verification)) = (lane.child, &lane.verification) else { return };
        let old = self.incumbent();
        self.belief.carry_over(|place, b| verification.carried(place, b));
        self.line.push(child);
        self.memory.new_incumbent();
        for (place, score) in verification.seen() {
            self.belief.absorb(*place, *score);
            let example = plan.train.get(*place).copied().unwrap_or(clade_domain::ExampleId(0));
            self.memory.see(*place, child, example, *score, self.line.len());
        }
        if verification.question() == Question::Deletion {
            return;
        }
        self.accepted_since_pruning += 1;
        if !lane.targets.is_empty() {
            let mended = verification.targets_mended() > 0;
            if mended { self.targets_hit.0 += 0.5 } else { self.targets_hit.1 += 0.5 }
        }
        let frozen = &state.spec().optimize.constraints.frozen;
        let sentences =
            |id| state.candidate(id).map(|c| operators::free_sentences(&c.prompt, frozen)).unwrap_or_default();
        let before = sentences(old);
        let mended = verification.mended().to_vec();
        for sentence in sentences(child).into_iter().filter(|sentence| !before.contains(sentence)) {
            self.memory.mended_by.insert(sentence, mended.clone());
        }
    }

    fn carry(&mut self, lane: &Lane, base: CandidateId) {
        let (Some(child), Some(verification)) = (lane.child, &lane.verification) else { return };
        match &lane.attempt {
            Attempt::Deletion { sentence } => self.pruning.push(sentence.clone()),
            Attempt::Edit { .. } | Attempt::Carried { .. } => {
                self.carried.push(Carried { child, base, targets: lane.targets.clone(), odds: verification.odds() })
            }
        }
    }
}
