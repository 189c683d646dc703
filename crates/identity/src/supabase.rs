use clade_domain::{Outsider, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Client, Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{
    Claims, IdentityError, Keys, Pkce, TokenFault,
    asked::{Answer, address, ask, client},
    keys::Published,
    token::{Expected, Head, Key, check},
};

/// For whom Auth makes the tokens of people.
const AUDIENCE: &str = "authenticated";

/// How a project is used.
#[derive(Clone)]
pub struct SupabaseSettings {
    /// The project, such as `https://abc.supabase.co`.
    pub url: String,
    /// Its publishable key, which is no secret.
    pub publishable_key: String,
    /// Who issues tokens where it is not `URL/auth/v1`.
    pub issuer: Option<String>,
    /// The secret of projects that sign with HS256. None accepts no such token.
    pub jwt_secret: Option<SecretString>,
}

/// What a person holds after Auth let them in.
#[derive(Debug, Clone)]
pub struct Grant {
    /// What they show.
    pub access: SecretString,
    /// What they get the next one with.
    pub refresh: SecretString,
}

/// What a project says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Auth's version; empty where it does not say.
    pub version: String,
    /// How many keys it signs with that are accepted.
    pub keys: usize,
    /// How far its clock is ahead of the one here, in milliseconds; none where it does not say what time it is.
    pub ahead_ms: Option<i64>,
    /// Whether an address counts as somebody's without a mail to it.
    pub unconfirmed_addresses: bool,
    /// Whether anybody may sign up.
    pub open: bool,
}

/// A Supabase project's Auth server, and the tokens that it signs.
pub struct Supabase {
    settings: SupabaseSettings,
    issuer: String,
    base: Url,
    client: Client,
    keys: Keys,
    shared: Option<Key>,
}

impl Supabase {
    /// A project that nobody has asked yet.
    ///
    /// # Errors
    /// Where a setting cannot be.
    pub fn new(settings: SupabaseSettings) -> Result<Self, IdentityError> {
        let url = settings.url.trim_end_matches('/');
        let base = address("url of the project", &format!("{url}/auth/v1/"))?;
        if settings.publishable_key.is_empty() || settings.publishable_key.contains(char::is_control) {
            return Err(IdentityError::Setting("the publishable_key is none; the project's settings show it".into()));
        }
        // the other key of a project may do everything, and has no business here
        if settings.publishable_key.starts_with("sb_secret_") {
            return Err(IdentityError::Setting("the publishable_key is a secret key; take the one that begins with sb_publishable_, and replace this one, since it was written down".into()));
        }
        let shared = match &settings.jwt_secret {
            Some(secret) if secret.expose_secret().len() < 32 => {
                return Err(IdentityError::Setting(
                    "the JWT secret has fewer than 32 characters, so it can be guessed".into(),
                ));
            }
            Some(secret) => {
                let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
                Some(Key { algorithm: Algorithm::HS256, key })
            }
            None => None,
        };
        let issuer = settings.issuer.clone().unwrap_or_else(|| format!("{url}/auth/v1"));
        let client = client()?;
        let keys = Keys::new(client.clone(), joined(&base, ".well-known/jwks.json")?);
        Ok(Self { issuer, base, client, keys, shared, settings })
    }

    /// Who issues its tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether tokens count that are signed with the project's shared secret.
    #[must_use]
    pub fn accepts_shared_secret(&self) -> bool {
        self.shared.is_some()
    }

    /// Whose access token this is, and until when. Whether their address is theirs, [`Self::confirms_addresses`] says.
    ///
    /// # Errors
    /// Where it is not believed, or the keys cannot be read.
    pub async fn bearer(&self, token: &str, now: Timestamp) -> Result<(Outsider, Timestamp), IdentityError> {
        let expected = Expected { issuer: &self.issuer, audience: AUDIENCE };
        let head = Head::of(token)?;
        let claims = match &self.shared {
            // never with a published key, and only where the secret was given
            Some(shared) if head.alg == "HS256" => check(token, shared, &expected, now)?,
            _ => self.keys.check(token, &expected, now).await?,
        };
        if claims.is("is_anonymous") {
            return Err(TokenFault::Claim("is_anonymous").into());
        }
        // keys of a project, not of a person
        if matches!(claims.text("role"), Some("anon" | "service_role")) {
            return Err(TokenFault::Claim("role").into());
        }
        let address = claims.text("email").filter(|address| !address.is_empty()).map(str::to_lowercase);
        let name = display_name(&claims);
        let outsider = Outsider { issuer: self.issuer.clone(), subject: claims.subject.clone(), address, name };
        Ok((outsider, claims.until))
    }

