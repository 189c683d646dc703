use futures::future::BoxFuture;

use super::Ask;

/// Answers the model calls that code inside asks for. The engine does it with its clients, so that budget, cache and journal hold.
pub trait ModelHost: Send + Sync {
    /// The model's text, or why there is none in a sentence for whoever wrote the code: a spent budget, a wish that is not
    /// granted. What comes from inside may be anything; role names and options are for the host to check.
    fn chat(&self, ask: Ask) -> BoxFuture<'_, Result<String, String>>;

    /// Ready once the call is to be given up whatever the function makes of it, such as when a budget is spent. Model calls that
    /// are under way are waited for all the same.
    fn given_up(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    /// How many model calls one call of a function may ask for.
    fn most_asks(&self) -> u32 {
        100
    }
}

/// Refuses every model call: fitness functions have none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoModels;

impl ModelHost for NoModels {
    fn chat(&self, _: Ask) -> BoxFuture<'_, Result<String, String>> {
        Box::pin(std::future::ready(Err("there are no model calls in this place".to_owned())))
    }
}
