//! Several runs in one process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use clade_domain::{Budget, News, RunEvent, RunId, RunSpec, StopReason, UserId, WorkspaceId};
use clade_engine::{Budgets, CodeHere, EngineError, Hub, Keys, Patron};
use clade_models::Environment;
use clade_store::{MemoryStore, RunStatus, RunSummary, Store};
use futures::future::BoxFuture;
use serde_json::json;

use crate::common::{Rig, assertion, calls, spec};

/// Gives everybody the same, and notes what it is told.
#[derive(Default)]
struct Everybody {
    budgets: Budgets,
    told: Mutex<Vec<(News, RunStatus)>>,
}

impl Patron for Everybody {
    fn keys<'a>(&'a self, _: &'a RunSummary, _: &'a RunSpec) -> BoxFuture<'a, Result<Keys, String>> {
        let none: [(&str, &str); 0] = [];
        let keys = Keys { environment: Environment::of(none), inline: BTreeMap::new(), names: None };
        Box::pin(std::future::ready(Ok(keys)))
    }

    fn budgets<'a>(&'a self, _: &'a WorkspaceId, _: &'a UserId) -> BoxFuture<'a, Result<Budgets, String>> {
        Box::pin(std::future::ready(Ok(self.budgets)))
    }

    fn told<'a>(&'a self, row: &'a RunSummary, news: News) -> BoxFuture<'a, ()> {
        self.told.lock().unwrap().push((news, row.status));
        Box::pin(std::future::ready(()))
    }

    fn code(&self) -> Option<&CodeHere> {
        None
    }
}

fn hub(store: &Arc<dyn Store>, workspace: Budget) -> Arc<Hub> {
    let budgets = Budgets { workspace, ..Budgets::default() };
    Hub::new(store.clone(), Arc::new(Everybody { budgets, ..Everybody::default() }), "test")
}

async fn runs(store: &Arc<dyn Store>, names: &[&str], budget: Budget) -> Vec<RunId> {
    let mut runs = Vec::new();
    for (seed, name) in (1..).zip(names) {
        let rig = Rig::existing(store.clone(), name);
        let spec = RunSpec { seed, ..spec("simulated:rough", budget) };
        rig.create(spec, &[assertion("numeric", "{{answer}}")], 0).await;
        runs.push(rig.run);
    }
    runs
}

/// Waits until a run left the hub.
async fn ended(hub: &Hub, store: &Arc<dyn Store>, run: &RunId) -> RunSummary {
    if let Some(live) = hub.live(run) {
        let mut length = live.length();
        drop(live);
        while length.changed().await.is_ok() {}
    }
    while hub.running().contains(run) || store.summary(run.to_string()).await.unwrap().wanted {
        tokio::task::yield_now().await;
    }
    store.summary(run.to_string()).await.unwrap()
}

#[tokio::test]
async fn several_runs_go_on_at_once_and_end_as_they_would_alone() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let names = ["hub-1", "hub-2", "hub-3"];
    let ids = runs(&store, &names, calls(300)).await;
    let hub = hub(&store, Budget::default());
    for run in &ids {
        hub.start(run).await.unwrap();
        assert!(matches!(hub.start(run).await, Err(EngineError::Running { .. })));
    }
    assert_eq!(hub.running(), ids);
    for run in &ids {
        let row = ended(&hub, &store, run).await;
        assert_eq!((row.status, row.wanted), (RunStatus::Finished, false), "{row:?}");
    }
    assert!(matches!(hub.start(&ids[0]).await, Err(EngineError::Finished { .. })));
    // the same runs one by one, in a store of their own
    let alone: Arc<dyn Store> = Arc::new(MemoryStore::new());
    runs(&alone, &names, calls(300)).await;
    let single = self::hub(&alone, Budget::default());
    for run in &ids {
        single.start(run).await.unwrap();
        ended(&single, &alone, run).await;
        let chosen = async |store: &Arc<dyn Store>| {
            let state = clade_engine::replay_state(store, run).await.unwrap();
            (state.best(), state.candidates().cloned().collect::<Vec<_>>())
        };
        assert_eq!(chosen(&store).await, chosen(&alone).await, "{run}");
    }
}

