use std::{
    env, fs,
    path::{Path, PathBuf},
};

use clade_domain::SandboxCeiling;
use serde::Deserialize;

use super::{Role, accounts::AccountsConfig};
use crate::{context::Context, failure::Failure};

/// The file's name, in the data folder or in the folder that one is in; the latter comes first.
const FILE: &str = "promptclade.toml";

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
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Config {
    /// What the file says, with what variables say instead: `CLADE_LINEAGE_URL`, `CLADE_LINEAGE_PASSWORD`, and the same for
    /// `CLADE_GENERATIONS_`, `CLADE_ANSWERS_` and `CLADE_STORE_`.
    ///
    /// # Errors
    /// Where the file cannot be understood or holds a password.
    pub fn read(context: &Context) -> Result<Self, Failure> {
        let folders = [env::current_dir().ok(), context.data_dir().ok()];
        let path = folders.into_iter().flatten().map(|folder| folder.join(FILE)).find(|path| path.is_file());
        let mut config = path.map_or_else(|| Ok(Self::default()), |path| Self::of_file(&path))?;
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        for (role, server) in config.servers() {
            let role = role.to_uppercase();
            if let Some(url) = variable(&format!("CLADE_{role}_URL")) {
                *server = Some(Server { url, ..server.take().unwrap_or_default() });
            }
            if let Some(server) = server {
                server.complete(variable(&format!("CLADE_{role}_PASSWORD")))?;
            }
        }
        config.accounts.overridden();
        Ok(config)
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
    fn complete(&mut self, password: Option<String>) -> Result<(), Failure> {
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
    }
}
