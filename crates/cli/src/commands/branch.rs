use clade_domain::{CandidateId, RunId, RunMode, RunSpec};
use clade_engine::{Owner, Point, branch_run, find_point, replay_state};
use clade_store_sqlite::Durability;

use crate::{
    args::{BranchArgs, Gates},
    context::Context,
    display::result::short,
    failure::Failure,
    names::{entropy, find_run, new_run_id},
    sandbox,
    session::{self, Session},
    setup::{keys_again, set_up},
};

/// `clade branch`
pub async fn run(args: &BranchArgs, context: &Context) -> Result<(), Failure> {
    let (name, point) = place(args)?;
    let store = context.store(Durability::Normal).await?;
    let row = find_run(store.as_ref(), name).await?;
    let state = replay_state(&store, &row.run).await?;
    if state.dataset().counts().train == 0 {
        return Err(Failure::Usage(format!(
            "run {0} is an evaluation: none of its examples is there to learn from; take its prompt \
             (`clade best {0} -o prompt.txt`) and start a search with `clade run`",
            row.run
        )));
    }
    let mut point = find_point(&store, &row.run, point).await?;
    let candidate = point.candidate;
    drop_missing_state(&mut point, state.spec(), context).await?;
    let run = new_run_id(args.run_id.as_deref())?;
    branch_run(&store, &row.run, &point, run.clone(), Owner::default(), |spec| {
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
    if let Some(state) = &point.state {
        context.output.note(format!("its sandboxes start from the kept state {}", short(state)));
    }
    if args.no_start {
        created(&run, &row.run, candidate, context);
        return Ok(());
    }
    let state = replay_state(&store, &run).await?;
    let setup = set_up(&state, state.spec(), &store, &keys_again(state.spec(), context).await?, context).await?;
    let gates = Gates { min_score: None, require_improvement: false };
    let first_signal = session::next_signal();
    let session = Session { store, run, setup, gates, budget: None, places: None, first_signal };
    session::carry_through(session, context).await
}

/// Where the state is not on this machine, as after an import, sandboxes start empty, and that is said.
async fn drop_missing_state(point: &mut Point, spec: &RunSpec, context: &Context) -> Result<(), Failure> {
    let (Some(state), Some(sandbox)) = (&point.state, &spec.sandbox) else { return Ok(()) };
    if !sandbox::here(context)?
        .has_state(sandbox, state)
        .await
        .map_err(|error| Failure::Error(format!("could not {error}")))?
    {
        context.output.note(format!(
            "the sandbox state {} of {} is not on this machine, since bundles do not carry states; the branch's sandboxes start empty",
            short(state),
            point.candidate
        ));
        point.state = None;
    }
    Ok(())
}

/// The run and the place in it that are meant.
///
/// # Errors
/// Where they are not written as `RUN@PLACE`.
pub fn place(args: &BranchArgs) -> Result<(&str, &str), Failure> {
    args.from.rsplit_once('@').ok_or_else(|| {
        Failure::Usage(format!(
            "`{}` names no place in a run; write RUN@CANDIDATE, RUN@SNAPSHOT or RUN@best",
            args.from
        ))
    })
}

/// Says that a branch was created, and how to start it.
pub fn created(run: &RunId, of: &RunId, candidate: CandidateId, context: &Context) {
    if context.output.json {
        context
            .output
            .json_line(&serde_json::json!({ "run": run, "branch_of": of, "candidate": candidate.to_string() }));
    } else {
        context.output.line(format!("created run {run}; start it with: clade resume {run}"));
    }
}
