use std::{borrow::Cow, sync::Arc, time::Duration};

use clade_domain::{Limit, Recorded, RejectReason, RunEvent, RunMode, RunSpec, Spent, Split, Usd};
use clade_evolve::{Command, Conductor, EvaluateCommand, Plan, RunState, state::Phase, strategy::model_override};
use clade_models::layers::{Counters, Ledger};
use clade_store::{RunLock, RunStatus, RunSummary, Store};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use crate::{
    Clients, Control, EngineError, LiveLog, Order, Progress, RunOutcome,
    executors::Executors,
    journal::RunJournal,
    keeping::Keeping,
    now,
    obey::spent_already,
    outcome::{Done, spent_detail},
    proposal::{self, ProposalJob},
    pulse::{Rate, silence},
    replay,
    row::row_of,
    shelf::Shelf,
    trial::{self, TrialJob},
    verdicts::{UNJUDGED, Verdicts},
};

/// Events taken from executors into one append.
const BATCH: usize = 1_024;
/// Trials whose examples are read together.
const READ_AT_ONCE: usize = 64;
/// How often the run's row is rewritten.
const SUMMARY_EVERY: Duration = Duration::from_secs(1);
/// How often progress is renewed.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// What a run needs around it.
pub struct RunnerSettings {
    /// The system of record.
    pub store: Arc<dyn Store>,
    /// The run's models.
    pub clients: Clients,
    /// The account that the clients' budget layers share.
    pub ledger: Arc<Ledger>,
    /// Retries and throttles, for progress.
    pub counters: Arc<Counters>,
    /// Most trials and proposals under way. More than the calls allowed at once, so that calls never wait for the journal.
    pub window: usize,
    /// Receives every event once it is durable; a full channel makes the run wait, nothing is dropped.
    pub events: Option<mpsc::Sender<Vec<Recorded>>>,
    /// Shows every event, once it is durable, to those who watch.
    pub live: Option<Arc<LiveLog>>,
    /// What the user wants of the run while it goes on.
    pub orders: Option<mpsc::Receiver<Order>>,
    /// Receives progress.
    pub progress: Option<watch::Sender<Option<Progress>>>,
    /// The program's version, for the journal.
    pub version: String,
}

/// A run in this process. Holds the run's lock as long as it lives.
pub struct Runner {
    pub(crate) conductor: Conductor,
    journal: RunJournal,
    pub(crate) settings: RunnerSettings,
    pub(crate) spec: Arc<RunSpec>,
    shelf: Shelf,
    summary: RunSummary,
    seconds_before: f64,
    started: Instant,
    /// When something came last.
    heard: Instant,
    verdicts: Verdicts,
    keeping: Keeping,
    /// How the run is told to stop, once it goes on.
    control: Control,
    _lock: Box<dyn RunLock>,
}

impl Runner {
    /// Takes a run up where its journal ends.
    ///
    /// # Errors
    /// Where another process holds it, it is complete, or its journal cannot be replayed.
    pub async fn open(run: &clade_domain::RunId, settings: RunnerSettings) -> Result<Self, EngineError> {
        let lock = settings.store.lock(run.clone()).await?;
        let conductor = replay(&settings.store, run).await?;
        let state = conductor.state();
        let mut row = settings.store.summary(run.to_string()).await?;
        if conductor.is_finished() {
            if row.status != RunStatus::Finished {
                // killed after the last entry and before its row was rewritten
                let spent = Spent { seconds: state.accounted().seconds, ..settings.ledger.spent() };
                row = row_of(state, spent, &row);
                (row.status, row.updated) = (RunStatus::Finished, now());
                row.detail.clear();
                settings.store.put_summary(row).await?;
            }
            return Err(EngineError::Finished { run: run.clone(), mode: conductor.state().spec().mode });
        }
        let mut summary = row;
        summary.status = RunStatus::Running;
        summary.detail.clear();
        let shelf = Shelf::new(settings.store.clone(), state.dataset().hash);
        let shelf = match state.spec().mode {
            RunMode::Evaluate => shelf.in_order(state.dataset().len()),
            RunMode::Optimize => shelf,
        };
        let keeping = Keeping::of(run.clone(), settings.store.as_ref()).await?;
        Ok(Self {
            journal: RunJournal::new(settings.store.clone(), run.clone(), state.length()),
            spec: Arc::new(state.spec().clone()),
            shelf,
            seconds_before: state.accounted().seconds,
            started: Instant::now(),
            heard: Instant::now(),
            verdicts: Verdicts::of(state),
            keeping,
            control: Control::default(),
            summary,
            conductor,
            settings,
            _lock: lock,
        })
    }

