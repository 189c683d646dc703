use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Signer,
    serving::Serving,
    signer::{challenge, random},
};

/// Makes the token of a sign-in out of what it should say.
type Mint = Box<dyn Fn(&Value, &[Signer]) -> String + Send>;

/// An OpenID provider whose people need no password and which gives whatever token a test wants.
pub struct StandInOidc {
    serving: Serving,
    state: Arc<Shared>,
}

struct Shared {
    url: Mutex<String>,
    inner: Mutex<Inner>,
}

struct Inner {
    signers: Vec<Signer>,
    mint: Mint,
    /// What it says of itself beside what it has to.
    about: Value,
    /// Codes that were given out: challenge, nonce, client, address to come back to.
    codes: Vec<(String, Asked)>,
    /// Who signs in next: claims.
    person: Value,
    userinfo: Value,
    /// How often its keys were read.
    reads: usize,
    proof: String,
    /// How far its clock is ahead, in seconds.
    ahead: u64,
}

#[derive(Clone, Deserialize)]
struct Asked {
    client_id: String,
    redirect_uri: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
    response_type: String,
    scope: String,
}

impl StandInOidc {
    /// Starts one with an ES256 key `first`. Its one client is `clade` with the secret `s3cret/+`.
    ///
    /// # Errors
    /// Where no port of loopback is free.
    pub async fn start() -> io::Result<Self> {
        let inner = Inner {
            signers: vec![Signer::es256("first")],
            mint: Box::new(|claims, signers| signers[0].token(claims)),
            about: json!({}),
            codes: Vec::new(),
            person: json!({ "sub": "zoe-1", "email": "zoe@example.org", "email_verified": true, "name": "Zoë" }),
            userinfo: json!({}),
            reads: 0,
            proof: String::new(),
            ahead: 0,
        };
        let state = Arc::new(Shared { url: Mutex::default(), inner: Mutex::new(inner) });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(about))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/keys", get(keys))
            .route("/userinfo", get(userinfo))
            .with_state(state.clone());
        let serving = Serving::start(router, 0).await?;
        *lock(&state.url) = serving.url();
        Ok(Self { serving, state })
    }

    /// What it calls itself.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.serving.url()
    }

    /// Who signs in from now on, as claims.
    pub fn person(&self, claims: Value) {
        self.inner(|inner| inner.person = claims);
    }

    /// What the userinfo endpoint says from now on.
    pub fn userinfo(&self, claims: Value) {
        self.inner(|inner| inner.userinfo = claims);
    }

    /// How tokens are made from now on, out of what they should say and the keys that there are.
    pub fn mint(&self, mint: impl Fn(&Value, &[Signer]) -> String + Send + 'static) {
        self.inner(|inner| inner.mint = Box::new(mint));
    }

    /// What it says of itself from now on beside what it has to, or instead.
    pub fn says(&self, about: Value) {
        self.inner(|inner| inner.about = about);
    }

    /// Signs with another key from now on, and publishes it alone.
    pub fn rotate(&self, signer: Signer) {
        self.inner(|inner| inner.signers = vec![signer]);
    }

    /// Its clock is so many seconds ahead from now on.
    pub fn ahead(&self, seconds: u64) {
        self.inner(|inner| inner.ahead = seconds);
    }

    /// How often its keys were read.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.inner(|inner| inner.reads)
    }

    /// How the client proved itself last: `basic`, `body` or nothing.
    #[must_use]
    pub fn proof(&self) -> String {
        self.inner(|inner| inner.proof.clone())
    }

    /// Nobody answers from now on.
    pub async fn stop(&mut self) {
        self.serving.stop().await;
    }

    fn inner<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut lock(&self.state.inner))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn about(State(state): State<Arc<Shared>>) -> Json<Value> {
    let url = lock(&state.url).clone();
    let mut about = json!({ "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"), "userinfo_endpoint": format!("{url}/userinfo") });
    for (name, value) in lock(&state.inner).about.as_object().into_iter().flatten() {
        about[name] = value.clone();
    }
    Json(about)
}

/// Everybody is let in at once.
async fn authorize(State(state): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    let good = asked.client_id == "clade"
        && asked.response_type == "code"
        && asked.code_challenge_method == "S256"
        && asked.scope.split(' ').any(|scope| scope == "openid")
        && asked.redirect_uri.ends_with("/sign-in/oidc/back");
    if !good {
        return (StatusCode::BAD_REQUEST, "this request cannot be").into_response();
    }
    let code = random(16);
    let to = format!("{}?code={code}&state={}", asked.redirect_uri, asked.state);
    lock(&state.inner).codes.push((code, asked));
    (StatusCode::SEE_OTHER, [("location", to)]).into_response()
}

#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

async fn token(State(state): State<Arc<Shared>>, headers: HeaderMap, Form(form): Form<Exchange>) -> Response {
    let refuse = |why: &str| {
        let body = json!({ "error": "invalid_grant", "error_description": why });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let url = lock(&state.url).clone();
    let mut inner = lock(&state.inner);
    // the id and the secret are encoded as in a form: s3cret%2F%2B
    let basic = headers.get("authorization").is_some_and(|value| value == "Basic Y2xhZGU6czNjcmV0JTJGJTJC");
    let body = form.client_id.as_deref() == Some("clade") && form.client_secret.as_deref() == Some("s3cret/+");
    inner.proof = if basic {
        "basic"
    } else if body {
        "body"
    } else {
        ""
    }
    .to_owned();
    if inner.proof.is_empty() {
        return refuse("the client does not prove itself");
    }
    let Some(at) = inner.codes.iter().position(|(code, _)| *code == form.code) else {
        return refuse("this code is used or was never given");
    };
    let (_, asked) = inner.codes.remove(at);
    if form.grant_type != "authorization_code"
        || challenge(&form.code_verifier) != asked.code_challenge
        || form.redirect_uri != asked.redirect_uri
    {
        return refuse("this is not who began");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + inner.ahead;
    let mut claims = json!({ "iss": url, "aud": "clade", "iat": now, "exp": now + 300, "nonce": asked.nonce });
    for (name, value) in inner.person.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    let token = (inner.mint)(&claims, &inner.signers);
    Json(json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token }))
        .into_response()
}

async fn keys(State(state): State<Arc<Shared>>) -> ([(&'static str, String); 1], Json<Value>) {
    let mut inner = lock(&state.inner);
    inner.reads += 1;
    let mut keys: Vec<Value> = inner.signers.iter().map(Signer::published).collect();
    // keys of other kinds and for other ends must not be in the way
    keys.push(
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "other", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
    );
    keys.push(json!({ "kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0" }));
    keys.push(json!({ "kty": "of tomorrow", "kid": "new" }));
    let time = SystemTime::now() + Duration::from_secs(inner.ahead);
    ([("date", httpdate::fmt_http_date(time))], Json(json!({ "keys": keys })))
}

async fn userinfo(State(state): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|value| value != "Bearer opaque") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(lock(&state.inner).userinfo.clone()).into_response()
}
