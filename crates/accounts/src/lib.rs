//! Who may do what: passwords, sessions, tokens, invitations, links that show a run, memberships.
//!
//! [`Accounts`] is the embedded kind, over the records of any store: each change is one commit together with its entry in the
//! audit log. [`Identify`] is the seam for other kinds: whoever can say whose a credential is takes part in sign-in, and roles
//! still come from our memberships. What a role may do stands in [`clade_domain::Role::permits`] alone. A crate beside the
//! server, because the command line manages people without one. Time is an argument; only secrets are drawn here. Deliberately
//! absent: HTTP, and anything that spawns; hashing a password waits on a thread of the runtime's blocking pool.

mod accounts;
mod audit;
mod error;
mod invitations;
mod keys;
mod members;
mod outside;
mod password;
mod principal;
mod secret;
mod sessions;
mod shares;
mod throttle;
mod tokens;
mod users;
mod vault;
mod webhooks;

pub use accounts::{Accounts, Identify};
pub use audit::{AuditFilter, AuditView};
pub use error::AccountError;
pub use password::LEAST as LEAST_PASSWORD;
pub use principal::{Principal, Via};
pub use secret::{Secret, hash_of, new_id, new_name};
pub use sessions::csrf_of;
pub use tokens::{NewToken, is_token};
pub use users::NewUser;
pub use vault::Vault;