    /// Whether an address that a token names was confirmed by a mail to it: not where the project takes addresses as they come.
    ///
    /// # Errors
    /// Where the project cannot be asked.
    pub async fn confirms_addresses(&self) -> Result<bool, IdentityError> {
        let settings = ask(self.request(Method::GET, "settings")?).await?.good()?;
        Ok(settings["mailer_autoconfirm"] == false)
    }

    /// Adds a person. None where they have to open the mail first that was sent to them.
    ///
    /// # Errors
    /// `Refused` for a weak password, a known address, or where nobody may sign up.
    pub async fn sign_up(
        &self,
        email: &str,
        password: &SecretString,
        name: &str,
        (pkce, back): (&Pkce, &str),
    ) -> Result<Option<Grant>, IdentityError> {
        let data = if name.is_empty() { json!({}) } else { json!({ "display_name": name }) };
        let body = json!({ "email": email, "password": password.expose_secret(), "data": data,
            "code_challenge": pkce.challenge(), "code_challenge_method": "s256" });
        let answer = self.post_to("signup", back, body).await?;
        if answer.body["access_token"].is_string() { grant(answer).map(Some) } else { answer.good().map(|_| None) }
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// `Refused` where address and password do not belong together, among others.
    pub async fn sign_in(&self, email: &str, password: &SecretString) -> Result<Grant, IdentityError> {
        self.token("password", json!({ "email": email, "password": password.expose_secret() })).await
    }

    /// Gets the next grant for the last one.
    ///
    /// # Errors
    /// `Refused` where the person was signed out or banned meanwhile.
    pub async fn refresh(&self, refresh: &SecretString) -> Result<Grant, IdentityError> {
        self.token("refresh_token", json!({ "refresh_token": refresh.expose_secret() })).await
    }

    /// Gives the code that a browser came back with for a grant.
    ///
    /// # Errors
    /// `Refused` where the code is used, expired, or of another browser.
    pub async fn exchange(&self, code: &str, pkce: &Pkce) -> Result<Grant, IdentityError> {
        self.token("pkce", json!({ "auth_code": code, "code_verifier": pkce.verifier() })).await
    }

    /// Ends the session that an access token is of.
    ///
    /// # Errors
    /// Where Auth is away; one that ended already is no error.
    pub async fn sign_out(&self, access: &SecretString) -> Result<(), IdentityError> {
        let request = self.request(Method::POST, "logout?scope=local")?.bearer_auth(access.expose_secret());
        match accepted(ask(request).await?) {
            Ok(_) | Err(IdentityError::Refused { status: 401 | 403 | 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends a mail with a link that lets a person in to choose a new password. Nobody learns whether the address is known.
    ///
    /// # Errors
    /// `Refused` for an address that is none, or too many mails.
    pub async fn recover(&self, email: &str, pkce: &Pkce, back: &str) -> Result<(), IdentityError> {
        let body = json!({ "email": email, "code_challenge": pkce.challenge(), "code_challenge_method": "s256" });
        self.post_to("recover", back, body).await.map(drop)
    }

    /// Sends a mail with a link that signs a person in.
    ///
    /// # Errors
    /// `Refused` for an address that is none, or too many mails.
    pub async fn magic_link(&self, email: &str, pkce: &Pkce, back: &str) -> Result<(), IdentityError> {
        let body = json!({ "email": email, "create_user": true, "code_challenge": pkce.challenge(), "code_challenge_method": "s256" });
        self.post_to("otp", back, body).await.map(drop)
    }

    /// Where to send a browser that signs in at another provider which the project knows.
    ///
    /// # Errors
    /// Where the address cannot be made.
    pub fn authorize(&self, provider: &str, pkce: &Pkce, back: &str) -> Result<String, IdentityError> {
        let mut url = joined(&self.base, "authorize")?;
        url.query_pairs_mut()
            .append_pair("provider", provider)
            .append_pair("redirect_to", back)
            .append_pair("code_challenge", &pkce.challenge())
            .append_pair("code_challenge_method", "s256");
        Ok(url.into())
    }

    /// Gives the person of an access token a new password.
    ///
    /// # Errors
    /// `Refused` where it is weak or the old one.
    pub async fn set_password(&self, access: &SecretString, password: &SecretString) -> Result<(), IdentityError> {
        let request = self.request(Method::PUT, "user")?.bearer_auth(access.expose_secret());
        accepted(ask(request.json(&json!({ "password": password.expose_secret() }))).await?).map(drop)
    }

    /// What the project says of itself.
    ///
    /// # Errors
    /// Where it cannot be asked.
    pub async fn look(&self, now: Timestamp) -> Result<Project, IdentityError> {
        let health = ask(self.request(Method::GET, "health")?).await?.good()?;
        let settings = ask(self.request(Method::GET, "settings")?).await?.good()?;
        let Published { keys, ahead_ms } = self.keys.look(now).await?;
        Ok(Project {
            version: health["version"].as_str().unwrap_or_default().to_owned(),
            keys,
            ahead_ms,
            unconfirmed_addresses: settings["mailer_autoconfirm"] != false,
            open: settings["disable_signup"] != true,
        })
    }

    async fn token(&self, kind: &str, body: Value) -> Result<Grant, IdentityError> {
        let request = self.request(Method::POST, &format!("token?grant_type={kind}"))?.json(&body);
        grant(accepted(ask(request).await?)?)
    }

    /// Asks for something that leads to a page of ours later.
    async fn post_to(&self, path: &str, back: &str, body: Value) -> Result<Answer, IdentityError> {
        let mut url = joined(&self.base, path)?;
        url.query_pairs_mut().append_pair("redirect_to", back);
        accepted(ask(self.request(Method::POST, url.as_str())?.json(&body)).await?)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, IdentityError> {
        Ok(self.client.request(method, joined(&self.base, path)?).header("apikey", &self.settings.publishable_key))
    }
}

fn joined(base: &Url, path: &str) -> Result<Url, IdentityError> {
    base.join(path).map_err(|error| IdentityError::Setting(format!("{base}{path}: {error}")))
}

/// How others see somebody: what they or the provider they came from call them. Decides nothing.
fn display_name(claims: &Claims) -> String {
    let about = claims.all.get("user_metadata");
    let said = ["display_name", "full_name", "name", "user_name"].iter().find_map(|name| about?[name].as_str());
    said.filter(|name| !name.trim().is_empty()).or(claims.text("email")).unwrap_or_default().to_owned()
}

fn grant(answer: Answer) -> Result<Grant, IdentityError> {
    let text = |name: &str| answer.body[name].as_str().map(SecretString::from);
    match (text("access_token"), text("refresh_token")) {
        (Some(access), Some(refresh)) => Ok(Grant { access, refresh }),
        _ => Err(answer.wrong("it gives no access_token and refresh_token")),
    }
}

/// The answer, where it is no refusal.
fn accepted(answer: Answer) -> Result<Answer, IdentityError> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    // an unknown route answers in plain text: then this is no Auth server
    let Some(message) = ["msg", "message", "error_description"].iter().find_map(|name| answer.body[name].as_str())
    else {
        return Err(answer.wrong(&format!("it answers with {}; is the url that of the project?", answer.status)));
    };
    let mut message = message.to_owned();
    if let Some(reasons) = answer.body["weak_password"]["reasons"].as_array().filter(|all| !all.is_empty()) {
        let reasons: Vec<&str> = reasons.iter().filter_map(Value::as_str).collect();
        message = format!("{message} ({})", reasons.join(", "));
    }
    let code = answer.body["error_code"].as_str().unwrap_or_default().to_owned();
    Err(IdentityError::Refused { status: answer.status.as_u16(), code, message })
}
