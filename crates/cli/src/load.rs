//! A run file on its way from the command line to a run: found, read, checked.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use clade_domain::{RunMode, WorkspaceId};
use clade_engine::now;
use clade_models::{
    Environment,
    simulated::{AnswerKey, AnswerKeyBuilder},
};
use clade_runfile::{Library, Loaded, Overrides, Problems, Reach};

use crate::{args::FileArgs, context::Context, failure::Failure};

/// Names a run file has where none is given, in the order they are looked for.
const NAMES: [&str; 5] =
    ["promptclade.yaml", "promptclade.yml", "promptfooconfig.yaml", "promptfooconfig.yml", "promptfooconfig.json"];

/// The run file that is meant.
///
/// # Errors
/// Where none is given and none is here.
pub fn find(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    NAMES.iter().map(PathBuf::from).find(|path| path.is_file()).ok_or_else(|| {
        Failure::Usage(format!("there is no {} here; name a run file, or write one with `clade init`", NAMES[0]))
    })
}

/// The environment with `.env` beside the run file and the files of `--env-file`.
///
/// # Errors
/// Where such a file cannot be read or is none.
pub fn environment(folder: &Path, context: &Context) -> Result<Environment, Failure> {
    let beside = folder.join(".env");
    let files: Vec<PathBuf> = context.env_files.iter().cloned().chain(beside.is_file().then_some(beside)).collect();
    environment_of(&files)
}

/// The environment of the person at this machine, with the files that they name and the keys in `.env` of the folder that one is in. Files
/// beside run files are not read: runs come from elsewhere.
///
/// # Errors
/// Where a file cannot be read, and where `.env` says where a key goes that is not its own: it may have come with somebody else's folder.
pub fn environment_here(context: &Context) -> Result<Environment, Failure> {
    let (folder, beside) = (Path::new(""), Path::new(".env"));
    let named =
        context.env_files.iter().any(|file| std::fs::canonicalize(file).ok() == std::fs::canonicalize(beside).ok());
    if beside.is_file() && !named {
        let own = environment_of(&context.env_files)?;
        let text = std::fs::read_to_string(beside).map_err(|error| Failure::io("read", beside, &error))?;
        let turned = own.turned_by(&text).map_err(|problem| Failure::Usage(format!(".env: {problem}")))?;
        if let Some((address, key)) = turned {
            let line = text.lines().position(|line| line.contains(address)).map_or(1, |line| line + 1);
            return Err(Failure::Usage(format!(
                ".env:{line}: {address} says where {key} goes, which is not set there: a file of the folder that you are in may be somebody \
                 else's. Where it is yours, name it: --env-file .env; or set {address} in the environment"
            )));
        }
    }
    environment(folder, context)
}

/// The environment with these files.
///
/// # Errors
/// As [`environment`].
pub fn environment_of(files: &[PathBuf]) -> Result<Environment, Failure> {
    let mut environment = Environment::new(|name| std::env::var(name).ok());
    for path in files {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Usage(format!("cannot read the keys in {}: {error}", path.display())))?;
        environment = environment
            .with_dotenv(&text)
            .map_err(|problem| Failure::Usage(format!("{}: {problem}", path.display())))?;
    }
    Ok(environment)
}

/// Reads and checks a run file with what the command line overrides.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(
    path: &Path,
    args: &FileArgs,
    mode: RunMode,
    library: &Library,
    context: &Context,
) -> Result<Loaded, Failure> {
    let loaded = quietly(path, args, mode, library, context)?;
    for warning in &loaded.warnings {
        context.output.note(format!("note: {warning}"));
    }
    Ok(loaded)
}

/// As [`load`], without saying what is worth knowing.
///
/// # Errors
/// As [`load`].
pub fn quietly(
    path: &Path,
    args: &FileArgs,
    mode: RunMode,
    library: &Library,
    context: &Context,
) -> Result<Loaded, Failure> {
    let mut loaded = read(path, mode, overrides(args)?, library, context)?;
    if args.no_cache {
        loaded.spec.options.cache = false;
    }
    Ok(loaded)
}

