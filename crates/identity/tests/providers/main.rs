//! Identity providers over real sockets: the stand-ins, which give whatever a test wants.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod oidc;
mod supabase;
