use std::fmt::Display;

use clade_domain::{ContentHash, ExampleId};

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Nothing of that name.
    #[error("{what} `{name}` is not in the store; `clade list` shows what is")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The beginning of a name that several things share.
    #[error("{what} `{name}` could be {matches}; give more of the name")]
    Ambiguous {
        /// The kind of thing.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// Some of the names that begin so.
        matches: String,
    },
    /// The name is taken.
    #[error("{what} `{name}` exists already")]
    Exists {
        /// The kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Somebody else changed it meanwhile.
    #[error("{what} `{name}` is at revision {actual}, not {expected}: somebody changed it; read it again")]
    Stale {
        /// The kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// The revision that was meant.
        expected: u64,
        /// The real one.
        actual: u64,
    },
    /// What is only ever added was to be changed.
    #[error("a {what} is never changed or removed")]
    Refused {
        /// The kind of thing.
        what: &'static str,
    },
    /// Another writer was first.
    #[error("run `{run}` has {actual} journal entries where {expected} were expected: another process writes to it")]
    Conflict {
        /// The run.
        run: String,
        /// The expected sequence number.
        expected: u64,
        /// The real one.
        actual: u64,
    },
    /// Another installation keeps a run of the same name in the same place.
    #[error(
        "the name `{run}` belongs there to a run of another installation ({owner}), which is left as it is; give your run another name with --run-id, or give this installation a database, prefix or table of its own in promptclade.toml. Where it is your run, whose database moved or was put back from a backup at another place, `clade rebuild lineage` (or `generations`) with --take-over makes it anew"
    )]
    Foreign {
        /// The run.
        run: String,
        /// Whose it is there.
        owner: String,
    },
    /// What is kept of a run was made out of a journal that is not this one any more.
    #[error(
        "what is kept of run `{run}` came out of another state of its journal than this one, as after a backup was put back; `clade rebuild lineage` (or `generations`) makes it anew"
    )]
    Outdated {
        /// The run.
        run: String,
    },
    /// One run of several stands still; the others do not.
    #[error("run `{run}` is left out: {why}")]
    Held {
        /// The run.
        run: String,
        /// Why.
        why: Box<StoreError>,
    },
    /// Another process holds the run.
    #[error("run `{run}` is open in another process ({holder}); wait for it or stop it, then try again")]
    Locked {
        /// The run.
        run: String,
        /// Who holds it.
        holder: String,
    },
    /// Written by a newer version.
    #[error("{path} was written by a newer Promptclade (format {found}, this one reads up to {known}); update `clade`")]
    Newer {
        /// The file.
        path: String,
        /// Its format.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// The file is no store, or damaged.
    #[error(
        "{path} is damaged or no Promptclade database ({detail}); move it away, or put a backup in its place, without the files `{path}-wal` and `{path}-shm`, which belong to this one"
    )]
    Corrupt {
        /// The file.
        path: String,
        /// What was seen.
        detail: String,
    },
    /// One thing in a store that is sound otherwise cannot be understood.
    #[error(
        "{what} in {place} cannot be read ({detail}): a newer Promptclade wrote it, or it is damaged; update `clade`, or put a backup in its place"
    )]
    Unreadable {
        /// What it is.
        what: String,
        /// The file, or the server without its password.
        place: String,
        /// What was seen.
        detail: String,
    },
    /// What a projection keeps of one run is damaged, or somebody else's.
    #[error("{what} in {place} {detail}; {remedy}")]
    Unusable {
        /// What it is.
        what: String,
        /// The server without its password.
        place: String,
        /// What is wrong with it.
        detail: String,
        /// What to do.
        remedy: String,
    },
    /// No room left.
    #[error("the disk of {path} is full; free some space, then `clade resume`: nothing that was stored is lost")]
    Full {
        /// The file.
        path: String,
    },
    /// Not allowed to write.
    #[error("{path} cannot be written ({detail}); give write permission, or name another folder with --data-dir")]
    ReadOnly {
        /// The file.
        path: String,
        /// What was seen.
        detail: String,
    },
    /// A server does not answer.
    #[error("{server} cannot be reached ({detail}); start it, or mend its address: `clade doctor` checks it")]
    Unreachable {
        /// Which server, without its password.
        server: String,
        /// What was seen.
        detail: String,
    },
    /// A server refuses.
    #[error("{server} refuses ({detail}); {remedy}")]
    Denied {
        /// Which server, without its password.
        server: String,
        /// What it says.
        detail: String,
        /// What to do, such as the statement to run.
        remedy: String,
    },
    /// Anything else the backend says.
    #[error("the store failed to {doing}: {detail}")]
    Backend {
        /// The operation.
        doing: &'static str,
        /// The backend's words.
        detail: String,
    },
}

impl StoreError {
    /// Whether it is about what one run has, so that others can be gone on with.
    #[must_use]
    pub fn of_one_run(&self) -> bool {
        matches!(
            self,
            Self::Foreign { .. }
                | Self::Outdated { .. }
                | Self::NotFound { .. }
                | Self::Unreadable { .. }
                | Self::Unusable { .. }
                | Self::Newer { .. }
                | Self::Corrupt { .. }
        )
    }

    /// No run has this name.
    pub fn no_run(name: &impl Display) -> Self {
        Self::NotFound { what: "run", name: name.to_string() }
    }

    /// The run's journal has no entry of this number.
    pub fn no_entry(run: &impl Display, seq: u64) -> Self {
        Self::NotFound { what: "journal entry", name: format!("{run}#{seq}") }
    }

    /// A record is at another revision.
    pub fn stale(what: &'static str, name: &impl Display, expected: u64, actual: u64) -> Self {
        Self::Stale { what, name: name.to_string(), expected, actual }
    }

    /// No text has this hash.
    #[must_use]
    pub fn no_text(hash: ContentHash) -> Self {
        Self::NotFound { what: "text", name: hash.to_string() }
    }

    /// The data set has no example of this id.
    #[must_use]
    pub fn no_example(dataset: ContentHash, id: ExampleId) -> Self {
        Self::NotFound { what: "example", name: format!("{dataset}/{id}") }
    }

    /// Several runs begin with this name; at most five of them are listed.
    pub fn ambiguous_run<'a>(name: &str, matches: impl Iterator<Item = &'a str>) -> Self {
        let mut some: Vec<String> = matches.take(6).map(|id| format!("`{id}`")).collect();
        some.sort();
        if some.len() > 5 {
            some.truncate(5);
            some.push("others".into());
        }
        Self::Ambiguous { what: "run", name: name.to_owned(), matches: some.join(" or ") }
    }
}
