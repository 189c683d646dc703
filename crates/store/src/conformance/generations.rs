use std::sync::Arc;

use clade_domain::{
    Bill, CandidateId, Purpose, RunEvent, RunId, Split, Timestamp, Trial, TrialOutcome, Usd, Verdict, VerdictReason,
};
use clade_lineage::{RunFold, Status};

use super::samples;
use crate::{Batch, GenerationStore, Generations, Journal, MemoryStore, Standing, Store, StoreError};

/// A store of generations with the journals that it is a projection of; the two may be in different systems.
pub struct Kept {
    /// The journals.
    pub store: Arc<dyn Store>,
    /// The generations.
    pub generations: Arc<dyn GenerationStore>,
    /// How many candidates the rule about many has: 10,000 where the backend is quick.
    pub many: u32,
}

impl Kept {
    fn ask(&self) -> Generations {
        Generations::new(Arc::<dyn Store>::clone(&self.store), Arc::clone(&self.generations))
    }
}

/// Runs every rule of [`GenerationStore`], each on stores of its own that `make` provides empty.
///
/// # Errors
/// What the stores answer where the rules expect success.
///
/// # Panics
/// Where a rule is broken.
pub async fn generations(make: impl AsyncFn() -> Result<Kept, StoreError>) -> Result<(), StoreError> {
    macro_rules! each {
        ($($rule:path),* $(,)?) => {
            $(
                let stores = make().await?;
                $rule(&stores).await?;
                stores.generations.forget().await?;
                stores.store.close().await?;
            )*
        };
    }
    each![
        finds_by_generation_and_fitness,
        ranks_equal_ones_by_id,
        tells_what_became_of_a_candidate,
        knows_the_best_so_far,
        keeps_the_same_as_memory_and_after_a_rebuild,
        lets_one_of_two_writers_win,
        keeps_many_and_large_candidates,
        keeps_extreme_numbers,
        leaves_runs_of_other_installations_alone,
        knows_no_unknown_runs,
    ];
    Ok(())
}

/// A candidate of a generation.
fn joined(id: u32, generation: u32) -> RunEvent {
    let mut candidate = samples::candidate(id);
    candidate.generation = generation;
    candidate.parents.clear();
    RunEvent::CandidateAdmitted { candidate: Box::new(candidate), bill: Bill::default() }
}

/// A trial of a candidate on an example with a score.
fn scored(candidate: u32, example: u32, points: f64) -> RunEvent {
    match samples::trial(candidate * 100 + example) {
        RunEvent::TrialFinished(trial) => {
            let outcome = match trial.outcome {
                TrialOutcome::Scored { answer, pass, .. } => {
                    TrialOutcome::Scored { answer, pass, score: points, judgements: Vec::new() }
                }
                failed => failed,
            };
            RunEvent::TrialFinished(Box::new(Trial { outcome, program: None, ..*trial }))
        }
        other => other,
    }
}

/// The same on a validation example.
fn proved(candidate: u32, example: u32, points: f64) -> RunEvent {
    match scored(candidate, example, points) {
        RunEvent::TrialFinished(trial) => {
            RunEvent::TrialFinished(Box::new(Trial { split: Split::Validation, purpose: Purpose::Selection, ..*trial }))
        }
        other => other,
    }
}

fn closed(generation: u32, survivors: &[u32]) -> RunEvent {
    let survivors: Vec<CandidateId> = survivors.iter().map(|id| CandidateId(*id)).collect();
    RunEvent::GenerationClosed { generation, fitness: vec![0.5; survivors.len()], survivors, spent: None }
}

async fn create(stores: &Kept, run: &RunId, events: Vec<RunEvent>) -> Result<u64, StoreError> {
    let events = std::iter::once(samples::started(run, None)?).chain(events).collect();
    stores.store.create(samples::summary(run, 1), Timestamp(1), events).await
}

fn ids(standings: &[Standing]) -> Vec<u32> {
    standings.iter().map(|standing| standing.node.id.candidate.0).collect()
}

