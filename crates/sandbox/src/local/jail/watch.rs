use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::cgroup::Gauge;
use super::held::Held;
use super::open;
use crate::local::protocol::JailConfig;
use crate::{AtWork, Limit, Limits, Used};

/// How often the processes are looked at while they work, and the longest pause while they do not.
const BUSY: Duration = Duration::from_millis(10);
const IDLE: Duration = Duration::from_millis(80);
/// What the kernel holds for one piece of a process's address space, in bytes: its description and its places in the trees that find it; and what it
/// holds besides for each process of the sandbox that the process descends from, since it may share the piece's pages with all of them.
const PIECE: u64 = 256;
const ANCESTOR: u64 = 96;
/// The smallest pages that machines have, in KiB.
const PAGE_KB: u64 = 4;
/// How many pieces the kernel lets one process have (`vm.max_map_count`).
const MOST_PIECES: u64 = 65_530;

/// Watches what the jail's processes use together: the kernel's limits hold for each one alone.
pub struct Watch<'j> {
    limits: Limits,
    /// Where there is no jail: the sandbox's folder.
    open: Option<PathBuf>,
    /// Where the kernel bounds memory too.
    gauge: Option<&'j Gauge>,
    /// How many processes the kernel had ended before.
    kills_before: u64,
    wall: Option<Duration>,
    counts_cpu: bool,
    started: Instant,
    cpu_before: u64,
    full_before: bool,
    cpu_seen: u64,
    memory_kb: u64,
    pause: Duration,
}

/// What the processes of the jail do, init left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Work {
    /// Processes of which more is left than their end.
    alive: u32,
    threads: u64,
    cpu_ms: u64,
}

/// What memory the processes of the jail take, init left out.
#[derive(Debug, Default)]
struct Memory {
    own_kb: u64,
    /// Tables of pages: a gigabyte that is only reserved takes two megabytes of them once it is looked at.
    tables_kb: u64,
    /// For pieces of address space: what has other rights than its neighbour is one of its own, used or not.
    pieces_bytes: u64,
    /// For open files.
    held: Held,
}

impl<'j> Watch<'j> {
    /// Begins to count. `wall` is `None` for executions without an end of their own, whose time is not counted.
    pub fn begin(config: &JailConfig, wall: Option<Duration>, gauge: Option<&'j Gauge>) -> Self {
        let (limits, open) = (config.limits, config.open.clone());
        Self {
            full_before: disk_is_full(open.as_ref(), &limits),
            limits,
            open,
            gauge,
            kills_before: gauge.map_or(0, Gauge::kills),
            wall,
            counts_cpu: wall.is_some(),
            started: Instant::now(),
            cpu_before: cpu_ms(gauge, 0),
            cpu_seen: 0,
            memory_kb: 0,
            pause: BUSY,
        }
    }

    /// The limit that is exceeded, if one is. `alone`: no process of the jail's own is among those that are counted.
    pub fn look(&mut self, alone: bool) -> Option<Limit> {
        let pids = pids(self.open.is_some());
        let (work, memory) = (work(&pids), memory(&pids));
        let most = u64::from(self.limits.memory_mb) * 1024;
        let sockets = self.open.is_none().then(sockets);
        let of_the_kernel = memory.tables_kb + memory.pieces_bytes / 1024 + memory.held.kb(sockets);
        let mut memory_kb = memory.own_kb + of_the_kernel;
        if memory_kb > most {
            // what forked processes still share was counted for each of them; this takes longer and counts it once
            memory_kb = shared_once_kb(&pids).unwrap_or(memory.own_kb) + of_the_kernel;
        }
        let cpu = cpu_ms(self.gauge, work.cpu_ms).saturating_sub(self.cpu_before);
        self.pause = if cpu > self.cpu_seen { BUSY } else { (self.pause * 2).min(IDLE) };
        self.cpu_seen = self.cpu_seen.max(cpu);
        self.memory_kb = self.memory_kb.max(memory_kb);
        let exceeded = [
            (Limit::Memory, memory_kb > most || self.was_short_of_memory()),
            (Limit::Processes, alone && work.threads > self.limits.processes.into()),
            // whoever comes into a full sandbox may make room
            (Limit::Disk, !self.full_before && disk_is_full(self.open.as_ref(), &self.limits)),
            (Limit::Cpu, self.counts_cpu && cpu > u64::from(self.limits.cpu_seconds) * 1000),
            (Limit::Wall, self.wall.is_some_and(|wall| self.started.elapsed() >= wall)),
        ];
        exceeded.into_iter().find_map(|(limit, over)| over.then_some(limit))
    }

