use clade_domain::{ChatMessage, MessageRole, ModelRole};
use serde_json::json;

use super::*;

fn model(config: Value) -> SimulatedModel {
    let config: BTreeMap<String, Value> = serde_json::from_value(config).unwrap();
    SimulatedModel::new("simulated:rough", &config, None, 3).unwrap()
}

#[test]
fn requests_are_told_apart_by_their_first_line() {
    let model = model(json!({}));
    let ask = |first: &str| {
        let messages = vec![
            ChatMessage::new(MessageRole::System, first),
            ChatMessage::new(MessageRole::User, "<current_prompt>\nSolve {{q}}\n</current_prompt><output>x</output>"),
        ];
        model.answer(&ChatRequest::messages(messages), 0).text
    };
    assert!(ask(&format!("{}\nAnd so on.", reflection::MARKER)).contains("<hypothesis>"));
    assert!(ask(judge::MARKER).contains("\"score\""));
    assert!(ask("You are kind.").contains("The answer is"));
}

#[test]
fn usage_cost_and_limits_are_counted() {
    let model = model(json!({"price_in": 2.0, "price_out": 4.0}));
    let mut request = ChatRequest::user("a".repeat(40));
    let answer = model.answer(&request, 0);
    assert_eq!(answer.usage.input, 14);
    assert_eq!(answer.usage.output, answer.text.len().div_ceil(4) as u64);
    let cost = (14.0 * 2.0 + answer.usage.output as f64 * 4.0) / 1e6;
    assert!((answer.cost.unwrap().0 - cost).abs() < 1e-15);
    assert_eq!(answer.finish, FinishReason::Stop);

    request.sampling.max_tokens = Some(2);
    let cut = model.answer(&request, 0);
    assert_eq!((cut.text.as_str(), cut.usage.output, cut.finish), (&answer.text[..8], 2, FinishReason::Length));
    request.sampling.stop = vec![answer.text[3..5].to_owned()];
    assert_eq!(model.answer(&request, 0).text, &answer.text[..3]);
}

#[tokio::test]
async fn a_budget_in_usd_counts_calls_by_role() {
    use clade_domain::{Budget, ModelSpec, Spent};

    use crate::{Environment, Stack, StackSettings, layers::Ledger};

    let ledger = Arc::new(Ledger::new(Budget { usd: Some(14.0), ..Budget::default() }, Spent::default()));
    let mut settings = StackSettings::new(Environment::of::<&str, &str>([]), ledger.clone());
    settings.simulated = Some(Arc::new(|model: &ModelSpec| {
        let client = SimulatedModel::new(&model.id, &model.config, None, 3)?;
        Ok(Arc::new(client) as Arc<dyn ModelClient>)
    }));
    let stack = Stack::new(settings);
    let client = |price: f64| {
        let config = json!({"price_in": 0, "price_out": 0, "price_call": price});
        let config = serde_json::from_value(config).unwrap();
        stack.build(&ModelSpec { config, ..ModelSpec::named("simulated:rough") }).unwrap()
    };
    let (task, reflection) = (client(1.0), client(5.0));
    let ask = |client: Arc<dyn ModelClient>, role, sample| async move {
        client.chat(&ChatRequest::user("What is it?"), CallContext { role, sample }).await.is_ok()
    };
    let mut bought = [0, 0];
    for sample in 0..4 {
        bought[0] += u32::from(ask(task.clone(), ModelRole::Task, sample).await);
        bought[1] += u32::from(ask(reflection.clone(), ModelRole::Reflection, sample).await);
    }
    // 1 + 5 + 1 + 5 + 1 leave one: no proposal more, one answer more
    assert_eq!(bought, [4, 2]);
    assert!(!ask(task, ModelRole::Task, 9).await);
    assert_eq!(ledger.spent().usd.0, 14.0);
}

#[tokio::test]
async fn repeats_differ_by_their_sample_number_in_process() {
    let model = model(json!({"sample_noise": 0.3, "noise": 0}));
    let mut answers = std::collections::BTreeMap::new();
    for sample in 0..400 {
        let context = CallContext { role: ModelRole::Task, sample };
        let answer = model.chat(&ChatRequest::user("What is it?"), context).await.unwrap();
        *answers.entry(answer.text).or_insert(0) += 1;
    }
    // no skill is there: wrong, and right in the 30 % that are turned round
    let counts: Vec<i32> = answers.into_values().collect();
    assert!(counts.len() == 2 && (85..=155).contains(counts.iter().min().unwrap()), "{counts:?}");
}

#[test]
fn models_of_one_seed_share_a_world_whatever_they_propose() {
    let world = |settings: Value| model(settings).world;
    let (task, reflection) = (world(json!({})), world(json!({"useful": 0.6, "rewrite": 1, "price_call": 5})));
    for question in 0..500 {
        assert_eq!(task.needs(question), reflection.needs(question));
    }
}

#[tokio::test(start_paused = true)]
async fn the_client_waits_as_set_and_answers_the_same() {
    let model = model(json!({"latency_ms": 700}));
    let context = CallContext { role: ModelRole::Task, sample: 2 };
    let request = ChatRequest::user("What is it?");
    let start = tokio::time::Instant::now();
    let answer = model.chat(&request, context).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_millis(700));
    assert_eq!(answer, model.answer(&request, 2));
    assert_eq!(answer.latency_ms, 700);
    let (vectors, usage, cost) = model.embed(&["one".into(), "two".into()], context).await.unwrap();
    assert_eq!((vectors.len(), vectors[0].len(), usage.input), (2, 256, 2));
    assert!(cost.unwrap().0 > 0.0);
    assert_eq!(model.moderate("You idiot.", context).await.unwrap()[0].0, "harassment");
    assert_eq!(ModelClient::name(&model), "simulated:rough");
}
