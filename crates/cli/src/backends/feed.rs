use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use clade_domain::RunId;
use clade_store::{Carried, Projector, Store, StoreError};
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Backend, Config, Role};
use crate::{context::Context, failure::Failure, output::Output};

/// How often what was added to a journal is carried over. A server lags behind by this and by what a batch takes while all is well.
const PULSE: Duration = Duration::from_millis(500);
/// The longest pause after failures.
const LONGEST: Duration = Duration::from_secs(60);
/// How often the family tree in the store is written for who reads it by SQL: seldom, since trials of the same candidates rewrite the same rows.
const SHOWN: Duration = Duration::from_secs(5);
/// How often a server looks for what the runs that it carries out do not bring.
const ROUND: Duration = Duration::from_secs(60);
/// How long the end of a run waits for the last entries to be carried over.
const LAST: Duration = Duration::from_secs(10);

/// Keeps the servers that are configured up with one run while it goes. What is wrong with them is said once and never fails or
/// delays the run.
pub struct Feed {
    run: RunId,
    output: Output,
    lines: Vec<Line>,
}

/// One server.
struct Line {
    /// `None` for the family tree in the store itself, of which nothing is said: with the store away the run has its own words.
    role: Option<Role>,
    projector: Projector,
    /// Nothing is tried before, after failures.
    rest: Option<(Instant, Duration)>,
    complained: bool,
}

impl Feed {
    /// Whether the configuration can be understood, before anything is spent.
    ///
    /// # Errors
    /// Where it is wrong.
    pub fn check(context: &Context) -> Result<(), Failure> {
        let config = Config::read(context)?;
        Role::ALL.into_iter().try_for_each(|role| Backend::of(role, &config).map(drop))
    }

    /// For a run, as the configuration says.
    ///
    /// # Errors
    /// Where the configuration is wrong.
    pub fn of(context: &Context, store: &Arc<dyn Store>, run: &RunId) -> Result<Self, Failure> {
        let line = |(role, projector)| Line { role, projector, rest: None, complained: false };
        let servers = projectors(context, store)?;
        let servers = servers.into_iter().map(|(role, projector)| (Some(role), projector.remembering()));
        let lines = servers.chain(shown(store).map(|projector| (None, projector))).map(line).collect();
        Ok(Self { run: run.clone(), output: context.output, lines })
    }

    /// Carries over what is there now, with the run's row and snapshots.
    pub async fn row(mut self) {
        let (run, output) = (&self.run, &self.output);
        futures::future::join_all(self.lines.iter_mut().map(|line| line.finish(run, output))).await;
    }

    /// Carries over until the run has ended, and then the rest.
    pub async fn go(mut self, ended: CancellationToken) {
        let (run, output, ended) = (&self.run, &self.output, &ended);
        // each at its own pace: one that is slow or silent holds no other up
        futures::future::join_all(self.lines.iter_mut().map(|line| line.keep_up(run, output, ended))).await;
        self.row().await;
    }
}

/// Keeps the servers that are configured up with every journal, until this server is down and all its runs were put down: with the
/// runs that it carries out as they go, and now and then with everything else.
///
/// # Errors
/// Where the configuration is wrong.
pub async fn all(
    context: &Context,
    store: &Arc<dyn Store>,
    running: impl Fn() -> Vec<RunId>,
    down: CancellationToken,
) -> Result<(), Failure> {
    let mut rounds = Vec::new();
    for (role, projector) in projectors(context, store)? {
        rounds.push(go_round(Some(role), projector, context.output, &down));
    }
    rounds.extend(shown(store).map(|projector| go_round(None, projector, context.output, &down)));
    let (fed, _) = futures::join!(runs(context, store, running, &down), futures::future::join_all(rounds));
    fed
}

async fn runs(
    context: &Context,
    store: &Arc<dyn Store>,
    running: impl Fn() -> Vec<RunId>,
    down: &CancellationToken,
) -> Result<(), Failure> {
    let mut feeds = FuturesUnordered::new();
    let mut going: BTreeMap<RunId, CancellationToken> = BTreeMap::new();
    while !down.is_cancelled() {
        let now = running();
        going.retain(|run, ended| {
            let goes_on = now.contains(run);
            if !goes_on {
                ended.cancel();
            }
            goes_on
        });
        for run in now {
            if let Entry::Vacant(place) = going.entry(run) {
                let ended = CancellationToken::new();
                feeds.push(Feed::of(context, store, place.key())?.go(ended.clone()));
                place.insert(ended);
            }
        }
        tokio::select! {
            () = sleep(PULSE) => {}
            () = down.cancelled() => {}
            Some(()) = feeds.next() => {}
        }
    }
    going.values().for_each(CancellationToken::cancel);
    while feeds.next().await.is_some() {}
    Ok(())
}

