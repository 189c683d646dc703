use std::sync::Arc;

use clade_domain::{CandidateId, Relation, RunEvent, RunId, Steer, Timestamp};
use clade_lineage::{Node, NodeId, RunFold};

use super::samples;
use crate::{Batch, Journal, Kin, Lineage, LineageGraph, MemoryStore, RunSummary, Store, StoreError};

/// A graph with the journals that it is a projection of; the two may be in different systems.
pub struct Projected {
    /// The journals.
    pub store: Arc<dyn Store>,
    /// The graph.
    pub graph: Arc<dyn LineageGraph>,
}

impl Projected {
    fn lineage(&self) -> Lineage {
        Lineage::new(Arc::<dyn Store>::clone(&self.store), Arc::clone(&self.graph))
    }
}

/// Runs every rule of [`LineageGraph`], each on stores of its own that `make` provides empty.
///
/// # Errors
/// What the stores answer where the rules expect success.
///
/// # Panics
/// Where a rule is broken.
pub async fn lineage(make: impl AsyncFn() -> Result<Projected, StoreError>) -> Result<(), StoreError> {
    macro_rules! each {
        ($($rule:path),* $(,)?) => {
            $(
                let stores = make().await?;
                $rule(&stores).await?;
                stores.store.close().await?;
            )*
        };
    }
    each![
        reads_on_by_itself,
        is_the_same_after_a_rebuild,
        lets_one_of_two_readers_win,
        knows_what_came_before_each_question,
        follows_edges_over_runs,
        waits_for_a_trunk_that_comes_later,
        visits_a_node_once,
        keeps_many_and_odd_nodes,
        leaves_runs_of_other_installations_alone,
        knows_no_unknown_runs,
    ];
    Ok(())
}

/// A node's name.
fn id(run: &RunId, candidate: u32) -> NodeId {
    NodeId::new(run.clone(), CandidateId(candidate))
}

/// A candidate with these parents.
fn child(candidate: u32, parents: &[u32]) -> RunEvent {
    let mut made = samples::candidate(candidate);
    made.parents = parents.iter().map(|parent| CandidateId(*parent)).collect();
    made.relation = match parents.len() {
        0 => Relation::Seed,
        1 => Relation::MutatedFrom,
        _ => Relation::DerivedFrom,
    };
    RunEvent::CandidateAdmitted { candidate: Box::new(made), bill: Default::default() }
}

async fn create(store: &dyn Journal, run: &RunId, events: Vec<RunEvent>) -> Result<u64, StoreError> {
    let branch_of = match events.first() {
        Some(RunEvent::RunStarted { branch_of: Some((trunk, ..)), .. }) => Some(trunk.clone()),
        _ => None,
    };
    store.create(RunSummary { branch_of, ..samples::summary(run, 1) }, Timestamp(1), events).await
}

fn names<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Vec<String> {
    nodes.into_iter().map(|node| node.id.to_string()).collect()
}

async fn reads_on_by_itself(stores: &Projected) -> Result<(), StoreError> {
    let (lineage, run) = (stores.lineage(), samples::run("grows")?);
    let next =
        create(&*stores.store, &run, vec![samples::started(&run, None)?, child(0, &[]), samples::trial(1)]).await?;
    let graph = lineage.run(&run).await?;
    assert_eq!(names(graph.nodes()), ["grows@c0"]);
    assert_eq!(graph.nodes()[0].score.map(|score| (score.mean, score.trials)), Some((1.0, 1)));
    stores.store.append(run.clone(), next, Timestamp(2), vec![samples::trial(2), child(1, &[0])]).await?;
    let graph = lineage.run(&run).await?;
    assert_eq!(names(graph.nodes()), ["grows@c0", "grows@c1"]);
    assert_eq!(graph.nodes()[0].score.map(|score| (score.mean, score.trials)), Some((0.5, 2)));
    assert_eq!(lineage.catch_up().await?, 0, "nothing is read twice");
    assert_eq!(stores.graph.checkpoints().await?, [(run, 5)]);
    Ok(())
}

