use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clade_domain::{Budget, Instruction, News, RunEvent, RunId, RunSpec, Spent, Steering, UserId, WorkspaceId};
use clade_models::{SharedLimits, layers::Ledger};
use clade_store::{RunStatus, RunSummary, Store};
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Budgets, CodeHere, Control, EngineError, Keys, LiveLog, Order, Progress, RunOutcome, Runner, RunnerSettings, Setup,
    Shared, Sharing, check_free,
    mend::{Mended, bought},
    now,
    obey::{chooses, search_ended},
    orders,
    outcome::detail_under,
    purses::Purses,
    replay, replay_state,
};

/// Most runs that go on at once in one process.
const MOST: usize = 64;
/// Orders that may wait for a run to look up.
const ORDERS: usize = 8;

/// What a hub asks about the people whose runs it carries out.
pub trait Patron: Send + Sync {
    /// The keys that a run may use; a sentence where it cannot be carried out.
    fn keys<'a>(&'a self, row: &'a RunSummary, spec: &'a RunSpec) -> BoxFuture<'a, Result<Keys, String>>;

    /// What a workspace and a member of it may spend on everything together.
    fn budgets<'a>(&'a self, workspace: &'a WorkspaceId, user: &'a UserId) -> BoxFuture<'a, Result<Budgets, String>>;

    /// Is told what happens to a run here.
    fn told<'a>(&'a self, row: &'a RunSummary, news: News) -> BoxFuture<'a, ()> {
        let _ = (row, news);
        Box::pin(std::future::ready(()))
    }

    /// Answers that processes share which have no system of record in common.
    fn sharing(&self) -> Option<Arc<Sharing>> {
        None
    }

    /// Who executes the code of runs; `None` where nobody does, and a run with code is refused.
    fn code(&self) -> Option<&CodeHere>;
}

/// Runs that go on in this process, each a task, several at once.
///
/// They share what was learned of the limits of a key at a provider, whatever their workspaces, and are served in turn. A run that was started here is marked in
/// its row until it is paused or ends, so a process that comes later knows what to go on with. The hub is the only one beside
/// the runner that spawns, and [`Hub::close`] awaits everything.
pub struct Hub {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) patron: Arc<dyn Patron>,
    version: String,
    active: Mutex<BTreeMap<RunId, Active>>,
    limits: Arc<SharedLimits>,
    pub(crate) purses: Purses,
    mended: Mended,
    pub(crate) tasks: TaskTracker,
    pub(crate) closing: CancellationToken,
}

struct Active {
    control: Control,
    orders: mpsc::Sender<Order>,
    progress: watch::Receiver<Option<Progress>>,
    live: Arc<LiveLog>,
    ledger: Arc<Ledger>,
}

