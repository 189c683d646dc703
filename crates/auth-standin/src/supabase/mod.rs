//! What was recorded from Supabase's Auth 2.189: shapes, refusals, families of refresh tokens.

mod admin;
mod flows;
mod gateway;
mod people;
mod refusal;
mod session;
mod state;

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{Signer, serving::Serving};

use state::{App, Auth};
pub use state::{AuthSettings, Mail};

/// A stand-in for a Supabase project: Auth below `/auth/v1`, and what stands below `/rest/v1` elsewhere.
pub struct StandInAuth {
    serving: Serving,
    app: App,
}

impl StandInAuth {
    /// Starts one with an ES256 key `first`.
    ///
    /// # Errors
    /// Where its port is taken, or no port of loopback is free.
    pub async fn start(settings: AuthSettings) -> io::Result<Self> {
        let app: App = Arc::new(Auth::new(settings.clone()));
        let serving = Serving::start(router(app.clone()), settings.port).await?;
        app.lock().url = serving.url();
        Ok(Self { serving, app })
    }

    /// The project's address.
    #[must_use]
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// Who issues its tokens.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("{}/auth/v1", self.url())
    }

    /// The mails that it has sent, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.app.lock().mails.clone()
    }

    /// Its public keys.
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.app.lock().signers.iter().map(Signer::published).collect::<Vec<_>>() })
    }

    /// How many sessions go on.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.app.lock().sessions.values().filter(|session| !session.revoked).count()
    }

    /// A token that says what a test wants, signed with the newest key.
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        self.app.lock().signers.last().unwrap().token(claims)
    }

    /// Signs with another key from now on. Older ones stay published only where they are `kept`.
    pub fn rotate(&self, signer: Signer, kept: bool) {
        let mut inner = self.app.lock();
        if !kept {
            inner.signers.clear();
        }
        inner.signers.push(signer);
    }

    /// Nobody answers from now on.
    pub async fn stop(&mut self) {
        self.serving.stop().await;
    }

    /// Answers again, on the same port and with the same people.
    ///
    /// # Errors
    /// Where the port was taken meanwhile.
    pub async fn resume(&mut self) -> io::Result<()> {
        self.serving = Serving::start(router(self.app.clone()), self.serving.address.port()).await?;
        Ok(())
    }
}

fn router(app: App) -> Router {
    let auth = Router::new()
        .route("/health", get(health))
        .route("/settings", get(settings))
        .route("/.well-known/jwks.json", get(jwks))
        .route("/signup", post(people::sign_up))
        .route("/token", post(session::token))
        .route("/logout", post(session::logout))
        .route("/user", get(people::show).put(people::change))
        .route("/recover", post(flows::recover))
        .route("/otp", post(flows::magic_link))
        .route("/magiclink", post(flows::magic_link))
        .route("/verify", get(flows::verify))
        .route("/authorize", get(flows::authorize))
        .route("/admin/users", get(admin::list).post(admin::add))
        .route("/admin/users/{id}", get(admin::show).put(admin::change).delete(admin::remove))
        .fallback(|| async { (StatusCode::NOT_FOUND, "404 page not found\n") });
    Router::new().nest("/auth/v1", auth).route("/rest/v1/{*path}", axum::routing::any(gateway::pass)).with_state(app)
}

async fn health() -> Json<Value> {
    Json(json!({ "version": "stand-in", "name": "GoTrue", "description": "a stand-in for tests" }))
}

async fn settings(axum::extract::State(app): axum::extract::State<App>) -> Json<Value> {
    Json(json!({ "external": { "email": true, "github": true }, "disable_signup": !app.settings.open,
        "mailer_autoconfirm": app.settings.autoconfirm, "phone_autoconfirm": false, "sms_provider": "", "saml_enabled": false }))
}

async fn jwks(
    axum::extract::State(app): axum::extract::State<App>,
) -> ([(&'static str, &'static str); 1], Json<Value>) {
    let keys: Vec<Value> = app.lock().signers.iter().map(Signer::published).collect();
    ([("cache-control", "public, max-age=600")], Json(json!({ "keys": keys })))
}
