//! Control groups, where this process may make some: the kernel then bounds memory and processes of all that a sandbox is, at every moment and
//! whoever watches. Where it may not, limits for each process and the watcher are all there is.
//!
//! Version 2 is one tree (the kernel's `cgroup-v2.rst`); version 1 has one for each controller (`cgroup-v1/memory.rst`, `cgroup-v1/pids.rst`).

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};

use super::{During, Failure};
use crate::Limits;

/// What the names of groups of sandboxes begin with.
const NAME: &str = "promptclade-sandbox-";
/// Where this process goes in version 2, which allows no processes beside groups.
const HOST: &str = "promptclade-host";
/// Memory beside `memory_mb` and `disk_mb`, in MiB: the jail's own processes, the kernel's tables, and pages of the programs.
const OWN_MB: u64 = 64;
/// The jail's own processes and threads.
const OWN_TASKS: u64 = 32;
/// How often a group is made anew that others swept away.
const TRIES: u32 = 20;
/// How long what is left in a group may take to end once it is killed.
const ENDING: Duration = Duration::from_secs(2);

/// A control group: its folders in the trees of its controllers, which are one in version 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlGroup {
    memory: PathBuf,
    processes: PathBuf,
    /// Where version 1 counts processor time, if it does; version 2 does so everywhere.
    time: Option<PathBuf>,
    unified: bool,
}

/// The group in which this process may make those of sandboxes; `None` where none is delegated to it.
pub fn delegated() -> Option<&'static ControlGroup> {
    static FOUND: OnceLock<Option<ControlGroup>> = OnceLock::new();
    let find = || {
        let found = ControlGroup::of_this_process(
            &fs::read_to_string("/proc/self/cgroup").ok()?,
            &fs::read_to_string("/proc/self/mountinfo").ok()?,
        )?;
        let found = found.prepared()?;
        // only trying tells what a container or a lower limit above forbids
        let works = |found: &ControlGroup| Held::make(found, "try", &Limits::default()).is_ok();
        let without_time = ControlGroup { time: None, ..found.clone() };
        [found, without_time].into_iter().find(works)
    };
    FOUND.get_or_init(find).as_ref()
}

/// Removes what ended processes have left where this one may make groups; how many.
pub fn sweep() -> usize {
    delegated().map_or(0, ControlGroup::sweep)
}

/// A group for a sandbox, where one can be made. The first time, what ended processes have left is removed.
///
/// # Errors
/// Where the kernel refuses one, though groups are delegated to this process.
pub fn make(name: &str, limits: &Limits) -> io::Result<Option<Held>> {
    static SWEPT: Once = Once::new();
    let Some(within) = delegated() else { return Ok(None) };
    SWEPT.call_once(|| {
        within.sweep();
    });
    Held::make(within, name, limits).map(Some)
}

impl ControlGroup {
    /// Where this process is, by proc(5), `/proc/self/cgroup` and `/proc/self/mountinfo`.
    fn of_this_process(own: &str, mounts: &str) -> Option<Self> {
        let unified = folder(own, mounts, None).filter(|folder| {
            let offered = fs::read_to_string(folder.join("cgroup.controllers")).unwrap_or_default();
            has_both(&offered)
        });
        if let Some(folder) = unified {
            return Some(Self { memory: folder.clone(), processes: folder, time: None, unified: true });
        }
        let (memory, processes) = (folder(own, mounts, Some("memory"))?, folder(own, mounts, Some("pids"))?);
        let time = folder(own, mounts, Some("cpuacct")).filter(|time| ![&memory, &processes].contains(&time));
        Some(Self { memory, processes, time, unified: false })
    }

