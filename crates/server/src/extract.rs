use std::time::Duration;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Problem, sent};

/// A body of JSON. What is not expected in it is an error that names the place.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // a form of another site can be sent without asking, JSON cannot
        if kind.split(';').next().map(str::trim) != Some("application/json") {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", "the body has to be JSON")
                .fix("send it with `Content-Type: application/json`"));
        }
        let bytes = whole(request, state).await?;
        sent::holds(&bytes);
        read(&bytes).map(Self)
    }
}

/// A body as it is, up to the route's limit.
pub(crate) async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    plain(request.headers())?;
    in_time(Bytes::from_request(request, state)).await?.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => Problem::new(status, "body", "the body could not be read").fix("send it again"),
    })
}

/// For how long a body may come: less than a request may take, so that whoever is slow is told that it was them.
const COMES: Duration = Duration::from_secs(25);

/// Gives a body up that does not come.
pub(crate) async fn in_time<T>(body: impl Future<Output = T>) -> Result<T, Problem> {
    within(COMES, body).await
}

async fn within<T>(most: Duration, body: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(most, body).await.map_err(|_| {
        let late = format!("the body did not come within {} s", most.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", late)
            .fix("send it again as one piece; nothing of it was carried out")
    })
}

/// Refuses a body that is compressed, which would be read as what it is not.
pub(crate) fn plain(headers: &HeaderMap) -> Result<(), Problem> {
    let identity =
        |value: &HeaderValue| value.to_str().is_ok_and(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    match headers.get_all(header::CONTENT_ENCODING).iter().all(identity) {
        true => Ok(()),
        false => Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", "the body has a Content-Encoding")
            .fix("send it as it is, without `Content-Encoding`")),
    }
}

pub(crate) fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than this route takes")
        .fix("send less, or import large data as a bundle")
}

/// Reads JSON, naming the place of what is wrong.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde takes a list for an object too, field by field
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Problem::bad("the body is a list, and has to be an object")
            .fix("GET /api/v1/openapi.json says what this route takes"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!(" at `{path}`") };
        Problem::bad(format!("the body is wrong{place}: {}", error.into_inner()))
            .fix("GET /api/v1/openapi.json says what this route takes")
    })?;
    reader.end().map_err(|_| Problem::bad("there is more behind the JSON of the body").fix("send one JSON value"))?;
    Ok(value)
}

/// What stands behind the question mark. Unknown names are refused.
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(asked)) => Ok(Self(asked)),
            Err(error) => {
                Err(Problem::bad(error.body_text())
                    .fix("GET /api/v1/openapi.json says which parameters this route takes"))
            }
        }
    }
}

/// Refuses what stands behind the question mark of a route that takes no parameters: whoever asks for a part is not given the whole unawares.
pub(crate) async fn asks_nothing(request: Request, next: Next) -> Result<Response, Problem> {
    let query = request.uri().query().unwrap_or_default();
    match query.split(['=', '&']).next().filter(|name| !name.is_empty()) {
        Some(name) => Err(Problem::bad(format!("`{name}` is no parameter of this route, which takes none"))
            .fix("leave it out: the answer is whole")),
        None => Ok(next.run(request).await),
    }
}

/// A yes or no behind the question mark: `true`, `false`, `1` or `0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flag(pub bool);

impl<'de> serde::Deserialize<'de> for Flag {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        match String::deserialize(source)?.as_str() {
            "true" | "1" => Ok(Self(true)),
            "false" | "0" => Ok(Self(false)),
            other => Err(serde::de::Error::custom(format_args!("`{other}` is neither `true` nor `false`"))),
        }
    }
}

impl schemars::JsonSchema for Flag {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        bool::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        bool::json_schema(generator)
    }
}

/// What the path names.
pub(crate) struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(named)) => Ok(Self(named)),
            Err(error) => {
                Err(Problem::bad(error.body_text())
                    .fix("GET /api/v1/openapi.json says what the parts of this path are"))
            }
        }
    }
}

/// The revision that an edit was made from: `If-Match: "3"`. An edit without it would overwrite what it has not seen.
pub(crate) struct Revision(pub u64);

impl<S: Send + Sync> FromRequestParts<S> for Revision {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        revision(&parts.headers).map(Self)
    }
}

/// The revision that what is added was made from, where `If-Match` says it: what is added overwrites nothing, so it need not.
pub(crate) struct MadeFrom(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for MadeFrom {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let said = parts.headers.contains_key(header::IF_MATCH);
        Ok(Self(said.then(|| revision(&parts.headers)).transpose()?))
    }
}

fn revision(headers: &HeaderMap) -> Result<u64, Problem> {
    let fix = "read it first, and send its ETag back as If-Match";
    let Some(value) = headers.get(header::IF_MATCH) else {
        let missing = "an edit says which version it was made from";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match", missing).fix(fix));
    };
    // a proxy that compresses answers calls their ETags weak
    let tag = value.to_str().ok().map(|text| text.trim_start_matches("W/").trim_matches('"'));
    let number = tag.and_then(|tag| tag.parse().ok());
    let number = number.ok_or_else(|| Problem::bad("If-Match is no ETag of this server").fix(fix))?;
    sent::made_from(number);
    Ok(number)
}

/// An answer with the revision of what it shows.
pub(crate) fn tagged(revision: u64, body: impl Serialize) -> Response {
    let mut response = axum::Json(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_is_given_up() {
        let refused = within(Duration::from_millis(1), std::future::pending::<()>()).await.unwrap_err();
        assert_eq!((refused.status(), refused.kind()), (408, "urn:promptclade:problem:slow_body"));
    }
}
