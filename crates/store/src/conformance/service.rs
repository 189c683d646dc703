use std::env;

/// The address of a real server that a test needs, out of a variable that `cargo xtask services` sets. `None` where it is not
/// set: the test then says that it is skipped and ends.
///
/// # Panics
/// Where it is not set and `CI` is: there a backend that is absent has failed.
#[must_use]
#[expect(clippy::panic, reason = "a test fails by it")]
pub fn service(variable: &str) -> Option<String> {
    let found = env::var(variable).ok().filter(|value| !value.is_empty());
    if found.is_none() {
        let ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
        if ci {
            panic!(
                "{variable} is not set: the server is absent, which counts as failed in CI; see `cargo xtask services`"
            );
        }
        eprintln!("skipped: {variable} is not set; `cargo xtask services run -- cargo test` sets it");
    }
    found
}