impl Hub {
    /// A hub without runs.
    pub fn new(store: Arc<dyn Store>, patron: Arc<dyn Patron>, version: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            store,
            patron,
            version: version.into(),
            active: Mutex::default(),
            limits: Arc::default(),
            purses: Purses::default(),
            mended: Mended::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        })
    }

    /// Starts a run, or goes on with one. Ready when it goes on; what is wrong with it is said here.
    ///
    /// # Errors
    /// Where it runs already, here or elsewhere, is complete, or its models cannot be used.
    pub async fn start(self: &Arc<Self>, run: &RunId) -> Result<(), EngineError> {
        {
            let active = self.active();
            if active.contains_key(run) {
                return Err(EngineError::Running { run: run.clone() });
            }
            if active.len() >= MOST {
                return Err(EngineError::Crowded { most: MOST });
            }
        }
        // another process that holds it is told before anything else
        check_free(self.store.as_ref(), run).await?;
        let row = self.store.summary(run.to_string()).await?;
        let state = replay_state(&self.store, run).await?;
        let mut spec = state.spec().clone();
        spec.optimize.budget = *state.budget();
        let keys = self.patron.keys(&row, &spec).await.map_err(EngineError::Keys)?;
        let shared = Shared {
            limits: Some(self.limits()),
            purses: self.purses_of(&row.workspace, &row.by).await?,
            answers: self.patron.sharing(),
            key: None,
        };
        let mut setup = Setup::of(&state, &spec, &self.store, &keys, shared).await?;
        if spec.sandbox.is_some() {
            let host = self.patron.code().ok_or(EngineError::NoSandbox)?;
            let host = host.host(run, &spec, &self.store, &setup.stopping).await?;
            host.into_iter().for_each(|host| setup.clients.set_code(host));
        }
        let (orders, wanted) = mpsc::channel(ORDERS);
        // who looks before its first step sees that it goes on
        let (progress, seen) = watch::channel(Some(Progress::of(&state, row.spent)));
        let live = Arc::new(LiveLog::new(state.length()));
        let ledger = setup.ledger.clone();
        self.want(run, true).await?;
        let settings = RunnerSettings {
            store: self.store.clone(),
            clients: setup.clients,
            ledger: setup.ledger,
            counters: setup.counters,
            window: setup.window,
            events: None,
            live: Some(live.clone()),
            orders: Some(wanted),
            progress: Some(progress),
            version: self.version.clone(),
        };
        let runner = Runner::open(run, settings).await?;
        let control = Control::draining(setup.stopping);
        let active = Active { control: control.clone(), orders, progress: seen, live, ledger };
        if self.active().insert(run.clone(), active).is_some() {
            // the lock lets only one runner open, so nobody was here
            tracing::warn!(run.id = %run, "a run was registered twice");
        }
        self.tell(run, News::Started).await;
        let (hub, run) = (self.clone(), run.clone());
        self.tasks.spawn(async move { hub.carry(run, runner, control).await });
        Ok(())
    }

    async fn carry(self: Arc<Self>, run: RunId, mut runner: Runner, control: Control) {
        let outcome = runner.run(&control).await;
        match &outcome {
            RunOutcome::Failed(error) => tracing::warn!(run.id = %run, %error, "a run cannot go on"),
            outcome => tracing::info!(run.id = %run, ?outcome, "a run left the process"),
        }
        // another process goes on with it, now or later: it is not at rest
        let goes_on = match &outcome {
            RunOutcome::Failed(error) => error.is_elsewhere(),
            outcome => matches!(outcome, RunOutcome::Interrupted) && self.closing.is_cancelled() && !control.rests(),
        };
        // before the lock goes: whoever finds it free and wanted takes it over
        if !goes_on && let Err(error) = self.want(&run, false).await {
            tracing::warn!(run.id = %run, %error, "a run's row could not be written");
        }
        // the lock goes before the entry, so that whoever sees it gone can start it again
        drop(runner);
        self.active().remove(&run);
        if !goes_on {
            let news = match outcome {
                RunOutcome::Finished => News::Finished,
                RunOutcome::Interrupted | RunOutcome::BudgetSpent { .. } => News::Paused,
                RunOutcome::Failed(_) => News::Failed,
            };
            self.tell(&run, news).await;
        }
    }

    async fn tell(&self, run: &RunId, news: News) {
        match self.store.summary(run.to_string()).await {
            Ok(mut row) => {
                // one that was just started does not say so yet
                self.mend(&mut row).await;
                self.patron.told(&row, news).await;
            }
            Err(error) => tracing::warn!(run.id = %run, %error, "nobody was told of a run"),
        }
    }

    /// Lets calls in flight end and puts the run down; `start` goes on with it.
    ///
    /// # Errors
    /// Where it does not go on anywhere, or whoever carries it out does not listen.
    pub async fn pause(&self, run: &RunId) -> Result<(), EngineError> {
        self.put_down(run, None).await
    }

    pub(crate) async fn put_down(&self, run: &RunId, why: Option<String>) -> Result<(), EngineError> {
        // at once, whatever the run is busy with
        if self.with(run, |active| active.control.put_down(why.clone())).is_ok() {
            // its row says so too, for whoever comes should this process end before the calls in flight do
            return self.order(run, Instruction::Pause { why }).await.map(drop);
        }
        self.order_one_that_goes_on(run, Instruction::Pause { why }).await
    }

    /// Ends the search of a run; it still chooses and proves, for which one that rests is started. An evaluation is put down.
    ///
    /// # Errors
    /// As [`Self::pause`] where there is nothing to choose from, and as [`Self::start`].
    pub async fn stop(self: &Arc<Self>, run: &RunId) -> Result<(), EngineError> {
        if self.order(run, Instruction::Stop).await? {
            return Ok(());
        }
        self.not_finished(run).await?;
        {
            let _lock = self.store.lock(run.clone()).await?;
            let conductor = replay(&self.store, run).await?;
            if !chooses(&conductor) {
                return Err(EngineError::NotRunning { run: run.clone() });
            }
            let ended = search_ended(&conductor);
            self.store.append(run.clone(), conductor.state().length(), now(), ended.into_iter().collect()).await?;
        }
        self.start(run).await
    }

    /// Gives a run other limits, whether it goes on or rests.
    ///
    /// # Errors
    /// Where it is complete, they cannot be journalled, or another process holds the run and does not listen.
    pub async fn set_budget(&self, run: &RunId, budget: Budget) -> Result<(), EngineError> {
        if self.order(run, Instruction::Budget { budget }).await? {
            return Ok(());
        }
        let _lock = self.store.lock(run.clone()).await?;
        let row = self.store.summary(run.to_string()).await?;
        if row.status == RunStatus::Finished {
            return Err(EngineError::Finished { run: run.clone(), mode: row.mode });
        }
        let length = self.store.length(run.clone()).await?;
        self.store.append(run.clone(), length, now(), vec![RunEvent::BudgetChanged { budget }]).await?;
        let detail = detail_under(&row, &budget);
        Ok(self.store.put_summary(RunSummary { detail, budget: Some(budget), ..row }).await?)
    }

    /// Steers the search of a run, whether it goes on or rests.
    ///
    /// # Errors
    /// Where it cannot be steered so, cannot be journalled, or another process holds the run and does not listen.
    pub async fn steer(&self, run: &RunId, by: UserId, steering: Steering) -> Result<(), EngineError> {
        if self.order(run, Instruction::Steer { by: by.clone(), steering: steering.clone() }).await? {
            return Ok(());
        }
        let _lock = self.store.lock(run.clone()).await?;
        let conductor = replay(&self.store, run).await?;
        let event = conductor.steer(by, steering).map_err(|error| EngineError::Steer(error.to_string()))?;
        self.store.append(run.clone(), conductor.state().length(), now(), vec![event]).await?;
        Ok(())
    }

    async fn order_one_that_goes_on(&self, run: &RunId, instruction: Instruction) -> Result<(), EngineError> {
        if self.order(run, instruction).await? {
            return Ok(());
        }
        self.not_finished(run).await?;
        Err(EngineError::NotRunning { run: run.clone() })
    }

    async fn not_finished(&self, run: &RunId) -> Result<(), EngineError> {
        let row = self.store.summary(run.to_string()).await?;
        match row.status {
            RunStatus::Finished => Err(EngineError::Finished { run: run.clone(), mode: row.mode }),
            RunStatus::Running | RunStatus::Paused | RunStatus::Failed => Ok(()),
        }
    }

    /// Has an order carried out by whoever carries the run out, here or in another process; `false` where nobody does.
    async fn order(&self, run: &RunId, instruction: Instruction) -> Result<bool, EngineError> {
        if let Ok(orders) = self.with(run, |active| active.orders.clone()) {
            let (reply, done) = oneshot::channel();
            if orders.send(Order { instruction: instruction.clone(), reply }).await.is_ok()
                && let Ok(done) = done.await
            {
                return done.map(|()| true);
            }
        }
        orders::post(self.store.as_ref(), run, &instruction).await
    }

    /// How a run stands right now; `None` where it does not go on here.
    #[must_use]
    pub fn progress(&self, run: &RunId) -> Option<Progress> {
        self.with(run, |active| active.progress.borrow().clone()).ok().flatten()
    }

    /// The end of a run's journal as it grows; `None` where it does not go on here.
    #[must_use]
    pub fn live(&self, run: &RunId) -> Option<Arc<LiveLog>> {
        self.with(run, |active| active.live.clone()).ok()
    }

    /// The runs that go on here.
    #[must_use]
    pub fn running(&self) -> Vec<RunId> {
        self.active().keys().cloned().collect()
    }

    /// Says how a run stands as of now: one whose process died still says in its row that it runs, and one that was just started does not
    /// say so yet.
    pub async fn mend(&self, row: &mut RunSummary) {
        // its ledger knows what it bought: to add the answer log up would cost every reader more the longer the run goes on
        if let Ok(spent) = self.with(&row.run, |active| active.ledger.spent()) {
            row.status = RunStatus::Running;
            row.detail.clear();
            bought(row, spent);
        } else if row.status == RunStatus::Running {
            // it may have left in order after the row was read
            if let Ok(now) = self.store.summary(row.run.to_string()).await {
                *row = now;
            }
            self.mended.mend(self.store.as_ref(), row).await;
        }
    }

    /// Puts all runs down: calls in flight may end for as long as `grace`, then they are given up. A process that comes later
    /// goes on with them.
    pub async fn close(&self, grace: Duration) {
        self.closing.cancel();
        let controls: Vec<Control> = self.active().values().map(|active| active.control.clone()).collect();
        controls.iter().for_each(|control| control.drain.cancel());
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_err() {
            controls.iter().for_each(|control| control.abandon.cancel());
            self.tasks.wait().await;
        }
    }

    /// What the runs that go on here have bought, by their ledgers.
    pub(crate) fn bought_here(&self) -> BTreeMap<RunId, Spent> {
        self.active().iter().map(|(run, active)| (run.clone(), active.ledger.spent())).collect()
    }

    pub(crate) async fn want(&self, run: &RunId, wanted: bool) -> Result<(), EngineError> {
        let row = self.store.summary(run.to_string()).await?;
        if row.wanted != wanted {
            self.store.put_summary(RunSummary { wanted, ..row }).await?;
        }
        Ok(())
    }

    pub(crate) fn limits(&self) -> Arc<SharedLimits> {
        self.limits.clone()
    }

    fn with<T>(&self, run: &RunId, see: impl FnOnce(&Active) -> T) -> Result<T, EngineError> {
        self.active().get(run).map(see).ok_or_else(|| EngineError::NotRunning { run: run.clone() })
    }

    fn active(&self) -> MutexGuard<'_, BTreeMap<RunId, Active>> {
        // entries are whole: each is inserted and removed at once
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
