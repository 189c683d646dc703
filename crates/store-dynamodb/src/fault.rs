use std::{error::Error, iter};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use clade_store::StoreError;

/// What an error means, and what to do. `server` is shown.
pub(crate) fn fault<E>(server: &str, table: &str, doing: &'static str, error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let said = error.message().unwrap_or_default();
    let refused = |detail: String, remedy: String| StoreError::Denied { server: server.to_owned(), detail, remedy };
    let denied = |remedy: String| refused(said.to_owned(), remedy);
    let no_keys = causes(error).any(|cause| cause.is::<CredentialsError>());
    match (error, error.code()) {
        // nothing was sent: none were found, or the service that gives them out did not answer
        _ if no_keys || matches!(error, SdkError::ConstructionFailure(_)) => refused(
            format!("no keys to sign requests with: {}", words(error)),
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role".into(),
        ),
        (_, Some("ResourceNotFoundException")) => denied(format!(
            "there is no table `{table}`: `clade migrate` creates it, or the template in docs/backends/dynamodb.md"
        )),
        (_, Some("AccessDeniedException")) => denied(format!(
            "allow dynamodb:GetItem, BatchGetItem, PutItem, BatchWriteItem, Query and DescribeTable on table `{table}` and its indices"
        )),
        (
            _,
            Some(
                "UnrecognizedClientException"
                | "InvalidSignatureException"
                | "ExpiredTokenException"
                | "MissingAuthenticationTokenException",
            ),
        ) => denied(
            "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile, or the machine's role and clock".into(),
        ),
        (SdkError::DispatchFailure(_) | SdkError::TimeoutError(_), _) => {
            StoreError::Unreachable { server: server.to_owned(), detail: words(error) }
        }
        (_, code) => {
            let detail = format!("{server}: {} ({})", said, code.unwrap_or("no code"));
            StoreError::Backend { doing, detail }
        }
    }
}

/// The last of what led to an error, in one line: the layers before it only say that it failed.
fn words(error: &(dyn Error + 'static)) -> String {
    let last = causes(error).last().map(ToString::to_string).unwrap_or_default();
    last.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

/// An error and what led to it.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let mut next = Some(error);
    iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
