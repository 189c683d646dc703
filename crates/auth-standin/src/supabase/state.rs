use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::{
    Signer,
    signer::{random, uuid},
};

/// How a stand-in behaves.
#[derive(Clone)]
pub struct AuthSettings {
    /// Its port; 0 takes a free one.
    pub port: u16,
    /// Whether addresses count without a mail to them.
    pub autoconfirm: bool,
    /// Whether anybody may sign up.
    pub open: bool,
    /// How long access tokens are good for, in seconds.
    pub expires: u64,
    /// What stands below `/rest/v1`.
    pub rest: Option<String>,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self { port: 0, autoconfirm: false, open: true, expires: 3_600, rest: None }
    }
}

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// What for: `signup`, `recovery` or `magiclink`.
    pub kind: String,
    /// The link in it.
    pub link: String,
}

/// What every request works with.
pub(super) type App = Arc<Auth>;

pub(super) struct Auth {
    pub settings: AuthSettings,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    pub url: String,
    pub signers: Vec<Signer>,
    pub users: Vec<User>,
    pub sessions: HashMap<String, Session>,
    pub mails: Vec<Mail>,
    /// Links of mails and codes that browsers came back with, each good once.
    pub links: HashMap<String, Link>,
    pub codes: HashMap<String, Code>,
    /// Requests by route and caller, where a caller is told.
    pub counted: HashMap<String, u32>,
    /// Whether a token was signed already: the first one after a start has its audience in a list.
    pub signed: bool,
}

#[derive(Clone)]
pub(super) struct User {
    pub id: String,
    pub email: String,
    /// As it was given: this is a stand-in.
    pub password: String,
    pub confirmed: bool,
    pub provider: String,
    pub banned_until: Option<u64>,
    pub app_metadata: Value,
    pub user_metadata: Value,
}

/// A session with its family of refresh tokens, oldest first.
pub(super) struct Session {
    pub user: String,
    pub method: String,
    pub tokens: Vec<String>,
    pub revoked: bool,
}

pub(super) struct Link {
    pub user: String,
    pub method: &'static str,
    pub challenge: String,
    pub to: String,
}

pub(super) struct Code {
    pub user: String,
    pub method: &'static str,
    pub challenge: String,
}

impl Auth {
    pub fn new(settings: AuthSettings) -> Self {
        let inner = Inner {
            url: String::new(),
            signers: vec![Signer::es256("first")],
            users: Vec::new(),
            sessions: HashMap::new(),
            mails: Vec::new(),
            links: HashMap::new(),
            codes: HashMap::new(),
            counted: HashMap::new(),
            signed: false,
        };
        Self { settings, inner: Mutex::new(inner) }
    }

    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Thirty requests of one caller to one route; it counts only whom a proxy names.
    pub fn counted(&self, route: &str, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(caller) = headers.get("x-real-ip").and_then(|value| value.to_str().ok()) else { return Ok(()) };
        let mut inner = self.lock();
        let count = inner.counted.entry(format!("{route} {caller}")).or_default();
        *count += 1;
        if *count > 30 {
            return Err(Refusal::new(429, "over_request_rate_limit", "Request rate limit reached"));
        }
        Ok(())
    }
}

pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl Inner {
    pub fn by_email(&self, email: &str) -> Option<usize> {
        self.users.iter().position(|user| user.email == email)
    }

    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.users.iter().position(|user| user.id == id)
    }

    pub fn add(&mut self, email: &str, password: &str, provider: &str, confirmed: bool, data: &Value) -> usize {
        let id = uuid();
        let mut metadata = json!({ "email": email, "email_verified": confirmed, "phone_verified": false, "sub": id });
        for (name, value) in data.as_object().into_iter().flatten() {
            metadata[name] = value.clone();
        }
        self.users.push(User {
            id,
            email: email.to_owned(),
            password: password.to_owned(),
            confirmed,
            provider: provider.to_owned(),
            banned_until: None,
            app_metadata: json!({ "provider": provider, "providers": [provider] }),
            user_metadata: metadata,
        });
        self.users.len() - 1
    }

    /// The claims of a bearer token that was signed here.
    pub fn claims(&self, headers: &HeaderMap) -> Result<Value, Refusal> {
        let value = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some(token) = value.strip_prefix("Bearer ").filter(|token| !token.is_empty()) else {
            return Err(Refusal::new(401, "no_authorization", "This endpoint requires a valid Bearer token"));
        };
        let bad = || Refusal::new(403, "bad_jwt", "invalid JWT: unable to parse or verify signature");
        let claims = self.signers.iter().find_map(|signer| signer.read(token)).ok_or_else(bad)?;
        if claims["exp"].as_u64().is_none_or(|until| until <= now()) { Err(bad()) } else { Ok(claims) }
    }

    /// The person of a bearer token whose session goes on, and the session. A ban does not touch it.
    pub fn signed_in(&self, headers: &HeaderMap) -> Result<(usize, String), Refusal> {
        let claims = self.claims(headers)?;
        let ended = || Refusal::new(403, "session_not_found", "Session from session_id claim in JWT does not exist");
        let session = claims["session_id"].as_str().unwrap_or_default();
        let user = claims["sub"].as_str().and_then(|id| self.by_id(id)).ok_or_else(ended)?;
        if self.sessions.get(session).is_none_or(|session| session.revoked) {
            return Err(ended());
        }
        Ok((user, session.to_owned()))
    }

    pub fn admin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let role = self.claims(headers)?["role"].as_str().unwrap_or_default().to_owned();
        if ["service_role", "supabase_admin"].contains(&role.as_str()) {
            return Ok(());
        }
        Err(Refusal::new(403, "not_admin", "User not allowed"))
    }

    /// What signing in gives.
    pub fn opened(&mut self, user: usize, method: &str, expires: u64) -> Result<Value, Refusal> {
        self.may_sign_in(user)?;
        let session = uuid();
        let token = random(6);
        let family = Session {
            user: self.users[user].id.clone(),
            method: method.to_owned(),
            tokens: vec![token.clone()],
            revoked: false,
        };
        self.sessions.insert(session.clone(), family);
        Ok(self.grant(user, &session, &token, expires))
    }

    pub fn may_sign_in(&self, user: usize) -> Result<(), Refusal> {
        if self.users[user].banned_until.is_some_and(|until| until > now()) {
            return Err(Refusal::new(400, "user_banned", "User is banned"));
        }
        if !self.users[user].confirmed {
            return Err(Refusal::new(400, "email_not_confirmed", "Email not confirmed"));
        }
        Ok(())
    }

    pub fn grant(&mut self, user: usize, session: &str, refresh: &str, expires: u64) -> Value {
        let (issued, until) = (now(), now() + expires);
        let User { id, email, app_metadata, user_metadata, .. } = self.users[user].clone();
        let method = self.sessions[session].method.clone();
        let audience = if self.signed { json!("authenticated") } else { json!(["authenticated"]) };
        self.signed = true;
        let claims = json!({ "aal": "aal1", "amr": [{ "method": method, "timestamp": issued }], "app_metadata": app_metadata,
            "aud": audience, "email": email, "exp": until, "iat": issued, "is_anonymous": false,
            "iss": format!("{}/auth/v1", self.url), "phone": "", "role": "authenticated", "session_id": session, "sub": id,
            "user_metadata": user_metadata });
        let access = self.signers.last().unwrap().token(&claims);
        json!({ "access_token": access, "token_type": "bearer", "expires_in": expires, "expires_at": until,
            "refresh_token": refresh, "user": self.users[user].shown() })
    }
}

impl User {
    /// As Auth shows a person.
    pub fn shown(&self) -> Value {
        let at = "2026-11-23T12:56:01.95587Z";
        let confirmed = self.confirmed.then_some(at);
        let identity = json!({ "identity_id": self.id, "id": self.id, "user_id": self.id, "provider": self.provider, "email": self.email,
            "identity_data": self.user_metadata, "last_sign_in_at": at, "created_at": at, "updated_at": at });
        let mut shown = json!({ "id": self.id, "aud": "authenticated", "role": "authenticated", "email": self.email, "phone": "",
            "email_confirmed_at": confirmed, "confirmed_at": confirmed, "last_sign_in_at": at, "app_metadata": self.app_metadata,
            "user_metadata": self.user_metadata, "identities": [identity], "created_at": at, "updated_at": at, "is_anonymous": false });
        if let Some(until) = self.banned_until {
            // seconds since 1970 are no date, but the clients only ask whether it is there
            shown["banned_until"] = json!(format!("{}-01-01T00:00:00Z", 1970 + until / 31_557_600));
        }
        shown
    }
}