    /// The same once groups below it may have both controllers. In version 2 that takes a group without processes, so this process
    /// leaves it, which it may do where nobody else is in it.
    fn prepared(self) -> Option<Self> {
        if !self.unified {
            return Some(self);
        }
        let own = if self.memory.ends_with(HOST) { self.memory.parent()?.to_owned() } else { self.memory };
        let host = own.join(HOST);
        let enabled = has_both(&fs::read_to_string(own.join("cgroup.subtree_control")).ok()?);
        let inside = fs::read_to_string(own.join("cgroup.procs")).ok()?;
        if !enabled && inside.trim() != std::process::id().to_string() {
            return None;
        }
        match fs::create_dir(&host) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return None,
            _ => {}
        }
        if !enabled {
            fs::write(host.join("cgroup.procs"), "0").ok()?;
            fs::write(own.join("cgroup.subtree_control"), "+memory +pids").ok()?;
        }
        Some(Self { memory: own.clone(), processes: own, time: None, unified: true })
    }

    /// What is said of it to people.
    pub fn words(&self) -> String {
        format!("version {}, at {}", if self.unified { 2 } else { 1 }, self.memory.display())
    }

    fn child(&self, name: &str) -> Self {
        Self {
            memory: self.memory.join(name),
            processes: self.processes.join(name),
            time: self.time.as_ref().map(|time| time.join(name)),
            unified: self.unified,
        }
    }

    fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.memory, &self.processes].into_iter().take(if self.unified { 1 } else { 2 }).chain(&self.time)
    }

    fn limit(&self, limits: &Limits) -> io::Result<()> {
        let memory = ((u64::from(limits.memory_mb) + u64::from(limits.disk_mb) + OWN_MB) << 20).to_string();
        let names = match self.unified {
            true => ["memory.max", "memory.swap.max"],
            false => ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"],
        };
        fs::write(self.memory.join(names[0]), &memory)?;
        // where the kernel counts swap
        let _ = fs::write(self.memory.join(names[1]), if self.unified { "0" } else { memory.as_str() });
        fs::write(self.processes.join("pids.max"), (u64::from(limits.processes) + OWN_TASKS).to_string())
    }

    /// Takes this process in, with all that it starts from here on.
    pub(super) fn enter(&self) -> Result<Inside, Failure> {
        let step = "enter its control group";
        let mut ways = Vec::new();
        for folder in self.folders() {
            ways.push(Way::out_of(folder, self.unified).during(step)?);
            fs::write(folder.join("cgroup.procs"), "0").during(step)?;
        }
        Ok(Inside(ways))
    }

    /// A place to see what the kernel knows of it.
    pub fn gauge(&self) -> io::Result<Gauge> {
        let name = if self.unified { "memory.events" } else { "memory.oom_control" };
        let time = match &self.time {
            Some(time) => Some(time.join("cpuacct.usage")),
            None => self.unified.then(|| self.memory.join("cpu.stat")),
        };
        Ok(Gauge { kills: File::open(self.memory.join(name))?, time: time.and_then(|time| File::open(time).ok()) })
    }

    /// Ends what is left in it, and removes it.
    fn remove(&self) {
        let deadline = Instant::now() + ENDING;
        for folder in self.folders() {
            while fs::remove_dir(folder).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
                if Instant::now() > deadline {
                    break;
                }
                end_everything(folder);
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Removes the groups below it that no living process holds; how many.
    fn sweep(&self) -> usize {
        let mut names: Vec<String> = self
            .folders()
            .flat_map(|folder| fs::read_dir(folder).into_iter().flatten())
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with(NAME))
            .collect();
        names.sort();
        names.dedup();
        names.retain(|name| {
            let left = self.child(name);
            // one tree may have it and the other not
            let locks: Vec<_> = left.folders().map(|folder| lock(folder)).collect();
            let is_held =
                |lock: &io::Result<_>| lock.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::NotFound);
            let is_left = !locks.iter().any(is_held);
            if is_left {
                left.remove();
            }
            is_left
        });
        names.len()
    }
}

/// A group that this process has made: removed, with what is left in it, when this is dropped, and by others once this process is gone.
#[derive(Debug)]
pub struct Held {
    group: ControlGroup,
    /// Locks on its folders, which end with this process.
    locks: Vec<OwnedFd>,
}

impl Held {
    /// Makes a group for a sandbox. `name` is one that no other of this process has.
    fn make(within: &ControlGroup, name: &str, limits: &Limits) -> io::Result<Self> {
        let mut tries = 1;
        loop {
            // whoever sweeps may still be about to remove what an earlier try made
            match Self::make_once(within, &format!("{name}-{tries}"), limits) {
                // whoever sweeps at this moment takes it for one that was left, until it is locked
                Err(error) if is_swept(&error) && tries < TRIES => tries += 1,
                made => return made,
            }
        }
    }

    fn make_once(within: &ControlGroup, name: &str, limits: &Limits) -> io::Result<Self> {
        let group = within.child(&format!("{NAME}{}-{name}", std::process::id()));
        let mut held = Self { group, locks: Vec::new() };
        for folder in held.group.folders() {
            fs::create_dir(folder)?;
            held.locks.push(lock(folder)?);
        }
        held.group.limit(limits)?;
        Ok(held)
    }

