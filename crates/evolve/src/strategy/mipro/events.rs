//! What `mipro` makes of events, and what it wishes for.

use clade_domain::{CandidateId, RunEvent, StopReason};

use super::{Mipro, Stage};
use crate::{
    Plan, RunState,
    strategy::{Strategy, Wish},
};

impl Strategy for Mipro {
    fn apply(&mut self, state: &RunState, plan: &Plan, event: &RunEvent) {
        match event {
            RunEvent::CandidateAdmitted { candidate, .. } => match candidate.slot {
                None if state.seeds().count() == state.spec().prompts.len() => self.begin(state, plan),
                None => {}
                Some(slot) if self.open.remove(&slot) => {
                    self.children.insert(slot, candidate.id);
                    if let (Stage::Trial { pick, .. }, Some(grid)) = (&self.stage, &mut self.grid) {
                        self.combinations.insert(*pick, candidate.id);
                        grid.add(state, candidate.id);
                    }
                    self.advance(state, plan);
                }
                Some(_) => {}
            },
            RunEvent::ProposalRejected { slot, .. } if self.open.remove(slot) => self.advance(state, plan),
            RunEvent::TrialFinished(trial) => {
                if let Some(grid) = &mut self.grid {
                    grid.apply(trial);
                }
                self.advance(state, plan);
            }
            RunEvent::CandidateDecided { candidate, .. } => self
                .records
                .retain(|e| !matches!(e, RunEvent::CandidateDecided { candidate: other, .. } if other == candidate)),
            RunEvent::GenerationClosed { survivors, .. } => {
                self.leaders.clone_from(survivors);
                self.records.clear();
                self.go_on(state, plan);
            }
            RunEvent::BudgetChanged { .. } if matches!(self.finish, Some(StopReason::BudgetSpent { .. })) => {
                self.go_on(state, plan);
            }
            _ => {}
        }
    }

    fn leaders(&self) -> Vec<CandidateId> {
        self.leaders.clone()
    }

    fn next(&mut self, state: &RunState, _plan: &Plan) -> Wish {
        if let Some(reason) = self.finish {
            return Wish::Finish { reason, finalists: self.leaders.clone() };
        }
        while let Some(command) = self.queue.pop_front() {
            if self.open.contains(&command.slot) {
                return Wish::Propose(Box::new(command));
            }
        }
        if let Some(command) = self.grid.as_mut().and_then(|grid| grid.next(state)) {
            return Wish::Evaluate(command);
        }
        // a combination that goes on to meet all examples is decided by these
        match self.records.pop_front_if(|_| matches!(self.stage, Stage::Closed)) {
            Some(event) => Wish::Record(Box::new(event)),
            None => Wish::Wait,
        }
    }
}
