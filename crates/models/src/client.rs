use std::time::Duration;

use clade_domain::{ChatAnswer, ChatRequest, ModelRole, Usage, Usd};
use futures::future::BoxFuture;

/// What every client operation returns.
pub type ClientFuture<'a, T> = BoxFuture<'a, Result<T, ModelError>>;

/// What a layer may need to know of a call beside the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallContext {
    /// What the call is for.
    pub role: ModelRole,
    /// Which repeat of the same request, from 0: repeats are real samples.
    pub sample: u32,
}

/// A model somewhere. Cheap to call from many tasks at once; dropping the future abandons the call.
pub trait ModelClient: Send + Sync {
    /// The model's full name, such as `openai:chat:gpt-5-mini`.
    fn name(&self) -> &str;

    /// A chat answer.
    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer>;

    /// One vector for each text, with what it used and cost.
    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        let _ = (texts, context);
        Box::pin(std::future::ready(Err(ModelError::unsupported(self.name(), "embeddings"))))
    }

    /// Category and score in [0, 1] of the provider's moderation, highest first.
    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        let _ = (text, context);
        Box::pin(std::future::ready(Err(ModelError::unsupported(self.name(), "moderation"))))
    }
}

/// Why a call brought no answer; the kind says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Nothing will mend it but the user: a bad key, an unknown model, a spent quota. Stops the run, which stays resumable.
    #[error("{model} cannot be used: {message}; {fix}")]
    Permanent {
        /// The model.
        model: String,
        /// The provider's words.
        message: String,
        /// What to do.
        fix: String,
    },
    /// Worth another try, after `retry_after` where the provider says so.
    #[error("{model} is not answering for now: {message}")]
    Temporary {
        /// The model.
        model: String,
        /// What happened.
        message: String,
        /// How long to wait before the next try.
        retry_after: Option<Duration>,
        /// Whether the provider said that there were too many calls (429), so that fewer should be made at once.
        throttled: bool,
    },
    /// The provider's name is not known to the network. A typing error, or the way out is gone: worth few tries before the
    /// first answer, and as many as a temporary failure after it.
    #[error("{model} cannot be reached: {message}")]
    Unresolved {
        /// The model.
        model: String,
        /// What happened.
        message: String,
    },
    /// The provider said that all went well, and sent what cannot be read. Worth few other tries: it was most likely paid for.
    #[error("{model} answers what cannot be read: {message}")]
    Unreadable {
        /// The model.
        model: String,
        /// What it sent, in brief.
        message: String,
        /// What it may have taken, by the length of what came and, from the budget layer on, of the request.
        usage: Usage,
        /// What that costs; `None` where the price is unknown, and before the budget layer.
        cost: Option<Usd>,
    },
    /// This request alone fails: content refused, too long, not understood. A recorded error of one example.
    #[error("{model} refuses this request: {message}")]
    Request {
        /// The model.
        model: String,
        /// The provider's words.
        message: String,
    },
    /// The budget does not bear another call.
    #[error("the budget's limit on {limit} is reached")]
    BudgetSpent {
        /// Which limit.
        limit: clade_domain::Limit,
    },
    /// The run is being put down while the call waits to be tried again. Nothing was paid; the call is made when the run goes on.
    #[error("{model} was not asked again because the run is being put down")]
    Stopped {
        /// The model.
        model: String,
    },
    /// The answer could not be made durable; the run must stop before it buys more.
    #[error("the answer could not be stored: {0}")]
    NotStored(String),
}

impl ModelError {
    /// What a client says that lacks an ability.
    #[must_use]
    pub fn unsupported(model: &str, what: &str) -> Self {
        Self::Permanent {
            model: model.to_owned(),
            message: format!("no support for {what}"),
            fix: format!("name a model that has {what} in the run file"),
        }
    }

    /// Whether another try may help.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary { .. } | Self::Unresolved { .. } | Self::Unreadable { .. })
    }
}
