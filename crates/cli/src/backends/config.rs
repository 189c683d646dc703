use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::Once,
};

use clade_domain::SandboxCeiling;
use serde::{Deserialize, de::IgnoredAny};
use toml::Spanned;

use super::{Role, accounts::AccountsConfig};
use crate::{context::Context, failure::Failure};

/// The file's name, in the data folder or in the folder that one is in. Sections of the latter come first. Such a file may have come with
/// somebody else's folder: no password goes where it points, and it decides nothing about other people.
const FILE: &str = "promptclade.toml";
/// The variable that names a file outright, which then counts alone.
const NAMED: &str = "CLADE_CONFIG";
/// Sections that are about other people, which the folder that one is in does not decide.
const RESERVED: [&str; 2] = ["accounts", "sandbox"];

/// `promptclade.toml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The system of record, instead of the file in the data folder.
    pub store: Option<Server>,
    /// Where the family tree is kept beside the store.
    pub lineage: Option<Server>,
    /// Where generations are kept beside the store.
    pub generations: Option<Server>,
    /// Where answers are shared with processes that have another store.
    pub answers: Option<Server>,
    /// Where people sign in beside this installation.
    #[serde(default)]
    pub accounts: AccountsConfig,
    /// Sandboxes of those who sign in.
    #[serde(default)]
    pub sandbox: SandboxConfig,
}

/// `[sandbox]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxConfig {
    /// What run files may ask for at most.
    pub most: SandboxCeiling,
}

