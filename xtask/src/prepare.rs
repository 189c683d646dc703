//! Makes a fresh machine fit for the tests: compiler, git, rustfmt and clippy, and a Python with the official clients.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    services::files,
    shell,
    workspace::{cargo, root},
};

/// What tests ask of JavaScript, as npm writes it.
const JUDGES: &str = "crates/server/tests/js";
const PROMPTFOO: &str = "crates/cli/tests/js";

/// Who judges the fake of Daytona's API in JavaScript.
const DAYTONA_JUDGES: &str = "crates/sandbox/tests/judges";

/// The versions of Daytona's Python SDK that judge it.
const DAYTONA: [&str; 2] = ["0.205.0", "0.226.1"];

/// What the Python wire tests need, as pip writes it.
const REQUIREMENTS: &str = "crates/simulator/tests/python/requirements.txt";

/// Prepares everything. Gives the Python to test with; `None` where no test asks for one.
///
/// # Errors
/// Where something is missing that cannot be installed from here, with what to do.
pub fn all() -> Result<Option<PathBuf>, String> {
    program("git", "git")?;
    program("cc", "build-essential")?;
    component("fmt", "rustfmt")?;
    component("clippy", "clippy")?;
    python()
}

fn program(name: &str, package: &str) -> Result<(), String> {
    if shell::exists(name) {
        return Ok(());
    }
    apt_install(&[package]).map_err(|why| format!("`{name}` is missing and {why}; install the package {package}"))?;
    if shell::exists(name) { Ok(()) } else { Err(format!("`{name}` is still missing after installing {package}")) }
}

fn component(subcommand: &str, name: &str) -> Result<(), String> {
    if shell::succeeds(cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    println!("    rustup component add {name}");
    let added = Command::new("rustup").args(["component", "add", name]).status();
    if added.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(format!("`cargo {subcommand}` is missing; run `rustup component add {name}`, or install {name} with your Rust"))
}

fn python() -> Result<Option<PathBuf>, String> {
    if let Some(given) = env::var_os("CLADE_TEST_PYTHON") {
        println!("    Python of CLADE_TEST_PYTHON: {}", given.display());
        return Ok(Some(given.into()));
    }
    let requirements = root().join(REQUIREMENTS);
    let Ok(wanted) = fs::read_to_string(&requirements) else {
        println!("    no {REQUIREMENTS}: no test needs Python");
        return Ok(None);
    };
    environment("python", &wanted).map(Some)
}

/// A Python of its own with these requirements, made where it is not there as they want it.
fn environment(name: &str, wanted: &str) -> Result<PathBuf, String> {
    let venv = tools_directory()?.join(name);
    let python = if cfg!(windows) { venv.join("Scripts/python.exe") } else { venv.join("bin/python") };
    let installed = venv.join("installed-requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) && works(&python) {
        println!("    Python of {}", venv.display());
        return Ok(python);
    }
    create(&venv)?;
    let requirements = venv.join("requirements.txt");
    let write =
        |path: &Path| fs::write(path, wanted).map_err(|error| format!("could not write {}: {error}", path.display()));
    write(&requirements)?;
    println!("    pip install -r {}", requirements.display());
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements);
    let status = pip.status().map_err(|error| format!("could not start `{}`: {error}", shell::display(&pip)))?;
    if !status.success() {
        return Err(format!(
            "the Python clients of the wire tests could not be installed; repeat it with\n    {}",
            shell::display(&pip)
        ));
    }
    write(&installed)?;
    Ok(python)
}

/// Installs who judges the fake of Daytona's API: two versions of its Python SDK, its TypeScript SDK and Prism. Gives the variables by
/// which tests find them.
///
/// # Errors
/// Where they cannot be installed.
pub fn daytona() -> Result<Vec<(&'static str, OsString)>, String> {
    let version = |version: &str| environment(&format!("daytona-{version}"), &format!("daytona=={version}\n"));
    let pythons = DAYTONA.into_iter().map(version).collect::<Result<Vec<_>, String>>()?;
    let pythons = env::join_paths(pythons).map_err(|error| format!("the folder of the tools: {error}"))?;
    let node = packages("daytona-judges", DAYTONA_JUDGES, &[])?;
    Ok(vec![("CLADE_DAYTONA_PYTHON", pythons), ("CLADE_DAYTONA_JUDGES", node.into())])
}

