use clap::Args;

/// `clade sync`
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Only say how far behind each is
    #[arg(long)]
    pub status: bool,
}

/// `clade migrate`
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Only print the statements, for an administrator to run
    #[arg(long)]
    pub print: bool,
}
