use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, Gid, Uid};

use super::{During, Failure, argument, files, open, syscalls};
use crate::local::protocol::{INSIDE_ID, Identity, JailConfig, Request};

/// Where programs are looked up inside.
pub const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The newest rules that are asked for; an older kernel applies those that it knows.
const LANDLOCK: ABI = ABI::V6;
/// What may be used of the devices where there is no jail with devices of its own. `/dev/zero` mapped is shared memory of no file, which nobody counts.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/full", "/dev/random", "/dev/urandom"];
/// What the jail's own processes may take beside the program's.
const OWN_PROCESSES: u64 = 9;
/// Timers and signals that may wait.
const PENDING: u64 = 1024;
const MIB: u64 = 1024 * 1024;

/// Stage 3: gives up every right and becomes the program.
pub fn run(mut args: impl Iterator<Item = OsString>) -> Result<ExitCode, Failure> {
    let (_, config): (String, JailConfig) = argument(&mut args)?;
    let (_, request): (String, Request) = argument(&mut args)?;
    rustix::process::setsid().during("leave the session")?;
    // where the machine runs out of memory the sandbox goes first
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    give_up_rights(&config)?;
    if config.open.is_some() {
        // a jail's processes end with its first one; a change of user takes this back, so it comes after
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).during("follow its parent")?;
    }
    restrict_files(&config)?;
    let session = matches!(request, Request::Run { session: true, .. });
    std::env::set_current_dir(config.work()).during("enter the working folder")?;
    syscalls::restrict()?;
    match request {
        Request::Run { program, env, .. } => {
            let mut command = command(&program, env, &config);
            // last, so that little of ours is left to do under them
            limit(&config, session)?;
            let error = command.exec();
            Err(Failure { step: format!("run {}", command.get_program().display()), detail: error.to_string() })
        }
        Request::Files(task) => {
            limit(&config, session)?;
            files::handle(&task, &config.limits)
        }
        Request::Look => Ok(ExitCode::SUCCESS),
    }
}

fn command(program: &[String], env: BTreeMap<String, String>, config: &JailConfig) -> Command {
    let (work, tmp) = (config.work(), config.tmp());
    let fixed = [
        ("PATH", OsStr::new(PATH)),
        ("HOME", work.as_os_str()),
        ("TMPDIR", tmp.as_os_str()),
        ("LANG", OsStr::new("C.UTF-8")),
    ];
    let (name, args) = program.split_first().map_or(("", [].as_slice()), |(name, args)| (name.as_str(), args));
    let mut command = Command::new(name);
    command.args(args).env_clear().envs(fixed).envs(env);
    command
}

fn give_up_rights(config: &JailConfig) -> Result<(), Failure> {
    let step = "give up rights";
    rustix::thread::clear_ambient_capability_set().during(step)?;
    for right in CapabilitySet::all().iter() {
        // the kernel may not know the newest ones
        let _ = rustix::thread::remove_capability_from_bounding_set(right);
    }
    if let Identity::Foreign(outside) = config.identity {
        let id = if config.open.is_some() { outside } else { INSIDE_ID };
        let (uid, gid) = (Uid::from_raw(id), Gid::from_raw(id));
        rustix::thread::set_thread_groups(&[]).during(step)?;
        rustix::thread::set_thread_res_gid(gid, gid, gid).during(step)?;
        rustix::thread::set_thread_res_uid(uid, uid, uid).during(step)?;
    }
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .during(step)?;
    rustix::thread::set_no_new_privs(true).during(step)
}

/// In a jail the mounts say the same; this holds also for what a hole in them would show. Without a jail it is all there is.
fn restrict_files(config: &JailConfig) -> Result<(), Failure> {
    let step = "restrict files";
    let (writable, devices) = match config.open {
        None => (vec![config.work(), config.tmp(), PathBuf::from("/dev/shm")], vec!["/dev"]),
        Some(_) => (vec![config.work(), config.tmp()], DEVICES.to_vec()),
    };
    let all = AccessFs::from_all(LANDLOCK);
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)
        .during(step)?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)
        .during(step)?
        .create()
        .during(step)?
        .add_rules(path_beneath_rules(["/"], AccessFs::from_read(LANDLOCK)))
        .during(step)?
        .add_rules(path_beneath_rules(writable, all))
        .during(step)?
        .add_rules(path_beneath_rules(devices, AccessFs::from_file(LANDLOCK)))
        .during(step)?
        .restrict_self()
        .during(step)?;
    Ok(())
}

fn limit(config: &JailConfig, session: bool) -> Result<(), Failure> {
    let limits = &config.limits;
    let mut processes = u64::from(limits.processes) + OWN_PROCESSES;
    if config.open.is_some() && config.identity == Identity::Own {
        // the kernel counts all that the user runs, and not this sandbox alone
        processes += open::tasks_of_user();
    }
    let cpu = u64::from(limits.cpu_seconds);
    let table = [
        // private memory that can be written; reserved address space, of which JavaScript takes much, does not count
        (Resource::Data, Some(u64::from(limits.memory_mb) * MIB)),
        (Resource::Stack, Some(8 * MIB)),
        (Resource::Fsize, Some(u64::from(limits.disk_mb) * MIB)),
        (Resource::Nproc, Some(processes)),
        // init counts the time of all processes together; this is for the moment in which it does not look
        (Resource::Cpu, (!session).then_some(cpu + 1)),
        // what the kernel holds for watches of files that are open grows with the square of it
        (Resource::Nofile, Some(256)),
        (Resource::Core, Some(0)),
        (Resource::Memlock, Some(0)),
        (Resource::Msgqueue, Some(0)),
        // the kernel counts timers and waiting signals for the whole account
        (Resource::Sigpending, Some(PENDING)),
    ];
    for (resource, value) in table {
        if let Some(value) = value {
            // a host may run under lower limits already
            let value = rustix::process::getrlimit(resource).maximum.map_or(value, |most| most.min(value));
            setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) }).during("set limits")?;
        }
    }
    Ok(())
}
