use clade_domain::{Budget, CandidateId, RunId, RunMode, RunSpec};
use clade_engine::{Owner, Point, Setup, branch_run, find_point, replay_state, unprovable};
use clade_store_sqlite::Durability;
use serde_json::json;

use crate::{
    again,
    args::{BranchArgs, Gates},
    context::Context,
    display::result::short,
    failure::Failure,
    names::{entropy, find_search, new_run_id},
    output::Output,
    sandbox,
    session::{self, Session},
    setup::{keys_again, set_up_knowing},
};

/// `clade branch`
pub async fn run(args: &BranchArgs, context: &Context) -> Result<(), Failure> {
    let (name, point) = place(args)?;
    let store = context.store(Durability::Normal).await?;
    let row = find_search(store.as_ref(), name, context.output).await?;
    let state = replay_state(&store, &row.run).await?;
    if state.dataset().counts().train == 0 {
        return Err(Failure::Usage(format!(
            "run {0} is an evaluation: none of its examples is there to learn from; take its prompt \
             (`clade best {0} -o prompt.txt`) and start a search with `clade run`",
            row.run
        )));
    }
    let mut point = find_point(&store, &row.run, point).await?;
    let mut notes = Vec::from_iter(why_empty(&mut point, state.spec(), context).await?);
    let budget = limits(args, state.spec().optimize.budget);
    notes.extend(unprovable(&state, &budget));
    let run = new_run_id(args.run_id.as_deref())?;
    let key = match args.no_start {
        true => None,
        false => Setup::read_before(&store, state.spec(), state.dataset()).await?,
    };
    branch_run(&store, &row.run, &point, run.clone(), Owner::default(), |spec| {
        spec.seed = args.seed.unwrap_or_else(entropy) & u64::from(u32::MAX);
        spec.mode = RunMode::Optimize;
        spec.optimize.budget = budget;
        if let Some(concurrency) = args.concurrency {
            spec.options.max_concurrency = Some(concurrency);
        }
    })
    .await?;
    let start = Start { candidate: point.candidate, state: point.state, notes };
    branches(&run, &row.run, &start, &context.output);
    if args.no_start {
        created(&run, &row.run, &start, &context.output);
        return Ok(());
    }
    let state = replay_state(&store, &run).await?;
    let keys = keys_again(state.spec(), context).await?;
    let setup = set_up_knowing(key, &state, state.spec(), &store, &keys, context).await?;
    let gates = Gates { min_score: None, require_improvement: false };
    let first_signal = session::next_signal();
    let session = Session { store, run, setup, gates, budget: None, places: None, first_signal };
    session::carry_through(session, context).await
}

/// Why the branch's sandboxes start empty, where they do. They do so too where the state is not on this machine, as after an import.
async fn why_empty(point: &mut Point, spec: &RunSpec, context: &Context) -> Result<Option<String>, Failure> {
    let (Some(state), Some(sandbox)) = (&point.state, &spec.sandbox) else { return Ok(point.why_empty(spec)) };
    let here = sandbox::here(context)?.has_state(sandbox, state).await;
    if here.map_err(|error| Failure::Error(format!("could not {error}")))? {
        return Ok(None);
    }
    let why = format!(
        "the sandbox state {} of {} is not on this machine: it was deleted, or the run came in a bundle, which carries no states; the branch's sandboxes start empty",
        short(state),
        point.candidate
    );
    point.state = None;
    Ok(Some(why))
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

/// The limits of a branch: those of its run where nothing is said.
pub fn limits(args: &BranchArgs, old: Budget) -> Budget {
    Budget { calls: args.budget_calls.or(old.calls), usd: args.budget_usd.or(old.usd), ..old }
}

/// What a branch starts from.
pub struct Start {
    /// The candidate.
    pub candidate: CandidateId,
    /// The state that its sandboxes start from.
    pub state: Option<String>,
    /// What is worth knowing besides: why they start empty, and limits that pay for no proof.
    pub notes: Vec<String>,
}

/// Says where a branch starts.
pub fn branches(run: &RunId, of: &RunId, start: &Start, output: &Output) {
    output.note(format!("run {run} branches from {} of run {of}", start.candidate));
    if let Some(state) = &start.state {
        output.note(format!("its sandboxes start from the kept state {}", short(state)));
    }
    for note in &start.notes {
        output.note(note);
    }
}

/// Says that a branch was created, and how to start it.
pub fn created(run: &RunId, of: &RunId, start: &Start, output: &Output) {
    if output.json {
        let Start { candidate, state, notes } = start;
        output.json_line(&json!({
            "run": run, "branch_of": of, "candidate": candidate.to_string(), "sandbox_state": state, "notes": notes,
        }));
    } else {
        output.line(again::completed(&format!("created run {run}; start it with: clade resume {run}")));
    }
}
