use std::{io, net::SocketAddr};

use axum::Router;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A server on loopback that ends with this value.
pub(crate) struct Serving {
    pub address: SocketAddr,
    down: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Serving {
    /// Serves on a port; 0 takes a free one.
    pub async fn start(router: Router, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let (down, asked) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let served = axum::serve(listener, router).with_graceful_shutdown(async { drop(asked.await) });
            drop(served.await);
        });
        Ok(Self { address, down: Some(down), task: Some(task) })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it: from then on nobody answers on its port.
    pub async fn stop(&mut self) {
        drop(self.down.take());
        if let Some(task) = self.task.take() {
            // who keeps a connection open does not hold it up
            task.abort();
            drop(task.await);
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}