/// A server.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Its address.
    pub url: String,
    /// Who signs in.
    pub user: Option<String>,
    /// A file with the password.
    pub password_file: Option<PathBuf>,
    /// Redis: what all keys begin with.
    pub prefix: Option<String>,
    /// Redis: days after which the keys of a run go that nobody wrote, or an answer.
    pub expire_days: Option<u32>,
    /// PostgreSQL: the schema that everything is in.
    pub schema: Option<String>,
    /// PostgreSQL: a file with certificates of authorities that are trusted beside the system's.
    pub authorities: Option<PathBuf>,
    /// The password, out of a variable or the file; never out of the configuration itself.
    #[serde(skip)]
    pub password: Option<String>,
    /// The file of the folder that one is in, where the address comes from it.
    #[serde(skip)]
    pub here: Option<PathBuf>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Config {
    /// What the file says, with what variables say instead: `CLADE_LINEAGE_URL`, `CLADE_LINEAGE_PASSWORD`, and the same for
    /// `CLADE_GENERATIONS_`, `CLADE_ANSWERS_` and `CLADE_STORE_`. The file is the one that `CLADE_CONFIG` names; else that of the data folder,
    /// with sections of the one in the folder that one is in.
    ///
    /// # Errors
    /// Where a file cannot be understood or holds a password, or that of the folder that one is in has what it may not decide.
    pub fn read(context: &Context) -> Result<Self, Failure> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let mut config = match variable(NAMED) {
            Some(path) => Self::of_file(Path::new(&path))?,
            None => Self::of_folders(context, &|role| variable(&address(role)).is_some())?,
        };
        for (role, server) in config.servers() {
            let name = role.to_uppercase();
            if let Some(url) = variable(&address(role)) {
                *server = Some(Server { url, here: None, ..server.take().unwrap_or_default() });
            }
            if let Some(server) = server {
                server.complete(role, variable(&format!("CLADE_{name}_PASSWORD")))?;
            }
        }
        config.accounts.overridden();
        Ok(config)
    }

    /// `addressed` says of which roles a variable has the address: nothing of these comes from the folder that one is in.
    fn of_folders(context: &Context, addressed: &dyn Fn(&str) -> bool) -> Result<Self, Failure> {
        let there = |folder: PathBuf| Some(folder.join(FILE)).filter(|path| path.is_file());
        let own = context.data_dir().ok().and_then(there);
        let here = env::current_dir().ok().and_then(there);
        let same = |a: &Path, b: &Path| fs::canonicalize(a).ok() == fs::canonicalize(b).ok();
        let here = here.filter(|here| own.as_ref().is_none_or(|own| !same(own, here)));
        let base = own.as_deref().map_or_else(|| Ok(Self::default()), Self::of_file)?;
        let Some(here) = here else { return Ok(base) };
        if let Some(own) = &own {
            // a configuration is read more than once
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                context.output.note(format!("sections of {} come before those of {}", here.display(), own.display()));
            });
        }
        Ok(Self::of_here(&here, addressed)?.over(base))
    }

    fn of_here(path: &Path, addressed: &dyn Fn(&str) -> bool) -> Result<Self, Failure> {
        let mut config = Self::of_file(path)?;
        let text = fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
        for section in RESERVED {
            if let Some(line) = line_of(&text, section) {
                let file = path.display();
                return Err(Failure::Usage(format!(
                    "{file}:{line}: [{section}] does not count in a file of the folder that you are in, which may be somebody else's: it decides \
                     who signs in, and what others may do. Where it is yours, name it: {NAMED}={file}; or move it to {FILE} of the data folder"
                )));
            }
        }
        for (role, server) in config.servers() {
            if addressed(role) {
                *server = None;
            }
            if let Some(server) = server {
                server.here = Some(path.to_owned());
            }
        }
        Ok(config)
    }

    /// Whole sections of this one, and the others of another one, with those that are [`RESERVED`].
    fn over(self, base: Self) -> Self {
        Self {
            store: self.store.or(base.store),
            lineage: self.lineage.or(base.lineage),
            generations: self.generations.or(base.generations),
            answers: self.answers.or(base.answers),
            accounts: base.accounts,
            sandbox: base.sandbox,
        }
    }

    fn of_file(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
        let wrong = |what: String| Failure::Usage(format!("{}: {what}", path.display()));
        let mut config: Self = toml::from_str(&text).map_err(|error| wrong(error.to_string().trim().to_owned()))?;
        for (role, server) in config.servers() {
            let Some(server) = server else { continue };
            let who = server.url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
            if who.is_some_and(|(who, _)| who.contains(':')) {
                return Err(wrong(format!(
                    "the url of [{role}] holds a password; write `user`, and `password_file` or the variable CLADE_{}_PASSWORD",
                    role.to_uppercase()
                )));
            }
            if server.expire_days == Some(0) {
                return Err(wrong(format!(
                    "expire_days of [{role}] is 1 or more; leave it out where nothing is to go"
                )));
            }
            if server.schema.as_ref().is_some_and(|schema| !is_schema(schema)) {
                let line = schema_line(&text).map_or_else(String::new, |line| format!("line {line}: "));
                return Err(wrong(format!(
                    "{line}schema of [{role}] is the name of a schema: letters, digits, `_`, `-` and `$`, 63 bytes at most"
                )));
            }
            // a relative path is meant from where the file is
            for file in [&mut server.password_file, &mut server.authorities].into_iter().flatten() {
                if let Some(folder) = path.parent() {
                    *file = folder.join(&*file);
                }
            }
        }
        if let Some(folder) = path.parent() {
            config.accounts.placed(folder);
        }
        Ok(config)
    }

    fn servers(&mut self) -> [(&'static str, &mut Option<Server>); 4] {
        [
            ("store", &mut self.store),
            ("lineage", &mut self.lineage),
            ("generations", &mut self.generations),
            ("answers", &mut self.answers),
        ]
    }

    /// The server of a role.
    pub fn server(&self, role: Role) -> Option<&Server> {
        match role {
            Role::Lineage => self.lineage.as_ref(),
            Role::Generations => self.generations.as_ref(),
        }
    }
}

/// The variable with the address of a role.
fn address(role: &str) -> String {
    format!("CLADE_{}_URL", role.to_uppercase())
}

/// The line on which a section of the file begins; `None` where it has none.
fn line_of(text: &str, section: &str) -> Option<usize> {
    let table: BTreeMap<Spanned<String>, IgnoredAny> = toml::from_str(text).ok()?;
    let name = table.into_keys().find(|name| name.get_ref() == section)?;
    Some(text.get(..name.span().start)?.matches('\n').count() + 1)
}

/// The line with the schema's name; `None` where it begins with something else.
fn schema_line(text: &str) -> Option<usize> {
    text.lines().position(|line| line.trim_start().starts_with("schema")).map(|line| line + 1)
}

