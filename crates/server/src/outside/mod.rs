//! People who sign in at an identity provider: what is configured, the pages of the way there and back, and how their sessions go on.
//!
//! A provider only says who somebody is. The account that they use, its memberships and its roles are ours.

mod back;
mod going;
mod renew;
mod ways;

pub(crate) use back::{SUPABASE_BACK, pages};
pub(crate) use going::Going;
pub use ways::{OidcWay, Outside, SupabaseWay};