#[tokio::test]
async fn a_stopped_search_still_chooses_and_proves() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = runs(&store, &["stopped"], calls(100_000)).await.remove(0);
    let hub = hub(&store, Budget::default());
    hub.start(&run).await.unwrap();
    let mut length = hub.live(&run).unwrap().length();
    while *length.borrow_and_update() < 100 {
        length.changed().await.unwrap();
    }
    hub.stop(&run).await.unwrap();
    // a second click, or another person's: where the run is over by now there is nothing to stop
    assert!(matches!(
        hub.stop(&run).await,
        Ok(()) | Err(EngineError::NotRunning { .. } | EngineError::Finished { .. })
    ));
    let row = ended(&hub, &store, &run).await;
    assert_eq!((row.status, row.improved.is_some()), (RunStatus::Finished, true), "{row:?}");
    let journal = store.read(run, 0, u32::MAX).await.unwrap();
    let reasons: Vec<StopReason> = journal
        .iter()
        .filter_map(|entry| match &entry.event {
            RunEvent::SearchEnded { reason, .. } | RunEvent::RunFinished { reason } => Some(*reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, [StopReason::Stopped; 2]);
}

#[tokio::test]
async fn what_was_going_on_when_a_process_ended_goes_on_in_the_next_and_what_was_paused_does_not() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let ids = runs(&store, &["goes-on", "was-paused"], calls(100_000)).await;
    let first = hub(&store, Budget::default());
    for run in &ids {
        first.start(run).await.unwrap();
    }
    first.pause(&ids[1]).await.unwrap();
    let paused = ended(&first, &store, &ids[1]).await;
    assert_eq!((paused.status, paused.wanted), (RunStatus::Paused, false));
    first.close(Duration::from_secs(60)).await;
    assert!(first.running().is_empty());
    assert!(store.summary("goes-on".into()).await.unwrap().wanted);
    let second = hub(&store, Budget::default());
    assert_eq!(second.resume().await.unwrap(), 1);
    assert_eq!(second.running(), ids[..1]);
    second.close(Duration::ZERO).await;
}

/// Who paused a run does not find it going on because its process ended before the calls in flight did.
#[tokio::test]
async fn a_pause_outlives_its_process() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = answered_after(&store, "asked-to-rest", calls(1_000), 600_000).await;
    for by_another in [false, true] {
        let [first, other] = [(); 2].map(|()| hub(&store, Budget::default()));
        first.start(&run).await.unwrap();
        while first.progress(&run).is_none_or(|progress| progress.under_way == 0) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if by_another { &other } else { &first }.pause(&run).await.unwrap();
        assert_eq!(first.running(), std::slice::from_ref(&run), "its calls are in flight");
        assert!(!store.summary(run.to_string()).await.unwrap().wanted);
        first.close(Duration::ZERO).await;
        assert_eq!(hub(&store, Budget::default()).resume().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_a_run_has_bought_is_at_hand_while_it_goes_on() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = runs(&store, &["bought"], calls(100_000)).await.remove(0);
    let hub = hub(&store, Budget::default());
    let resting = store.summary(run.to_string()).await.unwrap();
    hub.start(&run).await.unwrap();
    let mut length = hub.live(&run).unwrap().length();
    while *length.borrow_and_update() < 300 {
        length.changed().await.unwrap();
    }
    let paid = store.paid(run.clone()).await.unwrap();
    let mut row = RunSummary { detail: "paused".into(), ..resting };
    hub.mend(&mut row).await;
    assert_eq!((row.status, row.detail.as_str()), (RunStatus::Running, ""));
    assert!(paid.calls > 0 && row.spent.calls >= paid.calls, "{row:?} of {paid:?}");
    hub.pause(&run).await.unwrap();
    let row = ended(&hub, &store, &run).await;
    assert_eq!(row.spent.calls, store.paid(run).await.unwrap().calls);
}

#[tokio::test]
async fn a_run_whose_process_died_is_shown_as_its_journal_has_it() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = runs(&store, &["killed"], calls(300)).await.remove(0);
    let hub = hub(&store, Budget::default());
    // as a kill leaves it
    let row = RunSummary { status: RunStatus::Running, ..store.summary(run.to_string()).await.unwrap() };
    store.put_summary(row.clone()).await.unwrap();
    let shown = async || {
        let mut shown = store.summary(run.to_string()).await.unwrap();
        hub.mend(&mut shown).await;
        shown
    };
    let first = shown().await;
    assert_eq!((first.status, first.candidates), (RunStatus::Paused, 0), "{first:?}");
    assert_eq!(shown().await, first);
    let admitted = clade_store::conformance::samples::admitted(0);
    let length = store.length(run.clone()).await.unwrap();
    store.append(run.clone(), length, clade_engine::now(), vec![admitted]).await.unwrap();
    assert_eq!(shown().await.candidates, 1, "its journal has grown");
    store.put_summary(RunSummary { description: "another".into(), ..row }).await.unwrap();
    assert_eq!(shown().await.description, "another");
}

