use std::sync::Arc;

use clade_domain::{ChatAnswer, ChatRequest, ModelRole, Usd};
use clade_models::{
    CallContext, ClientFuture, ModelClient, ModelError,
    layers::{Estimate, Ledger},
};

use crate::Counting;

/// The budget layer of an experiment: every call has a fixed price by its role, reserved before it is made, so that a budget
/// in USD is a budget in calls, exactly.
pub(crate) struct CallPrices {
    inner: Arc<dyn ModelClient>,
    ledger: Arc<Ledger>,
    counting: Counting,
}

impl CallPrices {
    pub(crate) fn new(inner: Arc<dyn ModelClient>, ledger: Arc<Ledger>, counting: Counting) -> Self {
        Self { inner, ledger, counting }
    }
}

impl ModelClient for CallPrices {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        Box::pin(async move {
            let usd = self.counting.price(context.role);
            let estimate = Estimate { tokens: 0, usd };
            let reserved = self.ledger.reserve(context.role, estimate).await;
            let reservation = reserved.map_err(|limit| ModelError::BudgetSpent { limit })?;
            let mut answer = self.inner.chat(request, context).await?;
            answer.cost = Some(usd);
            reservation.settle(answer.usage, answer.cost);
            Ok(answer)
        })
    }
}

impl Counting {
    /// What a call of this role takes from the budget.
    pub(crate) fn price(self, role: ModelRole) -> Usd {
        match (role, self) {
            (ModelRole::Task, _) => Usd(1.0),
            (ModelRole::Reflection, Self::AllIn) => Usd(5.0),
            (ModelRole::Reflection, Self::Task) | (ModelRole::Judge, _) => Usd(0.0),
        }
    }
}