    /// The group.
    pub fn group(&self) -> &ControlGroup {
        &self.group
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.group.remove();
    }
}

/// This process in its group.
pub(super) struct Inside(Vec<Way>);

/// Out of a group. It is opened on the way in: the namespaces of groups and of files that this process goes on to have do not show it.
struct Way {
    above: OwnedFd,
    name: OsString,
    procs: File,
}

impl Way {
    fn out_of(folder: &Path, unified: bool) -> io::Result<Self> {
        let above = folder.parent().unwrap_or(Path::new("/"));
        let host = if unified { above.join(HOST) } else { above.to_owned() };
        Ok(Self {
            above: rustix::fs::open(above, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?,
            name: folder.file_name().unwrap_or_default().to_owned(),
            procs: OpenOptions::new().write(true).open(host.join("cgroup.procs"))?,
        })
    }
}

impl Inside {
    /// Leaves the group and removes it where the host at the other end of the control socket is gone, and cannot.
    pub(super) fn end_with_the_host(self, control: impl AsFd) {
        let mut polled = [PollFd::new(&control, PollFlags::empty())];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let _ = rustix::event::poll(&mut polled, Some(&at_once));
        if !polled[0].revents().contains(PollFlags::HUP) {
            return;
        }
        for mut way in self.0 {
            let _ = way.procs.write_all(b"0");
            let _ = rustix::fs::unlinkat(&way.above, &way.name, AtFlags::REMOVEDIR);
        }
    }
}

/// What the kernel knows of a group.
pub struct Gauge {
    kills: File,
    time: Option<File>,
}

impl Gauge {
    /// How many processes it has ended because memory was short.
    pub(super) fn kills(&self) -> u64 {
        number_behind("oom_kill ", &read(&self.kills)).unwrap_or(0)
    }

    /// The processor time of all processes that are or were in the group, in microseconds; `None` where that is not counted.
    pub(super) fn cpu_us(&self) -> Option<u64> {
        let told = read(self.time.as_ref()?);
        // version 1 tells nanoseconds and nothing else
        number_behind("usage_usec ", &told)
            .or_else(|| told.trim().parse::<u64>().ok().map(|nanoseconds| nanoseconds / 1000))
    }
}

/// The processes of a group that the kernel ends because memory is short.
pub struct Kills {
    gauge: Gauge,
    before: u64,
}

impl Kills {
    /// Begins to count.
    pub(crate) fn from_now_on(gauge: Gauge) -> Self {
        Self { before: gauge.kills(), gauge }
    }

    /// Whether there were any.
    pub fn were_more(&self) -> bool {
        self.gauge.kills() > self.before
    }
}

fn read(file: &File) -> String {
    let mut text = [0; 512];
    let length = file.read_at(&mut text, 0).unwrap_or(0);
    String::from_utf8_lossy(text.get(..length).unwrap_or_default()).into_owned()
}

fn number_behind(name: &str, text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok()
}

fn is_swept(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::WouldBlock)
}

/// Holds a folder for as long as the descriptor is open.
fn lock(folder: &Path) -> io::Result<OwnedFd> {
    let folder = rustix::fs::open(folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive)?;
    Ok(folder)
}

fn end_everything(folder: &Path) {
    // Linux 5.14, version 2 alone
    if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
        return;
    }
    let inside = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    for pid in inside.lines().filter_map(|pid| pid.parse().ok().and_then(Pid::from_raw)) {
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
}

fn has_both(controllers: &str) -> bool {
    ["memory", "pids"].iter().all(|wanted| controllers.split_whitespace().any(|has| has == *wanted))
}

