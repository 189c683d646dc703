//! The stages of the local jail and nothing else: what tests and figures start where there is no `clade`.

use std::process::ExitCode;

/// That of `clade`: limits on memory count what it takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = clade_sandbox::jail_main() {
        return code;
    }
    eprintln!("this program is started by a sandbox and by nobody else");
    ExitCode::FAILURE
}
