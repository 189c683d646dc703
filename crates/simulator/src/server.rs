use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

use clade_models::simulated::{SimulatedModel, names};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Settings, SettingsError, Stats, ledger::Ledger, routes::Models, service::Service};

/// Why a server could not start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The settings cannot be.
    #[error("start the simulator: {0}")]
    Settings(#[from] SettingsError),
    /// The log cannot be written.
    #[error("write the simulator's log {path}: {source}; name a file that can be written, on a disk with room")]
    Log {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// How often the log's lines are brought to the file.
const FLUSH_EVERY: Duration = Duration::from_millis(200);
/// How long answers under way may take once the server is to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait where no connection can be accepted, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Answers on `listener` until `cancel` is cancelled; then lets answers under way end, for ten seconds at most, and says
/// what was done. Requests that hang on purpose are dropped at once.
///
/// # Errors
/// [`ServeError::Settings`] before anything is answered; [`ServeError::Log`] at the start, or at the end where lines were
/// lost on the way.
pub async fn serve(settings: Settings, listener: TcpListener, cancel: CancellationToken) -> Result<Stats, ServeError> {
    settings.check()?;
    let log = settings.log.clone();
    let log_error =
        |source| ServeError::Log { path: log.as_ref().map_or_else(String::new, |p| p.display().to_string()), source };
    let ledger = Ledger::open(settings.log.as_deref()).map_err(log_error)?;
    let models = models(&settings)?;
    let service = Arc::new(Service::new(settings, models, ledger, cancel.clone()));
    let connections = TaskTracker::new();
    let mut flush = interval(FLUSH_EVERY);
    flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = cancel.cancelled() => break,
            _ = flush.tick() => service.ledger.flush(),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&service), cancel.clone()));
                }
                Err(error) => {
                    tracing::warn!(error = %error, "the simulator could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    connections.close();
    if timeout(GRACE, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "the simulator stops with connections still open");
    }
    service.ledger.flush();
    match service.ledger.log_error() {
        Some(error) => Err(log_error(error)),
        None => Ok(service.ledger.stats()),
    }
}

/// The main model with the user's settings, and every other by its name.
fn models(settings: &Settings) -> Result<Models, SettingsError> {
    let make = |name: &str, config: &BTreeMap<_, _>| {
        SimulatedModel::new(name, config, settings.answers.clone(), settings.seed).map_err(SettingsError)
    };
    let main = make(&settings.model, &settings.config)?;
    let plain = BTreeMap::new();
    let others = names().iter().map(|(name, _)| make(name, &plain));
    let others: Vec<_> =
        others.filter(|other| other.as_ref().map_or(true, |other| other.name() != main.name())).collect();
    Ok(Models::new(main, others.into_iter().collect::<Result<_, _>>()?))
}

async fn connection(stream: TcpStream, service: Arc<Service>, cancel: CancellationToken) {
    // a socket that cannot be told is only slower
    let _ = stream.set_nodelay(true);
    let handler = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { service.respond(request).await }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).pipeline_flush(true);
    let connection = builder.serve_connection(TokioIo::new(stream), handler);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = cancel.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection to the simulator ended early");
    }
}
