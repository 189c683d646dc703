//! What happens in a round: moving its lanes on, and taking what they brought.

use super::{
    Auto, Stage,
    lane::{Attempt, Carried, Lane, Step},
    look,
    verification::{Next, Odds, Outcome, Question, Stakes, Verification},
};
use crate::{Plan, ProposeCommand, RunState, child_seed, operators, state::price};
use clade_domain::{AutoPart, CandidateId, RunEvent, SlotId, Verdict, VerdictReason};

/// What an edit is before anything was seen of it.
const EDIT: Odds = Odds { useful: 0.33, neutral: 0.40, harmful: 0.27 };
/// The share of what works that a harmful sentence breaks.
const BROKEN: f64 = 0.3;
/// Rounds without anything bought before tries are forgotten and the incumbent is looked at on fresh examples.
pub(super) const IDLE: u32 = 10;

impl Auto {
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
                // what an edit leads back to is known for what it is
                (Step::Writing, Some(child)) if child == lane.base || lane.is_edit() && self.line.contains(&child) => {
                    lane.step = Step::Over;
                }
                (Step::Writing, Some(child)) => {
                    lane.child = Some(child);
                    if lane.is_edit() && self.is_known(state, lane, child) {
                        lane.step = Step::Over;
                        let detail = "says nothing that is not said already, or only what was found to harm";
                        self.records.extend(self.set_aside(lane, child, VerdictReason::NothingNew, detail.to_owned()));
                        continue;
                    }
                    if lane.is_edit() && self.lost_something(state, child) {
                        lane.step = Step::Restoring;
                        self.proposals.push_back(self.restoring(state, plan, lane, child));
                    } else {
                        self.verify(lane);
                    }
                }
                (Step::Writing, None) => lane.step = Step::Over,
                (Step::Restoring, Some(restored)) if self.line.contains(&restored) => {
                    lane.step = Step::Over;
                    let detail = format!("with the sentences that it lost put back it is {restored}");
                    let child = lane.child.unwrap_or(restored);
                    self.records.extend(self.set_aside(lane, child, VerdictReason::NothingNew, detail));
                }
                (Step::Restoring, restored) => {
                    if let (Some(child), Some(restored)) = (lane.child, restored) {
                        let detail =
                            format!("lost sentences of the leading prompt: {restored} has them back and is verified");
                        self.records.extend(self.set_aside(lane, child, VerdictReason::Replaced, detail));
                    }
                    lane.child = restored.or(lane.child);
                    self.verify(lane);
                }
                (Step::Verifying | Step::Over, _) => {}
            }
        }
        self.stage = Stage::Round(lanes);
        self.advance(state, plan);
    }

    /// Why a candidate that this lane had written is not verified. One that was there before was decided on in its own time.
    fn set_aside(&self, lane: &Lane, child: CandidateId, reason: VerdictReason, detail: String) -> Option<RunEvent> {
        lane.ids.contains(&child).then(|| RunEvent::CandidateDecided {
            candidate: child,
            verdict: Verdict::Dropped,
            reason,
            detail,
            against: self.incumbent(),
            trials: 0,
            gain: 0.0,
            gain_sd: 0.0,
        })
    }

    /// Whether an edit kept most of the incumbent's sentences and lost a few: a slip, more often than a change that was meant.
    fn lost_something(&self, state: &RunState, child: CandidateId) -> bool {
        let (old, new) = (sentences(state, self.incumbent()), sentences(state, child));
        let kept = old.iter().filter(|sentence| new.contains(sentence)).count();
        let gained = new.iter().any(|sentence| !old.contains(sentence));
        kept < old.len() && 2 * kept >= old.len() && gained
    }

    /// Whether an edit says again what the incumbent says already, or brings nothing but sentences that were found to harm.
    fn is_known(&self, state: &RunState, lane: &Lane, child: CandidateId) -> bool {
        let mut said = sentences(state, self.incumbent());
        said.extend(sentences(state, lane.base));
        let (before, after) = (sentences(state, lane.base).len(), sentences(state, child));
        let gained: Vec<&String> = after.iter().filter(|sentence| !said.contains(sentence)).collect();
        let harms = |sentence: &&String| self.memory.tested.get(*sentence).is_some_and(|odds| odds.harmful > 0.7);
        // an edit of something else than sentences is a new one
        after.len() > before && gained.iter().all(harms)
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
            batch: self.batch,
            information: 0.004,
            drop_below: 0.26,
            guard: self.settings.has(AutoPart::Guard),
        };
        let first = if self.settings.has(AutoPart::Targeting) { lane.targets.clone() } else { Vec::new() };
        let verification = match &lane.attempt {
            Attempt::Edit => {
                // edits on an edit that was not accepted carry the risks of all of them
                let depth = lane.targets.first().map_or(1, |place| self.memory.depth(*place, lane.base));
                let odds = Odds { harmful: EDIT.harmful * f64::from(depth), ..EDIT };
                Verification::edit(odds, first, self.on_target(), stakes)
            }
            Attempt::Carried { odds, .. } => Verification::edit(odds.mixed(EDIT, 0.8), first, self.on_target(), stakes),
            Attempt::Review { suspicion, .. } => {
                let useful = suspicion.clamp(0.15, 0.5);
                let odds = Odds { useful, neutral: 0.4 * (1.0 - useful), harmful: 0.6 * (1.0 - useful) };
                // of what would be solved without a harm, three in ten are broken: the failures that this explains
                let solved = self.belief.mean();
                let on_target = (BROKEN / (1.0 - BROKEN) * solved / (1.0 - solved).max(0.01)).clamp(0.1, 0.85);
                Verification::review(odds, lane.targets.clone(), on_target, stakes)
            }
            Attempt::Simplify { .. } => Verification::simpler(stakes),
        };
        lane.verification = Some(match self.belief.has_degrees() {
            true => verification.by_degrees(self.memory.seen().to_vec()),
            false => verification,
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
            let price = price(state, child, self.line.last().copied().unwrap_or(child));
            match verification.next(&self.belief, price) {
                Next::Buy(places) => {
                    let new = |place: &&usize| look(state, plan, child, **place, self.round).is_none();
                    lane.trials += u32::try_from(places.iter().filter(new).count()).unwrap_or(u32::MAX);
                    lane.asked.clone_from(&places);
                    self.ask(state, plan, child, &places);
                }
                Next::Over(outcome) => {
                    lane.outcome = Some(outcome);
                    lane.step = Step::Over;
                    self.records.extend(self.decided(lane, outcome, price));
                }
            }
        }
    }

    fn decided(&self, lane: &Lane, outcome: Outcome, price: f64) -> Option<RunEvent> {
        let (child, verification) = (lane.child?, lane.verification.as_ref()?);
        let (gain, gain_sd) = verification.gain(&self.belief);
        let seen = verification.seen().len();
        let right = verification.seen().iter().filter(|(_, score)| *score > 0.5).count();
        let (mended, targets) = (verification.targets_mended(), lane.targets.len());
        let odds = verification.odds();
        let figures = format!("right on {right} of {seen} examples");
        let question = verification.question();
        let (verdict, reason, detail) = match outcome {
            Outcome::Accept if question == Question::Simpler => {
                (Verdict::Kept, VerdictReason::Simpler, format!("{figures}; saves {:.1} points", -100.0 * price))
            }
            Outcome::Accept if question == Question::Review => (
                Verdict::Kept,
                VerdictReason::Improves,
                format!("the sentence did harm: solves {mended} of {targets} failures without it; {figures}"),
            ),
            Outcome::Accept => {
                (Verdict::Kept, VerdictReason::Improves, format!("solves {mended} of {targets} targets; {figures}"))
            }
            Outcome::Missed => {
                (Verdict::Dropped, VerdictReason::MissedTarget, format!("solves none of {targets} targets"))
            }
            Outcome::Breaks if question == Question::Review => {
                (Verdict::Dropped, VerdictReason::Breaks, format!("the sentence is needed: {figures}"))
            }
            Outcome::Breaks => (Verdict::Dropped, VerdictReason::Breaks, figures),
            Outcome::Outweighed => (
                Verdict::Dropped,
                VerdictReason::Outranked,
                format!("{figures}; gains {:.1} points and costs {:.1}", 100.0 * gain, 100.0 * price),
            ),
            Outcome::Unclear => (
                Verdict::Dropped,
                VerdictReason::Unclear,
                format!("{figures}; helps with probability {:.2}, harms with {:.2}", odds.useful, odds.harmful),
            ),
        };
        let (against, trials) = (self.incumbent(), lane.trials);
        Some(RunEvent::CandidateDecided { candidate: child, verdict, reason, detail, against, trials, gain, gain_sd })
    }

    /// Takes what the lanes of a round brought.
    pub(super) fn close(&mut self, state: &RunState, plan: &Plan, lanes: Vec<Lane>) {
        let old = self.incumbent();
        let bought: u32 = lanes.iter().map(|lane| lane.trials).sum();
        self.idle = if bought == 0 { self.idle + 1 } else { 0 };
        if self.idle > 0 && self.idle.is_multiple_of(IDLE) {
            self.memory.forget_tries();
        }
        for lane in &lanes {
            if let Some(verification) = lane.verification.as_ref().filter(|_| !lane.accepted()) {
                verification.inform(&mut self.belief);
            }
            match (&lane.attempt, &lane.verification) {
                (Attempt::Edit, verification) => {
                    self.recent.0 = 0.9 * self.recent.0 + 0.1 * 0.2 + f64::from(u8::from(lane.accepted()));
                    self.recent.1 = 0.9 * self.recent.1 + 1.0;
                    self.refused = if lane.accepted() { 0 } else { self.refused + 1 };
                    if let (Some(verification), Some(child)) = (verification, lane.child) {
                        let before = sentences(state, old);
                        for sentence in sentences(state, child).into_iter().filter(|s| !before.contains(s)) {
                            self.memory.tested.insert(sentence, verification.odds());
                        }
                    }
                }
                (Attempt::Review { sentence, .. }, Some(verification)) => {
                    self.memory.suspicion.insert(sentence.clone(), verification.odds().useful);
                }
                (Attempt::Simplify { sentence: Some(sentence) }, _) if !lane.accepted() => {
                    self.memory.needed.insert(sentence.clone());
                }
                _ => {}
            }
            if let (Some(Outcome::Missed), [target], Some(child)) = (lane.outcome, lane.targets.as_slice(), lane.child)
                && lane.is_edit()
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
        let brings_news = |lane: &Lane| matches!(lane.attempt, Attempt::Edit | Attempt::Carried { .. });
        self.probe_due = lanes.iter().any(|lane| lane.accepted() && brings_news(lane));
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
            self.belief.observe(*place, *score);
            let example = plan.train.get(*place).copied().unwrap_or(clade_domain::ExampleId(0));
            self.memory.see(*place, child, example, *score, self.line.len());
        }
        if verification.question() != Question::Edit {
            self.refused = 0;
            return;
        }
        self.looks = 1;
        if !lane.targets.is_empty() {
            let mended = verification.targets_mended() > 0;
            if mended { self.targets_hit.0 += 0.5 } else { self.targets_hit.1 += 0.5 }
        }
        let before = sentences(state, old);
        for sentence in sentences(state, child).into_iter().filter(|sentence| !before.contains(sentence)) {
            self.memory.suspicion.insert(sentence, verification.odds().harmful.max(0.05));
        }
    }

    fn carry(&mut self, lane: &Lane, base: CandidateId) {
        let (Some(child), Some(verification)) = (lane.child, &lane.verification) else { return };
        match &lane.attempt {
            Attempt::Review { sentence, .. } => self.reviewing.push(sentence.clone()),
            Attempt::Simplify { sentence } => self.simplifying.push(sentence.clone()),
            Attempt::Edit | Attempt::Carried { .. } => {
                self.carried.push(Carried { child, base, targets: lane.targets.clone(), odds: verification.odds() })
            }
        }
    }
}

/// The free sentences of a candidate's prompt.
pub(super) fn sentences(state: &RunState, id: CandidateId) -> Vec<String> {
    let frozen = &state.spec().optimize.constraints.frozen;
    state.candidate(id).map(|c| operators::free_sentences(&c.prompt, frozen)).unwrap_or_default()
}
