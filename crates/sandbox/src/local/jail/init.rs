use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{DumpableBehavior, Pid, PidfdFlags, Signal, WaitOptions, WaitStatus};

use super::cgroup::Gauge;
use super::confine::PATH;
use super::watch::{self, Watch};
use super::{CONFINED, During, Failure, OWN_BINARY, argument, open, root};
use crate::local::protocol::{Answer, Hello, JailConfig, Request, STAGE_ENVIRONMENT, receive, send};
use crate::{Ended, Ending, Limit};

/// How long a program that was given up may take to end before another one is refused.
const ENDING: Duration = Duration::from_millis(500);

/// Stage 2: process 1 of the jail. It ends when the host closes the control socket or dies, and the kernel then ends all others; where there is
/// no jail it does so itself.
pub fn run(mut args: impl Iterator<Item = OsString>) -> Result<ExitCode, Failure> {
    let (text, config): (String, JailConfig) = argument(&mut args)?;
    let socket = std::io::stdin();
    // where there is no jail this stage is the first one
    let first = config.open.as_ref().and(config.group.clone());
    let ready = first.as_ref().map(|group| group.enter()).transpose().and_then(|group| Ok((group, prepare(&config)?)));
    let (group, gauge) = match ready {
        Ok(ready) => ready,
        Err(failure) => {
            let hello = Hello::Failed { step: failure.step.clone(), detail: failure.detail.clone() };
            let _ = send(&socket, &hello, &[]);
            return Err(failure);
        }
    };
    send(&socket, &Hello::Ready, &[]).during("greet the host")?;
    let (place, free, files) = (Mutex::default(), Condvar::new(), RwLock::new(()));
    let jail = Arc::new(Jail { config, text, gauge, place, free, files, closing: AtomicBool::new(false) });
    for ticket in 0.. {
        let Ok(Some((request, descriptors))) = receive::<Request>(&socket) else { break };
        if matches!(request, Request::Run { .. }) {
            jail.queue(ticket);
        }
        let jail = Arc::clone(&jail);
        // where no thread can be had the answer socket closes, and the host says that the sandbox is gone
        let _ = std::thread::Builder::new().spawn(move || jail.handle(request, ticket, descriptors));
    }
    if jail.config.open.is_some() {
        // what ends from here on has no ending to tell
        jail.closing.store(true, Ordering::SeqCst);
        open::finish(&jail.config);
    }
    if let Some(group) = group {
        group.end_with_the_host(&socket);
    }
    Ok(ExitCode::SUCCESS)
}

/// Where it is seen afterwards what the kernel knows of the control group: its files are not there any more then.
fn prepare(config: &JailConfig) -> Result<Option<Gauge>, Failure> {
    let gauge = config.group.as_ref().map(|group| group.gauge().during("watch its control group")).transpose()?;
    if config.open.is_some() {
        return open::prepare(config).map(|()| gauge);
    }
    if rustix::process::getpid() != Pid::INIT {
        // ending everything inside is done by ending everything that this process can see
        return Err(Failure { step: "be the first process inside".into(), detail: "there are others".into() });
    }
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).during("follow the outer stage")?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).during("hide its memory")?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    root::build(config).map(|()| gauge)
}

struct Jail {
    config: JailConfig,
    text: String,
    gauge: Option<Gauge>,
    /// The only place for a program, and the sign that it may be free.
    place: Mutex<Place>,
    free: Condvar,
    /// Held to read while the jail itself handles files, and to write while everything else is ended.
    files: RwLock<()>,
    /// The host has gone or destroys the sandbox.
    closing: AtomicBool,
}

/// Who has the place for a program, and who asked for it, in the order of the requests: their threads may start in another.
#[derive(Default)]
struct Place {
    busy: bool,
    asked: VecDeque<u64>,
}

