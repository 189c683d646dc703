use std::sync::{Mutex, PoisonError};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use clade_accounts::hash_of;
use clade_domain::UserId;
use serde::Deserialize;

use crate::{App, Problem, cookie};

/// The link that is printed when a server starts for the person at this machine.
#[derive(Debug, Default)]
pub(crate) struct StartLink(Mutex<Option<String>>);

impl StartLink {
    pub fn set(&self, hash: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash);
    }

    /// Whether a secret is the link's; it is used up with it.
    fn take(&self, secret: &str) -> bool {
        let mut hash = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // hashes are compared, so how long that takes tells nothing about the secret
        hash.take_if(|hash| *hash == hash_of(secret)).is_some()
    }
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    token: String,
}

/// `GET /start?token=...`: signs the person at this machine in and leads to the first page. A browser that comes with a link which is used up
/// is led there too, without a session.
pub(crate) async fn start(
    State(app): State<App>,
    method: Method,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    // programs that show what is behind a link ask so, before anybody opens it
    if method == Method::HEAD {
        return Ok(StatusCode::OK.into_response());
    }
    if !app.start.take(&wanted.token) {
        // whoever follows it again in a browser may still have the session, and is told by the page where not
        if headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html")) {
            return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response());
        }
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "start_link",
            "this link was used already, or never was one",
        )
        .fix("start `clade serve` again: it prints a new one"));
    }
    let now = clade_engine::now();
    app.accounts.local(now).await?;
    let (secret, _) = app.accounts.open_session(&UserId::default(), now).await?;
    let set = cookie::set(&secret, app.hosts.secure());
    Ok((StatusCode::SEE_OTHER, [(header::SET_COOKIE, set), (header::LOCATION, "/".to_owned())]).into_response())
}
