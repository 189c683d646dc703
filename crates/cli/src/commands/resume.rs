use clade_domain::Budget;
use clade_engine::{check_free, replay_state};
use clade_evolve::state::Phase;
use clade_store_sqlite::Durability;

use crate::{
    args::ResumeArgs,
    context::Context,
    failure::Failure,
    names::find_run,
    session::{self, Session},
    setup::{keys_again, set_up},
};

/// `clade resume`
pub async fn run(args: &ResumeArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store(Durability::Normal).await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let state = replay_state(&store, &row.run).await?;
    let old = *state.budget();
    let budget = Budget {
        calls: args.budget_calls.or(old.calls),
        usd: args.budget_usd.or(old.usd),
        tokens: args.budget_tokens.or(old.tokens),
        minutes: args.budget_minutes.or(old.minutes),
    };
    let mut spec = state.spec().clone();
    spec.optimize.budget = budget;
    if let Some(concurrency) = args.concurrency {
        spec.options.max_concurrency = Some(concurrency);
    }
    // another process that holds it is told before anything else
    check_free(store.as_ref(), &row.run).await?;
    if state.phase() != Phase::Finished {
        context.output.note(format!("run {} goes on from journal entry {}", row.run, state.length()));
    }
    let first_signal = session::next_signal();
    let setup = set_up(&state, &spec, &store, &keys_again(&spec, context).await?, context).await?;
    let gates = args.gates;
    let budget = (budget != old).then_some(budget);
    let session = Session { store, run: row.run, setup, gates, budget, places: None, first_signal };
    session::carry_through(session, context).await
}
