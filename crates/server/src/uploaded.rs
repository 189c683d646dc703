use std::path::{Component, Path, PathBuf};

use axum::http::StatusCode;
use clade_domain::RunMode;
use clade_engine::Setup;
use clade_runfile::{Library, Loaded, Overrides, Problems, Reach};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::{App, Problem, caller::Caller, problem::server_words, routes::RunWanted};

/// Most files beside a run file.
const FILES: usize = 200;
/// Run files that are read at once: one whose data are written out in it takes thirty to sixty times its size while it is a tree.
static PLACES: Semaphore = Semaphore::const_new(2);

/// A run file that came with a request. Its files lie in a folder that goes with it.
pub(crate) struct Read {
    pub loaded: Loaded,
    /// Why it cannot start now.
    pub unready: Option<String>,
    folder: TempDir,
}

impl Read {
    /// What is worth knowing and stops nothing, by the names that the user gave to files.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.loaded.warnings.iter().map(|warning| self.own_names(&warning.to_string())).collect()
    }

    /// A text with the names that the user gave to files.
    pub(crate) fn own_names(&self, text: &str) -> String {
        own_names(text, self.folder.path())
    }
}

/// Reads a run file as if it lay in a folder with the files that came along, and nothing else.
pub(crate) async fn read(app: &App, caller: &Caller, wanted: RunWanted) -> Result<Read, Problem> {
    let workspace = caller.workspace()?.clone();
    let (put, wanted) = tokio::task::spawn_blocking(move || Ok::<_, Problem>((Put::of(&wanted)?, wanted)))
        .await
        .map_err(Problem::fault)??;
    let references = clade_runfile::references(&put.path, &put.overrides);
    let library = clade_intake::library::find(app.store.as_ref(), &workspace, references, caller.now).await?;
    let mode = wanted.mode.unwrap_or(RunMode::Optimize);
    let (loaded, folder) = {
        let _place = PLACES.acquire().await.map_err(Problem::fault)?;
        tokio::task::spawn_blocking(move || put.load(mode, &library)).await.map_err(Problem::fault)??
    };
    refuse_keys(&loaded)?;
    if let Some(sandbox) = &loaded.spec.sandbox {
        let functions: Vec<_> = loaded.functions.iter().map(|function| (function.language, &function.source)).collect();
        // before any of it is executed
        app.patron.permits_code(sandbox).map_err(|why| unprocessable("sandbox", why))?;
        let checked = app.code.check(sandbox, &functions).await.map_err(|error| {
            let detail = format!("this run has code to execute, and the server could not {error}");
            unprocessable("sandbox", detail)
        })?;
        let problems = loaded.unfit(&checked.unfit);
        if !problems.is_empty() {
            return Err(Problem::from(shown(Problems(problems), folder.path())));
        }
    }
    let unready = match app.patron.permits(&workspace, &loaded.spec).await {
        Err(why) => Some(why),
        Ok(()) => {
            let keys = app.patron.keys_of(&workspace).await.map_err(Problem::conflict)?;
            Setup::check(&loaded.spec, &keys).err().map(|unusable| {
                let problem = loaded.places.unusable(&unusable.model, server_words(&unusable.error));
                own_names(&problem.to_string(), folder.path())
            })
        }
    };
    Ok(Read { loaded, unready, folder })
}

/// A run file in a folder with what came along.
struct Put {
    folder: TempDir,
    path: PathBuf,
    overrides: Overrides,
}

impl Put {
    fn of(wanted: &RunWanted) -> Result<Self, Problem> {
        let folder = tempfile::tempdir().map_err(Problem::fault)?;
        if wanted.files.len() > FILES {
            return Err(Problem::bad(format!("at most {FILES} files come with a run file")));
        }
        for (name, text) in &wanted.files {
            put(folder.path(), name, text)?;
        }
        let path = folder.path().join("promptclade.yaml");
        std::fs::write(&path, &wanted.file).map_err(Problem::fault)?;
        let set = wanted.set.iter().map(|pair| {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                Problem::bad(format!("`{pair}` sets nothing"))
                    .fix("write `path=value`, such as `optimize.budget.calls=500`")
            })?;
            Ok((key.to_owned(), value.to_owned()))
        });
        let overrides =
            Overrides { set: set.collect::<Result<_, Problem>>()?, seed: wanted.seed, ..Overrides::default() };
        Ok(Self { folder, path, overrides })
    }

    fn load(self, mode: RunMode, library: &Library) -> Result<(Loaded, TempDir), Problem> {
        let Self { folder, path, overrides } = self;
        let none = |_: &str| None;
        let mut loaded = clade_intake::load(&path, mode, overrides, &none, Reach::Folder, library)
            .map_err(|problems| Problem::from(shown(problems, folder.path())))?;
        // the folder goes when the request ends
        loaded.spec.source = None;
        loaded.dataset.source = own_names(&loaded.dataset.source, folder.path());
        let estimate = clade_intake::estimate(&loaded);
        clade_intake::affordable(&loaded, &estimate)
            .map_err(|problem| Problem::from(shown(Problems(vec![*problem]), folder.path())))?;
        Ok((loaded, folder))
    }
}

/// A text with the names that the user gave to files.
fn own_names(text: &str, folder: &Path) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}

/// Problems with such names.
fn shown(problems: Problems, folder: &Path) -> Problems {
    let own = |text: String| own_names(&text, folder);
    let all = problems.0.into_iter().map(|problem| clade_runfile::Problem {
        file: own(problem.file),
        message: own(problem.message),
        fix: own(problem.fix),
        ..problem
    });
    Problems(all.collect())
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), Problem> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || name.len() > 200 || !plain || name.contains(['\\', '\0']) {
        return Err(Problem::bad(format!("`{name}` is no path of a file: write it relative, without `..`")));
    }
    let path = folder.join(path);
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(&path, text))
        .map_err(|error| Problem::bad(format!("`{name}` cannot be a file beside the others: {error}")))
}

fn unprocessable(kind: &str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, kind, detail)
}

/// What a run file from elsewhere may not say.
fn refuse_keys(loaded: &Loaded) -> Result<(), Problem> {
    if !loaded.secrets.is_empty() || !loaded.env.is_empty() {
        let fix = "take `apiKey` and `env` out, and set the key in the workspace: PUT /api/v1/workspaces/{workspace}/keys/OPENAI_API_KEY";
        return Err(unprocessable("not_here", "a run file on a server holds no keys").fix(fix));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_in_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../out", "/etc/x", "a/../../x", "", "a\\b", "a/./b/../c"] {
            assert!(put(folder.path(), name, "x").is_err(), "{name}");
        }
        put(folder.path(), "data/a.jsonl", "x").unwrap();
        assert!(folder.path().join("data/a.jsonl").is_file());
    }
}
