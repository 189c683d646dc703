use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A server may take so long until it answers: a Java machine on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that is started again and again with the same words, and killed when this value goes.
pub struct Process {
    command: Box<dyn Fn() -> Command + Send + Sync>,
    ready: Box<dyn Fn() -> bool + Send + Sync>,
    child: Child,
}

impl Process {
    /// Starts it and waits until it is ready.
    ///
    /// # Panics
    /// Where it ends, or is not ready in time.
    pub fn start(
        command: impl Fn() -> Command + Send + Sync + 'static,
        ready: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let child = spawn(&mut command());
        let mut process = Self { command: Box::new(command), ready: Box::new(ready), child };
        process.wait();
        process
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        while !(self.ready)() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{:?} ended: {ended:?}", (self.command)());
            assert!(begun.elapsed() < PATIENCE, "{:?} does not answer", (self.command)());
            sleep(Duration::from_millis(25));
        }
    }

    /// Ends it without notice.
    ///
    /// # Panics
    /// Where it is dead already.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it anew, with the data that it had, and waits until it is ready.
    pub fn restart(&mut self) {
        self.child = spawn(&mut (self.command)());
        self.wait();
    }

    /// Sends it a signal, such as `STOP`.
    ///
    /// # Panics
    /// Where it is dead.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // it may be dead already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