    /// Whether the kernel has ended a process because the sandbox held all the memory that it may.
    pub fn was_short_of_memory(&self) -> bool {
        self.gauge.is_some_and(|gauge| gauge.kills() > self.kills_before)
    }

    /// How long to wait before looking again.
    pub fn pause(&self) -> Duration {
        let left = self.wall.map_or(IDLE, |wall| wall.saturating_sub(self.started.elapsed()));
        self.pause.min(left).max(Duration::from_millis(1))
    }

    /// What was used, once everything has ended and was reaped.
    pub fn used(&self) -> Used {
        Used {
            cpu_ms: cpu_ms(self.gauge, 0).saturating_sub(self.cpu_before).max(self.cpu_seen),
            wall_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            memory_kb: self.memory_kb,
        }
    }
}

/// What is at work in the sandbox, init left out.
pub fn at_work(config: &JailConfig, gauge: Option<&Gauge>) -> AtWork {
    let work = work(&pids(config.open.is_some()));
    AtWork { cpu: Duration::from_millis(cpu_ms(gauge, work.cpu_ms)), processes: work.alive }
}

/// The processes of the sandbox, init left out.
fn pids(open: bool) -> Vec<u32> {
    if open {
        return open::descendants();
    }
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid| *pid != 1).collect()
}

fn work(pids: &[u32]) -> Work {
    let mut sum = Work::default();
    for pid in pids {
        // it may have ended meanwhile
        let Some(stat) = text(format!("/proc/{pid}/stat").as_ref()) else { continue };
        sum.alive += u32::from(!is_over(&stat));
        sum.threads += stat_field(&stat, 20);
        sum.cpu_ms += (14..=17).map(|field| ticks_to_ms(stat_field(&stat, field))).sum::<u64>();
    }
    sum
}

fn memory(pids: &[u32]) -> Memory {
    let mut sum = Memory::default();
    let seen: HashMap<u32, (PathBuf, String)> = pids.iter().filter_map(|pid| Some((*pid, living(*pid)?))).collect();
    let parent = |pid: &u32| {
        let parent = seen.get(pid).and_then(|(_, status)| u32::try_from(line_kb(status, "PPid:")).ok());
        parent.filter(|parent| seen.contains_key(parent))
    };
    for (pid, (place, status)) in &seen {
        sum.own_kb += own_kb(status);
        sum.tables_kb += line_kb(status, "VmPTE:");
        let pieces = match std::fs::read(place.join("maps")) {
            Ok(maps) => maps.iter().filter(|byte| **byte == b'\n').count() as u64,
            // it may not be looked into: each page may be a piece of its own, as many as a process may have
            Err(error) if is_denied(&error) => (line_kb(status, "VmSize:") / PAGE_KB).min(MOST_PIECES),
            Err(_) => 0,
        };
        // they were not all looked at in one moment, and a number may have gone to another process
        let ancestors = std::iter::successors(parent(pid), parent).take(seen.len()).count() as u64;
        sum.pieces_bytes += pieces * (PIECE + ANCESTOR * ancestors);
        sum.held.add(place, line_kb(status, "FDSize:"));
    }
    sum
}

/// Where a process shows what it holds, and its status there: `/proc/pid`, or any of its threads that goes on where the first one has ended. `None`
/// once all have.
fn living(pid: u32) -> Option<(PathBuf, String)> {
    let look = |place: PathBuf| {
        let status = text(&place.join("status"))?;
        status.contains("\nRssAnon:").then_some((place, status))
    };
    let place = PathBuf::from(format!("/proc/{pid}"));
    look(place.clone()).or_else(|| {
        let threads = std::fs::read_dir(place.join("task")).ok()?.flatten();
        threads.into_iter().find_map(|thread| look(thread.path()))
    })
}

/// A process may be such that nobody may look into it: its program cannot be read, or is another user's.
pub(super) fn is_denied(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::PermissionDenied
}

/// A process gives itself any name, and that need not be text.
fn text(path: &Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn own_kb(status: &str) -> u64 {
    line_kb(status, "RssAnon:") + line_kb(status, "RssShmem:")
}

/// The unix sockets of the jail's network namespace, which are all that code can make there.
fn sockets() -> u64 {
    let table = std::fs::read("/proc/self/net/unix").unwrap_or_default();
    // the first line has the names of the columns
    table.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1) as u64
}

