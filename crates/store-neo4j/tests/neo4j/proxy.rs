use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Stands between a client and a server, to make the way bad: slow, cut, or silent.
pub struct Proxy {
    pub address: String,
    delay_ms: Arc<AtomicU64>,
    cut: Arc<AtomicBool>,
}

impl Proxy {
    pub async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (delay_ms, cut) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (server, delay, cutting) = (server.to_owned(), Arc::clone(&delay_ms), Arc::clone(&cut));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, delay, cutting) = (server.clone(), Arc::clone(&delay), Arc::clone(&cutting));
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(&server).await else { return };
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    let there = carry(from_client, to_server, Arc::clone(&delay), Arc::clone(&cutting));
                    let back = carry(from_server, to_client, delay, cutting);
                    // either end closes both
                    tokio::select! { () = there => {}, () = back => {} }
                });
            }
        });
        Self { address, delay_ms, cut }
    }

    /// Every message takes so much longer.
    pub fn delay(&self, time: Duration) {
        self.delay_ms.store(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Cuts connections as soon as something is sent over them, until it is told otherwise.
    pub fn cut(&self, cutting: bool) {
        self.cut.store(cutting, Ordering::SeqCst);
    }
}

async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    delay: Arc<AtomicU64>,
    cut: Arc<AtomicBool>,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if cut.load(Ordering::SeqCst) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(delay.load(Ordering::SeqCst))).await;
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
