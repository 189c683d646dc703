use clade_domain::{CandidateId, RunId, RunMode};
use clade_engine::{branch_run, replay_state};
use clade_store::Store;
use clade_store_sqlite::Durability;

use crate::{
    args::{BranchArgs, Gates},
    context::Context,
    failure::Failure,
    names::{entropy, find_candidate, find_run, new_run_id},
    session::{self, Session},
    setup::{Keys, Setup},
};

/// `clade branch`
pub async fn run(args: &BranchArgs, context: &Context) -> Result<(), Failure> {
    let (name, point) = args.from.rsplit_once('@').ok_or_else(|| {
        Failure::Usage(format!(
            "`{}` names no place in a run; write RUN@CANDIDATE, RUN@SNAPSHOT or RUN@best",
            args.from
        ))
    })?;
    let store = context.store(Durability::Normal).await?;
    let row = find_run(store.as_ref(), name).await?;
    if replay_state(&store, &row.run).await?.dataset().counts().train == 0 {
        return Err(Failure::Usage(format!(
            "run {0} is an evaluation: none of its examples is there to learn from; take its prompt \
             (`clade best {0} -o prompt.txt`) and start a search with `clade run`",
            row.run
        )));
    }
    let candidate = resolve(&store, &row.run, point).await?;
    let run = new_run_id(args.run_id.as_deref())?;
    branch_run(&store, &row.run, candidate, run.clone(), |spec| {
        spec.seed = args.seed.unwrap_or_else(entropy) & u64::from(u32::MAX);
        spec.mode = RunMode::Optimize;
        if let Some(calls) = args.budget_calls {
            spec.optimize.budget.calls = Some(calls);
        }
        if let Some(usd) = args.budget_usd {
            spec.optimize.budget.usd = Some(usd);
        }
        if let Some(concurrency) = args.concurrency {
            spec.options.max_concurrency = Some(concurrency);
        }
    })
    .await?;
    context.output.note(format!("run {run} branches from {candidate} of run {}", row.run));
    if args.no_start {
        if context.output.json {
            context.output.json_line(
                &serde_json::json!({ "run": run, "branch_of": row.run, "candidate": candidate.to_string() }),
            );
        } else {
            context.output.line(format!("created run {run}; start it with: clade resume {run}"));
        }
        return Ok(());
    }
    let state = replay_state(&store, &run).await?;
    let setup = Setup::of(&state, state.spec(), &store, &Keys::again(state.spec(), context)?, context).await?;
    let gates = Gates { min_score: None, require_improvement: false };
    session::carry_through(Session { store, run, setup, gates, budget: None }, context).await
}

/// A candidate by name, or the best one at the time of a snapshot.
async fn resolve(store: &std::sync::Arc<dyn Store>, run: &RunId, point: &str) -> Result<CandidateId, Failure> {
    let snapshots = store.snapshots(run.clone()).await?;
    let Some(snapshot) = snapshots.iter().find(|snapshot| snapshot.name == point) else {
        return find_candidate(&replay_state(store, run).await?, point);
    };
    let mut state = None;
    let mut next = 0;
    while next < snapshot.length {
        let entries = store.read(run.clone(), next, 5_000).await?;
        let Some(last) = entries.last() else { break };
        next = last.seq + 1;
        for entry in entries.iter().filter(|entry| entry.seq < snapshot.length) {
            match &mut state {
                None => state = clade_evolve::RunState::start(entry).ok(),
                Some(state) => state.apply(entry),
            }
        }
    }
    let empty = || Failure::Usage(format!("snapshot `{point}` of run {run} holds no candidate yet; take a later one"));
    let state = state.ok_or_else(empty)?;
    let best = state.best();
    state.candidate(best).map(|candidate| candidate.id).ok_or_else(empty)
}
