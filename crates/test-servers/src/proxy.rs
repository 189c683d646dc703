use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{sleep, spawn},
    time::Duration,
};

/// Stands between a client and a server, to make the way bad.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    fate: Arc<Fate>,
}

/// After how many bytes of answers the n-th connection is cut; 0 for never.
type After = Box<dyn Fn(u64) -> u64 + Send>;

/// What happens to what passes.
struct Fate {
    delay_ms: AtomicU64,
    cutting: AtomicBool,
    cuts: AtomicU64,
    after: Mutex<After>,
}

impl Proxy {
    /// To a server on a port of loopback; nothing is bad yet.
    ///
    /// # Panics
    /// Where no port is free.
    #[must_use]
    pub fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let fate = Arc::new(Fate {
            delay_ms: AtomicU64::new(0),
            cutting: AtomicBool::new(false),
            cuts: AtomicU64::new(0),
            after: Mutex::new(Box::new(|_| 0)),
        });
        let own = Arc::clone(&fate);
        // for as long as the test's process lives
        spawn(move || {
            for (number, client) in (0..).zip(listener.incoming()) {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", to))) else { continue };
                let limit = own.after.lock().unwrap()(number);
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                }
                let (there, back) = ((client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client));
                let (asking, answering) = (Arc::clone(&own), Arc::clone(&own));
                spawn(move || carry(there, &asking, false, 0));
                spawn(move || carry(back, &answering, true, limit));
            }
        });
        Self { port, fate }
    }

    /// Every answer takes so much longer.
    ///
    /// # Panics
    /// For more milliseconds than there are numbers.
    pub fn delay(&self, time: Duration) {
        self.fate.delay_ms.store(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Cuts connections as soon as something is sent over them, until it is told otherwise.
    pub fn cut(&self, cutting: bool) {
        self.fate.cutting.store(cutting, Ordering::SeqCst);
    }

    /// The n-th connection is cut after `after(n)` bytes of answers; 0 cuts none.
    ///
    /// # Panics
    /// Never.
    pub fn cut_after(&self, after: impl Fn(u64) -> u64 + Send + 'static) {
        *self.fate.after.lock().unwrap() = Box::new(after);
    }

    /// How many connections were cut.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.fate.cuts.load(Ordering::SeqCst)
    }
}

fn carry((mut from, mut to): (TcpStream, TcpStream), fate: &Fate, answers: bool, limit: u64) {
    let (mut passed, mut part) = (0, vec![0; 64 * 1024]);
    while let Ok(read @ 1..) = from.read(&mut part) {
        passed += read as u64;
        if fate.cutting.load(Ordering::SeqCst) || (limit > 0 && passed > limit) {
            fate.cuts.fetch_add(1, Ordering::SeqCst);
            break;
        }
        if answers {
            sleep(Duration::from_millis(fate.delay_ms.load(Ordering::SeqCst)));
        }
        if to.write_all(&part[..read]).is_err() {
            break;
        }
    }
    // either end of it ends both; what the server has done by then it has done
    for stream in [from, to] {
        drop(stream.shutdown(Shutdown::Both));
    }
}
