use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::IdentityError;

/// What ties the end of a sign-in to the browser that began it (RFC 7636): the provider sees the challenge first and the verifier last.
#[derive(Clone, PartialEq)]
pub struct Pkce {
    verifier: String,
}

impl Pkce {
    /// Draws one.
    ///
    /// # Errors
    /// Where the machine gives no random bytes.
    pub fn new() -> Result<Self, IdentityError> {
        Ok(Self { verifier: drawn()? })
    }

    /// One that was drawn before.
    #[must_use]
    pub fn of(verifier: String) -> Self {
        Self { verifier }
    }

    /// What the browser keeps.
    #[must_use]
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// What the provider is told first; its method is S256.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }
}

/// 256 random bits in 43 characters that addresses may hold.
///
/// # Errors
/// Where the machine gives no random bytes.
pub(crate) fn drawn() -> Result<String, IdentityError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| IdentityError::Machine)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_the_hash_of_its_verifier() {
        let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(pkce.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(Pkce::new().unwrap().verifier().len(), 43);
    }
}
