use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, RandomizedNonceKey};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    AccountError,
    secret::{hex, unhex},
};

/// Seals keys of providers with AES-256-GCM under a secret of this installation, which is not in the database. The place where
/// a key is stored is sealed in with it, so that one that was moved to another workspace does not open.
pub struct Vault {
    key: RandomizedNonceKey,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault under a secret of 64 hexadecimal digits.
    ///
    /// # Errors
    /// Where the secret is something else.
    pub fn new(secret: &SecretString) -> Result<Self, AccountError> {
        let wrong = || {
            let what = "the secret that seals keys is 64 hexadecimal digits, such as `openssl rand -hex 32` prints; what is sealed \
                        already opens with the secret it was sealed with alone";
            AccountError::Invalid(what.to_owned())
        };
        let bytes = unhex(secret.expose_secret().trim()).filter(|bytes| bytes.len() == 32).ok_or_else(wrong)?;
        Ok(Self { key: RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| wrong())? })
    }

    /// Seals a text for a place.
    ///
    /// # Errors
    /// Where the machine gives no random bytes.
    pub fn seal(&self, place: &str, text: &SecretString) -> Result<String, AccountError> {
        let mut sealed = text.expose_secret().as_bytes().to_vec();
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| AccountError::Machine("seal a key"))?;
        Ok(format!("{}{}", hex(nonce.as_ref()), hex(&sealed)))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// Where it was sealed elsewhere, under another secret, or changed.
    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString, AccountError> {
        let failed = || AccountError::Sealed { name: place.rsplit('/').next().unwrap_or(place).to_owned() };
        let bytes = unhex(sealed).filter(|bytes| bytes.len() > 12).ok_or_else(failed)?;
        let (nonce, body) = bytes.split_at(12);
        let nonce = aws_lc_rs::aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| failed())?;
        let mut body = body.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(place.as_bytes()), &mut body).map_err(|_| failed())?;
        let text = std::str::from_utf8(opened).map_err(|_| failed())?;
        Ok(SecretString::from(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_only_where_it_was_sealed() {
        let vault = Vault::new(&SecretString::from("0f".repeat(32))).unwrap();
        let other = Vault::new(&SecretString::from("f0".repeat(32))).unwrap();
        let key = SecretString::from("sk-secret");
        let sealed = vault.seal("north/OPENAI_API_KEY", &key).unwrap();
        assert!(!sealed.contains(&hex(b"secret")));
        assert_ne!(sealed, vault.seal("north/OPENAI_API_KEY", &key).unwrap());
        assert_eq!(vault.open("north/OPENAI_API_KEY", &sealed).unwrap().expose_secret(), "sk-secret");
        let mut changed = sealed.clone();
        changed.replace_range(30..31, if sealed[30..].starts_with('0') { "1" } else { "0" });
        for (vault, place, sealed) in [
            (&vault, "south/OPENAI_API_KEY", sealed.as_str()),
            (&other, "north/OPENAI_API_KEY", &sealed),
            (&vault, "north/OPENAI_API_KEY", &changed),
            (&vault, "north/OPENAI_API_KEY", "00"),
            (&vault, "north/OPENAI_API_KEY", "no hex"),
        ] {
            let refused = vault.open(place, sealed);
            assert!(matches!(refused, Err(AccountError::Sealed { .. })), "{place}");
            let told = refused.unwrap_err().to_string();
            for words in ["`OPENAI_API_KEY`", "CLADE_SECRET_KEY", "`secret.key`", "set the key again"] {
                assert!(told.contains(words), "{told}");
            }
        }
    }

    #[test]
    fn a_short_secret_is_refused() {
        for secret in ["", "0f", "zz"] {
            assert!(Vault::new(&SecretString::from(secret)).is_err());
        }
    }
}
