//! Stage 2 where no jail can be made and the run file accepts that: a working folder of its own, limits, and one end for all that was
//! started. Nothing stands between the code and what its user can read.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::time::Duration;

use close_fds::CloseFdsBuilder;
use rustix::process::{DumpableBehavior, Pid, Signal, WaitOptions};

use super::{During, Failure};
use crate::Limits;
use crate::local::protocol::{Identity, JailConfig};

/// Makes the folder, and becomes who orphans of the code go to, so that none gets away.
pub fn prepare(config: &JailConfig) -> Result<(), Failure> {
    CloseFdsBuilder::new().cloexecfrom(3);
    if children(std::process::id()).is_none() {
        let detail = "the kernel lists no children of a process (CONFIG_PROC_CHILDREN)".to_owned();
        return Err(Failure { step: "see what the code starts".into(), detail });
    }
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).during("take orphans in")?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).during("hide its memory")?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let folder = config.open.as_deref().unwrap_or(Path::new("."));
    // it must not be there: whoever made it could look into it
    fs::create_dir(folder).during("make the sandbox's folder")?;
    for part in [config.work(), config.tmp()] {
        fs::create_dir(&part).during("make the working folder")?;
        fs::set_permissions(&part, fs::Permissions::from_mode(0o700)).during("hand the working folder over")?;
        if let Identity::Foreign(id) = config.identity {
            chown(&part, Some(id), Some(id)).during("hand the working folder over")?;
        }
    }
    Ok(())
}

/// Ends everything and removes the folder.
pub fn finish(config: &JailConfig) {
    end_everything();
    if let Some(folder) = &config.open {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Ends every process that the code has started and waits for all of them: orphans come to this process, so the list is empty in the end.
pub fn end_everything() {
    loop {
        for pid in descendants() {
            if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
        }
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
            // no child is left
            Err(_) => return,
        }
    }
}

/// The processes that descend from this one.
pub fn descendants() -> Vec<u32> {
    let mut found = children(std::process::id()).unwrap_or_default();
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        found.extend(children(pid).unwrap_or_default());
        next += 1;
    }
    found
}

/// The children of a process, of all its threads; `None` where the kernel does not say.
fn children(pid: u32) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
        let text = fs::read_to_string(thread.path().join("children")).ok()?;
        found.extend(text.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    Some(found)
}

/// The processes and threads of the user who runs this.
pub fn tasks_of_user() -> u64 {
    let own = rustix::process::getuid().as_raw();
    let field = |status: &str, name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|value| value.parse::<u32>().ok())
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    // a process gives itself any name, and that need not be text
    let statuses = processes.filter_map(|process| fs::read(process.path().join("status")).ok());
    let statuses = statuses.map(|status| String::from_utf8_lossy(&status).into_owned());
    statuses
        .filter(|status| field(status, "Uid:") == Some(own))
        .map(|status| u64::from(field(&status, "Threads:").unwrap_or(1)))
        .sum()
}

/// Whether the folder holds as much as it may, in bytes or in files.
pub fn is_full(folder: &Path, limits: &Limits) -> bool {
    let (mut bytes, mut files) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(found) = entry.metadata() else { continue };
            (bytes, files) = (bytes + found.len(), files + 1);
            if found.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    bytes > u64::from(limits.disk_mb) * 1024 * 1024 || files > most_files(limits)
}

/// The most files that a sandbox may hold.
pub fn most_files(limits: &Limits) -> u32 {
    4096 + limits.disk_mb.saturating_mul(64)
}
