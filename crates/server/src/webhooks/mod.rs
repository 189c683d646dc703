//! Webhooks: addresses that are told what happens to the runs of a workspace.
//!
//! What happens is written as [`clade_domain::Delivery`] records first ([`Told`]), and [`deliver::deliver`] sends what is due, signed, again and again
//! with longer and longer waits, one message at a time to each webhook ([`lanes`]); so a server that was killed goes on with what it had not sent. An address is resolved once for each try, every
//! one of its numbers is looked at, and the connection goes to one that was looked at ([`crate::reach`]).

mod deliver;
mod lanes;
mod told;

pub(crate) use deliver::deliver;
pub(crate) use told::{Outbox, message};
