use axum::http::HeaderMap;
use clade_domain::Timestamp;
use clade_identity::Pkce;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{App, Problem, cookie};

/// Where it is sealed for.
const PLACE: &str = "sign-in";

/// What a browser keeps of a sign-in that it began elsewhere until it comes back, sealed in a cookie: so any server of an installation can end what
/// another one began, and nobody else can.
#[derive(Serialize, Deserialize)]
pub(crate) struct Going {
    /// At which kind of provider.
    pub at: String,
    /// What has to come back with the browser; empty where the provider brings nothing back.
    pub state: String,
    /// What the token has to hold; empty where it is not asked for one.
    pub nonce: String,
    verifier: String,
    /// The page that was wanted.
    pub to: String,
    until: Timestamp,
}

impl Going {
    /// One that comes back within some seconds.
    pub fn new(at: &str, pkce: &Pkce, to: Option<String>, (now, seconds): (Timestamp, u32)) -> Self {
        Self {
            at: at.to_owned(),
            state: String::new(),
            nonce: String::new(),
            verifier: pkce.verifier().to_owned(),
            to: to.filter(|to| is_page(to)).unwrap_or_else(|| "/".to_owned()),
            until: Timestamp(now.0 + i64::from(seconds) * 1_000),
        }
    }

    /// The same, for a provider that brings a state back and puts a nonce into its token.
    pub fn expecting(self, state: String, nonce: String) -> Self {
        Self { state, nonce, ..self }
    }

    pub fn pkce(&self) -> Pkce {
        Pkce::of(self.verifier.clone())
    }

    /// The cookie's header.
    pub fn set(&self, app: &App, now: Timestamp) -> Result<String, Problem> {
        let text = serde_json::to_string(self).map_err(Problem::fault)?;
        let sealed = app.vault.seal(PLACE, &SecretString::from(text))?;
        let seconds = u32::try_from((self.until.0 - now.0) / 1_000).unwrap_or(0);
        Ok(cookie::set_going(&sealed, seconds, app.hosts.secure()))
    }

    /// What a browser brings back of a sign-in at this kind of provider; none where it began none here, or too long ago.
    pub fn read(app: &App, headers: &HeaderMap, at: &str, now: Timestamp) -> Option<Self> {
        let sealed = cookie::read_going(headers, app.hosts.secure())?;
        let text = app.vault.open(PLACE, sealed).ok()?;
        let going: Self = serde_json::from_str(text.expose_secret()).ok()?;
        (going.at == at && now < going.until).then_some(going)
    }
}

/// Whether this is a page of ours: what begins with two slashes, or has a backslash, leads browsers elsewhere.
fn is_page(to: &str) -> bool {
    to.len() <= 1_000
        && to.starts_with('/')
        && !to.starts_with("//")
        && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_pages_of_ours_alone() {
        for page in ["/", "/runs/r1?filter=a#b"] {
            assert!(is_page(page), "{page}");
        }
        for elsewhere in
            ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nSet-Cookie: b=c", "/ä"]
        {
            assert!(!is_page(elsewhere), "{elsewhere}");
        }
    }
}
