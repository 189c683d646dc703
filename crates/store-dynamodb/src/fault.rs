use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use clade_store::StoreError;

/// What an error means, and what to do. `server` is shown.
pub(crate) fn fault<E>(server: &str, table: &str, doing: &'static str, error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let said = error.message().unwrap_or_default();
    let denied = |remedy: String| StoreError::Denied { server: server.to_owned(), detail: said.to_owned(), remedy };
    match (error, error.code()) {
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
            StoreError::Unreachable { server: server.to_owned(), detail: DisplayErrorContext(error).to_string() }
        }
        (SdkError::ConstructionFailure(_), _) => {
            denied("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile".into())
        }
        (_, code) => {
            let detail = format!("{server}: {} ({})", said, code.unwrap_or("no code"));
            StoreError::Backend { doing, detail }
        }
    }
}
