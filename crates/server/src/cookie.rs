use axum::http::{HeaderMap, header};
use clade_accounts::Secret;

/// The cookie's name. Over https its name begins so that a browser takes it for this host and path alone (RFC 6265bis, 4.1.3.2).
const NAME: &str = "clade_session";
const SECURE_NAME: &str = "__Host-clade_session";

/// As long as a session lasts, in seconds.
const LASTS: u32 = 14 * 24 * 3_600;

/// The header that gives a browser its session.
pub(crate) fn set(secret: &Secret, secure: bool) -> String {
    written(secret.reveal(), LASTS, secure)
}

/// The header that takes it away.
pub(crate) fn clear(secure: bool) -> String {
    written("", 0, secure)
}

fn written(value: &str, seconds: u32, secure: bool) -> String {
    let (name, flag) = if secure { (SECURE_NAME, "; Secure") } else { (NAME, "") };
    format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{flag}")
}

/// The session's secret that a request brings.
pub(crate) fn read(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let wanted = if secure { SECURE_NAME } else { NAME };
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == wanted && !value.is_empty()).map(|(_, value)| value)
}
