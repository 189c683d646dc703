//! The local jail: sandboxes on this machine, of namespaces, a read-only view of the system's programs, filtered system calls and limits.
//!
//! [`LocalBackend`] makes them; [`jail_main`] is what the host's binary becomes inside; [`examine`] says what this machine can do.
//!
//! A jail costs three short-lived steps of the same binary (see `jail`) and no service, daemon, image or special right. It
//! shares the kernel with the host: a hole in the kernel is a hole in the jail.

mod archives;
mod backend;
mod doctor;
mod host;
mod interpreter;
mod jail;
mod protocol;
mod sandbox;

pub use backend::{LocalBackend, LocalSettings};
pub use doctor::examine;
pub use interpreter::{Interpreter, find_interpreter, find_interpreter_at};
pub use jail::{jail_main, sweep_control_groups};