async fn is_the_same_after_a_rebuild(stores: &Projected) -> Result<(), StoreError> {
    let lineage = stores.lineage();
    let empty = lineage.digest().await?;
    for name in ["re-one", "re-two"] {
        let run = samples::run(name)?;
        let mut next = create(&*stores.store, &run, vec![samples::started(&run, None)?, child(0, &[])]).await?;
        for step in 1..30 {
            let decided = samples::several_kinds().into_iter().skip(5).take(2);
            let events = [samples::trial(step), child(step, &[step - 1]), samples::failed_trial(step + 50)];
            next = stores
                .store
                .append(run.clone(), next, Timestamp(2), events.into_iter().chain(decided).collect())
                .await?;
            if step % 7 == 0 {
                lineage.catch_up().await?;
            }
        }
    }
    lineage.catch_up().await?;
    let grown = lineage.digest().await?;
    assert_ne!(grown, empty);
    let read = lineage.rebuild().await?;
    let entries: u64 = stores.store.lengths().await?.into_iter().map(|(_, length)| length).sum();
    assert_eq!((read, lineage.digest().await?), (entries, grown));
    stores.graph.forget().await?;
    assert_eq!(lineage.digest().await?, empty);
    assert!(stores.graph.checkpoints().await?.is_empty());
    Ok(())
}

async fn lets_one_of_two_readers_win(stores: &Projected) -> Result<(), StoreError> {
    let run = samples::run("raced")?;
    let events = std::iter::once(samples::started(&run, None)?)
        .chain((0..40).map(|n| child(n, &n.checked_sub(1).into_iter().collect::<Vec<_>>())))
        .chain((0..3000).map(samples::trial));
    create(&*stores.store, &run, events.collect()).await?;
    let readers: Vec<Lineage> = (0..4).map(|_| stores.lineage()).collect();
    let read = futures::future::try_join_all(readers.iter().map(Lineage::catch_up)).await?;
    assert_eq!(read.iter().sum::<u64>(), 3041, "each entry counts once: {read:?}");
    let digest = stores.lineage().digest().await?;
    stores.lineage().rebuild().await?;
    assert_eq!(stores.lineage().digest().await?, digest);
    let stale = Batch { expected: 7, fold: RunFold::new(run.clone()), records: Vec::new(), prompts: Vec::new() };
    let stale = stores.graph.put(stale).await;
    assert!(matches!(&stale, Err(StoreError::Conflict { expected: 7, actual: 3041, .. })), "{stale:?}");
    Ok(())
}

/// Two readers that keep trees at hand, a third that does not, and a journal that grows between their questions.
async fn knows_what_came_before_each_question(stores: &Projected) -> Result<(), StoreError> {
    let (one, two, run) = (stores.lineage(), stores.lineage(), samples::run("goes-on")?);
    let mut next = create(&*stores.store, &run, vec![samples::started(&run, None)?, child(0, &[])]).await?;
    for (step, size) in (0_u32..).zip([3_u32, 700, 1, 0, 900, 2_500, 5, 400, 650]) {
        // candidates may join in another order than that of their numbers
        let joined = [2 * step + 2, 2 * step + 1].map(|n| child(n, &[0]));
        let trials = (0..size).map(|n| samples::trial((n * 7 + step) % (100 * (2 * step + 1))));
        let rejected =
            RunEvent::Steered { by: Default::default(), wish: Steer::Reject { candidate: CandidateId(step) } };
        let events = joined.into_iter().chain(trials).chain([rejected]).collect();
        next = stores.store.append(run.clone(), next, Timestamp(i64::from(step)), events).await?;
        let asked = if step % 3 == 2 { [&two, &two] } else { [&one, &two] };
        for lineage in asked {
            let graph = lineage.run(&run).await?;
            assert_eq!(graph.nodes().len() as u32, 2 * step + 3);
            let fresh = stores.lineage().run(&run).await?;
            assert_eq!(graph.nodes(), fresh.nodes(), "after step {step}");
            assert_eq!(graph.families(), fresh.families(), "after step {step}");
        }
        if step % 4 == 3 {
            one.kin(&[id(&run, 1)], Kin::Descendants).await?;
        }
    }
    one.catch_up().await?;
    two.catch_up().await?;
    let digest = one.digest().await?;
    stores.lineage().rebuild().await?;
    assert_eq!(one.digest().await?, digest);
    assert_eq!(one.run(&run).await?.nodes(), stores.lineage().run(&run).await?.nodes());
    Ok(())
}

