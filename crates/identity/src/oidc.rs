use clade_domain::{Outsider, Timestamp};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{
    Claims, IdentityError, Keys, Pkce, TokenFault,
    asked::{Answer, address, ask, client},
    keys::Published,
    pkce::drawn,
    token::Expected,
};

/// How long what a provider says of itself is kept, in milliseconds.
const FRESH_MS: i64 = 3_600 * 1_000;

/// How a provider is used.
#[derive(Clone)]
pub struct OidcSettings {
    /// The provider, as it names itself.
    pub issuer: String,
    /// This installation, as the provider names it.
    pub client_id: String,
    /// What proves that; none for a client without a secret.
    pub client_secret: Option<SecretString>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The domains of addresses that are let in; none lets in everybody whom the provider lets in.
    pub domains: Vec<String>,
}

/// Sign-in by OpenID Connect: the code flow with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 9700, section 2.1.1).
pub struct Oidc {
    settings: OidcSettings,
    client: Client,
    about: Mutex<Option<About>>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Clone)]
struct About {
    read: Timestamp,
    authorize: Url,
    token: Url,
    userinfo: Option<Url>,
    keys: std::sync::Arc<Keys>,
    /// Whether a client proves itself in the body, because the provider knows no other way.
    proof_in_body: bool,
}

/// A sign-in that was begun: what the browser keeps until it comes back.
#[derive(Clone, PartialEq)]
pub struct Begun {
    /// Where to send the browser.
    pub to: String,
    /// What the browser has to bring back.
    pub state: String,
    /// What the token has to hold.
    pub nonce: String,
    /// What the provider is shown last.
    pub pkce: Pkce,
}

impl Oidc {
    /// A provider that nobody has asked yet.
    ///
    /// # Errors
    /// Where a setting cannot be.
    pub fn new(settings: OidcSettings) -> Result<Self, IdentityError> {
        address("issuer", &settings.issuer)?;
        if settings.client_id.is_empty() {
            return Err(IdentityError::Setting("the client_id is empty; the provider gives one".into()));
        }
        Ok(Self { settings, client: client()?, about: Mutex::default() })
    }

    /// The provider, as it names itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Begins a sign-in that comes back to an address of ours.
    ///
    /// # Errors
    /// Where the provider is away, or says nothing useful of itself.
    pub async fn begin(&self, back: &str, now: Timestamp) -> Result<Begun, IdentityError> {
        let (state, nonce, pkce) = (drawn()?, drawn()?, Pkce::new()?);
        let mut scope = "openid".to_owned();
        for more in &self.settings.scopes {
            scope = format!("{scope} {more}");
        }
        let mut to = self.about(now).await?.authorize;
        to.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", &scope)
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &pkce.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(Begun { to: to.into(), state, nonce, pkce })
    }

    /// Ends a sign-in: gives the code for a token, and says whose it is. `back` is the address that it began with.
    ///
    /// # Errors
    /// Where the provider is away or refuses, the token is not believed, or the address's domain is not let in.
    pub async fn end(
        &self,
        code: &str,
        nonce: &str,
        pkce: &Pkce,
        back: &str,
        now: Timestamp,
    ) -> Result<Outsider, IdentityError> {
        let about = self.about(now).await?;
        let answer = self.exchange(&about, code, pkce, back).await?;
        let wrong = answer.wrong("it gives no id_token; is `openid` among the scopes of this client?");
        let body = answer.good()?;
        let token = body["id_token"].as_str().ok_or(wrong)?;
        let OidcSettings { issuer, client_id, .. } = &self.settings;
        let claims = about.keys.check(token, &Expected { issuer, audience: client_id }, now).await?;
        if claims.text("nonce") != Some(nonce) {
            return Err(TokenFault::Claim("nonce").into());
        }
        // made for several, it has to say for whom in the first place (section 3.1.3.7)
        let many = claims.all.get("aud").and_then(Value::as_array).is_some_and(|all| all.len() > 1);
        let party = claims.text("azp");
        if party.map_or(many, |party| party != client_id) {
            return Err(TokenFault::Claim("azp").into());
        }
        let claims = self.completed(&about, claims, body["access_token"].as_str()).await?;
        self.outsider(&claims)
    }

    /// Asks what a sign-in needs: the addresses and the keys.
    ///
    /// # Errors
    /// Where the provider is away, or says nothing useful of itself.
    pub async fn look(&self, now: Timestamp) -> Result<Published, IdentityError> {
        self.about(now).await?.keys.look(now).await
    }