/// Installs what tests ask of JavaScript: a certified OpenID provider, and the official client of Supabase. Gives the folder of its packages.
///
/// # Errors
/// Where npm cannot install them, with the command that repeats it.
pub fn javascript() -> Result<PathBuf, String> {
    if let Some(given) = env::var_os("CLADE_TEST_NODE_MODULES") {
        return Ok(given.into());
    }
    Ok(packages("javascript", JUDGES, &[])?.join("node_modules"))
}

/// Installs promptfoo, which judges the configs that are exported for it, with a Node that it is content with. Gives the variable by which tests
/// find it; none where there is no such Node for the platform in the registry.
///
/// # Errors
/// As [`javascript`].
pub fn promptfoo() -> Result<Option<(&'static str, OsString)>, String> {
    const VARIABLE: &str = "CLADE_TEST_PROMPTFOO";
    if let Some(given) = env::var_os(VARIABLE) {
        return Ok(Some((VARIABLE, given)));
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(None);
    }
    // its optional packages are clients of models and databases, some hundred megabytes
    let folder = packages("promptfoo", PROMPTFOO, &["--omit=optional"])?;
    Ok(Some((VARIABLE, folder.join("node_modules").into())))
}

/// A folder of ours with the packages that a folder of the repository names.
fn packages(name: &str, source: &str, flags: &[&str]) -> Result<PathBuf, String> {
    let folder = tools_directory()?.join(name);
    let from = root().join(source);
    let lock = from.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| format!("could not read {}: {error}", lock.display()))?;
    files::once(&folder, &wanted, |making| {
        for name in ["package.json", "package-lock.json"] {
            let copied = fs::copy(from.join(name), making.join(name));
            copied.map_err(|error| format!("could not copy {name}: {error}"))?;
        }
        println!("    npm ci in {source}");
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).args(flags);
        npm.arg("--prefix").arg(making);
        files::run(&mut npm)
    })?;
    Ok(folder)
}

fn works(python: &Path) -> bool {
    shell::succeeds(Command::new(python).args(["-c", "import pip"]))
}

/// Makes a fresh environment, installing Debian's packages for it where they are missing and we may.
fn create(venv: &Path) -> Result<(), String> {
    let name = if cfg!(windows) { "python" } else { "python3" };
    let attempt = || shell::succeeds(Command::new(name).args(["-m", "venv", "--clear"]).arg(venv));
    println!("    {name} -m venv {}", venv.display());
    if attempt() {
        return Ok(());
    }
    let advice = "install Python 3 with its venv module (on Debian and Ubuntu the package python3-venv), or name a \
                  Python that has the packages of crates/simulator/tests/python/requirements.txt in CLADE_TEST_PYTHON";
    apt_install(&["python3", "python3-venv"])
        .map_err(|why| format!("`{name} -m venv` does not work and {why}; {advice}"))?;
    if attempt() { Ok(()) } else { Err(format!("`{name} -m venv` still does not work; {advice}")) }
}

/// `CLADE_TOOLS_DIR`, or a folder of ours in the user's cache.
pub fn tools_directory() -> Result<PathBuf, String> {
    if let Some(given) = env::var_os("CLADE_TOOLS_DIR") {
        return Ok(given.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .or_else(|| env::var_os("LOCALAPPDATA"))
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .ok_or("neither HOME nor XDG_CACHE_HOME is set; name a folder for the tools in CLADE_TOOLS_DIR")?;
    Ok(cache.join("promptclade").join("tools"))
}

/// Installs Debian packages where that is possible without asking: as root, with apt-get there.
pub fn apt_install(packages: &[&str]) -> Result<(), String> {
    if !shell::exists("apt-get") {
        return Err("there is no apt-get to install it with".to_owned());
    }
    if shell::answer(Command::new("id").arg("-u")).as_deref() != Some("0") {
        return Err("only root can install it".to_owned());
    }
    println!("    apt-get install {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        shell::succeeds(&mut command)
    };
    // an old package list names versions that are gone; where updating fails the list may still do
    apt(&["update", "-qq"]);
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(packages);
    if apt(&install) { Ok(()) } else { Err(format!("`apt-get install {}` failed", packages.join(" "))) }
}