#[tokio::test]
async fn limits_change_while_a_run_goes_on_and_while_it_rests() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = runs(&store, &["changed"], calls(100_000)).await.remove(0);
    let hub = hub(&store, Budget::default());
    hub.set_budget(&run, calls(90_000)).await.unwrap();
    hub.start(&run).await.unwrap();
    hub.set_budget(&run, calls(200)).await.unwrap();
    let row = ended(&hub, &store, &run).await;
    assert!(row.spent.calls <= 200, "{row:?}");
    let changes =
        store.read(run.clone(), 0, u32::MAX).await.unwrap().into_iter().filter_map(|entry| match entry.event {
            RunEvent::BudgetChanged { budget } => budget.calls,
            _ => None,
        });
    assert_eq!(changes.collect::<Vec<_>>(), [90_000, 200]);
}

#[tokio::test]
async fn a_workspaces_budget_holds_over_all_its_runs_and_over_restarts() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let ids = runs(&store, &["purse-1", "purse-2", "purse-3"], calls(400)).await;
    let paid = async || {
        let mut all = 0;
        for run in &ids {
            all += store.paid(run.clone()).await.unwrap().calls;
        }
        all
    };
    let first = hub(&store, calls(500));
    for run in &ids[..2] {
        first.start(run).await.unwrap();
    }
    for run in &ids[..2] {
        ended(&first, &store, run).await;
    }
    assert!(paid().await <= 500);
    // a process that comes later knows what was spent
    let second = hub(&store, calls(500));
    second.start(&ids[2]).await.unwrap();
    let row = ended(&second, &store, &ids[2]).await;
    assert!(paid().await <= 500, "{row:?}");
}

#[tokio::test]
async fn what_was_bought_elsewhere_is_in_no_budget_here() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let ids = runs(&store, &["brought-1", "own-1"], calls(200)).await;
    let first = hub(&store, Budget::default());
    first.start(&ids[0]).await.unwrap();
    let row = ended(&first, &store, &ids[0]).await;
    assert!(row.spent.calls > 150, "{row:?}");
    store.put_summary(RunSummary { brought: row.spent, ..row }).await.unwrap();
    let second = hub(&store, calls(150));
    second.start(&ids[1]).await.unwrap();
    let row = ended(&second, &store, &ids[1]).await;
    assert!((100..=150).contains(&row.spent.calls), "{row:?}");
}

#[tokio::test]
async fn answers_are_shared_within_a_workspace_alone() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let names = ["first-1", "first-2", "other-1"];
    for name in names {
        let rig = Rig::existing(store.clone(), name);
        rig.create(spec("simulated:rough", calls(200)), &[assertion("numeric", "{{answer}}")], 0).await;
        let row = store.summary(name.to_owned()).await.unwrap();
        let workspace = name.split('-').next().unwrap().parse().unwrap();
        store.put_summary(RunSummary { workspace, ..row }).await.unwrap();
    }
    let mut hits = Vec::new();
    for name in names {
        let (hub, run) = (hub(&store, Budget::default()), name.parse().unwrap());
        hub.start(&run).await.unwrap();
        hits.push(ended(&hub, &store, &run).await.spent.cache_hits);
    }
    assert!(hits[0] == 0 && hits[1] > 100 && hits[2] == 0, "{hits:?}");
}

/// A run that takes its time, under a name.
async fn slow(store: &Arc<dyn Store>, name: &str, budget: Budget) -> RunId {
    answered_after(store, name, budget, 20).await
}

/// One whose answers take so many milliseconds.
async fn answered_after(store: &Arc<dyn Store>, name: &str, budget: Budget, latency_ms: u32) -> RunId {
    let rig = Rig::existing(store.clone(), name);
    let mut spec = RunSpec { seed: 7, ..spec("simulated:rough", budget) };
    spec.models.task[0].config.insert("latency_ms".into(), serde_json::json!(latency_ms));
    spec.options.max_concurrency = Some(2);
    // what two runs ask at the same moment is then bought by each of them
    spec.options.cache = false;
    rig.create(spec, &[assertion("numeric", "{{answer}}")], 0).await;
    rig.run
}

