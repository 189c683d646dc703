use std::sync::Arc;

use clade_domain::{Budget, Instruction, Limit, RunEvent, RunMode, Spent, Steering, StopReason, UserId};
use clade_evolve::{Conductor, state::Phase};

use crate::{Control, EngineError, RunOutcome, Runner, orders};

/// What a run does as it is told while it goes on.
impl Runner {
    /// Carries out an instruction. `stop` is why nothing more is commanded; other limits may take that back.
    pub(crate) async fn obey(
        &mut self,
        instruction: Instruction,
        control: &Control,
        stop: &mut Option<RunOutcome>,
    ) -> Result<(), EngineError> {
        match instruction {
            Instruction::Pause { why } => {
                control.put_down(why);
                self.write_summary().await?;
            }
            Instruction::Stop => self.end_search(control).await?,
            Instruction::Budget { budget } => {
                self.change_budget(budget).await?;
                match (spent_already(&budget, &self.spent()), &stop) {
                    // it rests until somebody raises them again: a search that they ended would be over for good
                    (Some(limit), None) => *stop = Some(RunOutcome::BudgetSpent { limit }),
                    (None, Some(RunOutcome::BudgetSpent { .. })) if !control.drain.is_cancelled() => *stop = None,
                    _ => {}
                }
            }
            Instruction::Steer { by, steering } => self.steer(by, steering).await?,
        }
        Ok(())
    }

    /// Carries out what was posted by other processes.
    pub(crate) async fn obey_posted(&mut self, control: &Control, stop: &mut Option<RunOutcome>) {
        let (store, run) = (self.settings.store.clone(), self.conductor.state().run().clone());
        for order in orders::take(store.as_ref(), &run).await {
            let done = self.obey(order.value.instruction.clone(), control, stop).await;
            orders::answer(store.as_ref(), &order, done).await;
        }
    }

    async fn steer(&mut self, by: UserId, steering: Steering) -> Result<(), EngineError> {
        if let Steering::Model(..) = steering {
            return Err(EngineError::Steer("a run that goes on keeps its models; pause it first".to_owned()));
        }
        let event = self.conductor.steer(by, steering).map_err(|error| EngineError::Steer(error.to_string()))?;
        self.record(vec![event]).await?;
        // what is frozen from now on is part of the settings
        self.spec = Arc::new(self.conductor.state().spec().clone());
        Ok(())
    }

    /// Ends the search as the user wishes: who led when the last generation closed meets validation.
    async fn end_search(&mut self, control: &Control) -> Result<(), EngineError> {
        if !chooses(&self.conductor) {
            control.drain.cancel();
            return Ok(());
        }
        match search_ended(&self.conductor) {
            Some(ended) => self.record(vec![ended]).await,
            None => Ok(()),
        }
    }
}

/// Whether a run chooses among candidates, and has any.
pub(crate) fn chooses(conductor: &Conductor) -> bool {
    let state = conductor.state();
    state.spec().mode == RunMode::Optimize && state.candidates().len() > 0
}

/// The end of a search that somebody wished; none where it is over already: whoever asks again, or a moment later, wants the proof as well.
pub(crate) fn search_ended(conductor: &Conductor) -> Option<RunEvent> {
    let state = conductor.state();
    if state.phase() != Phase::Search {
        return None;
    }
    let leaders = match state.generations().last() {
        Some(closed) => closed.survivors.clone(),
        None => vec![state.best()],
    };
    Some(RunEvent::SearchEnded { reason: StopReason::Stopped, finalists: conductor.with_first(leaders) })
}

/// The limit under which nothing more can be bought, as a run has spent that much already.
pub(crate) fn spent_already(budget: &Budget, spent: &Spent) -> Option<Limit> {
    if budget.calls.is_some_and(|most| spent.calls >= most) {
        return Some(Limit::Calls);
    }
    if budget.tokens.is_some_and(|most| spent.tokens_in + spent.tokens_out >= most) {
        return Some(Limit::Tokens);
    }
    budget.usd.is_some_and(|most| spent.usd.0 >= most).then_some(Limit::Usd)
}