async fn follows_edges_over_runs(stores: &Projected) -> Result<(), StoreError> {
    let (trunk, branch, lineage) = (samples::run("trunk")?, samples::run("branch")?, stores.lineage());
    let events = vec![
        samples::started(&trunk, None)?,
        child(0, &[]),
        child(1, &[0]),
        child(2, &[0]),
        child(3, &[1, 2]),
        child(4, &[]),
    ];
    create(&*stores.store, &trunk, events).await?;
    let events =
        vec![samples::started(&branch, Some((trunk.clone(), 6, Some(CandidateId(3)))))?, child(0, &[]), child(1, &[0])];
    create(&*stores.store, &branch, events).await?;
    let up = lineage.kin(&[id(&branch, 1)], Kin::Ancestors).await?;
    assert_eq!(names(up.nodes()), ["trunk@c0", "trunk@c1", "trunk@c2", "trunk@c3", "branch@c0", "branch@c1"]);
    assert_eq!(names(up.ancestors(&id(&branch, 1)))[..2], ["branch@c0", "trunk@c3"]);
    let down = lineage.kin(&[id(&trunk, 2)], Kin::Descendants).await?;
    assert_eq!(names(down.nodes()), ["trunk@c2", "trunk@c3", "branch@c0", "branch@c1"]);
    let two = lineage.kin(&[id(&trunk, 4), id(&branch, 0)], Kin::Ancestors).await?;
    assert_eq!(two.nodes().len(), 6);
    assert!(two.common_ancestor(&id(&trunk, 4), &id(&branch, 0)).is_none());
    assert_eq!(lineage.runs(&[]).await?.families().len(), 3);
    assert_eq!(names(lineage.runs(std::slice::from_ref(&branch)).await?.nodes()), ["branch@c0", "branch@c1"]);
    let alone = samples::run("alone")?;
    create(&*stores.store, &alone, vec![samples::started(&alone, None)?, child(0, &[])]).await?;
    lineage.kin(&[id(&trunk, 0)], Kin::Descendants).await?;
    assert_eq!(stores.graph.run_fold(alone.clone()).await?, None, "a run that is no kin is not read for it");
    let unknown = lineage.kin(&[id(&trunk, 77)], Kin::Ancestors).await;
    assert!(matches!(&unknown, Err(StoreError::NotFound { what: "candidate", name }) if name == "trunk@c77"));
    Ok(())
}

async fn waits_for_a_trunk_that_comes_later(stores: &Projected) -> Result<(), StoreError> {
    let (trunk, branch, lineage) = (samples::run("late")?, samples::run("early")?, stores.lineage());
    let started = samples::started(&branch, Some((trunk.clone(), 1, Some(CandidateId(1)))))?;
    create(&*stores.store, &branch, vec![started, child(0, &[])]).await?;
    assert_eq!(names(lineage.kin(&[id(&branch, 0)], Kin::Ancestors).await?.nodes()), ["early@c0"]);
    create(&*stores.store, &trunk, vec![samples::started(&trunk, None)?, child(0, &[]), child(1, &[0])]).await?;
    let up = lineage.kin(&[id(&branch, 0)], Kin::Ancestors).await?;
    assert_eq!(names(up.ancestors(&id(&branch, 0))), ["late@c1", "late@c0"]);
    assert_eq!(lineage.kin(&[id(&trunk, 0)], Kin::Descendants).await?.nodes().len(), 3);
    Ok(())
}

async fn visits_a_node_once(stores: &Projected) -> Result<(), StoreError> {
    // 2^40 paths lead up this ladder
    let (run, lineage) = (samples::run("ladder")?, stores.lineage());
    let rung = |n: u32| if n < 2 { child(n, &[]) } else { child(n, &[n / 2 * 2 - 2, n / 2 * 2 - 1]) };
    let events = std::iter::once(samples::started(&run, None)?).chain((0..80).map(rung));
    create(&*stores.store, &run, events.collect()).await?;
    assert_eq!(lineage.kin(&[id(&run, 79)], Kin::Ancestors).await?.nodes().len(), 79);
    assert_eq!(lineage.kin(&[id(&run, 0)], Kin::Descendants).await?.nodes().len(), 79);
    Ok(())
}

