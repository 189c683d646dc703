//! The web pages: built, checked, and tried in a real browser against a real server.

use std::{ffi::OsString, fs, process::Command};

use crate::{
    bench::succeed,
    prepare::{self, apt_install},
    shell,
    steps::Steps,
    workspace::{cargo, executable, root, target_directory},
};

/// Whether the pages can be built here.
pub fn can_build() -> bool {
    shell::exists("npm")
}

/// A command of npm in one of the two folders.
pub fn npm(folder: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root().join(folder)).args(arguments);
    command
}

/// Installs what one of the two folders works with, where it is not there as the lock file wants it.
///
/// # Errors
/// Where npm cannot install it, with the command that repeats it.
pub fn install(folder: &str) -> Result<(), String> {
    let packages = root().join(folder).join("node_modules");
    let marker = packages.join("made-from");
    // npm keeps its own list of what it has installed: whoever installs something else by hand changes that one
    let lists = || {
        let wanted = fs::read_to_string(root().join(folder).join("package-lock.json")).ok()?;
        Some(wanted + &fs::read_to_string(packages.join(".package-lock.json")).ok()?)
    };
    if lists().is_some_and(|lists| fs::read_to_string(&marker).is_ok_and(|made_from| made_from == lists)) {
        println!("    {folder}/node_modules is as the lock file wants it");
        return Ok(());
    }
    let mut install = npm(folder, &["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    install.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    succeed(&mut install)?;
    let written = fs::write(&marker, lists().unwrap_or_default());
    written.map_err(|error| format!("could not write {}: {error}", marker.display()))
}

/// Checks and builds the pages, so that the binary that is built next holds them.
///
/// # Errors
/// Where npm is missing and cannot be installed, or a check fails.
pub fn check_and_build(steps: &mut Steps) -> Result<(), String> {
    if !can_build() {
        apt_install(&["nodejs", "npm"])
            .map_err(|why| format!("`npm` is missing and {why}; install Node.js 20.19 or later"))?;
    }
    steps.own("ui install", || install("ui"))?;
    // tsc, vitest, the build, and the size that a first load may have
    steps.run("ui", &mut npm("ui", &["test"]))
}

/// Tries the pages in a browser against the binary that was built.
///
/// # Errors
/// Where there is no browser and none can be installed, or a test fails.
pub fn try_in_browser(steps: &mut Steps) -> Result<(), String> {
    let browser = browser()?;
    let clade = target_directory()?.join("debug").join(executable("clade"));
    steps.own("e2e install", || install("e2e"))?;
    let mut test = npm("e2e", &["test"]);
    test.env("CLADE_BIN", clade).env("CHROMIUM", browser).env("CLADE_TEST_NODE_MODULES", prepare::javascript()?);
    steps.run("e2e", &mut test)
}

/// Measures the pages in a browser against a release build, on runs that are made for it. Prints one JSON object.
///
/// # Errors
/// Where something cannot be built, or a page does not come up.
pub fn measure(clade: Option<OsString>) -> Result<(), String> {
    let browser = browser()?;
    let clade = match clade {
        Some(given) => given,
        None => {
            install("ui")?;
            succeed(&mut npm("ui", &["run", "build"]))?;
            succeed(cargo().args(["build", "--release", "--package", "promptclade", "--bin", "clade"]))?;
            target_directory()?.join("release").join(executable("clade")).into_os_string()
        }
    };
    let pages = target_directory()?.join("bench-pages");
    drop(std::fs::remove_dir_all(&pages));
    let mut fill = cargo();
    fill.args(["run", "--quiet", "--release", "--package", "clade-store-sqlite", "--example", "pages", "--"]);
    succeed(fill.arg(&pages))?;
    install("e2e")?;
    let mut run = npm("e2e", &["run", "--silent", "measure"]);
    succeed(run.env("CLADE_BIN", clade).env("CLADE_PAGES", pages).env("CHROMIUM", browser))
}

/// Chromium, or the browser that `CHROMIUM` names.
fn browser() -> Result<String, String> {
    if let Ok(browser) = std::env::var("CHROMIUM") {
        return Ok(browser);
    }
    if !shell::exists("chromium") {
        apt_install(&["chromium"])
            .map_err(|why| format!("`chromium` is missing and {why}; name a browser with CHROMIUM"))?;
    }
    Ok("/usr/bin/chromium".to_owned())
}