/// The folder of this process's group in the tree of a controller of version 1, or in that of version 2.
fn folder(own: &str, mounts: &str, controller: Option<&str>) -> Option<PathBuf> {
    let is_it = |list: &str| match controller {
        Some(wanted) => list.split(',').any(|has| has == wanted),
        None => list.is_empty(),
    };
    let path = own.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        is_it(controllers).then_some(path)
    })?;
    mounts.lines().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let mut system = system.split(' ');
        let (kind, options) = (system.next()?, system.nth(1)?);
        let fits = match controller {
            Some(_) => kind == "cgroup" && is_it(options),
            None => kind == "cgroup2",
        };
        let mut mount = mount.split(' ').skip(3);
        let (root, place) = (mount.next()?, mount.next()?);
        let below = Path::new(path).strip_prefix(root).ok()?;
        fits.then(|| Path::new(place).join(below))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_made_while_others_sweep() {
        let Some(within) = delegated() else { return };
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    within.sweep();
                }
            });
            let made: Vec<_> =
                (0..300).map(|n| Held::make(within, &format!("swept-{n}"), &Limits::default()).map(drop)).collect();
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(made.iter().all(Result::is_ok), "{:?}", made.iter().find(|one| one.is_err()));
        });
    }

    const VERSION_1: &str = "31 28 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n\
        33 31 0:28 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n\
        34 31 0:29 /docker/1 /sys/fs/cgroup/cpu,pids rw - cgroup cgroup rw,cpu,pids\n\
        35 31 0:30 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    #[test]
    fn finds_the_folders_of_both_versions() {
        let own = "5:cpu,pids:/docker/1/a\n4:memory:/user/b\n0::/user.slice/c\n";
        let found = |controller| folder(own, VERSION_1, controller).map(|found| found.display().to_string());
        assert_eq!(found(Some("memory")).as_deref(), Some("/sys/fs/cgroup/memory/user/b"));
        assert_eq!(found(Some("pids")).as_deref(), Some("/sys/fs/cgroup/cpu,pids/a"));
        assert_eq!(found(None).as_deref(), Some("/sys/fs/cgroup/unified/user.slice/c"));
        assert_eq!(found(Some("freezer")), None);
        // a group outside of what is mounted here
        assert_eq!(folder("5:cpu,pids:/other\n", VERSION_1, Some("pids")), None);
    }

    /// What would be written into a tree of version 2. A folder stands for it: no kernel answers here.
    #[test]
    fn asks_version_2_for_both_controllers_where_nobody_else_is_in_the_group() {
        let tree = tempfile::tempdir().unwrap();
        let own = tree.path().join("app.scope");
        fs::create_dir(&own).unwrap();
        let write = |name: &str, text: &str| fs::write(own.join(name), text).unwrap();
        let mounts = format!("30 1 0:26 / {} rw - cgroup2 cgroup2 rw\n", tree.path().display());
        let find = || ControlGroup::of_this_process("0::/app.scope\n", &mounts);

        write("cgroup.controllers", "cpu pids\n");
        assert_eq!(find(), None, "no memory controller");
        write("cgroup.controllers", "cpu memory pids\n");
        write("cgroup.subtree_control", "\n");
        write("cgroup.procs", &format!("1\n{}\n", std::process::id()));
        assert_eq!(find().unwrap().prepared(), None, "another process is in the group");
        write("cgroup.procs", &format!("{}\n", std::process::id()));
        let found = find().unwrap().prepared().unwrap();
        assert_eq!(found.memory, own);
        assert_eq!(fs::read_to_string(own.join("promptclade-host/cgroup.procs")).unwrap(), "0");
        assert_eq!(fs::read_to_string(own.join("cgroup.subtree_control")).unwrap(), "+memory +pids");
        // a process that was started from there uses the same group
        let inner = ControlGroup { memory: own.join(HOST), processes: own.join(HOST), time: None, unified: true };
        write("cgroup.subtree_control", "memory pids\n");
        assert_eq!(inner.prepared(), Some(found.clone()));

        let group = found.child("one");
        fs::create_dir(&group.memory).unwrap();
        group.limit(&Limits { memory_mb: 100, disk_mb: 28, processes: 8, ..Limits::default() }).unwrap();
        let read = |name: &str| fs::read_to_string(group.memory.join(name)).unwrap();
        assert_eq!([read("memory.max"), read("memory.swap.max"), read("pids.max")], ["201326592", "0", "40"]);
        fs::write(group.memory.join("memory.events"), "low 0\nmax 12\noom 2\noom_kill 3\noom_group_kill 0\n").unwrap();
        fs::write(group.memory.join("cpu.stat"), "usage_usec 12345\nuser_usec 1\nsystem_usec 2\n").unwrap();
        let gauge = group.gauge().unwrap();
        assert_eq!((gauge.kills(), gauge.cpu_us()), (3, Some(12345)));
    }
}
