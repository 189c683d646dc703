use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Passes connections on, and cuts each after so many bytes of answers; 0 cuts none.
pub struct Proxy {
    pub port: u16,
    cuts: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// The n-th connection is cut after `after(n)` bytes; every part waits `delay`.
    pub async fn start(to: u16, delay: Duration, after: impl Fn(u64) -> u64 + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Arc::new(AtomicU64::new(0));
        let counted = cuts.clone();
        let task = tokio::spawn(async move {
            for number in 0.. {
                let (client, _) = listener.accept().await.unwrap();
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await else { continue };
                let (cuts, limit) = (counted.clone(), after(number));
                tokio::spawn(async move { pass(client, server, delay, limit, &cuts).await });
            }
        });
        Self { port, cuts, task }
    }

    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(client: TcpStream, server: TcpStream, delay: Duration, limit: u64, cuts: &AtomicU64) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = async {
        drop(tokio::io::copy(&mut from_client, &mut to_server).await);
    };
    let answering = async {
        let (mut passed, mut part) = (0, vec![0; 16 * 1024]);
        loop {
            let read = from_server.read(&mut part).await.unwrap_or(0);
            tokio::time::sleep(delay).await;
            passed += read as u64;
            if limit > 0 && passed > limit {
                cuts.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if read == 0 || to_client.write_all(&part[..read]).await.is_err() {
                return;
            }
        }
    };
    // either end of it ends both: what the server has done by then it has done
    tokio::select! {
        () = asking => {}
        () = answering => {}
    }
}
