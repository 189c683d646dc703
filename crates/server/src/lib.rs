//! The HTTP API: accounts, workspaces, runs, live streams, and the web UI.
//!
//! [`App`] is a server and [`serve`] lets it listen. Each `Route` of the table in `routes` has a gate, so that nothing
//! is served without a decision who may have it; the API document ([`openapi`]) and the table of rights ([`rights`]) are made of the
//! same table. Handlers are thin: they ask the store, the family tree, the accounts and the hub of runs, which the command line uses
//! too. Deliberately absent: SQL, rules about roles (they are in `clade_domain::Role::permits`), and the search.

mod app;
mod assets;
mod budgets;
mod caller;
mod cookie;
mod editing;
mod extract;
mod fanout;
mod figures;
mod gate;
mod hosts;
mod in_path;
mod layouts;
mod limits;
pub mod mcp;
mod measured;
mod openapi;
mod outside;
mod page;
mod patron;
mod place;
mod presence;
mod problem;
mod rate;
mod reach;
mod recheck;
mod repeat;
mod request_id;
mod rights;
mod route;
mod routes;
mod sent;
mod serve;
mod spool;
mod start;
mod unread;
mod uploaded;
mod waits;
mod webhooks;

pub use app::{App, Mode, Settings};
pub use gate::Gate;
pub use openapi::openapi;
pub use outside::{OidcWay, Outside, SupabaseWay};
pub use problem::Problem;
pub use reach::Reachable;
pub use rights::rights;
pub use serve::{router, serve};

/// Where the API begins.
const BASE: &str = "/api/v1";
