//! A fake of Daytona's HTTP API, for tests: it is not Daytona, and says nothing about what the service isolates.
//!
//! [`Fake`] speaks as much of the API as Promptclade's client and the official SDKs use, after the OpenAPI documents of version 0.205
//! and with the fields that later clients want. It really executes: each of its sandboxes is a jail of this machine with a toolbox inside.
//! Deliberately absent: accounts, images, memory in snapshots and forks, and every other part of the API.

mod fake;
mod form;
mod machine;
mod routes;
mod sessions;
mod toolbox;

pub use fake::{Fake, FakeError, FakeSettings};
