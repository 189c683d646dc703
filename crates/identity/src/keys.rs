use clade_domain::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use reqwest::{Client, Url};
use serde_json::Value;
use tokio::sync::RwLock;

use crate::{
    IdentityError, TokenFault,
    asked::{Answer, ask},
    token::{Expected, Head, Key, check},
};

/// After so long the keys are read again, in milliseconds: as long as Supabase lets its own be kept.
const FRESH_MS: i64 = 10 * 60 * 1_000;
/// No sooner are they read again, whatever comes: who sends tokens with made-up keys makes nobody ask a provider for each.
const PACE_MS: i64 = 10 * 1_000;

/// The keys that a provider signs with, as it publishes them (RFC 7517).
///
/// They are read again after a while and when a token names one that is not among them, no more often than every ten seconds. While the
/// provider is away those that were read last go on to count.
pub struct Keys {
    client: Client,
    url: Url,
    held: RwLock<Held>,
}

/// What a provider publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// How many keys there are that sign in a way that is accepted.
    pub keys: usize,
    /// How far its clock is ahead of the one here, in milliseconds; none where it does not say what time it is.
    pub ahead_ms: Option<i64>,
}

#[derive(Default)]
struct Held {
    keys: Vec<(String, Key)>,
    /// When they were read.
    read: Option<Timestamp>,
    /// When that was tried last.
    tried: Option<Timestamp>,
    /// How that failed, where it did.
    failed: Option<IdentityError>,
}

impl Held {
    fn find(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|(own, _)| own == id).map(|(_, key)| key)
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.read.is_some_and(|read| (0..FRESH_MS).contains(&(now.0 - read.0)))
    }

    fn may_ask(&self, now: Timestamp) -> bool {
        self.tried.is_none_or(|tried| !(0..PACE_MS).contains(&(now.0 - tried.0)))
    }
}

impl Keys {
    /// The keys behind an address; nothing is read yet.
    pub(crate) fn new(client: Client, url: Url) -> Self {
        Self { client, url, held: RwLock::default() }
    }

    /// Where they are published.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Checks a token that one of the keys has signed.
    pub(crate) async fn check(
        &self,
        token: &str,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<crate::Claims, IdentityError> {
        let head = Head::of(token)?;
        // what no key of ours could have signed makes nobody ask for keys
        if !["ES256", "RS256"].contains(&head.alg.as_str()) {
            return Err(TokenFault::Algorithm.into());
        }
        let id = head.kid.ok_or(TokenFault::UnknownKey)?;
        Ok(check(token, &self.find(&id, now).await?, expected, now)?)
    }

    /// Reads the keys anew.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn look(&self, now: Timestamp) -> Result<Published, IdentityError> {
        let answer = ask(self.client.get(self.url.clone())).await?;
        let ahead_ms = answer.time.map(|time| time.0 - now.0);
        Ok(Published { keys: read(answer)?.len(), ahead_ms })
    }

    async fn find(&self, id: &str, now: Timestamp) -> Result<Key, IdentityError> {
        {
            let held = self.held.read().await;
            if let Some(key) = held.find(id).filter(|_| held.is_fresh(now) || !held.may_ask(now)) {
                return Ok(key.clone());
            }
        }
        // those who come meanwhile wait, and find what was read
        let mut held = self.held.write().await;
        if (held.find(id).is_none() || !held.is_fresh(now)) && held.may_ask(now) {
            // an error counts only where there is nothing that was read before
            drop(self.refresh(&mut held, now).await);
        }
        match (held.find(id), &held.failed) {
            (Some(key), _) => Ok(key.clone()),
            (None, Some(failed)) => Err(failed.clone()),
            (None, None) => Err(TokenFault::UnknownKey.into()),
        }
    }

    async fn refresh(&self, held: &mut Held, now: Timestamp) -> Result<(), IdentityError> {
        held.tried = Some(now);
        match self.fetch().await {
            Ok(keys) => {
                *held = Held { keys, read: Some(now), tried: Some(now), failed: None };
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, "the keys of an identity provider could not be read");
                held.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    async fn fetch(&self) -> Result<Vec<(String, Key)>, IdentityError> {
        read(ask(self.client.get(self.url.clone())).await?)
    }
}

fn read(answer: Answer) -> Result<Vec<(String, Key)>, IdentityError> {
    let wrong = answer.wrong("it publishes no list of keys");
    let body = answer.good()?;
    let keys = body["keys"].as_array().ok_or(wrong)?;
    Ok(keys.iter().filter_map(usable).collect())
}

/// A key with its id, where it signs in a way that is accepted. A symmetric one never is, whoever publishes it.
fn usable(key: &Value) -> Option<(String, Key)> {
    // a key of a kind that is not known here must not hide the others
    let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
    if jwk.common.public_key_use.as_ref().is_some_and(|it| *it != PublicKeyUse::Signature) {
        return None;
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    let named = key.get("alg").and_then(Value::as_str);
    if named.is_some_and(|named| named != format!("{algorithm:?}")) {
        return None;
    }
    let key = Key { algorithm, key: DecodingKey::from_jwk(&jwk).ok()? };
    Some((jwk.common.key_id?, key))
}