impl Jail {
    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, ticket: u64) {
        self.place().asked.push_back(ticket);
    }

    fn handle(&self, request: Request, ticket: u64, descriptors: Vec<OwnedFd>) {
        if request == Request::Look {
            if let Some(answer) = descriptors.first() {
                let _ = send(answer, &Answer::AtWork(watch::at_work(&self.config, self.gauge.as_ref())), &[]);
            }
            return;
        }
        let Ok([answer, stdin, stdout, stderr]) = <[OwnedFd; 4]>::try_from(descriptors) else {
            self.place().asked.retain(|other| *other != ticket);
            return;
        };
        let streams = [stdin, stdout, stderr];
        let said = match &request {
            Request::Files(_) => self.files(&request, streams),
            Request::Look => return,
            Request::Run { program, .. } => {
                if !self.occupy(ticket) {
                    Answer::Busy
                } else {
                    let said = match find(program.first().map_or("", String::as_str), &self.config.work()) {
                        Ok(()) => self.run(&request, &answer, streams),
                        Err(why) => Answer::NotRunnable(why),
                    };
                    self.place().busy = false;
                    self.free.notify_all();
                    said
                }
            }
        };
        if !self.closing.load(Ordering::SeqCst) {
            let _ = send(&answer, &said, &[]);
        }
    }

    /// Takes the only place for a program. One that the host has just given up may still be ending: that is waited for.
    fn occupy(&self, ticket: u64) -> bool {
        let waits = |place: &mut Place| place.busy || place.asked.front() != Some(&ticket);
        let waited = self.free.wait_timeout_while(self.place(), ENDING, waits);
        let (mut place, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let refused = waits(&mut place);
        place.asked.retain(|other| *other != ticket);
        place.busy |= !refused;
        drop(place);
        // whoever is next in line may be let in or not
        self.free.notify_all();
        !refused
    }

    /// The streams are gone when this returns, so that the host reads their end.
    fn start(&self, request: &Request, streams: [OwnedFd; 3]) -> std::io::Result<std::process::Child> {
        let [stdin, stdout, stderr] = streams;
        Command::new(OWN_BINARY)
            .arg0(CONFINED)
            .arg(&self.text)
            .arg(serde_json::to_string(request)?)
            .env_clear()
            .envs([STAGE_ENVIRONMENT])
            .stdin(Stdio::from(stdin))
            .stdout(Stdio::from(stdout))
            .stderr(Stdio::from(stderr))
            .spawn()
    }

    fn files(&self, request: &Request, streams: [OwnedFd; 3]) -> Answer {
        let _shared = self.files.read();
        match self.start(request, streams).and_then(|mut child| child.wait()) {
            Ok(status) => Answer::Ended(Ending {
                ended: status.code().map_or(Ended::Cancelled, Ended::Exited),
                used: crate::Used::default(),
            }),
            Err(error) => Answer::NotRunnable(error.to_string()),
        }
    }

    fn run(&self, request: &Request, answer: &OwnedFd, streams: [OwnedFd; 3]) -> Answer {
        let wall = match request {
            Request::Run { session: false, wall_ms, .. } => {
                let most = self.config.limits.wall();
                Some(wall_ms.map_or(most, |wall_ms| Duration::from_millis(wall_ms).min(most)))
            }
            _ => None,
        };
        let mut watch = Watch::begin(&self.config, wall, self.gauge.as_ref());
        let child = match self.start(request, streams) {
            Ok(child) => child,
            Err(error) => return Answer::NotRunnable(error.to_string()),
        };
        let ended = self.follow(pid_of(&child), &mut watch, answer);
        let ended = if watch.was_short_of_memory() { Ended::Limit(Limit::Memory) } else { ended };
        let _alone = self.files.write();
        match self.config.open {
            Some(_) => open::end_everything(),
            None => end_everything(),
        }
        Answer::Ended(Ending { ended, used: watch.used() })
    }

    /// Waits until the program ends, exceeds a limit, or nobody waits for it any more.
    fn follow(&self, main: Option<Pid>, watch: &mut Watch<'_>, answer: &OwnedFd) -> Ended {
        let end = main.and_then(|main| rustix::process::pidfd_open(main, PidfdFlags::empty()).ok());
        loop {
            let alone = self.files.try_write();
            // orphans are reaped as well, unless that could take the end of a file task from who waits for it
            let reap = || match alone {
                Ok(_) => rustix::process::wait(WaitOptions::NOHANG),
                Err(_) => rustix::process::waitpid(main, WaitOptions::NOHANG),
            };
            while let Ok(Some((pid, status))) = reap() {
                if Some(pid) == main {
                    return ended(status);
                }
            }
            if let Some(limit) = watch.look(alone.is_ok()) {
                return Ended::Limit(limit);
            }
            drop(alone);
            let mut waited = vec![PollFd::new(answer, PollFlags::IN)];
            waited.extend(end.as_ref().map(|end| PollFd::new(end, PollFlags::IN)));
            let pause = Timespec::try_from(watch.pause()).ok();
            let _ = rustix::event::poll(&mut waited, pause.as_ref());
            // the host never writes there, so this is its end
            if waited.first().is_some_and(|answer| !answer.revents().is_empty()) {
                return Ended::Cancelled;
            }
        }
    }
}

/// Ends every process of the jail but this one and waits for all of them. One signal reaches all at once, so none can fork away.
fn end_everything() {
    // kill(2): "process group 1" is written as -1, which means everybody but process 1
    let _ = rustix::process::kill_process_group(Pid::INIT, Signal::KILL);
    while let Ok(Some(_)) = rustix::process::wait(WaitOptions::empty()) {}
}

fn ended(status: WaitStatus) -> Ended {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, Some(signal)) => Ended::by_signal(signal),
        (None, None) => Ended::Cancelled,
    }
}

fn pid_of(child: &std::process::Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// Whether a program of that name is there; the system says whether it can be run.
fn find(name: &str, work: &Path) -> Result<(), String> {
    let found = if name.contains('/') {
        work.join(name).exists()
    } else {
        !name.is_empty() && PATH.split(':').any(|folder| Path::new(folder).join(name).exists())
    };
    if found { Ok(()) } else { Err("there is no such program".to_owned()) }
}
