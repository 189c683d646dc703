use clade_domain::Timestamp;
use clap::Args;

use super::values::moment;

/// `clade audit`
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Only what this person did: what they sign in with, or their id
    #[arg(long, value_name = "LOGIN")]
    pub who: Option<String>,
    /// Only this action, such as `member.role`, or all of a kind, such as `member` or `run`
    #[arg(long, value_name = "ACTION")]
    pub what: Option<String>,
    /// Only what was done to this run: its name, a unique beginning of it, or `last`
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Only from then on: a day (2026-11-28), a time (2026-11-28T09:30), or how long ago (2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// What belongs to no workspace: people, their tokens and how they sign in
    #[arg(long, conflicts_with = "run")]
    pub instance: bool,
    /// At most so many
    #[arg(long, short = 'n')]
    pub limit: Option<u32>,
}
