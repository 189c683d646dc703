use std::sync::atomic::{AtomicI64, Ordering};

use clade_accounts::{Accounts, Principal, Secret};
use clade_domain::{Elsewhere, Outsider, Timestamp, User};
use clade_identity::{Grant, Oidc, Supabase};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::{App, Problem};

/// Sessions that are renewed side by side.
const DESKS: usize = 64;
/// After an attempt in vain a provider is left alone for so long, in milliseconds.
const REST_MS: i64 = 15_000;

/// Where people may sign in beside this server.
#[derive(Default)]
pub struct Outside {
    /// At a provider of OpenID Connect.
    pub oidc: Option<OidcWay>,
    /// At a Supabase project.
    pub supabase: Option<SupabaseWay>,
}

/// Sign-in at a provider of OpenID Connect.
pub struct OidcWay {
    /// What people call it.
    pub name: String,
    /// The provider.
    pub provider: Oidc,
}

/// Sign-in at a Supabase project.
pub struct SupabaseWay {
    project: Supabase,
    providers: Vec<String>,
    desks: [Mutex<()>; DESKS],
    /// When the project was asked in vain.
    failed: AtomicI64,
}

impl SupabaseWay {
    /// A project, with the providers that it knows and people may choose, such as `github`.
    #[must_use]
    pub fn new(project: Supabase, providers: Vec<String>) -> Self {
        Self {
            project,
            providers,
            desks: std::array::from_fn(|_| Mutex::default()),
            failed: AtomicI64::new(i64::MIN / 2),
        }
    }

    /// The project.
    pub(crate) fn project(&self) -> &Supabase {
        &self.project
    }

    /// The providers that people may choose.
    pub(crate) fn providers(&self) -> &[String] {
        &self.providers
    }

    /// Where a session waits until it is its turn to be renewed.
    pub(super) fn desk(&self, hash: &str) -> &Mutex<()> {
        let number = hash.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        &self.desks[number % DESKS]
    }

    /// Whether the project was asked in vain just now.
    pub(super) fn rests(&self, now: Timestamp) -> bool {
        (0..REST_MS).contains(&(now.0 - self.failed.load(Ordering::Relaxed)))
    }

    /// Notes that the project was asked in vain.
    pub(super) fn in_vain(&self, now: Timestamp) {
        self.failed.store(now.0, Ordering::Relaxed);
    }

    /// Who asks with an access token of the project.
    pub(crate) async fn bearer(&self, accounts: &Accounts, token: &str, now: Timestamp) -> Result<Principal, Problem> {
        let (who, _) = self.project.bearer(token, now).await?;
        Ok(Accounts::outsider(self.person(accounts, who, now).await?))
    }

    /// The account of somebody of the project. An address is asked after only where they are new.
    pub(super) async fn person(&self, accounts: &Accounts, who: Outsider, now: Timestamp) -> Result<User, Problem> {
        if let Some(user) = accounts.known_outside(&who, now).await? {
            return Ok(user);
        }
        let confirmed = self.project.confirms_addresses().await?;
        let who = Outsider { address: who.address.filter(|_| confirmed), ..who };
        Ok(accounts.from_outside(&who, now).await?)
    }

    /// Opens a session for somebody whom the project let in.
    pub(crate) async fn let_in(
        &self,
        app: &App,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<(Secret, Principal), Problem> {
        let (who, until) = self.project.bearer(grant.access.expose_secret(), now).await?;
        let user = self.person(&app.accounts, who, now).await?;
        let sealed = |hash: &str| Held::seal(app, hash, grant, (now, until)).map(Some);
        Ok(app.accounts.open_session_elsewhere(&user.id, sealed, now).await?)
    }
}

/// What a session holds of the project's grant.
#[derive(Serialize, Deserialize)]
pub(super) struct Held {
    access: String,
    refresh: String,
}

impl Held {
    /// Seals a grant for a session; it is renewed when a fifth of its time is left.
    pub fn seal(
        app: &App,
        hash: &str,
        grant: &Grant,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<Elsewhere, clade_accounts::AccountError> {
        let held =
            Self { access: grant.access.expose_secret().to_owned(), refresh: grant.refresh.expose_secret().to_owned() };
        let text = SecretString::from(serde_json::to_string(&held).unwrap_or_default());
        let sealed = app.vault.seal(&place(hash), &text)?;
        Ok(Elsewhere { sealed, renew: Timestamp(until.0 - (until.0 - now.0) / 5), until })
    }

    /// Opens what was sealed for a session; none where it was sealed with another secret.
    pub fn open(app: &App, hash: &str, elsewhere: &Elsewhere) -> Option<Grant> {
        let text = app.vault.open(&place(hash), &elsewhere.sealed).ok()?;
        let Self { access, refresh } = serde_json::from_str(text.expose_secret()).ok()?;
        Some(Grant { access: access.into(), refresh: refresh.into() })
    }
}

fn place(hash: &str) -> String {
    format!("session/{hash}")
}
