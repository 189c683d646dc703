use std::sync::Arc;

use clade_domain::{ChatAnswer, ChatMessage, ChatRequest, ModelRole, ModelSpec, Spent, Tab};
use clade_models::{
    CallContext, ModelError, Stack, StackSettings,
    layers::{Ledger, RetryPolicy},
    simulated::AnswerKey,
};
use clade_store::{Change, ReadRecords, StoreError, member_id};
use futures::future::join_all;

use crate::{EngineError, Hub, Keys, Owner, now, outcome::spent_detail, purses::add, setup::simulated};

/// Tries of a call: somebody waits for the answer.
const TRIES: u32 = 3;

/// A prompt to be tried out beside any run.
pub struct TryOut {
    /// The prompt with its variables filled in.
    pub messages: Vec<ChatMessage>,
    /// Whom to ask; each is asked once.
    pub models: Vec<ModelSpec>,
    /// Texts of the example and the right answer to it, which simulated models know.
    pub known: Option<(Vec<String>, String)>,
}

/// What a model made of it.
pub struct Tried {
    /// The model as it was named.
    pub model: String,
    /// Its answer, or why there is none.
    pub answer: Result<ChatAnswer, String>,
}

impl Hub {
    /// Asks several models once, at the same time. Calls are reserved in the member's and the workspace's ledgers like those of
    /// runs, and what they took is in the store before this returns, also where nobody waits for it any more. A process that dies
    /// meanwhile loses the account of the calls in flight.
    ///
    /// # Errors
    /// Where the budgets cannot be read or what was spent cannot be written. What is wrong with one model is its answer.
    pub async fn try_out(self: &Arc<Self>, owner: Owner, keys: Keys, what: TryOut) -> Result<Vec<Tried>, EngineError> {
        let hub = self.clone();
        let task = self.tasks.spawn(async move { hub.ask_all(&owner, &keys, what).await });
        task.await.map_err(|error| EngineError::Keys(format!("the call broke off: {error}")))?
    }

    async fn ask_all(&self, owner: &Owner, keys: &Keys, what: TryOut) -> Result<Vec<Tried>, EngineError> {
        let purses = self.purses_of(&owner.workspace, &owner.user).await?;
        let ledger = Arc::new(Ledger::new(Default::default(), Spent::default()).below(purses));
        let key = what.known.map(|known| Arc::new(AnswerKey::new([known])));
        let mut settings = StackSettings::new(keys.environment.clone(), ledger.clone());
        settings.keys.clone_from(&keys.inline);
        settings.names.clone_from(&keys.names);
        settings.shared = Some(self.limits());
        settings.stopping = self.closing.child_token();
        settings.retry = RetryPolicy::default().at_most(TRIES);
        settings.simulated = Some(simulated(key, 0));
        let stack = Stack::new(settings);
        let request = ChatRequest::messages(what.messages);
        let ask = async |model: &ModelSpec| {
            let answer = match stack.build(model) {
                Ok(client) => {
                    let context = CallContext { role: ModelRole::Task, sample: 0 };
                    client.chat(&request, context).await.map_err(|error| match error {
                        ModelError::BudgetSpent { limit } => spent_detail(limit, ledger.refused_by()),
                        error => error.to_string(),
                    })
                }
                Err(error) => Err(error.to_string()),
            };
            Tried { model: model.id.clone(), answer }
        };
        let tried = join_all(what.models.iter().map(ask)).await;
        self.put_on_tab(owner, &ledger.spent()).await?;
        Ok(tried)
    }

    /// Adds to what a member has bought beside runs. Others of theirs may do so at the same time.
    async fn put_on_tab(&self, owner: &Owner, spent: &Spent) -> Result<(), EngineError> {
        if spent.calls == 0 {
            return Ok(());
        }
        let Owner { workspace, user } = owner.clone();
        let id = member_id(&workspace, &user);
        let mut tab = Tab { workspace, user, spent: Spent::default() };
        loop {
            let found = self.store.get::<Tab>(&id, now()).await?;
            tab.spent = found.as_ref().map(|found| found.value.spent).unwrap_or_default();
            add(&mut tab.spent, spent);
            let change = match &found {
                Some(found) => Change::rewrite(found, &tab)?,
                None => Change::add(&tab, now())?,
            };
            match self.store.commit(vec![change]).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale { .. } | StoreError::Exists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
