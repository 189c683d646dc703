use std::{
    env, fs,
    path::{Path, PathBuf},
};

use clade_engine::now;
use clade_identity::{IdentityError, Oidc, OidcSettings, Supabase, SupabaseSettings};
use clade_server::{OidcWay, Outside, SupabaseWay};
use secrecy::SecretString;
use serde::Deserialize;

use crate::failure::Failure;

/// Clocks may be so far apart before it is said, in milliseconds.
const SKEW_MS: i64 = 30_000;

/// `[accounts]`: where people sign in beside this installation.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsConfig {
    /// A provider of OpenID Connect.
    pub oidc: Option<OidcConfig>,
    /// A Supabase project.
    pub supabase: Option<SupabaseConfig>,
}

/// A provider of OpenID Connect.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OidcConfig {
    /// The provider, as it names itself.
    issuer: String,
    /// This installation, as the provider names it.
    client_id: String,
    /// A file with what proves that.
    client_secret_file: Option<PathBuf>,
    /// What people call the provider; its host where it is left out.
    name: String,
    /// What is asked for beside `openid`.
    scopes: Option<Vec<String>>,
    /// The domains of addresses that are let in.
    domains: Vec<String>,
}

/// A Supabase project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SupabaseConfig {
    /// The project.
    url: String,
    /// Its publishable key.
    publishable_key: String,
    /// Who issues its tokens, where it is not `URL/auth/v1`.
    issuer: Option<String>,
    /// The providers that it knows and people may choose.
    providers: Vec<String>,
    /// A file with the secret of projects that sign with HS256.
    jwt_secret_file: Option<PathBuf>,
}

/// How a way to sign in is, as `clade doctor` says it.
pub struct Checkup {
    /// Which.
    pub name: &'static str,
    /// What it is, or what is wrong with it.
    pub is: Result<String, String>,
    /// What could be better.
    pub warnings: Vec<String>,
}

impl AccountsConfig {
    /// Files of a configuration are meant from where it is.
    pub fn placed(&mut self, folder: &Path) {
        let files = [
            self.oidc.as_mut().and_then(|oidc| oidc.client_secret_file.as_mut()),
            self.supabase.as_mut().and_then(|supabase| supabase.jwt_secret_file.as_mut()),
        ];
        for file in files.into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }

    /// What variables say instead: `CLADE_OIDC_ISSUER`, `CLADE_OIDC_CLIENT_ID`, `CLADE_SUPABASE_URL` and `CLADE_SUPABASE_PUBLISHABLE_KEY`.
    pub fn overridden(&mut self) {
        if let Some(issuer) = variable("CLADE_OIDC_ISSUER") {
            self.oidc.get_or_insert_default().issuer = issuer;
        }
        if let Some(oidc) = &mut self.oidc {
            oidc.client_id = variable("CLADE_OIDC_CLIENT_ID").unwrap_or(std::mem::take(&mut oidc.client_id));
        }
        if let Some(url) = variable("CLADE_SUPABASE_URL") {
            self.supabase.get_or_insert_default().url = url;
        }
        if let Some(supabase) = &mut self.supabase {
            let key = variable("CLADE_SUPABASE_PUBLISHABLE_KEY");
            supabase.publishable_key = key.unwrap_or(std::mem::take(&mut supabase.publishable_key));
        }
    }

    /// Whether people sign in elsewhere at all.
    pub fn any(&self) -> bool {
        self.oidc.is_some() || self.supabase.is_some()
    }

    /// The ways to sign in, for a server. Nobody is asked yet.
    ///
    /// # Errors
    /// Where a setting cannot be, or a secret cannot be read.
    pub fn outside(&self) -> Result<Outside, Failure> {
        let oidc = match &self.oidc {
            Some(config) => Some(OidcWay { name: config.name(), provider: config.provider()? }),
            None => None,
        };
        let supabase = match &self.supabase {
            Some(config) => Some(SupabaseWay::new(config.project()?, config.providers.clone())),
            None => None,
        };
        Ok(Outside { oidc, supabase })
    }

    /// Asks each how it is.
    pub async fn checkups(&self) -> Vec<Checkup> {
        let mut all = Vec::new();
        if let Some(oidc) = &self.oidc {
            all.push(oidc.checkup().await);
        }
        if let Some(supabase) = &self.supabase {
            all.push(supabase.checkup().await);
        }
        all
    }
}

