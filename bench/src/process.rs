//! What the system knows of a process: CPU time and memory. `None` on systems that do not say.

use std::{
    fs, process,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

/// CPU seconds, user and system, of every child that has ended and was waited for.
#[must_use]
pub fn cpu_of_children() -> Option<f64> {
    #[cfg(unix)]
    return usage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
    #[cfg(not(unix))]
    None
}

/// CPU seconds, user and system, of this process.
#[must_use]
pub fn cpu_of_this_process() -> Option<f64> {
    #[cfg(unix)]
    return usage(nix::sys::resource::UsageWho::RUSAGE_SELF);
    #[cfg(not(unix))]
    None
}

/// CPU seconds, user and system, of a process that goes on, its threads that have ended included: `utime` and `stime` of proc_pid_stat(5),
/// in hundredths of a second as everywhere on Linux.
#[must_use]
pub fn cpu_of(process: u32) -> Option<f64> {
    ticks(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?).map(|ticks| f64::from(ticks) / 100.0)
}

fn ticks(stat: &str) -> Option<u32> {
    // the second field is a name in brackets, which may hold anything
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    Some(user + fields.next()?.parse::<u32>().ok()?)
}

#[cfg(unix)]
fn usage(who: nix::sys::resource::UsageWho) -> Option<f64> {
    use nix::sys::time::TimeValLike as _;

    let usage = nix::sys::resource::getrusage(who).ok()?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Some(f64::from(u32::try_from(microseconds / 1_000_000).ok()?) + micros(microseconds % 1_000_000))
}

#[cfg(unix)]
fn micros(below_a_second: i64) -> f64 {
    u32::try_from(below_a_second).map_or(0.0, |n| f64::from(n) / 1e6)
}

/// Waits for a child and gives its status with the most memory it held, in bytes.
///
/// The system keeps the peak itself (`VmHWM` of proc_pid_status(5)); it is read every few milliseconds because nobody can
/// read it after the end, so only what is taken in the last of them is missed.
///
/// # Errors
/// Where the child cannot be waited for.
pub fn peak_memory(child: &mut process::Child) -> Result<(process::ExitStatus, Option<u64>), String> {
    let status_file = format!("/proc/{}/status", child.id());
    let (ended, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let status = thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                if let Some(bytes) = fs::read_to_string(&status_file).ok().and_then(|text| high_water_mark(&text)) {
                    peak.fetch_max(bytes, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(10));
            }
        });
        let status = child.wait();
        ended.store(true, Ordering::Relaxed);
        status
    });
    let status = status.map_err(|error| format!("could not wait for a child: {error}"))?;
    let peak = peak.into_inner();
    Ok((status, (peak > 0).then_some(peak)))
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status_file() {
        assert_eq!(high_water_mark("Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t     900 kB\n"), Some(921_600));
        assert_eq!(high_water_mark("Name:\tx\n"), None);
    }

    #[test]
    fn the_time_of_a_process_is_read_behind_its_name() {
        let stat = "12 (a) b) S 1 1 1 0 -1 4194560 2 0 0 0 250 70 0 0 20 0 9 0 100 1 1";
        assert_eq!(ticks(stat), Some(320));
        assert_eq!(ticks("12 (a"), None);
    }

    #[cfg(unix)]
    #[test]
    fn cpu_time_only_grows() {
        let before = cpu_of_this_process().unwrap();
        let sum: u64 = (0..2_000_000_u64).map(|n| std::hint::black_box(n) % 7).sum();
        assert!(sum > 0);
        assert!(cpu_of_this_process().unwrap() > before);
    }
}