/// What a run file names of its workspace, which is this machine's.
///
/// # Errors
/// Where an option has no value, or the store cannot be read.
pub async fn library(path: &Path, args: &FileArgs, context: &Context) -> Result<Library, Failure> {
    let references = clade_runfile::references(path, &overrides(args)?);
    if references.is_empty() {
        return Ok(Library::default());
    }
    let store = context.store_to_read().await?;
    let found = clade_intake::library::find(store.as_ref(), &WorkspaceId::default(), references, now()).await?;
    store.close().await?;
    Ok(found)
}

/// The options of the command line that win over a run file.
///
/// # Errors
/// Where one has no value.
pub fn overrides(args: &FileArgs) -> Result<Overrides, Failure> {
    let mut set = Vec::new();
    for pair in &args.set {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::Usage(format!("--set {pair} has no value; write --set optimize.budget.calls=500"))
        })?;
        set.push((key.to_owned(), value.to_owned()));
    }
    Ok(Overrides {
        set,
        seed: args.seed,
        concurrency: args.concurrency,
        budget_calls: args.budget_calls,
        budget_usd: args.budget_usd,
        budget_tokens: args.budget_tokens,
        budget_minutes: args.budget_minutes,
    })
}

fn read(
    path: &Path,
    mode: RunMode,
    overrides: Overrides,
    library: &Library,
    context: &Context,
) -> Result<Loaded, Failure> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let environment = environment(folder, context)?;
    Ok(clade_intake::load(path, mode, overrides, &|name| environment.get(name), Reach::Anywhere, library)?)
}

/// How much of a file tells what it is.
const BEGINNING: u64 = 64 << 10;

/// Whether a file is a run file, which is one mapping; data in YAML or JSON are a list.
fn is_run_file(path: &Path) -> Result<bool, Failure> {
    if !["yaml", "yml", "json"].iter().any(|end| path.extension().is_some_and(|found| found == *end)) {
        return Ok(false);
    }
    let mut beginning = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    read.map_err(|error| Failure::io("read", path, &error))?;
    let text = String::from_utf8_lossy(&beginning);
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(['#', '%']) && *line != "---");
    Ok(first.is_some_and(|line| !line.starts_with('[') && line != "-" && !line.starts_with("- ")))
}

/// The answer key of a simulated model from the examples of a run file, or of a data file as if a run file named it.
///
/// # Errors
/// Where the file cannot be read.
pub async fn answer_key(path: &Path, context: &Context) -> Result<AnswerKey, Failure> {
    let loaded = if is_run_file(path)? {
        let library = library(path, &FileArgs::default(), context).await?;
        read(path, RunMode::Evaluate, Overrides::default(), &library, context)?
    } else {
        let absolute = std::fs::canonicalize(path).map_err(|error| Failure::io("read", path, &error))?;
        let folder = tempfile::tempdir().map_err(|error| Failure::Error(error.to_string()))?;
        let config = folder.path().join("answers.yaml");
        let text = serde_json::json!({
            "prompts": ["{{__any}}"], "providers": ["simulated:gentle"], "tests": format!("file://{}", absolute.display()),
            // a run file needs a prompt that the data fills; nobody answers this one
            "defaultTest": { "vars": { "__any": "-" } },
        });
        std::fs::write(&config, text.to_string()).map_err(|error| Failure::io("write", &config, &error))?;
        read(&config, RunMode::Evaluate, Overrides::default(), &Library::default(), context)?
    };
    let mut key = AnswerKeyBuilder::default();
    for example in loaded.data.open() {
        key.add(&example.map_err(|problem| Failure::Problems(Problems(vec![problem])))?);
    }
    Ok(key.finish())
}
