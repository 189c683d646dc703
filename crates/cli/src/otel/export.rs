use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use reqwest::{Client, Url, header};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use super::{
    TARGET, json,
    layer::{Ended, Gather},
};

/// Spans that wait to be sent; what ends while so many wait is dropped.
const WAITING: usize = 8_192;
/// Spans in one request.
const BATCH: usize = 512;
/// How long a batch is waited for that is not full.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Spans that were not sent.
static LOST: AtomicU64 = AtomicU64::new(0);

/// Where traces go, in OpenTelemetry's variables
/// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).
#[derive(Debug, Clone)]
pub struct Settings {
    url: Url,
    headers: header::HeaderMap,
    resource: Vec<(String, String)>,
}

impl Settings {
    /// From the receiver's address, to which `/v1/traces` is added, and the environment.
    ///
    /// # Errors
    /// What is wrong, with what to do.
    pub fn of(endpoint: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let whole = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let url: Url =
            whole.parse().ok().filter(|url: &Url| matches!(url.scheme(), "http" | "https")).ok_or_else(|| {
                format!("`{endpoint}` is no address of a receiver; write it as http://localhost:4318")
            })?;
        let mut headers = header::HeaderMap::new();
        for (name, value) in pairs(env("OTEL_EXPORTER_OTLP_HEADERS")) {
            let named = header::HeaderName::from_bytes(name.as_bytes()).ok();
            let (Some(name), Ok(mut value)) = (named, header::HeaderValue::from_str(&value)) else {
                return Err(
                    "OTEL_EXPORTER_OTLP_HEADERS has a header that is none; write it as name=value,name=value".into()
                );
            };
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let service = env("OTEL_SERVICE_NAME").filter(|name| !name.is_empty()).unwrap_or_else(|| "promptclade".into());
        let mut resource = vec![
            ("service.name".to_owned(), service),
            ("service.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ];
        resource.extend(pairs(env("OTEL_RESOURCE_ATTRIBUTES")).filter(|(name, _)| name != "service.name"));
        Ok(Self { url, headers, resource })
    }
}

/// `a=b,c=d`
fn pairs(text: Option<String>) -> impl Iterator<Item = (String, String)> {
    let text = text.unwrap_or_default();
    let pair = |part: &str| part.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    text.split(',').filter_map(pair).collect::<Vec<_>>().into_iter()
}

/// What sends spans, until it is closed.
pub struct Exporter {
    task: JoinHandle<()>,
    closing: CancellationToken,
}

impl Exporter {
    /// Sends what has ended, and ends. Says on stderr where spans were lost.
    pub async fn close(self) {
        self.closing.cancel();
        // what it met was logged
        drop(self.task.await);
        let lost = LOST.load(Relaxed);
        if lost > 0 {
            tracing::warn!(lost, "spans could not be sent to the receiver of traces");
        }
    }
}

/// The layer that gathers spans, and what sends them. Called in a runtime.
///
/// # Errors
/// Where the machine gives no random bytes, or no client can be made.
pub fn start<S>(settings: Settings) -> Result<(impl Layer<S> + Send + Sync + 'static, Exporter), String>
where
    S: tracing::Subscriber + for<'s> LookupSpan<'s>,
{
    let (sender, ended) = mpsc::channel(WAITING);
    let seed = clade_accounts::new_id().map_err(|error| error.to_string())?;
    let layer = Gather::new(sender, seed, &LOST).with_filter(Targets::new().with_target(TARGET, LevelFilter::DEBUG));
    let client = Client::builder().timeout(PATIENCE).user_agent("Promptclade").build();
    let client = client.map_err(|error| error.to_string())?;
    let closing = CancellationToken::new();
    let task = tokio::spawn(send(client, settings, ended, closing.clone()));
    Ok((layer, Exporter { task, closing }))
}

async fn send(client: Client, settings: Settings, mut ended: mpsc::Receiver<Ended>, closing: CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let last = tokio::select! {
            () = closing.cancelled() => true,
            taken = ended.recv() => {
                let Some(span) = taken else { return };
                batch.push(span);
                tokio::select! {
                    () = closing.cancelled() => true,
                    () = fill(&mut ended, &mut batch) => false,
                    () = tokio::time::sleep(PAUSE) => false,
                }
            }
        };
        if !last {
            post(&client, &settings, &mut batch).await;
            continue;
        }
        loop {
            while batch.len() < BATCH
                && let Ok(span) = ended.try_recv()
            {
                batch.push(span);
            }
            if batch.is_empty() {
                return;
            }
            // a receiver that is away does not hold up the end once for each batch
            if !post(&client, &settings, &mut batch).await {
                while ended.try_recv().is_ok() {
                    LOST.fetch_add(1, Relaxed);
                }
                return;
            }
        }
    }
}

async fn fill(ended: &mut mpsc::Receiver<Ended>, batch: &mut Vec<Ended>) {
    while batch.len() < BATCH {
        match ended.recv().await {
            Some(span) => batch.push(span),
            None => return std::future::pending().await,
        }
    }
}

/// Sends a batch; whether it was taken. One that was not is lost: traces are no account.
async fn post(client: &Client, settings: &Settings, batch: &mut Vec<Ended>) -> bool {
    let body = json::request(&settings.resource, batch);
    let request = client.post(settings.url.clone()).headers(settings.headers.clone()).json(&body);
    let met = match request.send().await {
        Ok(response) if response.status().is_success() => None,
        Ok(response) => Some(response.status().to_string()),
        Err(error) => Some(error.without_url().to_string()),
    };
    if let Some(met) = &met {
        LOST.fetch_add(batch.len() as u64, Relaxed);
        tracing::warn!(spans = batch.len(), "the receiver of traces took nothing: {met}");
    }
    batch.clear();
    met.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_in_the_standards_variables() {
        let env = |name: &str| match name {
            "OTEL_EXPORTER_OTLP_HEADERS" => Some("authorization=Bearer x, team=a".to_owned()),
            "OTEL_RESOURCE_ATTRIBUTES" => Some("deployment.environment.name=test,service.name=no".to_owned()),
            _ => None,
        };
        let settings = Settings::of("http://localhost:4318/", &env).unwrap();
        assert_eq!(settings.url.as_str(), "http://localhost:4318/v1/traces");
        assert_eq!(settings.headers["authorization"], "Bearer x");
        let names: Vec<&str> = settings.resource.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["service.name", "service.version", "deployment.environment.name"]);
        assert_eq!(settings.resource[0].1, "promptclade");
        for endpoint in ["localhost:4318", "ftp://x", ""] {
            assert!(Settings::of(endpoint, &|_| None).unwrap_err().contains("http://localhost:4318"), "{endpoint}");
        }
    }
}