#[tokio::test]
async fn what_another_process_carries_out_is_left_to_it_and_obeys() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = slow(&store, "elsewhere", calls(100_000)).await;
    let [owner, other] = [(); 2].map(|()| hub(&store, Budget::default()));
    owner.start(&run).await.unwrap();
    assert_eq!(other.resume().await.unwrap(), 0);
    let row = store.summary(run.to_string()).await.unwrap();
    assert!(row.wanted && row.detail.is_empty(), "{row:?}");
    other.set_budget(&run, calls(90_000)).await.unwrap();
    let refused = other.steer(&run, UserId::default(), clade_domain::Steering::Feedback(String::new())).await;
    assert!(matches!(&refused, Err(EngineError::Steer(why)) if why.contains("characters")), "{refused:?}");
    other.pause(&run).await.unwrap();
    let row = ended(&owner, &store, &run).await;
    assert_eq!((row.status, row.wanted), (RunStatus::Paused, false));
    assert!(matches!(other.pause(&run).await, Err(EngineError::NotRunning { .. })));
    let state = clade_engine::replay_state(&store, &run).await.unwrap();
    assert_eq!(state.budget().calls, Some(90_000));
    // whoever holds a run and hears nothing is named
    let held = store.lock(run.clone()).await.unwrap();
    let unheard = other.set_budget(&run, calls(1)).await;
    assert!(unheard.is_err_and(|error| error.to_string().contains("is open in another process")));
    drop(held);
}

#[tokio::test]
async fn a_run_that_was_lost_to_another_process_is_not_marked_by_its_former_owner() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = slow(&store, "lost", calls(100_000)).await;
    let hub = hub(&store, Budget::default());
    hub.start(&run).await.unwrap();
    // another process writes, as one does that took the run over while this one stood still
    loop {
        let length = store.length(run.clone()).await.unwrap();
        let foreign = RunEvent::SessionStarted { version: "other".into(), isolation: None };
        if store.append(run.clone(), length, clade_engine::now(), vec![foreign]).await.is_ok() {
            break;
        }
    }
    while hub.running().contains(&run) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let row = store.summary(run.to_string()).await.unwrap();
    assert!(row.wanted && row.status != RunStatus::Failed && row.detail.is_empty(), "{row:?}");
}

#[tokio::test]
async fn a_workspaces_budget_counts_what_other_processes_buy() {
    const MOST: u64 = 900;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let [first, second] = [(); 2].map(|()| hub(&store, calls(MOST)));
    let ids = [slow(&store, "shared-1", calls(100_000)).await, slow(&store, "shared-2", calls(100_000)).await];
    for (hub, run) in [(&first, &ids[0]), (&second, &ids[1])] {
        hub.start(run).await.unwrap();
        hub.watch();
    }
    for (hub, run) in [(&first, &ids[0]), (&second, &ids[1])] {
        ended(hub, &store, run).await;
    }
    let mut paid = 0;
    for run in &ids {
        paid += store.paid(run.clone()).await.unwrap().calls;
    }
    // each alone would have spent it all; at most what both buy in the seconds between two looks comes on top
    assert!((MOST - 50..MOST + 700).contains(&paid), "{paid} calls");
    first.close(Duration::ZERO).await;
    second.close(Duration::ZERO).await;
}

/// A limit that was spent elsewhere while nothing went on here is spent for whoever starts a run here.
#[tokio::test]
async fn a_workspaces_budget_counts_what_others_bought_while_nothing_went_on_here() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let ids = runs(&store, &["here-1", "there-1", "here-2"], calls(200)).await;
    let [here, there] = [calls(300), Budget::default()].map(|workspace| hub(&store, workspace));
    for (hub, run) in [(&here, &ids[0]), (&there, &ids[1])] {
        hub.start(run).await.unwrap();
        let row = ended(hub, &store, run).await;
        assert!(row.spent.calls > 160, "{row:?}");
    }
    here.start(&ids[2]).await.unwrap();
    let row = ended(&here, &store, &ids[2]).await;
    assert!(row.spent.calls < 10, "{row:?}");
}

