use std::fs::File;

/// Waits until no other test, of this program or another, has a server that all share; it is this one's until what this gives is dropped.
/// `url` says which: its port is that of one server.
///
/// # Panics
/// Where the folder of temporary files cannot be written.
#[must_use]
pub fn turn_at(url: &str) -> File {
    let port: String = url.rsplit(':').next().unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    let turn = File::create(std::env::temp_dir().join(format!("clade-test-server-{port}.lock"))).unwrap();
    turn.lock().unwrap();
    turn
}
