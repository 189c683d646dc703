use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa::{KeySize, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
        UnparsedPublicKey,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

/// A key that signs tokens, with the id under which it is published.
pub struct Signer {
    id: String,
    key: Kind,
}

enum Kind {
    Es256(EcdsaKeyPair),
    Rs256(Box<RsaKeyPair>),
}

impl Signer {
    /// A new key for ES256.
    ///
    /// # Panics
    /// Where the machine makes none.
    #[must_use]
    pub fn es256(id: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { id: id.to_owned(), key: Kind::Es256(key) }
    }

    /// A new key for RS256.
    ///
    /// # Panics
    /// Where the machine makes none.
    #[must_use]
    pub fn rs256(id: &str) -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self { id: id.to_owned(), key: Kind::Rs256(Box::new(key)) }
    }

    /// The id under which it is published.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public half, as lists of keys have it.
    #[must_use]
    pub fn published(&self) -> Value {
        match &self.key {
            Kind::Es256(key) => {
                let point = key.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "ext": true, "key_ops": ["verify"], "kid": self.id,
                    "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..65]) })
            }
            Kind::Rs256(key) => {
                let parts: PublicKeyComponents<Vec<u8>> = key.public_key().into();
                json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id,
                    "n": BASE64.encode(parts.n), "e": BASE64.encode(parts.e) })
            }
        }
    }

    /// A token that says this.
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        let alg = if matches!(self.key, Kind::Es256(_)) { "ES256" } else { "RS256" };
        self.token_with(&json!({ "alg": alg, "kid": self.id, "typ": "JWT" }), claims)
    }

    /// A token with a head of one's own, signed with this key whatever the head says.
    ///
    /// # Panics
    /// Where the machine cannot sign.
    #[must_use]
    pub fn token_with(&self, head: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", part(head), part(claims));
        let random = SystemRandom::new();
        let signature = match &self.key {
            Kind::Es256(key) => key.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Kind::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{signed}.{}", BASE64.encode(signature))
    }

    /// What a token says that this key has signed with ES256; none where it has not.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let head: Value = serde_json::from_slice(&BASE64.decode(head).ok()?).ok()?;
        let Kind::Es256(key) = &self.key else { return None };
        if head["kid"] != self.id.as_str() || head["alg"] != "ES256" {
            return None;
        }
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
        public.verify(signed.as_bytes(), &BASE64.decode(signature).ok()?).ok()?;
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }

    /// The public half as bytes that somebody could take for a secret: the key of an attack that swaps algorithms.
    #[must_use]
    pub fn public_bytes(&self) -> Vec<u8> {
        match &self.key {
            Kind::Es256(key) => key.public_key().as_ref().to_vec(),
            Kind::Rs256(key) => key.public_key().as_ref().to_vec(),
        }
    }
}

/// A token that is signed with HS256.
#[must_use]
pub fn hs256(secret: &[u8], head: &Value, claims: &Value) -> String {
    let signed = format!("{}.{}", part(head), part(claims));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    format!("{signed}.{}", BASE64.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes())))
}

fn part(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

/// The challenge of a verifier (RFC 7636).
pub(crate) fn challenge(verifier: &str) -> String {
    BASE64.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Random bytes as hexadecimal digits.
pub(crate) fn random(bytes: usize) -> String {
    let mut drawn = vec![0; bytes];
    getrandom::fill(&mut drawn).unwrap();
    drawn.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A random id as Auth has them.
pub(crate) fn uuid() -> String {
    let hex = random(16);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
