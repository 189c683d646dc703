//! The routes, one file a subject. [`all`] is the table that the router, the API document and the table of rights are made of.

mod across;
mod audit;
mod branches;
mod candidates;
mod comments;
mod compare;
mod control;
mod create;
mod curves;
mod events;
mod export;
mod generations;
mod import;
mod invitations;
mod judge;
mod keys;
mod library;
mod lineage;
mod members;
mod playground;
mod presence;
mod runs;
mod server;
mod session;
mod shares;
mod snapshots;
mod steer;
mod supabase;
mod tokens;
mod trials;
mod users;
mod webhooks;
mod workspaces;

use crate::route::Route;

pub(crate) use create::RunWanted;
pub(crate) use server::outside;

/// Every route below `/api/v1`.
pub(crate) fn all() -> Vec<Route> {
    let subjects = [
        server::routes(),
        session::routes(),
        supabase::routes(),
        tokens::routes(),
        users::routes(),
        invitations::routes(),
        workspaces::routes(),
        members::routes(),
        keys::routes(),
        webhooks::routes(),
        audit::routes(),
        library::routes(),
        runs::routes(),
        curves::routes(),
        create::routes(),
        judge::routes(),
        import::routes(),
        compare::routes(),
        playground::routes(),
        control::routes(),
        events::routes(),
        candidates::routes(),
        trials::routes(),
        lineage::routes(),
        generations::routes(),
        across::routes(),
        snapshots::routes(),
        shares::routes(),
        steer::routes(),
        branches::routes(),
        export::routes(),
        comments::routes(),
        presence::routes(),
    ];
    subjects.into_iter().flatten().collect()
}
