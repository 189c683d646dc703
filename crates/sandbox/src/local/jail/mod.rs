//! The stages of the jail: the same binary started again, each stage with less than the one before.
//!
//! 1. *outer* ([`outer`]) takes namespaces of its own and waits for init, so that init's end can be seen from outside.
//! 2. *init* ([`init`]) is process 1 of the jail: it builds the root folder ([`root`]), takes requests and watches ([`watch`]).
//! 3. *confined* ([`confine`]) gives up everything that is left and becomes the program, or handles files ([`files`]).
//!
//! No stage forks by itself or needs `unsafe`: each is single-purpose and starts the next as a program, and what it may not keep
//! it gives up before the untrusted code is there.

pub mod cgroup;
mod confine;
mod files;
mod held;
mod init;
mod mounts;
mod open;
mod outer;
mod root;
mod syscalls;
mod watch;

pub use cgroup::sweep as sweep_control_groups;

use std::ffi::OsStr;
use std::process::ExitCode;

/// The name under which the binary is started as the outer stage.
pub const OUTER: &str = "clade-jail-outer";
/// The name of the stage that takes requests: started by the outer one, and by the host where there is no jail.
pub const INIT: &str = "clade-jail-init";
const CONFINED: &str = "clade-jail-confined";

/// Exit code of a stage that could not do its part; its words are on standard error.
pub const STAGE_FAILED: u8 = 125;

/// Where a stage finds its own binary.
const OWN_BINARY: &str = "/proc/self/exe";

/// The working folder inside.
const WORK: &str = "/work";

/// Becomes a stage of the jail where the process was started as one, and does nothing otherwise. A binary that makes local
/// sandboxes calls this first in `main`, before threads and before it reads its arguments, and returns the code if there is one.
#[must_use]
pub fn jail_main() -> Option<ExitCode> {
    let mut args = std::env::args_os();
    let stage = args.next()?;
    let result = if stage == OsStr::new(OUTER) {
        outer::run(args)
    } else if stage == OsStr::new(INIT) {
        init::run(args)
    } else if stage == OsStr::new(CONFINED) {
        confine::run(args)
    } else {
        return None;
    };
    Some(result.unwrap_or_else(|failure| {
        eprintln!("sandbox: {}: {}", failure.step, failure.detail);
        ExitCode::from(STAGE_FAILED)
    }))
}

/// What a stage could not do.
#[derive(Debug)]
struct Failure {
    step: String,
    detail: String,
}

/// Gives an error the step in which it came.
trait During<T> {
    fn during(self, step: impl Into<String>) -> Result<T, Failure>;
}

impl<T, E: std::fmt::Display> During<T> for Result<T, E> {
    fn during(self, step: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| Failure { step: step.into(), detail: error.to_string() })
    }
}

/// Reads the argument that a stage hands to the next.
fn argument<T: for<'a> serde::Deserialize<'a>>(
    args: &mut impl Iterator<Item = std::ffi::OsString>,
) -> Result<(String, T), Failure> {
    let text = args.next().unwrap_or_default().to_string_lossy().into_owned();
    let value = serde_json::from_str(&text).during("read the stage's argument")?;
    Ok((text, value))
}
