use axum::http::{HeaderMap, header};
use clade_accounts::Secret;

/// The cookies' names. Over https a name begins so that a browser takes it for this host and path alone (RFC 6265bis, 4.1.3.2).
const SESSION: (&str, &str) = ("clade_session", "__Host-clade_session");
const GOING: (&str, &str) = ("clade_going", "__Host-clade_going");

/// As long as a session lasts, in seconds.
const LASTS: u32 = 14 * 24 * 3_600;

/// The header that gives a browser its session.
pub(crate) fn set(secret: &Secret, secure: bool) -> String {
    written(SESSION, secret.reveal(), LASTS, secure)
}

/// The header that takes it away.
pub(crate) fn clear(secure: bool) -> String {
    written(SESSION, "", 0, secure)
}

/// The header that gives a browser what it keeps of a sign-in elsewhere.
pub(crate) fn set_going(value: &str, seconds: u32, secure: bool) -> String {
    written(GOING, value, seconds, secure)
}

/// What a browser keeps of a sign-in elsewhere.
pub(crate) fn read_going(headers: &HeaderMap, secure: bool) -> Option<&str> {
    found(GOING, headers, secure)
}

fn written((name, secure_name): (&str, &str), value: &str, seconds: u32, secure: bool) -> String {
    let (name, flag) = if secure { (secure_name, "; Secure") } else { (name, "") };
    format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{flag}")
}

/// The session's secret that a request brings.
pub(crate) fn read(headers: &HeaderMap, secure: bool) -> Option<&str> {
    found(SESSION, headers, secure)
}

fn found<'a>((name, secure_name): (&str, &str), headers: &'a HeaderMap, secure: bool) -> Option<&'a str> {
    let wanted = if secure { secure_name } else { name };
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == wanted && !value.is_empty()).map(|(_, value)| value)
}
