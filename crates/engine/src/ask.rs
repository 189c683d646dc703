use clade_domain::{Bill, ModelAnswer, ModelRequest, ModelRole, Models};
use clade_models::{CallContext, ModelError};
use futures::future::join_all;

use crate::{Clients, EngineError};

/// Who asks, for choosing the model and for the account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub clients: &'a Clients,
    pub models: &'a Models,
    pub role: ModelRole,
    pub generation: u32,
    pub sample: u32,
    /// The model that the asker names itself.
    pub named: Option<&'a str>,
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clients")
    }
}

/// Fetches answers, all at the same time, and adds what they cost to the bill.
pub(crate) async fn fulfil(
    asker: Asker<'_>,
    requests: Vec<ModelRequest>,
    bill: &mut Bill,
) -> Result<Vec<ModelAnswer>, EngineError> {
    // where one fails the others still end, so that no answer is given up that is being paid for
    let fetched = join_all(requests.iter().map(|request| fetch(asker, request))).await;
    let mut answers = Vec::with_capacity(fetched.len());
    let mut failed = None;
    for result in fetched {
        match result {
            Ok((answer, cost)) => {
                *bill += cost;
                answers.push(answer);
            }
            // what stops the run counts before what only this request meets
            Err(error) if failed.as_ref().is_none_or(EngineError::is_of_one_request) => failed = Some(error),
            Err(_) => {}
        }
    }
    failed.map_or(Ok(answers), Err)
}

async fn fetch(asker: Asker<'_>, request: &ModelRequest) -> Result<(ModelAnswer, Bill), EngineError> {
    let context = CallContext { role: asker.role, sample: asker.sample };
    let named = asker.named.and_then(|id| asker.clients.named(id));
    match request {
        ModelRequest::Chat(request) => {
            let client = match named {
                Some(client) => client,
                None => asker.clients.of(asker.models, asker.role, asker.generation, None)?,
            };
            let answer = client.chat(request, context).await?;
            let bill = if answer.cached { Bill::default() } else { Bill::of(answer.usage, answer.cost) };
            Ok((ModelAnswer::Chat(answer), bill))
        }
        ModelRequest::Embed(texts) => {
            let model = asker.models.embedding.as_ref();
            let client = named.or_else(|| model.and_then(|m| asker.clients.of_model(m)));
            let client = client.ok_or_else(|| missing("embedding", "similar"))?;
            let (vectors, usage, cost) = client.embed(texts, context).await?;
            Ok((ModelAnswer::Embedding(vectors), Bill::of(usage, cost)))
        }
        ModelRequest::Moderate(text) => {
            let model = asker.models.moderation.as_ref();
            let client = named.or_else(|| model.and_then(|m| asker.clients.of_model(m)));
            let client = client.ok_or_else(|| missing("moderation", "moderation"))?;
            let scores = client.moderate(text, context).await?;
            Ok((ModelAnswer::Moderation(scores), Bill::of(Default::default(), Some(Default::default()))))
        }
    }
}

fn missing(role: &str, evaluator: &str) -> EngineError {
    EngineError::Model(ModelError::Permanent {
        model: format!("the {role} model"),
        message: format!("none is named, and the evaluator `{evaluator}` needs one"),
        fix: format!("set optimize.models.{role} in the run file"),
    })
}
