//! The local jail shows the behaviour that every backend must show.

#![cfg(target_os = "linux")]

mod support;

use clade_sandbox::conformance::{self, Offered};

#[tokio::test(flavor = "multi_thread")]
async fn the_local_jail_conforms() {
    let (backend, _folder) = support::local();
    let outcomes = conformance::all(&backend).await.unwrap();
    assert!(outcomes.iter().all(|(_, offered)| *offered == Offered::Yes), "{outcomes:?}");
}
