use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

use crate::AccountError;

/// Something that only its holder knows: 256 random bits behind a word that tells what it is for. Only its hash is stored.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Draws one, such as `clade_0f…`.
    ///
    /// # Errors
    /// Where the machine gives no random bytes.
    pub fn new(prefix: &str) -> Result<Self, AccountError> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|_| AccountError::Machine("draw a secret"))?;
        Ok(Self(format!("{prefix}{}", hex(&bytes))))
    }

    /// The text to hand over, once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hash_of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The hash under which a secret is stored. A plain digest does: 256 random bits cannot be guessed, and looking one up by
/// its digest takes as long whatever an attacker tries.
#[must_use]
pub fn hash_of(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

/// An id of 64 random bits that is no secret.
///
/// # Errors
/// Where the machine gives no random bytes.
pub fn new_id() -> Result<u64, AccountError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| AccountError::Machine("draw an id"))?;
    Ok(u64::from_le_bytes(bytes))
}

/// Such an id as 16 hexadecimal digits.
///
/// # Errors
/// Where the machine gives no random bytes.
pub fn new_name() -> Result<String, AccountError> {
    Ok(hex(&new_id()?.to_le_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        text
    })
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| (pair[0] << 4) | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("clade_").unwrap();
        assert_eq!(secret.reveal().len(), 70);
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_ne!(secret.reveal(), Secret::new("clade_").unwrap().reveal());
        // the digest of the empty text, from FIPS 180-4's examples
        assert_eq!(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn hexadecimal_digits_go_there_and_back() {
        assert_eq!(hex(&[0, 15, 160, 255]), "000fa0ff");
        assert_eq!(unhex("000fa0ff"), Some(vec![0, 15, 160, 255]));
        assert_eq!((unhex("0"), unhex("xx")), (None, None));
    }
}
