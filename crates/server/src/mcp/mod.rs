//! The Model Context Protocol: what agents ask a server, and what it answers.
//!
//! [`answer`] takes one JSON-RPC message; `/mcp` feeds it what comes over HTTP and `clade mcp` what comes over stdin. A `Tool`
//! is a name, a schema and the request of the HTTP API that it stands for, so that the gates of the routes decide here too: the same
//! roles, the same answers about what belongs to others, and errors with the same fix. Write tools are there only where they were
//! switched on.
//!
//! The protocol is spoken by our own few lines and not by the `rmcp` crate: a server that offers tools and nothing else answers four
//! methods, without sessions, streams or requests of its own, and `rmcp` would bring macros, a second schema generator setup and a
//! transport stack for that. What agents expect is held by the official Python client in the tests. Deliberately absent: resources,
//! prompts, sampling, and state between messages.

mod api;
mod http;
mod rpc;
mod tools;

pub use api::{Api, Ask, RouterApi};
pub use rpc::answer;
pub use tools::Tools;

pub(crate) use http::route;