    async fn exchange(&self, about: &About, code: &str, pkce: &Pkce, back: &str) -> Result<Answer, IdentityError> {
        let OidcSettings { client_id, client_secret, .. } = &self.settings;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", pkce.verifier()),
        ];
        let mut request = self.client.post(about.token.clone());
        match client_secret {
            Some(secret) if !about.proof_in_body => {
                // both are encoded as in a form before they are put together (RFC 6749, section 2.3.1)
                request = request.basic_auth(encoded(client_id), Some(encoded(secret.expose_secret())));
            }
            Some(secret) => form.extend([("client_id", client_id.as_str()), ("client_secret", secret.expose_secret())]),
            None => form.push(("client_id", client_id)),
        }
        let answer = ask(request.form(&form).header("accept", "application/json")).await?;
        if answer.status.is_client_error() {
            let word = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
            let (code, message) = (word("error"), word("error_description"));
            let message = if message.is_empty() { format!("{} {code}", answer.status) } else { message };
            return Err(IdentityError::Refused { status: answer.status.as_u16(), code, message });
        }
        Ok(answer)
    }

    /// The claims with what only the userinfo endpoint tells: some providers keep addresses out of tokens (section 5.4).
    async fn completed(
        &self,
        about: &About,
        mut claims: Claims,
        access: Option<&str>,
    ) -> Result<Claims, IdentityError> {
        let (Some(url), Some(access), None) = (&about.userinfo, access, claims.text("email")) else {
            return Ok(claims);
        };
        let more = ask(self.client.get(url.clone()).bearer_auth(access)).await?.good()?;
        // an answer about somebody else is none (section 5.3.2)
        if more["sub"] == claims.subject.as_str() {
            for name in ["email", "email_verified", "name", "preferred_username"] {
                if let Some(value) = more.get(name) {
                    claims.all.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
        Ok(claims)
    }

    fn outsider(&self, claims: &Claims) -> Result<Outsider, IdentityError> {
        let address = claims.text("email").filter(|_| claims.is("email_verified")).map(str::to_lowercase);
        let domain = address.as_ref().and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain);
        let domains = &self.settings.domains;
        if !domains.is_empty() && !domains.iter().any(|one| domain.is_some_and(|it| it.eq_ignore_ascii_case(one))) {
            let message = format!("only verified addresses of {} are let in", domains.join(", "));
            return Err(IdentityError::Refused { status: 403, code: "domain".into(), message });
        }
        let name = claims.text("name").or(claims.text("preferred_username")).or(claims.text("email"));
        Ok(Outsider {
            issuer: self.settings.issuer.clone(),
            subject: claims.subject.clone(),
            address,
            name: name.unwrap_or_default().to_owned(),
        })
    }

    async fn about(&self, now: Timestamp) -> Result<About, IdentityError> {
        let mut held = self.about.lock().await;
        if let Some(about) = held.as_ref().filter(|about| (0..FRESH_MS).contains(&(now.0 - about.read.0))) {
            return Ok(about.clone());
        }
        match self.discover(now).await {
            Ok(mut about) => {
                // the keys that were read stay where they are still the same ones
                if let Some(old) = held.as_ref().filter(|old| old.keys.url() == about.keys.url()) {
                    about.keys = old.keys.clone();
                }
                *held = Some(about.clone());
                Ok(about)
            }
            Err(error) => held.clone().ok_or(error),
        }
    }

    async fn discover(&self, now: Timestamp) -> Result<About, IdentityError> {
        let issuer = &self.settings.issuer;
        let at = address("issuer", &format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
        let answer = ask(self.client.get(at.clone())).await?;
        let wrong = |why: String| IdentityError::Wrong { at: at.to_string(), why };
        let body = answer.good()?;
        if body["issuer"] != issuer.as_str() {
            let found = body["issuer"].as_str().unwrap_or("nothing");
            return Err(wrong(format!("it calls itself `{found}`; write that as the issuer, to the letter")));
        }
        let url = |name: &str| match body[name].as_str() {
            Some(text) => address(name, text).map(Some).map_err(|error| wrong(error.to_string())),
            None => Ok(None),
        };
        let needed = |name: &str| url(name)?.ok_or_else(|| wrong(format!("it names no {name}")));
        let ways: Vec<&str> = body["token_endpoint_auth_methods_supported"]
            .as_array()
            .map(|all| all.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        Ok(About {
            read: now,
            authorize: needed("authorization_endpoint")?,
            token: needed("token_endpoint")?,
            userinfo: url("userinfo_endpoint")?,
            keys: Keys::new(self.client.clone(), needed("jwks_uri")?).into(),
            proof_in_body: ways.contains(&"client_secret_post") && !ways.contains(&"client_secret_basic"),
        })
    }
}

/// A text as forms write it.
fn encoded(text: &str) -> String {
    let mut url = Url::parse("http://form/").ok();
    if let Some(url) = &mut url {
        url.query_pairs_mut().append_key_only(text);
    }
    url.and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}