async fn finds_by_generation_and_fitness(stores: &Kept) -> Result<(), StoreError> {
    let (ask, run, other) = (stores.ask(), samples::run("finds")?, samples::run("finds-more")?);
    let mut events: Vec<RunEvent> = (0..6).map(|id| joined(id, id / 3)).collect();
    events.extend((0..5).flat_map(|id| (0..4).map(move |example| scored(id, example, f64::from(id) / 4.0))));
    let next = create(stores, &run, events).await?;
    create(stores, &other, vec![joined(0, 7)]).await?;
    assert_eq!(ask.latest(&run).await?, Some(1));
    assert_eq!(ids(&ask.generation(&run, 0).await?), [2, 1, 0]);
    assert_eq!(ids(&ask.generation(&run, 1).await?), [4, 3, 5], "the one without a score is last");
    assert!(ask.generation(&run, 2).await?.is_empty());
    assert_eq!(ids(&ask.top(&run, 3).await?), [4, 3, 2]);
    assert_eq!(ids(&ask.top(&run, 99).await?), [4, 3, 2, 1, 0], "without the one that has no score");
    assert!(ask.top(&run, 0).await?.is_empty());
    // what changes a place is found in the new place at once, and only there
    let events = vec![joined(6, 2), scored(6, 0, 1.0), scored(4, 9, 0.0), scored(4, 8, 0.0), scored(4, 7, 0.0)];
    stores.store.append(run.clone(), next, Timestamp(2), events).await?;
    assert_eq!(ask.latest(&run).await?, Some(2));
    let top = ask.top(&run, 99).await?;
    assert_eq!(top.len(), 6, "{:?}", ids(&top));
    let lows: Vec<f64> = top.iter().filter_map(|standing| standing.node.fitness()).collect();
    assert!(lows.is_sorted_by(|a, b| a >= b), "{lows:?}");
    assert_eq!(
        top.iter().find(|it| it.node.id.candidate.0 == 4).and_then(|it| it.node.score).map(|it| it.trials),
        Some(7)
    );
    // who met validation goes by that, however lucky others were before
    let events = vec![proved(0, 50, 1.0), proved(1, 50, 0.0), proved(1, 51, 1.0)];
    let next = stores.store.length(run.clone()).await?;
    stores.store.append(run.clone(), next, Timestamp(3), events).await?;
    assert_eq!(ids(&ask.top(&run, 3).await?), [0, 1, ids(&top)[0]]);
    assert_eq!(ids(&ask.generation(&run, 0).await?), [0, 1, 2]);
    assert_eq!(ask.latest(&other).await?, Some(7));
    Ok(())
}

async fn ranks_equal_ones_by_id(stores: &Kept) -> Result<(), StoreError> {
    let (ask, run) = (stores.ask(), samples::run("equal")?);
    let events = (0..120).map(|id| joined(id, 0)).chain((0..120).rev().map(|id| scored(id, 0, f64::from(id % 2))));
    create(stores, &run, events.collect()).await?;
    let expected: Vec<u32> = (0..120).filter(|id| id % 2 == 1).chain((0..120).filter(|id| id % 2 == 0)).collect();
    assert_eq!(ids(&ask.generation(&run, 0).await?), expected);
    assert_eq!(ids(&ask.top(&run, 70).await?), expected[..70]);
    Ok(())
}

async fn tells_what_became_of_a_candidate(stores: &Kept) -> Result<(), StoreError> {
    let (ask, run) = (stores.ask(), samples::run("told")?);
    let events = vec![joined(0, 0), joined(1, 0), scored(0, 0, 1.0), scored(1, 0, 0.0), closed(0, &[0])];
    let next = create(stores, &run, events).await?;
    ask.projector().catch_up().await?;
    let decided = RunEvent::CandidateDecided {
        candidate: CandidateId(0),
        verdict: Verdict::Kept,
        reason: VerdictReason::Improves,
        detail: "1 of 1".into(),
        against: CandidateId(1),
        trials: 1,
        gain: 0.5,
        gain_sd: 0.1,
    };
    let events = vec![scored(0, 1, 0.0), decided, RunEvent::CandidateChosen { candidate: CandidateId(0) }];
    stores.store.append(run.clone(), next, Timestamp(9), events).await?;
    let steps = |standing: Option<Standing>| -> Vec<(u64, i64, Status, Option<f64>)> {
        let history = standing.map(|it| it.history).unwrap_or_default();
        history.into_iter().map(|it| (it.entry, it.at.0, it.status, it.score.map(|score| score.mean))).collect()
    };
    assert_eq!(
        steps(ask.candidate(&run, CandidateId(0)).await?),
        [
            (1, 1, Status::Open, None),
            (5, 1, Status::Kept, Some(1.0)),
            (7, 9, Status::Kept, Some(0.5)),
            (8, 9, Status::Chosen, Some(0.5))
        ]
    );
    let dropped = steps(ask.candidate(&run, CandidateId(1)).await?);
    assert_eq!(dropped, [(2, 1, Status::Open, None), (5, 1, Status::Dropped, Some(0.0))]);
    assert_eq!(ask.candidate(&run, CandidateId(2)).await?, None);
    Ok(())
}

async fn knows_the_best_so_far(stores: &Kept) -> Result<(), StoreError> {
    let (ask, run) = (stores.ask(), samples::run("leads")?);
    let mut next = create(stores, &run, Vec::new()).await?;
    assert_eq!(ask.best(&run).await?, None);
    let steps = [
        (vec![joined(0, 0), joined(1, 0), joined(2, 0), scored(1, 0, 0.5)], 1),
        (vec![scored(2, 0, 1.0)], 2),
        // the search weighs more than one score
        (vec![closed(0, &[1, 0])], 1),
        (vec![RunEvent::CandidateChosen { candidate: CandidateId(0) }], 0),
    ];
    for (events, best) in steps {
        next = stores.store.append(run.clone(), next, Timestamp(2), events).await?;
        assert_eq!(ask.best(&run).await?.map(|it| it.node.id.candidate.0), Some(best));
    }
    Ok(())
}