    /// Everything known of the run.
    #[must_use]
    pub fn conductor(&self) -> &Conductor {
        &self.conductor
    }

    /// Everything that is known of the run, which then leaves this process.
    #[must_use]
    pub fn into_state(self) -> RunState {
        self.conductor.into_state()
    }

    /// What was bought so far, by the ledger, with the running time.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let accounted = self.conductor.state().accounted();
        let seconds = self.seconds_before + self.started.elapsed().as_secs_f64();
        Spent { seconds, cache_hits: accounted.cache_hits, ..self.settings.ledger.spent() }
    }

    /// What was bought, as it goes into the journal for the search to plan by. Sums of the same prices differ in their last
    /// digits with the order in which answers arrived, which would decide where a limit is just met: so they go no
    /// further than a millionth of a millionth of a dollar, of which every list price per token is a multiple.
    fn account(&self) -> Spent {
        let spent = self.spent();
        Spent { usd: Usd((spent.usd.0 * 1e12).round() / 1e12), ..spent }
    }

    /// Changes the limits, for good.
    ///
    /// # Errors
    /// Where the change cannot be journalled.
    pub async fn change_budget(&mut self, budget: clade_domain::Budget) -> Result<(), EngineError> {
        self.settings.ledger.set_budget(budget);
        self.record(vec![RunEvent::BudgetChanged { budget }]).await
    }

    /// Goes on until the run is complete, is told to stop, or cannot go on. Whatever the outcome, everything that
    /// arrived is stored.
    pub async fn run(&mut self, control: &Control) -> RunOutcome {
        self.control = control.clone();
        let version = self.settings.version.clone();
        let isolation = match self.settings.clients.code_if_any() {
            Some(code) => Some(code.isolation().await),
            None => None,
        };
        let outcome = match self.record(vec![RunEvent::SessionStarted { version, isolation }]).await {
            // the row is written at once, so that lists show from the start that the run goes on
            Ok(()) => match self.write_summary().await {
                Ok(()) => self.go(control).await.unwrap_or_else(RunOutcome::Failed),
                Err(error) => RunOutcome::Failed(error),
            },
            Err(error) => RunOutcome::Failed(error),
        };
        let (status, detail) = match &outcome {
            RunOutcome::Finished => (RunStatus::Finished, String::new()),
            RunOutcome::Interrupted => (RunStatus::Paused, control.why().unwrap_or_else(|| "interrupted".to_owned())),
            RunOutcome::BudgetSpent { limit } => {
                // running time is the run's alone
                let whose = self.settings.ledger.refused_by().filter(|_| *limit != Limit::Minutes);
                (RunStatus::Paused, spent_detail(*limit, whose))
            }
            RunOutcome::Failed(error) => (RunStatus::Failed, error.to_string()),
        };
        let kept = self.keep_states().await;
        if let Some(code) = self.settings.clients.code_if_any() {
            code.close().await;
        }
        let ended = RunEvent::SessionEnded { reason: detail.clone(), spent: self.spent() };
        (self.summary.status, self.summary.detail) = (status, detail);
        self.publish_progress(0, 0.0);
        let closed = match kept.and(self.record(vec![ended]).await) {
            Ok(()) => self.write_summary().await,
            Err(error) => Err(error),
        };
        match (closed, outcome) {
            (Err(error), RunOutcome::Finished | RunOutcome::Interrupted) => RunOutcome::Failed(error),
            (_, outcome) => outcome,
        }
    }

    async fn go(&mut self, control: &Control) -> Result<RunOutcome, EngineError> {
        // every executor sends at most one message, so the channel's bound is the window's
        let (sender, mut receiver) = mpsc::channel::<Done>(self.settings.window.max(1));
        let mut executors = Executors::default();
        let mut under_way = 0usize;
        let mut stop = self.nothing_left().map(|limit| RunOutcome::BudgetSpent { limit });
        let mut done: Vec<Done> = Vec::new();
        let mut ticks = tokio::time::interval(PROGRESS_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut rate = Rate::new(self.conductor.state().trials());
        let mut written = Instant::now();
        let mut orders = self.settings.orders.take();
        loop {
            let window = self.window();
            while stop.is_none() && under_way < window && !control.drain.is_cancelled() {
                let commands = self.conductor.next(window - under_way);
                if commands.is_empty() {
                    break;
                }
                under_way += self.issue(commands, &sender, &mut executors).await?;
            }
            if self.conductor.is_finished() {
                return Ok(RunOutcome::Finished);
            }
            if under_way == 0 {
                if let Some(outcome) = stop {
                    return Ok(outcome);
                }
                if control.drain.is_cancelled() {
                    return Ok(RunOutcome::Interrupted);
                }
                let state = self.conductor.state();
                return Err(EngineError::Stuck { run: state.run().clone(), length: state.length() });
            }
            tokio::select! {
                biased;
                () = control.abandon.cancelled() => {
                    executors.abandon().await;
                    return Ok(stop.unwrap_or(RunOutcome::Interrupted));
                }
                taken = receiver.recv_many(&mut done, BATCH) => {
                    under_way -= taken;
                    self.take(&mut done, &mut stop).await?;
                    if matches!(stop, Some(RunOutcome::Failed(_))) {
                        // nothing more is commanded; what only waits to be tried again need not
                        control.drain.cancel();
                    }
                    under_way -= self.bury(executors.broken(), control, &mut stop);
                }
                Some(Order { instruction, reply }) = next_order(&mut orders) => {
                    let done = self.obey(instruction, control, &mut stop).await;
                    // whoever asked may have gone away; what they wanted holds all the same
                    drop(reply.send(done));
                }
                Some(event) = self.keeping.next() => self.record(vec![event]).await?,
                _ = ticks.tick() => {
                    under_way -= self.bury(executors.broken(), control, &mut stop);
                    rate.update(self.conductor.state().trials());
                    self.publish_progress(under_way, rate.per_second);
                    self.watch_the_clock(control, &mut stop);
                    if written.elapsed() >= SUMMARY_EVERY {
                        self.write_summary().await?;
                        self.obey_posted(control, &mut stop).await;
                        let RunnerSettings { store, clients, .. } = &self.settings;
                        self.keeping.look(store.as_ref(), clients, self.conductor.state()).await?;
                        written = Instant::now();
                    }
                }
            }
        }
    }

    /// Stops the run for executors that broke down; how many they are.
    fn bury(&self, broken: Vec<String>, control: &Control, stop: &mut Option<RunOutcome>) -> usize {
        let count = broken.len();
        if let Some(message) = broken.into_iter().next() {
            control.drain.cancel();
            if !matches!(stop, Some(RunOutcome::Failed(_))) {
                let run = self.conductor.state().run().clone();
                *stop = Some(RunOutcome::Failed(EngineError::Panicked { run, message }));
            }
        }
        count
    }

    /// Keeps what is to be kept of the sandboxes that are about to end.
    async fn keep_states(&mut self) -> Result<(), EngineError> {
        let RunnerSettings { store, clients, .. } = &self.settings;
        let events = self.keeping.last(store.as_ref(), clients, self.conductor.state()).await?;
        self.record(events).await
    }

    /// Journals what executors brought, applies it, and notes what stops the run.
    async fn take(&mut self, done: &mut Vec<Done>, stop: &mut Option<RunOutcome>) -> Result<(), EngineError> {
        let mut events = Vec::with_capacity(done.len());
        for message in done.drain(..) {
            match message {
                Done::Event(event) => {
                    if let Some(error) = self.verdicts.take(&event) {
                        stop.get_or_insert(RunOutcome::Failed(error));
                    }
                    events.push(self.if_it_may_join(event));
                }
                Done::Limit(limit) if stop.is_none() && self.ends_the_search(limit) => {
                    self.conductor.limit_spent(limit);
                }
                Done::Limit(limit) => {
                    stop.get_or_insert(RunOutcome::BudgetSpent { limit });
                }
                Done::Stopped => {}
                Done::Fatal(error) => {
                    if !matches!(stop, Some(RunOutcome::Failed(_))) {
                        *stop = Some(RunOutcome::Failed(*error));
                    }
                }
            }
        }
        self.record(events).await
    }

    /// The limit under which a search that begins or goes on can buy nothing. It rests until somebody raises that: a search that it ended would be
    /// over for good.
    fn nothing_left(&self) -> Option<Limit> {
        let budget = self.conductor.state().budget();
        self.searches().then(|| spent_already(budget, &self.spent())).flatten()
    }

    fn searches(&self) -> bool {
        self.spec.mode == RunMode::Optimize && self.conductor.state().phase() == Phase::Search
    }

    /// Whether a search that meets a limit is over, and chooses and proves with what was kept for that. A limit of others leaves nothing for it:
    /// the run rests, and searches on once they raise it.
    fn ends_the_search(&self, limit: Limit) -> bool {
        self.searches() && limit != Limit::Minutes && self.settings.ledger.refused_by().is_none()
    }

    /// How much may be under way. Where a judge or code has not given a verdict yet it is little: answers that nobody can judge are not
    /// bought by the hundred. Nor does an evaluation, which lays nothing out beforehand, begin with more than its limits let it judge too.
    fn window(&self) -> usize {
        let state = self.conductor.state();
        let dear = self.spec.sandbox.is_some() || state.dataset().judge_calls > 0;
        let most = if dear && self.verdicts.awaited() {
            self.settings.window.min(2 * UNJUDGED as usize)
        } else {
            self.settings.window
        };
        match self.spec.mode {
            RunMode::Evaluate if !state.budget().is_unlimited() => {
                most.min(Plan::of(state).payable_trials(state).max(1.0) as usize)
            }
            RunMode::Evaluate | RunMode::Optimize => most,
        }
    }

    /// A candidate is turned away where it comes after the search, or an earlier generation has its prompt already. Equal prompts of one
    /// generation stay, so that the outcome does not depend on which came first; evaluating them twice costs nothing.
    fn if_it_may_join(&self, event: RunEvent) -> RunEvent {
        let RunEvent::CandidateAdmitted { candidate, bill } = &event else { return event };
        let Some(slot) = candidate.slot else { return event };
        let state = self.conductor.state();
        let same = state.with_prompt(candidate.prompt.hash()).and_then(|id| state.candidate(id));
        let same = same.filter(|same| same.generation < candidate.generation).map(|same| same.id);
        let (reason, detail) = match same {
            _ if state.phase() != Phase::Search => {
                (RejectReason::NotApplicable, "the search was over when it came".to_owned())
            }
            Some(id) => (RejectReason::Duplicate, format!("the same prompt as {id}")),
            None => return event,
        };
        RunEvent::ProposalRejected {
            slot,
            generation: candidate.generation,
            operator: candidate.operator.clone().unwrap_or_else(|| "unknown".into()),
            parents: candidate.parents.clone(),
            reason,
            detail,
            same_as: same,
            bill: *bill,
        }
    }

    async fn issue(
        &mut self,
        commands: Vec<Command>,
        sender: &mpsc::Sender<Done>,
        executors: &mut Executors,
    ) -> Result<usize, EngineError> {
        let mut trials = Vec::new();
        let mut issued = 0;
        for command in commands {
            match command {
                Command::Record(mut event) => {
                    if let RunEvent::GenerationClosed { spent, .. } = &mut *event {
                        *spent = Some(self.account());
                    }
                    self.record(vec![*event]).await?;
                }
                Command::Evaluate(command) => trials.push(command),
                Command::Propose(command) => {
                    let job = ProposalJob::new(self.conductor.state(), self.spec.clone(), *command);
                    let (clients, store) = (self.settings.clients.clone(), self.settings.store.clone());
                    executors.begin(sender, async move { proposal::carry_out(job, &clients, &store).await });
                    issued += 1;
                }
            }
        }
        // the first of many do not wait until the examples of the last are read
        for part in trials.chunks(READ_AT_ONCE) {
            let examples: Vec<_> = part.iter().map(|command| command.cell.example).collect();
            for (command, example) in part.iter().zip(self.shelf.examples(&examples).await?) {
                let Some(job) = self.trial_job(*command, example) else { continue };
                let (clients, spec) = (self.settings.clients.clone(), self.spec.clone());
                executors.begin(sender, async move { trial::carry_out(job, &clients, &spec).await });
                issued += 1;
            }
        }
        Ok(issued)
    }

    fn trial_job(&mut self, command: EvaluateCommand, example: Arc<clade_domain::Example>) -> Option<TrialJob> {
        let state = self.conductor.state();
        let split = state.dataset().split(command.cell.example).unwrap_or(Split::Test);
        let model = model_override(state, command.cell.candidate, command.generation).map(Cow::into_owned);
        let ready = self.shelf.prompt(state, command.cell.candidate)?;
        Some(TrialJob { command, split, ready, example, model })
    }

    /// Journals events and applies them once they are durable.
    pub(crate) async fn record(&mut self, events: Vec<RunEvent>) -> Result<(), EngineError> {
        if events.is_empty() {
            return Ok(());
        }
        let recorded = self.journal.append(events).await?;
        self.heard = Instant::now();
        recorded.iter().for_each(|entry| self.conductor.apply(entry));
        if let Some(live) = &self.settings.live {
            live.publish(&recorded);
        }
        if let Some(listener) = &self.settings.events {
            // a listener that went away is no reason to stop a run
            drop(listener.send(recorded).await);
        }
        Ok(())
    }

    fn publish_progress(&self, under_way: usize, rate: f64) {
        let Some(progress) = &self.settings.progress else { return };
        let counted = self.settings.counters.snapshot();
        let now = Progress {
            under_way,
            rate,
            retries: counted.retries,
            throttled: counted.throttles,
            waiting: self.settings.counters.waiting().or_else(|| silence(self.heard, under_way)),
            ..Progress::of(self.conductor.state(), self.spent())
        };
        progress.send_replace(Some(now));
    }

    pub(crate) async fn write_summary(&mut self) -> Result<(), EngineError> {
        self.summary = row_of(self.conductor.state(), self.spent(), &self.summary);
        self.summary.simulated |= self.settings.counters.simulated();
        self.summary.updated = now();
        // whoever is to go on with it after this process is told before the last calls have ended
        self.summary.wanted &= !self.control.rests();
        Ok(self.settings.store.put_summary(self.summary.clone()).await?)
    }
}

/// The next order; none for ever where nobody gives any.
async fn next_order(orders: &mut Option<mpsc::Receiver<Order>>) -> Option<Order> {
    match orders {
        Some(orders) => orders.recv().await,
        None => None,
    }
}