impl OidcConfig {
    fn name(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let host = self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, rest)| rest);
        host.split('/').next().unwrap_or(host).to_owned()
    }

    fn provider(&self) -> Result<Oidc, Failure> {
        let scopes = || vec!["email".to_owned(), "profile".to_owned()];
        let settings = OidcSettings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret("CLADE_OIDC_CLIENT_SECRET", self.client_secret_file.as_deref())?,
            scopes: self.scopes.clone().unwrap_or_else(scopes),
            domains: self.domains.clone(),
        };
        Oidc::new(settings).map_err(|error| wrong("oidc", &error))
    }

    async fn checkup(&self) -> Checkup {
        let looked = async {
            let found = self.provider().map_err(|failure| failure.to_string())?.look(now()).await;
            let found = found.map_err(|error| error.to_string())?;
            if found.keys == 0 {
                return Err(format!(
                    "{} publishes no key for ES256 or RS256, so no token of it is believed",
                    self.issuer
                ));
            }
            Ok((format!("{}, which signs with {} keys", self.issuer, found.keys), clock(found.ahead_ms)))
        };
        Checkup::of("oidc", looked.await)
    }
}

impl SupabaseConfig {
    fn project(&self) -> Result<Supabase, Failure> {
        let settings = SupabaseSettings {
            url: self.url.clone(),
            publishable_key: self.publishable_key.clone(),
            issuer: self.issuer.clone(),
            jwt_secret: secret("CLADE_SUPABASE_JWT_SECRET", self.jwt_secret_file.as_deref())?,
        };
        Supabase::new(settings).map_err(|error| wrong("supabase", &error))
    }

    async fn checkup(&self) -> Checkup {
        let looked = async {
            let project = self.project().map_err(|failure| failure.to_string())?;
            let found = project.look(now()).await.map_err(|error| error.to_string())?;
            let shared = project.accepts_shared_secret();
            if found.keys == 0 && !shared {
                return Err(format!(
                    "{} publishes no key for ES256 or RS256: move it to signing keys (Project Settings, JWT Keys), or give its \
                     shared secret in CLADE_SUPABASE_JWT_SECRET",
                    self.url
                ));
            }
            let mut warnings: Vec<String> = clock(found.ahead_ms);
            if found.unconfirmed_addresses {
                warnings.push(
                    "addresses count there without a mail to them, so nobody gets the account that waits for their address; turn \
                     `Confirm email` on"
                        .into(),
                );
            }
            if shared && found.keys > 0 {
                warnings.push(
                    "it publishes keys, so the shared secret is needed no longer than its last tokens live".into(),
                );
            }
            let version = if found.version.is_empty() { String::new() } else { format!(" {}", found.version) };
            Ok((format!("Auth{version} of {}, which signs with {} keys", self.url, found.keys), warnings))
        };
        Checkup::of("supabase", looked.await)
    }
}

impl Checkup {
    fn of(name: &'static str, looked: Result<(String, Vec<String>), String>) -> Self {
        match looked {
            Ok((is, warnings)) => Self { name, is: Ok(is), warnings },
            Err(why) => Self { name, is: Err(why), warnings: Vec::new() },
        }
    }
}

/// Warns of clocks that are apart: tokens would count as expired or as not valid yet.
fn clock(ahead_ms: Option<i64>) -> Vec<String> {
    let apart = ahead_ms.filter(|ahead| ahead.abs() > SKEW_MS);
    let word = |ahead: i64| if ahead > 0 { "ahead of" } else { "behind" };
    let said = |ahead: i64| {
        format!(
            "its clock is {} s {} this machine's; tokens are accepted up to 60 s apart",
            ahead.abs() / 1_000,
            word(ahead)
        )
    };
    apart.map(said).into_iter().collect()
}

fn wrong(way: &str, error: &IdentityError) -> Failure {
    Failure::Usage(format!("[accounts] {way} of promptclade.toml: {error}"))
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A secret out of a variable or a file.
fn secret(name: &str, file: Option<&Path>) -> Result<Option<SecretString>, Failure> {
    match (variable(name), file) {
        (Some(secret), _) => Ok(Some(SecretString::from(secret))),
        (None, Some(file)) => {
            let text = fs::read_to_string(file).map_err(|error| Failure::io("read the secret in", file, &error))?;
            Ok(Some(SecretString::from(text.trim_end_matches(['\r', '\n']))))
        }
        (None, None) => Ok(None),
    }
}