/// Two runs with entries of every kind; a reader looks in between, or does not.
async fn grow(store: &dyn Journal, ask: Option<&Generations>) -> Result<(), StoreError> {
    for name in ["g-one", "g-two"] {
        let run = samples::run(name)?;
        let first = vec![samples::started(&run, None)?, samples::admitted(0)];
        let mut next = store.create(samples::summary(&run, 1), Timestamp(1), first).await?;
        for step in 1..25 {
            let decided = samples::several_kinds().into_iter().skip(5).take(5);
            let events = [samples::trial(step), samples::admitted(step), samples::failed_trial(step + 50)];
            next = store.append(run.clone(), next, Timestamp(2), events.into_iter().chain(decided).collect()).await?;
            if let Some(ask) = ask.filter(|_| step % 7 == 0) {
                ask.projector().catch_up().await?;
            }
        }
    }
    Ok(())
}

async fn keeps_the_same_as_memory_and_after_a_rebuild(stores: &Kept) -> Result<(), StoreError> {
    let ask = stores.ask();
    let empty = ask.digest().await?;
    grow(&*stores.store, Some(&ask)).await?;
    ask.projector().catch_up().await?;
    assert_eq!(ask.projector().catch_up().await?, 0, "nothing is read twice");
    let grown = ask.digest().await?;
    assert_ne!(grown, empty);
    let memory = Arc::new(MemoryStore::new());
    grow(&*memory, None).await?;
    let reference = Generations::new(Arc::<MemoryStore>::clone(&memory), memory);
    reference.projector().catch_up().await?;
    assert_eq!(grown, reference.digest().await?, "another backend keeps the same");
    let read = ask.projector().rebuild().await?.whole()?;
    let entries: u64 = stores.store.lengths().await?.into_iter().map(|(_, length)| length).sum();
    assert_eq!((read, ask.digest().await?), (entries, grown));
    stores.generations.forget().await?;
    assert_eq!(ask.digest().await?, empty);
    assert!(stores.generations.checkpoints().await?.is_empty());
    Ok(())
}

async fn lets_one_of_two_writers_win(stores: &Kept) -> Result<(), StoreError> {
    let run = samples::run("g-raced")?;
    let events = (0..20).map(|id| joined(id, 0)).chain((0..2000).map(samples::trial));
    create(stores, &run, events.collect()).await?;
    let writers: Vec<Generations> = (0..4).map(|_| stores.ask()).collect();
    let read = futures::future::try_join_all(writers.iter().map(|it| it.projector().catch_up())).await?;
    assert_eq!(read.iter().sum::<u64>(), 2021, "each entry counts once: {read:?}");
    let digest = stores.ask().digest().await?;
    stores.ask().projector().rebuild().await?.whole()?;
    assert_eq!(stores.ask().digest().await?, digest);
    let stale = Batch { expected: 7, fold: RunFold::new(run), records: Vec::new(), prompts: Vec::new() };
    let stale = stores.generations.put(stale).await;
    assert!(matches!(&stale, Err(StoreError::Conflict { expected: 7, actual: 2021, .. })), "{stale:?}");
    Ok(())
}

async fn keeps_many_and_large_candidates(stores: &Kept) -> Result<(), StoreError> {
    let (ask, run) = (stores.ask(), samples::run("g-many")?);
    let odd = "{}:'; DROP -- \u{0} \"\\ ключ 🧬 {{x}} \r\n$ne";
    let mut next = create(stores, &run, Vec::new()).await?;
    for first in (0..stores.many).step_by(500) {
        let mut events = Vec::new();
        for id in first..(first + 500).min(stores.many) {
            let RunEvent::CandidateAdmitted { mut candidate, bill } = joined(id, id / 100) else { continue };
            candidate.note = format!("{odd} {id}");
            if id == 3 {
                // noise, so that no compression makes it small
                let mut noise: u32 = 1;
                candidate.note = std::iter::repeat_with(|| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    char::from(b'0' + u8::try_from(noise >> 26).unwrap_or_default())
                })
                .take(900_000)
                .collect();
                candidate.prompt = clade_domain::Prompt::user(candidate.note.clone());
            }
            events.push(RunEvent::CandidateAdmitted { candidate, bill });
            events.push(scored(id, 0, f64::from(id % 50) / 49.0));
        }
        next = stores.store.append(run.clone(), next, Timestamp(2), events).await?;
    }
    let last = (stores.many - 1) / 100;
    assert_eq!(ask.latest(&run).await?, Some(last));
    let generation = ask.generation(&run, last).await?;
    let mut found = ids(&generation);
    found.sort_unstable();
    assert_eq!(found, (last * 100..stores.many).collect::<Vec<_>>());
    assert!(generation.iter().all(|it| it.node.note == format!("{odd} {}", it.node.id.candidate.0)));
    let expected: Vec<u32> = (0..stores.many).filter(|id| id % 50 == 49).take(10).collect();
    assert_eq!(ids(&ask.top(&run, 10).await?), expected);
    let large = ask.candidate(&run, CandidateId(3)).await?;
    assert_eq!(large.map(|it| it.node.note.len()), Some(900_000));
    assert_eq!(ids(&ask.generation(&run, 0).await?).len(), 100.min(stores.many as usize));
    Ok(())
}