/// Carries over what no run here brings: what came while a server was away, what other processes did, imports and snapshots.
async fn go_round(role: Option<Role>, projector: Projector, output: Output, down: &CancellationToken) {
    let note = |say: &dyn Fn(&str) -> String| {
        if let Some(role) = role {
            output.note(say(role.words()));
        }
    };
    let (mut pause, mut said) = (None, BTreeSet::new());
    let rounds = async {
        // before a run comes that would wait for it; one that is away is told by the first round
        drop(projector.warm_up().await);
        loop {
            match projector.carry_over().await {
                Ok(carried) => {
                    if pause.take().is_some() {
                        note(&|name| format!("{name} has caught up"));
                    }
                    said.retain(|run| carried.held.iter().any(|(held, _)| held == run));
                    for held in carried.held {
                        if said.insert(held.0.clone()) {
                            let why = Carried::error(held);
                            note(&|name| format!("{name} goes on without a run: {why}"));
                        }
                    }
                    sleep(ROUND).await;
                }
                // with the store away a server has its own words
                Err(error) if is_of_the_store(&error) => sleep(*pause.insert(longer(pause))).await,
                Err(error) => {
                    if pause.is_none() {
                        note(&|name| format!("{name} falls behind, and is tried again and again: {error}"));
                    }
                    sleep(*pause.insert(longer(pause))).await;
                }
            }
        }
    };
    // a batch that is given up is begun anew by whoever comes next
    tokio::select! {
        () = rounds => {}
        () = down.cancelled() => {}
    }
}

/// The servers that are configured.
fn projectors(context: &Context, store: &Arc<dyn Store>) -> Result<Vec<(Role, Projector)>, Failure> {
    let config = Config::read(context)?;
    let mut all = Vec::new();
    for role in Role::ALL {
        if let Some(backend) = Backend::of(role, &config)? {
            all.push((role, Projector::new(Arc::<dyn Store>::clone(store), backend.projection())));
        }
    }
    Ok(all)
}

/// The family tree in the store, where others read it.
fn shown(store: &Arc<dyn Store>) -> Option<Projector> {
    let tree = Arc::<dyn Store>::clone(store).shown_tree()?;
    Some(Projector::new(Arc::<dyn Store>::clone(store), tree))
}

/// Whether it is the system of record that does not answer: no family tree and no generations are in PostgreSQL beside it.
fn is_of_the_store(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreachable { server, .. } if server.starts_with("PostgreSQL"))
}

/// The pause after one more failure.
fn longer(pause: Option<Duration>) -> Duration {
    pause.map_or(PULSE * 4, |pause| (pause * 2).min(LONGEST))
}

impl Line {
    async fn keep_up(&mut self, run: &RunId, output: &Output, ended: &CancellationToken) {
        // from one beginning to the next: the time that a batch takes is no pause on top. The first is at once, while there is little:
        // a server that was just started takes longest over statements that it has not met
        let mut pulse = interval(if self.role.is_some() { PULSE } else { SHOWN });
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !ended.is_cancelled() {
            tokio::select! {
                _ = pulse.tick() => {}
                () = ended.cancelled() => return,
            }
            if self.rest.is_none_or(|(until, _)| Instant::now() >= until) {
                // what is under way when the run ends is given up and begun anew: a batch counts once
                tokio::select! {
                    () = self.carry(run, output) => {}
                    () = ended.cancelled() => {}
                }
            }
        }
    }

    async fn carry(&mut self, run: &RunId, output: &Output) {
        match self.projector.catch_up_run(run.clone()).await {
            Ok(_) => self.rest = None,
            Err(error) => {
                let pause = longer(self.rest.map(|(_, pause)| pause));
                self.rest = Some((Instant::now() + pause, pause));
                // with the store away the run does not go on, and has its own words
                if let Some(role) = self.role.filter(|_| !self.complained && !is_of_the_store(&error)) {
                    self.complained = true;
                    output.note(format!("{} falls behind, the run goes on: {error}", role.words()));
                }
            }
        }
    }

    async fn finish(&mut self, run: &RunId, output: &Output) {
        let rest = async {
            self.projector.catch_up_run(run.clone()).await?;
            self.projector.put_row(run.clone()).await
        };
        let why = match timeout(LAST, rest).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) if is_of_the_store(&error) => return,
            // it says itself what to do, which catching up is not
            Ok(Err(error)) if error.of_one_run() => (error.to_string(), ""),
            Ok(Err(error)) => (error.to_string(), "; `clade sync` catches up"),
            Err(_) => (format!("it takes longer than {} s", LAST.as_secs()), "; `clade sync` catches up"),
        };
        if let Some(role) = self.role {
            output.note(format!("{} is behind: {}{}", role.words(), why.0, why.1));
        }
    }
}
