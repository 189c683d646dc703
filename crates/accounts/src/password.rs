use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::AccountError;

/// The fewest characters of a password, as NIST SP 800-63B-4 asks for where one stands alone.
pub const LEAST: usize = 15;
/// The most: enough for any sentence, and no work for a machine.
const MOST: usize = 200;
/// Hashes under way at once: each takes 19 MiB and a core.
static PLACES: Semaphore = Semaphore::const_new(2);

/// argon2id with the parameters of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
fn hasher() -> Result<Argon2<'static>, AccountError> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| AccountError::Machine("set up password hashing"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password in PHC format.
///
/// # Errors
/// Where it is too short or too long.
pub(crate) async fn hash(password: SecretString) -> Result<String, AccountError> {
    let length = password.expose_secret().chars().count();
    if !(LEAST..=MOST).contains(&length) {
        return Err(AccountError::Password { least: LEAST, most: MOST });
    }
    blocking(move || hash_now(password.expose_secret())).await?
}

fn hash_now(password: &str) -> Result<String, AccountError> {
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|_| AccountError::Machine("draw a salt"))?;
    let hash: PasswordHash = hasher()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|_| AccountError::Machine("hash a password"))?;
    Ok(hash.to_string())
}

/// A hash that no password has, to compare with where there is no account: the answer then takes as long.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).ok()?;
    hash_now(&crate::secret::hex(&random)).ok()
});

/// Whether a password has this hash. Takes as long where there is no hash.
///
/// # Errors
/// Where the machine fails.
pub(crate) async fn verify(password: SecretString, hash: Option<String>) -> Result<bool, AccountError> {
    if password.expose_secret().chars().count() > MOST {
        return Ok(false);
    }
    blocking(move || {
        let known = hash.is_some();
        let Some(hash) = hash.or_else(|| NOBODY.clone()) else { return Ok(false) };
        let hash = PasswordHash::new(&hash).map_err(|_| AccountError::Machine("read a password's hash"))?;
        Ok(hasher()?.verify_password(password.expose_secret().as_bytes(), &hash).is_ok() && known)
    })
    .await?
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
    let failed = AccountError::Machine("hash a password");
    let Ok(_place) = PLACES.acquire().await else { return Err(failed) };
    tokio::task::spawn_blocking(work).await.map_err(|_| failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_fits_its_hash() {
        let good = || SecretString::from("correct horse battery");
        let hashed = hash(good()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert_ne!(hashed, hash(good()).await.unwrap(), "salted");
        // password, hash, whether it fits
        let table = [
            (good(), Some(hashed.clone()), true),
            ("correct horse batterz".into(), Some(hashed.clone()), false),
            (String::new().into(), Some(hashed), false),
            (good(), None, false),
        ];
        for (password, hash, fits) in table {
            assert_eq!(verify(password, hash).await.unwrap(), fits);
        }
    }

    #[tokio::test]
    async fn weak_and_endless_passwords_are_refused() {
        for password in ["", "fourteen chars", &"x".repeat(201)] {
            let refused = hash(SecretString::from(password)).await;
            assert!(matches!(refused, Err(AccountError::Password { .. })), "{}", password.len());
        }
    }
}