async fn keeps_extreme_numbers(stores: &Kept) -> Result<(), StoreError> {
    let (ask, run) = (stores.ask(), samples::run("extreme")?);
    let costs = [f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2, 1e-200];
    let mut events = Vec::new();
    for ((id, cost), points) in (0..).zip(costs).zip([1.0, 0.0, 0.1 + 0.2, 5e-324, 1e-200]) {
        let RunEvent::CandidateAdmitted { candidate, .. } = joined(id, u32::MAX - 1) else { continue };
        let bill = Bill { cost: Usd(cost), calls: 1, ..Bill::default() };
        events.push(RunEvent::CandidateAdmitted { candidate, bill });
        events.push(scored(id, 0, points));
    }
    create(stores, &run, events).await?;
    assert_eq!(ask.latest(&run).await?, Some(u32::MAX - 1));
    let found = ask.generation(&run, u32::MAX - 1).await?;
    let mut kept: Vec<(u32, u64)> = found.iter().map(|it| (it.node.id.candidate.0, it.node.cost.0.to_bits())).collect();
    kept.sort_unstable();
    let trial = 0.000_061;
    let exact: Vec<(u32, u64)> = (0..).zip(costs.map(|cost| (cost + trial).to_bits())).collect();
    assert_eq!(kept, exact, "to the last bit");
    assert_eq!(ids(&ask.top(&run, 9).await?), [0, 2, 1, 3, 4]);
    Ok(())
}

/// Two installations, each with a run of the same name, that share one store of generations.
async fn leaves_runs_of_other_installations_alone(stores: &Kept) -> Result<(), StoreError> {
    let (shared, theirs, ask) = (samples::run("shared")?, samples::run("theirs")?, stores.ask());
    create(stores, &shared, vec![joined(0, 0), scored(0, 0, 1.0)]).await?;
    let kept = ask.top(&shared, 9).await?;
    let neighbour = Arc::new(MemoryStore::new());
    for run in [&shared, &theirs] {
        let events = std::iter::once(samples::started(run, None)?).chain((0..9).map(|n| joined(n, n)));
        neighbour.create(samples::summary(run, 7), Timestamp(7), events.collect()).await?;
    }
    let other = Generations::new(neighbour, Arc::clone(&stores.generations));
    let is_foreign = |refused: Option<StoreError>| {
        assert!(matches!(&refused, Some(StoreError::Foreign { run, .. }) if run == "shared"), "{refused:?}");
    };
    is_foreign(other.latest(&shared).await.err());
    is_foreign(other.top(&shared, 3).await.err());
    is_foreign(other.best(&shared).await.err());
    is_foreign(other.candidate(&shared, CandidateId(0)).await.err());
    let carried = other.projector().carry_over().await?;
    assert_eq!((carried.entries, carried.held.len()), (10, 1), "it holds no other run up");
    assert_eq!(other.latest(&theirs).await?, Some(8));
    let carried = other.projector().rebuild().await?;
    assert_eq!((carried.entries, carried.held.len()), (10, 1));
    assert_eq!(ask.top(&shared, 9).await?, kept);
    ask.projector().rebuild().await?.whole()?;
    assert_eq!((ask.top(&shared, 9).await?, other.latest(&theirs).await?), (kept, Some(8)));
    Ok(())
}

async fn knows_no_unknown_runs(stores: &Kept) -> Result<(), StoreError> {
    let run = samples::run("g-nowhere")?;
    let generations = &stores.generations;
    assert_eq!(generations.run_fold(run.clone()).await?, None);
    assert_eq!(generations.latest(run.clone()).await?, None);
    assert!(generations.records(run.clone(), vec![CandidateId(0)]).await?.is_empty());
    assert!(generations.records(run.clone(), Vec::new()).await?.is_empty());
    assert!(generations.generation(run.clone(), 0).await?.is_empty());
    assert!(generations.top(run, 5).await?.is_empty());
    Ok(())
}
