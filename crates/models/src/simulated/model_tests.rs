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
