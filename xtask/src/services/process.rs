//! Starting a server and waiting for it.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::shell;

/// How long a server may take to answer: the slowest needs half a minute on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts a server in its folder, by which it is known, with its output in a file. One that is not `owned` outlives this process
/// and its terminal.
///
/// # Errors
/// Where it cannot be started.
pub fn spawn(command: &mut Command, folder: &Path, log: &Path, owned: bool) -> Result<Child, String> {
    let file = || File::create(log).map_err(|error| format!("could not create {}: {error}", log.display()));
    let output = file()?;
    let errors = output.try_clone().map_err(|error| format!("could not share {}: {error}", log.display()))?;
    command.current_dir(folder).stdin(Stdio::null()).stdout(output).stderr(errors);
    #[cfg(unix)]
    if !owned {
        std::os::unix::process::CommandExt::process_group(command, 0);
    }
    command.spawn().map_err(|error| format!("could not start `{}`: {error}", shell::display(command)))
}

/// Asks again and again until there is an answer.
///
/// # Errors
/// Where the server ended, with the last lines of its log; or where it is not ready in time.
pub fn wait<T>(child: &mut Child, log: &Path, mut ready: impl FnMut() -> Option<T>) -> Result<T, String> {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ready() {
            return Ok(answer);
        }
        let last = || {
            let text = fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(8)..].join("\n        ")
        };
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("it ended with {status}; its last lines are\n        {}", last()));
        }
        if begin.elapsed() > PATIENCE {
            // it is of no use, and nobody else knows of it
            drop(child.kill());
            drop(child.wait());
            return Err(format!(
                "it did not answer within {} s; its last lines are\n        {}",
                PATIENCE.as_secs(),
                last()
            ));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// A port that is free now.
///
/// # Errors
/// Where there is none.
pub fn free_port() -> Result<u16, String> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    port.map(|address| address.port()).map_err(|error| format!("no port of loopback is free: {error}"))
}

/// What a server on loopback answers to some bytes, until it closes or is silent for long.
pub fn exchange(address: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    // an answer that was cut short is still one
    drop(stream.read_to_end(&mut answer));
    Some(String::from_utf8_lossy(&answer).into_owned())
}
