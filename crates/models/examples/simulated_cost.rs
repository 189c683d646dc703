//! What one answer of the simulated model costs: `cargo run --release -p clade-models --example simulated_cost [CALLS]`.
//!
//! First the model alone, then through all the layers that a run puts around it, without a store; one thread.

use std::{error::Error, sync::Arc, time::Instant};

use clade_domain::{Budget, ChatRequest, ModelRole, ModelSpec, Spent};
use clade_models::{
    CallContext, Environment, ModelClient, Stack, StackSettings,
    layers::Ledger,
    simulated::{AnswerKey, SimulatedModel, questions},
};

fn main() -> Result<(), Box<dyn Error>> {
    let calls: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(200_000);
    let all = questions::questions(1, 400);
    let key = Arc::new(AnswerKey::new(all.iter().map(|one| (vec![one.question.clone()], one.answer.clone()))));
    let prompt = questions::prompt(8);
    let requests: Vec<ChatRequest> =
        all.iter().map(|one| ChatRequest::user(prompt.replace("{{question}}", &one.question))).collect();
    let per_call = |start: Instant| start.elapsed().as_secs_f64() * 1e6 / calls as f64;

    let model = SimulatedModel::new("rough", &Default::default(), Some(key.clone()), 1)?;
    let start = Instant::now();
    let bytes: usize = requests.iter().cycle().take(calls).map(|request| model.answer(request, 0).text.len()).sum();
    println!("{:.2} us an answer of the model alone, {} bytes on average", per_call(start), bytes / calls);

    let ledger = Arc::new(Ledger::new(Budget::default(), Spent::default()));
    let mut settings = StackSettings::new(Environment::new(|_| None), ledger);
    settings.simulated = Some(Arc::new(move |spec: &ModelSpec| {
        let model = SimulatedModel::new(&spec.id, &spec.config, Some(key.clone()), 1)?;
        Ok(Arc::new(model) as Arc<dyn ModelClient>)
    }));
    let client = Stack::new(settings).build(&ModelSpec::named("simulated:rough"))?;
    let context = CallContext { role: ModelRole::Task, sample: 0 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let start = Instant::now();
    runtime.block_on(async {
        for request in requests.iter().cycle().take(calls) {
            client.chat(request, context).await?;
        }
        Ok::<(), Box<dyn Error>>(())
    })?;
    println!("{:.2} us an answer through the layers of a run", per_call(start));
    Ok(())
}
