//! Stand-ins for identity providers, for tests alone.
//!
//! [`StandInAuth`] keeps the shapes and the behaviour that were recorded from Supabase's Auth server 2.189, which no package registry has: the
//! official clients judge it with the assertions that passed against the real one. It has people in memory, sends its mails to a list, and
//! passes `/rest/v1` on to a real PostgREST. [`StandInOidc`] is an OpenID provider that gives whatever token a test wants. Deliberately absent:
//! phones, factors, single sign-on, anonymous people, and anything that lasts.

#![expect(clippy::unwrap_used, reason = "a stand-in for tests fails as tests do")]

mod oidc;
mod serving;
mod signer;
mod supabase;

pub use oidc::StandInOidc;
pub use signer::{Signer, hs256};
pub use supabase::{AuthSettings, Mail, StandInAuth};