/// Memory of all processes where a page that several have is shared out among them, and counted in full for whom nobody may look into; `None`
/// on kernels before 5.4 or so, which do not say.
fn shared_once_kb(pids: &[u32]) -> Option<u64> {
    let mut sum = 0;
    for pid in pids {
        let Some((place, status)) = living(*pid) else { continue };
        match std::fs::read_to_string(place.join("smaps_rollup")) {
            Ok(maps) if maps.contains("Pss_Anon:") => sum += line_kb(&maps, "Pss_Anon:") + line_kb(&maps, "Pss_Shmem:"),
            Ok(_) => return None,
            Err(error) if is_denied(&error) => sum += own_kb(&status),
            // it has ended meanwhile
            Err(_) => {}
        }
    }
    Some(sum)
}

/// The time of all that is or was in the sandbox, init left out; `living`: that of the processes which are there. Without a control group that counts it, it
/// lacks that of children whose parent ignores their end: the kernel adds it to nobody's.
fn cpu_ms(gauge: Option<&Gauge>, living: u64) -> u64 {
    match gauge.and_then(Gauge::cpu_us) {
        Some(all) => (all / 1000).saturating_sub(own_cpu_ms()),
        None => reaped_cpu_ms() + living,
    }
}

/// The time of init itself.
fn own_cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    ticks_to_ms(stat_field(&stat, 14)) + ticks_to_ms(stat_field(&stat, 15))
}

/// The time of the ended processes that init has waited for, with all that those had waited for.
fn reaped_cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    ticks_to_ms(stat_field(&stat, 16)) + ticks_to_ms(stat_field(&stat, 17))
}

fn disk_is_full(open: Option<&PathBuf>, limits: &Limits) -> bool {
    if let Some(folder) = open {
        return open::is_full(folder, limits);
    }
    rustix::fs::statfs(super::WORK).is_ok_and(|disk| disk.f_bavail == 0 || disk.f_ffree == 0)
}

fn ticks_to_ms(ticks: u64) -> u64 {
    ticks.saturating_mul(1000) / rustix::param::clock_ticks_per_second().max(1)
}

/// Whether nothing but its end is left of a process. One whose first thread has ended looks like that too, for as long as others go on.
fn is_over(stat: &str) -> bool {
    let state = stat.rsplit_once(')').map_or("", |(_, rest)| rest).trim_start();
    state.starts_with(['Z', 'X']) && stat_field(stat, 20) <= 1
}

/// A numbered field of proc(5), `/proc/pid/stat`. The second is the name, which may have spaces and brackets in it.
fn stat_field(stat: &str, number: usize) -> u64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after_name.split_whitespace().nth(number - 3).and_then(|field| field.parse().ok()).unwrap_or(0)
}

/// A line of proc(5), `/proc/pid/status` or `smaps_rollup`, that has a number: of kB, where it is about memory.
fn line_kb(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()).and_then(|field| field.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_behind_a_hostile_name() {
        let stat = "7 (a) 1 (b) S 1 7 7 0 -1 4194560 100 0 0 0 11 12 13 14 20 0 3 0 5";
        assert_eq!(stat_field(stat, 14), 11);
        assert_eq!(stat_field(stat, 17), 14);
        assert_eq!(stat_field(stat, 20), 3);
    }

    #[test]
    fn knows_what_has_ended() {
        for (stat, over) in [
            ("7 (a) Z 1 7 7 0 -1 4194560 100 0 0 0 11 12 13 14 20 0 1 0 5", true),
            ("7 (a) Z 1 7 7 0 -1 4194560 100 0 0 0 11 12 13 14 20 0 3 0 5", false),
            ("7 () Z) S 1 7 7 0 -1 4194560 100 0 0 0 11 12 13 14 20 0 1 0 5", false),
        ] {
            assert_eq!(is_over(stat), over, "{stat}");
        }
    }

    #[test]
    fn reads_memory() {
        let status = "Name:\tx\nRssAnon:\t    1234 kB\nRssFile:\t 9 kB\nRssShmem:\t  5 kB\n";
        assert_eq!(line_kb(status, "RssAnon:") + line_kb(status, "RssShmem:"), 1239);
        assert_eq!(line_kb(status, "VmPeak:"), 0);
    }
}