async fn keeps_many_and_odd_nodes(stores: &Projected) -> Result<(), StoreError> {
    let (run, lineage) = (samples::run("many")?, stores.lineage());
    let odd = "'; DROP TABLE lineage_nodes; -- \u{0} \"\\ ключ 🧬 {{x}} \r\n$ne";
    let mut events = vec![samples::started(&run, None)?];
    for n in (0..4000).rev() {
        let RunEvent::CandidateAdmitted { mut candidate, bill } =
            child(n, &n.checked_sub(1).into_iter().collect::<Vec<_>>())
        else {
            continue;
        };
        candidate.note = format!("{odd} {n}");
        events.push(RunEvent::CandidateAdmitted { candidate, bill });
    }
    create(&*stores.store, &run, events).await?;
    let graph = lineage.run(&run).await?;
    let ids: Vec<u32> = graph.nodes().iter().map(|node| node.id.candidate.0).collect();
    assert_eq!(ids, (0..4000).collect::<Vec<_>>(), "in order of candidate");
    assert!(graph.nodes().iter().all(|node| node.note == format!("{odd} {}", node.id.candidate.0)));
    let texts = lineage.texts(&graph.nodes()[..2]).await?;
    assert_eq!(texts[&id(&run, 1)], samples::candidate(1).prompt.to_text());
    Ok(())
}

/// Two installations, each with a run of the same name, that share one graph.
async fn leaves_runs_of_other_installations_alone(stores: &Projected) -> Result<(), StoreError> {
    let (shared, theirs, lineage) = (samples::run("shared")?, samples::run("theirs")?, stores.lineage());
    create(&*stores.store, &shared, vec![samples::started(&shared, None)?, child(0, &[]), child(1, &[0])]).await?;
    assert_eq!(lineage.run(&shared).await?.nodes().len(), 2);
    let kept = stores.graph.nodes(shared.clone()).await?;

    let neighbour = Arc::new(MemoryStore::new());
    for (run, trunk) in [(&shared, None), (&theirs, Some((shared.clone(), 2, Some(CandidateId(0)))))] {
        let events = std::iter::once(samples::started(run, trunk)?).chain((0..9).map(|n| child(n, &[])));
        neighbour.create(samples::summary(run, 7), Timestamp(7), events.collect()).await?;
    }
    let other = Lineage::new(Arc::<MemoryStore>::clone(&neighbour), Arc::clone(&stores.graph));
    let is_foreign = |refused: Option<StoreError>| {
        assert!(matches!(&refused, Some(StoreError::Foreign { run, .. }) if run == "shared"), "{refused:?}");
    };
    is_foreign(other.run(&shared).await.err());
    is_foreign(other.kin(&[id(&shared, 0)], Kin::Descendants).await.err());
    is_foreign(other.runs(&[]).await.err());
    if stores.graph.keeps_rows() {
        is_foreign(other.projector().put_row(shared.clone()).await.err());
    }
    // it holds no other run up, and nothing of the first installation is in an answer
    let carried = other.carry_over().await?;
    assert!(matches!(&carried.held[..], [(run, StoreError::Foreign { .. })] if *run == shared), "{carried:?}");
    assert_eq!(other.run(&theirs).await?.nodes().len(), 9);
    assert_eq!(lineage.kin(&[id(&shared, 0)], Kin::Descendants).await?.nodes().len(), 2);
    // nor is anything changed, also where one of them makes its own anew
    let carried = other.projector().rebuild().await?;
    assert_eq!((carried.entries, carried.held.len()), (10, 1));
    assert_eq!(stores.graph.nodes(shared.clone()).await?, kept);
    lineage.rebuild().await?;
    assert_eq!(stores.graph.nodes(shared.clone()).await?, kept);
    assert_eq!(stores.graph.nodes(theirs).await?.len(), 9);
    // a journal that goes on is still its own, and one that was never longer than what is kept is not
    let next = stores.store.length(shared.clone()).await?;
    stores.store.append(shared.clone(), next, Timestamp(3), vec![child(2, &[1])]).await?;
    assert_eq!(lineage.run(&shared).await?.nodes().len(), 3);
    is_foreign(other.run(&shared).await.err());
    Ok(())
}

async fn knows_no_unknown_runs(stores: &Projected) -> Result<(), StoreError> {
    let run = samples::run("nowhere")?;
    assert_eq!(stores.graph.run_fold(run.clone()).await?, None);
    assert!(stores.graph.records(run.clone(), vec![CandidateId(0)]).await?.is_empty());
    assert!(stores.graph.nodes(run.clone()).await?.is_empty());
    assert!(stores.graph.kin(vec![id(&run, 0)], Kin::Descendants).await?.is_empty());
    assert!(stores.graph.kin(Vec::new(), Kin::Ancestors).await?.is_empty());
    Ok(())
}
