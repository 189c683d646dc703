//! Identity providers: sign-in by OpenID Connect, Supabase Auth, and the tokens that they sign.
//!
//! [`Oidc`] carries a browser through the code flow, [`Supabase`] is a client of a project's Auth server, and both say with
//! [`Outsider`](clade_domain::Outsider) who somebody is. What a token says is believed only after its signature was checked against the
//! keys that the provider publishes ([`Keys`]). Time is an argument. Deliberately absent: what people may do, which no provider decides; sessions,
//! cookies and pages, which are the server's.

mod asked;
mod error;
mod keys;
mod oidc;
mod pkce;
mod supabase;
mod token;

pub use error::{IdentityError, TokenFault};
pub use keys::{Keys, Published};
pub use oidc::{Begun, Oidc, OidcSettings};
pub use pkce::Pkce;
pub use supabase::{Grant, Project, Supabase, SupabaseSettings};
pub use token::Claims;
