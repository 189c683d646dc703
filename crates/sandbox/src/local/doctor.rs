use super::backend::{LocalBackend, LocalSettings};
use super::jail::cgroup;
use crate::{Check, Command, Isolation, Report, Sandbox, SandboxBackend, SandboxError, SandboxSpec};

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};

/// Makes a sandbox of the default specification, runs a program in it, and says what this machine gives and what is missing.
pub async fn examine(settings: LocalSettings) -> Report {
    let backend = LocalBackend::new(settings.clone());
    let works = try_out(&backend, Isolation::Namespaces).await;
    let isolation = works.is_ok().then(|| backend.capabilities().isolation);
    let mut checks = vec![jail(works)];
    let mut weaker = None;
    if isolation.is_none() {
        checks.extend(HINTS.iter().filter_map(hint));
        let works = try_out(&LocalBackend::without_jail(settings), Isolation::MinimumProcess).await;
        weaker = works.is_ok().then_some(Isolation::MinimumProcess);
        checks.push(process(works));
    }
    checks.push(file_rules());
    checks.push(control_groups());
    checks.push(Check::good(
        "memory and processor time",
        "summed up over all processes of a sandbox every 10 to 80 ms, beside the kernel's limits for each",
    ));
    Report { backend: LocalBackend::NAME.to_owned(), isolation, weaker, checks }
}

async fn try_out(backend: &LocalBackend, isolation: Isolation) -> Result<(), SandboxError> {
    let spec = SandboxSpec { isolation, ..SandboxSpec::default() };
    let sandbox: Box<dyn Sandbox> = backend.create(&spec, None).await?;
    let finished = sandbox.start(&Command::new(["true"])).await?.finish(&[]).await?;
    sandbox.destroy().await?;
    if finished.is_success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
    Err(SandboxError::Create {
        step: "run `true` inside".to_owned(),
        detail: format!("it {} {said}", finished.ended.words()),
    })
}

fn jail(works: Result<(), SandboxError>) -> Check {
    match works {
        Ok(()) => Check::good("jail", "namespaces, read-only system, filtered system calls and limits work"),
        Err(error) => Check::bad("jail", format!("could not {error}"), fix_for(&error)),
    }
}

/// The level below the jail, where there is no jail.
fn process(works: Result<(), SandboxError>) -> Check {
    match works {
        Ok(()) => Check::good(
            "minimum-process",
            "works: empty environment, limits, one end for all; code can read what its user can read. A run file accepts it with `isolation: minimum-process`",
        ),
        Err(error) => Check::bad("minimum-process", format!("could not {error}"), "use `backend: daytona`"),
    }
}

/// A bound behind the watcher: a sandbox without one has every other limit.
fn control_groups() -> Check {
    match cgroup::delegated() {
        Some(group) => Check::good(
            "control groups",
            format!("the kernel bounds memory and processes of each sandbox as a whole ({})", group.words()),
        ),
        None => Check::bad(
            "control groups",
            "none are delegated to this process, so memory and processes of a sandbox as a whole are watched and not bounded",
            "start clade with `systemd-run --user --scope -p Delegate=yes clade ...`, or as a service with `Delegate=memory pids`",
        ),
    }
}

fn fix_for(error: &SandboxError) -> &'static str {
    match error {
        SandboxError::Create { step, .. } if step.contains("namespaces") => {
            "user namespaces are refused: in a container, start it with a seccomp profile that lets `unshare` through; on the machine, see the next lines"
        }
        SandboxError::Create { step, .. } if step.contains("/proc") => {
            "a container that masks parts of /proc cannot mount it again: start it with `--security-opt systempaths=unconfined`"
        }
        SandboxError::Create { step, .. } if step.contains("map") => {
            "root needs the right to set user ids here: run as an ordinary user, or give the container CAP_SETUID and CAP_SETGID"
        }
        _ => "report this with the words above; until then use another backend",
    }
}

/// A setting of the kernel that forbids user namespaces: where it lies, the value that forbids, and what to do.
struct Hint {
    path: &'static str,
    forbids: &'static str,
    fix: &'static str,
}

const HINTS: [Hint; 3] = [
    Hint { path: "/proc/sys/user/max_user_namespaces", forbids: "0", fix: "sysctl user.max_user_namespaces=10000" },
    Hint {
        path: "/proc/sys/kernel/unprivileged_userns_clone",
        forbids: "0",
        fix: "sysctl kernel.unprivileged_userns_clone=1",
    },
    Hint {
        path: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        forbids: "1",
        fix: "an AppArmor profile for clade with `userns,`, or sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    },
];

fn hint(hint: &Hint) -> Option<Check> {
    let value = std::fs::read_to_string(hint.path).ok()?;
    (value.trim() == hint.forbids)
        .then(|| Check::bad("kernel setting", format!("{} is {}", hint.path, hint.forbids), hint.fix))
}

/// The file rules stand behind the mounts: a jail without them is one layer thinner, and still a jail.
fn file_rules() -> Check {
    let known = [(6, ABI::V6), (5, ABI::V5), (4, ABI::V4), (3, ABI::V3), (2, ABI::V2), (1, ABI::V1)];
    let has = known.into_iter().find(|(_, abi)| {
        let rules =
            Ruleset::default().set_compatibility(CompatLevel::HardRequirement).handle_access(AccessFs::from_all(*abi));
        rules.and_then(Ruleset::create).is_ok()
    });
    match has {
        Some((version, _)) => Check::good("landlock", format!("file rules of version {version} or newer")),
        None => Check::bad(
            "landlock",
            "the kernel has no file rules",
            "Linux 5.13 or newer with `landlock` among its security modules",
        ),
    }
}
