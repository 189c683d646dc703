use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Once,
};

use clade_domain::SandboxCeiling;
use serde::Deserialize;

use super::{Role, accounts::AccountsConfig};
use crate::{context::Context, failure::Failure};

/// The file's name, in the data folder or in the folder that one is in. Sections of the latter come first, and no password goes where they
/// point: such a file may have come with somebody else's folder.
const FILE: &str = "promptclade.toml";
/// The variable that names a file outright, which then counts alone.
const NAMED: &str = "CLADE_CONFIG";

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
    /// Where a file cannot be understood or holds a password, or a password would go where the folder that one is in points.
    pub fn read(context: &Context) -> Result<Self, Failure> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let mut config = match variable(NAMED) {
            Some(path) => Self::of_file(Path::new(&path))?,
            None => Self::of_folders(context)?,
        };
        for (role, server) in config.servers() {
            let name = role.to_uppercase();
            if let Some(url) = variable(&format!("CLADE_{name}_URL")) {
                *server = Some(Server { url, here: None, ..server.take().unwrap_or_default() });
            }
            if let Some(server) = server {
                server.complete(role, variable(&format!("CLADE_{name}_PASSWORD")))?;
            }
        }
        config.accounts.overridden();
        Ok(config)
    }

    fn of_folders(context: &Context) -> Result<Self, Failure> {
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
        let mut config = Self::of_file(&here)?;
        for (_, server) in config.servers() {
            if let Some(server) = server {
                server.here = Some(here.clone());
            }
        }
        Ok(config.over(base))
    }

    /// Whole sections of this one, and the others of another one.
    fn over(self, base: Self) -> Self {
        Self {
            store: self.store.or(base.store),
            lineage: self.lineage.or(base.lineage),
            generations: self.generations.or(base.generations),
            answers: self.answers.or(base.answers),
            accounts: if self.accounts.any() { self.accounts } else { base.accounts },
            sandbox: if self.sandbox == SandboxConfig::default() { base.sandbox } else { self.sandbox },
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

impl Server {
    fn complete(&mut self, role: &str, password: Option<String>) -> Result<(), Failure> {
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