/// What a schema of PostgreSQL may be called: nothing that ends a name or a text in a statement.
fn is_schema(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    (1..=63).contains(&name.len()) && name.chars().all(fits)
}

impl Server {
    /// Refuses what the folder that one is in points to, where more hangs on it than the own runs.
    ///
    /// # Errors
    /// With the file and what to do.
    pub fn own(&self, section: &str, why: &str) -> Result<(), Failure> {
        let Some(here) = &self.here else { return Ok(()) };
        let (file, variable) = (here.display(), address(section));
        Err(Failure::Usage(format!(
            "{file}: [{section}] of a file of the folder that you are in, which may be somebody else's, does not count here: {why}. Where it \
             is yours, name it: {NAMED}={file}; or move it to the data folder, or give the address in {variable}"
        )))
    }

    fn complete(&mut self, role: &str, password: Option<String>) -> Result<(), Failure> {
        if self.url.starts_with("dynamodb://") && self.url.contains('?') {
            self.own(role, "requests to an address that it names would be signed with your keys")?;
        }
        if let Some(here) = self.here.as_ref().filter(|_| password.is_some() || self.password_file.is_some()) {
            return Err(Failure::Usage(format!(
                "no password is sent to the address of [{role}] in {}: a file of the folder that you are in may be somebody else's. Where it \
                 is yours, name it: {NAMED}={}; or move it to the data folder, or give the address in CLADE_{}_URL",
                here.display(),
                here.display(),
                role.to_uppercase()
            )));
        }
        self.password = match (password, &self.password_file) {
            (Some(password), _) => Some(password),
            (None, Some(file)) => {
                let text =
                    fs::read_to_string(file).map_err(|error| Failure::io("read the password in", file, &error))?;
                Some(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            (None, None) => None,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, text).unwrap();
        Config::of_file(&path).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_file_is_understood() {
        let config = of("[lineage]\nurl = 'bolt://db'\nuser = 'me'\npassword_file = 'pw'\n").unwrap();
        let server = config.lineage.unwrap();
        assert_eq!((server.url.as_str(), server.user.as_deref()), ("bolt://db", Some("me")));
        assert!(server.password_file.unwrap().is_absolute(), "from where the file is");
        assert_eq!(config.generations, None);
    }

    #[test]
    fn ways_to_sign_in_are_understood_without_secrets() {
        let config = of(
            "[accounts]\noidc = { issuer = 'https://id.example', client_id = 'clade', client_secret_file = 's' }\n\
             supabase = { url = 'https://abc.supabase.co', publishable_key = 'sb_publishable_1', providers = ['github'] }\n",
        );
        let accounts = config.unwrap().accounts;
        assert!(accounts.any());
        // the file with the secret is looked for beside the configuration
        let refused = accounts.outside().map(drop).unwrap_err().to_string();
        assert!(refused.contains("read the secret in /"), "{refused}");
        let refused = of("[accounts]\noidc = { issuer = 'https://id.example', client_secret = 'x' }\n").unwrap_err();
        assert!(refused.contains("unknown field `client_secret`"), "{refused}");
        assert!(!of("[lineage]\nurl = 'bolt://db'\n").unwrap().accounts.any());
        let table = [
            ("oidc = { issuer = 'http://id.example', client_id = 'clade' }", "https"),
            ("oidc = { issuer = 'https://id.example' }", "client_id"),
            ("supabase = { url = 'https://abc.supabase.co' }", "publishable_key"),
            ("supabase = { url = 'https://abc.supabase.co', publishable_key = 'sb_secret_1' }", "secret key"),
        ];
        for (line, says) in table {
            let refused = of(&format!("[accounts]\n{line}\n")).unwrap().accounts.outside().map(drop).unwrap_err();
            assert!(refused.to_string().contains(says), "{refused}");
        }
    }

    #[test]
    fn what_members_may_ask_of_sandboxes_is_understood() {
        let usual = SandboxCeiling::default();
        assert_eq!(of("").unwrap().sandbox.most, usual);
        let config = of("[sandbox]\nmost = { memory_mb = 2048, processes = 100 }\n").unwrap();
        assert_eq!(config.sandbox.most, SandboxCeiling { memory_mb: 2048, processes: 100, ..usual });
        assert!(of("[sandbox]\nmost = { memory = 2048 }\n").unwrap_err().contains("unknown field `memory`"));
    }

    #[test]
    fn unknown_words_and_passwords_are_refused() {
        assert!(of("[lineage]\nurl = 'x'\nuri = 'y'\n").unwrap_err().contains("unknown field `uri`"));
        let refused = of("[generations]\nurl = 'redis://me:secret@host'\n").unwrap_err();
        assert!(refused.contains("CLADE_GENERATIONS_PASSWORD") && !refused.contains("secret"), "{refused}");
        assert!(of("[generations]\nurl = 'redis://me@host'\n").is_ok());
        assert!(of("[generations]\nurl = 'redis://h'\nexpire_days = 0\n").unwrap_err().contains("1 or more"));
        for schema in ["x') FROM t --", "a\"b", "", "a.b", "a@b"] {
            let refused = of(&format!("[store]\nurl = 'postgres://h/db'\nschema = {schema:?}\n")).unwrap_err();
            assert!(refused.contains("line 3: schema of [store] is the name of a schema"), "{refused}");
        }
        assert!(of("[store]\nurl = 'postgres://h/db'\nschema = 'my-team_Ä$1'\n").is_ok());
    }

    #[test]
    fn the_folder_that_one_is_in_decides_nothing_about_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let here = |text: &str| {
            fs::write(&path, text).unwrap();
            Config::of_here(&path, &|role| role == "store").map_err(|failure| failure.to_string())
        };
        let oidc = "oidc = { issuer = 'https://id.example', client_id = 'clade', client_secret_file = 's' }";
        let table = [
            format!("[lineage]\nurl = 'bolt://h'\n\n[accounts]\n{oidc}\n"),
            "\n\n\n[accounts.oidc]\nissuer = 'https://id.example'\n".into(),
            "\n\n\n[\"accounts\"]\n".into(),
            "\n\n\naccounts.oidc.issuer = 'https://id.example'\n".into(),
            format!("\n\n\naccounts = {{ {oidc} }}\n"),
            "\n\n\n[sandbox]\nmost = { memory_mb = 2048 }\n".into(),
        ];
        for text in table {
            let refused = here(&text).unwrap_err();
            let starts = refused.starts_with(&format!("{}:4: [", path.display()));
            assert!(starts && refused.contains("CLADE_CONFIG=/"), "{text}: {refused}");
        }
        let config = here("[store]\nurl = 'postgres://h/db'\nschema = 's'\n[lineage]\nurl = 'bolt://h'\n").unwrap();
        assert_eq!(config.store, None, "a variable has the address, and nothing else comes from here");
        let refused = config.lineage.unwrap().own("lineage", "for a reason").unwrap_err().to_string();
        assert!(refused.contains("CLADE_LINEAGE_URL"), "{refused}");
    }

    #[test]
    fn no_password_goes_where_the_folder_that_one_is_in_points() {
        let file = "[store]\nurl = 'postgres://h/db'\n[lineage]\nurl = 'bolt://h'\npassword_file = 'pw'\n";
        let mut here = of(file).unwrap();
        for (_, server) in here.servers().into_iter().filter(|(_, server)| server.is_some()) {
            server.as_mut().unwrap().here = Some(FILE.into());
        }
        let mut all = here.over(of("[store]\nurl = 'postgres://own/db'\n[answers]\nurl = 'redis://own'\n").unwrap());
        let mut store = all.store.take().unwrap();
        assert_eq!((store.url.as_str(), all.answers.unwrap().url.as_str()), ("postgres://h/db", "redis://own"));
        assert!(store.complete("store", None).is_ok());
        let refused = store.complete("store", Some("secret".into())).unwrap_err().to_string();
        assert!(refused.contains("CLADE_CONFIG=promptclade.toml") && !refused.contains("secret"), "{refused}");
        assert!(all.lineage.unwrap().complete("lineage", None).is_err());
    }
}