/// The search has chosen by then: what comes later is paid for and joins no more.
#[tokio::test(start_paused = true)]
async fn a_proposal_that_comes_when_the_search_is_over_is_turned_away() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let rig = Rig::existing(store.clone(), "hub-late");
    let mut spec = spec("simulated:rough", calls(2_000));
    spec.models.task[0].config.insert("latency_ms".into(), json!(200));
    let mut writer = spec.models.task[0].clone();
    writer.config.insert("latency_ms".into(), json!(300));
    spec.models.reflection = Some(writer);
    rig.create(spec, &[assertion("numeric", "{{answer}}")], 0).await;
    let hub = hub(&store, Budget::default());
    hub.start(&rig.run).await.unwrap();
    let mut length = hub.live(&rig.run).unwrap().length();
    while !rig.events().await.iter().any(|event| matches!(event, RunEvent::GenerationClosed { .. })) {
        length.changed().await.unwrap();
    }
    hub.stop(&rig.run).await.unwrap();
    assert_eq!(ended(&hub, &store, &rig.run).await.status, RunStatus::Finished);
    let events = rig.events().await;
    let end = events.iter().position(|event| matches!(event, RunEvent::SearchEnded { .. })).unwrap();
    let is_admitted = |event: &&RunEvent| matches!(event, RunEvent::CandidateAdmitted { .. });
    assert_eq!(events[end..].iter().find(is_admitted), None);
    let is_late = |event: &&RunEvent| matches!(event, RunEvent::ProposalRejected { detail, bill, .. } if detail.contains("the search was over") && bill.calls > 0);
    assert!(events[end..].iter().filter(is_late).count() > 0);
}

#[tokio::test]
async fn what_is_told_of_a_run_says_how_it_stands() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let ids = runs(&store, &["hub-told"], calls(300)).await;
    let patron = Arc::new(Everybody::default());
    let hub = Hub::new(store.clone(), patron.clone(), "test");
    hub.start(&ids[0]).await.unwrap();
    ended(&hub, &store, &ids[0]).await;
    hub.close(Duration::from_secs(5)).await;
    let told = patron.told.lock().unwrap().clone();
    assert_eq!(told, [(News::Started, RunStatus::Running), (News::Finished, RunStatus::Finished)]);
}

fn search_ended(events: &[RunEvent]) -> bool {
    events.iter().any(|event| matches!(event, RunEvent::SearchEnded { .. }))
}

/// A run whose workspace has nothing left rests, and searches on when it has.
#[tokio::test]
async fn a_limit_of_the_workspace_that_is_spent_ends_no_search() {
    let alone = Rig::existing(Arc::new(MemoryStore::new()), "hub-poor");
    let spec = || spec("simulated:rough", calls(300));
    alone.create(spec(), &[assertion("numeric", "{{answer}}")], 0).await;
    let whole = alone.finish().await;

    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let rig = Rig::existing(store.clone(), "hub-poor");
    rig.create(spec(), &[assertion("numeric", "{{answer}}")], 0).await;
    for most in [0, 60] {
        let poor = hub(&store, calls(most));
        poor.start(&rig.run).await.unwrap();
        let row = ended(&poor, &store, &rig.run).await;
        assert_eq!(row.status, RunStatus::Paused);
        assert!(row.detail.starts_with("the workspace's limit on calls is spent"), "{}", row.detail);
        assert!(!search_ended(&rig.events().await), "with {most} calls");
    }
    let rich = hub(&store, Budget::default());
    rich.start(&rig.run).await.unwrap();
    let row = ended(&rich, &store, &rig.run).await;
    assert_eq!((row.status, row.spent.calls), (RunStatus::Finished, whole.spent.calls));
    assert_eq!(row.best_score, alone.store.summary("hub-poor".into()).await.unwrap().best_score);
}

/// Who lowers a limit below what was spent takes it back by raising it again.
#[tokio::test(start_paused = true)]
async fn a_limit_that_is_lowered_below_what_was_spent_ends_no_search() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let rig = Rig::existing(store.clone(), "hub-lowered");
    let mut spec = spec("simulated:rough", calls(300));
    spec.models.task[0].config.insert("latency_ms".into(), json!(200));
    rig.create(spec, &[assertion("numeric", "{{answer}}")], 0).await;
    let hub = hub(&store, Budget::default());
    hub.start(&rig.run).await.unwrap();
    let mut length = hub.live(&rig.run).unwrap().length();
    length.wait_for(|length| *length > 30).await.unwrap();
    hub.set_budget(&rig.run, calls(5)).await.unwrap();
    let row = ended(&hub, &store, &rig.run).await;
    assert_eq!((row.status, row.detail.as_str()), (RunStatus::Paused, "the budget's limit on calls is spent"));
    assert!(!search_ended(&rig.events().await));
    hub.set_budget(&rig.run, calls(300)).await.unwrap();
    hub.start(&rig.run).await.unwrap();
    let row = ended(&hub, &store, &rig.run).await;
    assert!(row.status == RunStatus::Finished && row.spent.calls > 150, "{row:?}");
}
