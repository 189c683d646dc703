//! A simulator on a free port, in the test's own process.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail with their test")]

use clade_simulator::{ServeError, Settings, Stats, serve};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A running simulator.
pub struct Simulator {
    /// Where it listens, such as `http://127.0.0.1:1234`.
    pub url: String,
    cancel: CancellationToken,
    running: JoinHandle<Result<Stats, ServeError>>,
}

impl Simulator {
    /// Starts one.
    pub async fn start(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cancel = CancellationToken::new();
        let running = tokio::spawn(serve(settings, listener, cancel.clone()));
        Self { url, cancel, running }
    }

    /// Stops it and says what it did.
    pub async fn stop(self) -> Stats {
        self.cancel.cancel();
        self.running.await.unwrap().unwrap()
    }
}
