use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use close_fds::CloseFdsBuilder;
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use super::{During, Failure, INIT, OWN_BINARY, argument};
use crate::local::protocol::{Hello, INSIDE_ID, Identity, JailConfig, STAGE_ENVIRONMENT, receive, send};

/// Stage 1: takes namespaces, starts init in them and ends when it ends.
pub fn run(mut args: impl Iterator<Item = OsString>) -> Result<ExitCode, Failure> {
    let result = enter(&mut args);
    if let Err(failure) = &result {
        let _ =
            send(std::io::stdin(), &Hello::Failed { step: failure.step.clone(), detail: failure.detail.clone() }, &[]);
    }
    result
}

fn enter(args: &mut impl Iterator<Item = OsString>) -> Result<ExitCode, Failure> {
    // whatever the host had open besides the control socket stays out, also what others left without close-on-exec
    CloseFdsBuilder::new().cloexecfrom(3);
    let (text, config): (String, JailConfig) = argument(args)?;
    let group = config.group.as_ref().map(|group| group.enter()).transpose()?;
    let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
    if let Identity::Foreign(_) = config.identity {
        rustix::thread::set_thread_groups(&[]).during("leave the groups of root")?;
    }
    unshare()?;
    match config.identity {
        Identity::Own => {
            write("/proc/self/setgroups", "deny")?;
            write("/proc/self/uid_map", &format!("{INSIDE_ID} {} 1", uid.as_raw()))?;
            write("/proc/self/gid_map", &format!("{INSIDE_ID} {} 1", gid.as_raw()))?;
        }
        Identity::Foreign(_) => {
            send(std::io::stdin(), &Hello::Unshared, &[]).during("ask the host for the user mapping")?;
            let answer = receive::<Hello>(std::io::stdin()).during("wait for the user mapping")?;
            if !matches!(answer, Some((Hello::Mapped, _))) {
                return Err(Failure { step: "wait for the user mapping".into(), detail: "the host went away".into() });
            }
        }
    }
    keep_rights_over_exec()?;
    let status = Command::new(OWN_BINARY)
        .arg0(INIT)
        .arg(text)
        .env_clear()
        .envs([STAGE_ENVIRONMENT])
        .current_dir("/")
        .stdin(Stdio::inherit())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .during("start init")?;
    if let Some(group) = group {
        group.end_with_the_host(std::io::stdin());
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(
    deprecated,
    reason = "deprecated because `FILES` is unsound with threads: that flag is not used, and there is one thread"
)]
fn unshare() -> Result<(), Failure> {
    let flags = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    rustix::thread::unshare(flags).during("take namespaces of its own")
}

/// Init must mount and change user; it is not root inside, so the rights have to be handed over the start of its program.
fn keep_rights_over_exec() -> Result<(), Failure> {
    let all = rustix::thread::capabilities(None).during("read the rights in the namespace")?.permitted;
    let sets = CapabilitySets { effective: all, permitted: all, inheritable: all };
    rustix::thread::set_capabilities(None, sets).during("keep the rights in the namespace")?;
    for right in all.iter().filter(|right| CapabilitySet::all().contains(*right)) {
        rustix::thread::configure_capability_in_ambient_set(right, true).during("keep the rights in the namespace")?;
    }
    Ok(())
}

fn write(path: &str, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).during(format!("write {path}"))
}
