use clade_domain::{Bill, CandidateId, ModelAnswer, ModelRequest, ModelRole, ModelSpec, Models, Ran};
use clade_models::{CallContext, Endpoint, ModelError, ModelName};
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
    /// Whose output it is about.
    pub candidate: Option<CandidateId>,
    /// The task model that the candidate is bound to.
    pub bound: Option<&'a str>,
    /// The model that the asker names itself.
    pub named: Option<&'a ModelSpec>,
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clients")
    }
}

/// What answers cost, and where code among them was executed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Gathered {
    pub bill: Bill,
    pub ran: Vec<Ran>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub answer: ModelAnswer,
    pub bill: Bill,
    pub ran: Option<Ran>,
}

impl Fetched {
    fn bought(answer: ModelAnswer, bill: Bill) -> Self {
        Self { answer, bill, ran: None }
    }
}

/// Fetches answers, all at the same time, and gathers what belongs to them.
pub(crate) async fn fulfil(
    asker: Asker<'_>,
    requests: Vec<ModelRequest>,
    gathered: &mut Gathered,
) -> Result<Vec<ModelAnswer>, EngineError> {
    // where one fails the others still end, so that no answer is given up that is being paid for
    let fetched = join_all(requests.iter().map(|request| fetch(asker, request))).await;
    let mut answers = Vec::with_capacity(fetched.len());
    let mut failed = None;
    for result in fetched {
        match result {
            Ok(Fetched { answer, bill, ran }) => {
                gathered.bill += bill;
                gathered.ran.extend(ran);
                answers.push(answer);
            }
            // what stops the run counts before what only this request meets
            Err(error) if failed.as_ref().is_none_or(EngineError::is_of_one_request) => failed = Some(error),
            Err(_) => {}
        }
    }
    failed.map_or(Ok(answers), Err)
}

/// Fetches one answer.
pub(crate) async fn fetch(asker: Asker<'_>, request: &ModelRequest) -> Result<Fetched, EngineError> {
    let context = CallContext { role: asker.role, sample: asker.sample };
    match request {
        ModelRequest::Chat(request) => {
            let client = match asker.named {
                Some(model) => asker.clients.of_named(model)?,
                None => asker.clients.of(asker.models, asker.role, asker.generation, asker.bound)?,
            };
            let answer = client.chat(request, context).await?;
            let bill = if answer.cached { Bill::default() } else { Bill::of(answer.usage, answer.cost) };
            Ok(Fetched::bought(ModelAnswer::Chat(answer), bill))
        }
        ModelRequest::Embed(texts) => {
            let named = asker.named.filter(|model| serves(model, Endpoint::Embedding));
            let model = named.or(asker.models.embedding.as_ref()).ok_or_else(|| missing("embedding", "similar"))?;
            let client = asker.clients.of_named(model)?;
            let (vectors, usage, cost) = client.embed(texts, context).await?;
            Ok(Fetched::bought(ModelAnswer::Embedding(vectors), Bill::of(usage, cost)))
        }
        ModelRequest::Moderate(text) => {
            let named = asker.named.filter(|model| serves(model, Endpoint::Moderation));
            let model =
                named.or(asker.models.moderation.as_ref()).ok_or_else(|| missing("moderation", "moderation"))?;
            let client = asker.clients.of_named(model)?;
            let scores = client.moderate(text, context).await?;
            Ok(Fetched::bought(ModelAnswer::Moderation(scores), Bill::of(Default::default(), Some(Default::default()))))
        }
        ModelRequest::Code(request) => {
            let executed = asker.clients.code()?.answer(request, asker.candidate).await?;
            Ok(Fetched { answer: ModelAnswer::Code(executed.answer), bill: Bill::default(), ran: executed.ran })
        }
    }
}

/// Whether a model has this endpoint; simulated ones have all.
fn serves(model: &ModelSpec, endpoint: Endpoint) -> bool {
    ModelName::parse(&model.id).is_ok_and(|name| name.endpoint == endpoint || name.is_simulated())
}

fn missing(role: &str, evaluator: &str) -> EngineError {
    EngineError::Model(ModelError::Permanent {
        model: format!("the {role} model"),
        message: format!("none is named, and the evaluator `{evaluator}` needs one"),
        fix: format!("set optimize.models.{role} in the run file"),
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use clade_domain::{ChatAnswer, ChatRequest, FinishReason, Usage, Usd};
    use clade_models::{ClientFuture, ModelClient};

    use super::*;

    /// A simulated model that refuses `no`, has no key for `key`, and answers everything else one turn later.
    struct SimulatedFussy;

    impl ModelClient for SimulatedFussy {
        fn name(&self) -> &str {
            "simulated:fussy"
        }

        fn chat<'a>(&'a self, request: &'a ChatRequest, _: CallContext) -> ClientFuture<'a, ChatAnswer> {
            Box::pin(async move {
                let (model, message) = ("simulated:fussy".to_owned(), "no".to_owned());
                match request.messages[0].content.as_str() {
                    "no" => return Err(ModelError::Request { model, message }),
                    "key" => return Err(ModelError::Permanent { model, message, fix: "mend it".into() }),
                    _ => tokio::task::yield_now().await,
                }
                let usage = Usage { input: 3, output: 2, ..Usage::default() };
                let (cost, finish) = (Some(Usd(0.5)), FinishReason::Stop);
                Ok(ChatAnswer { text: "yes".into(), usage, cost, latency_ms: 1, finish, cached: false, shared: false })
            })
        }
    }

    #[tokio::test]
    async fn what_is_answered_beside_a_failure_is_billed() {
        let model = ModelSpec { id: "simulated:fussy".into(), label: String::new(), config: BTreeMap::new() };
        let mut clients = Clients::default();
        clients.insert(&model, Arc::new(SimulatedFussy));
        let models = Models {
            task: vec![model],
            reflection: None,
            judge: None,
            embedding: None,
            moderation: None,
            program: Vec::new(),
            judges: BTreeMap::new(),
            generations: Vec::new(),
        };
        let asker = Asker {
            clients: &clients,
            models: &models,
            role: ModelRole::Judge,
            generation: 0,
            sample: 0,
            candidate: None,
            bound: None,
            named: None,
        };
        // the requests, the calls that are billed, and whether the failure is of one request alone
        let cases: [(&[&str], u32, Option<bool>); 4] = [
            (&["a", "b"], 2, None),
            (&["no", "a", "b"], 2, Some(true)),
            (&["a", "no", "key"], 1, Some(false)),
            (&["key", "no", "a"], 1, Some(false)),
        ];
        for (texts, calls, alone) in cases {
            let mut gathered = Gathered::default();
            let requests = texts.iter().map(|text| ModelRequest::Chat(ChatRequest::user(*text))).collect();
            let result = fulfil(asker, requests, &mut gathered).await;
            assert_eq!(gathered.bill.calls, calls, "{texts:?}");
            assert_eq!(result.err().map(|error| error.is_of_one_request()), alone, "{texts:?}");
        }
    }
}
