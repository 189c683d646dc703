use clap::{Args, Subcommand, ValueEnum};

/// `clade user`
#[derive(Debug, Args)]
pub struct UserArgs {
    /// What to do
    #[command(subcommand)]
    pub command: UserCommand,
}

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person; the password comes from CLADE_PASSWORD or is asked for
    Add {
        /// What they sign in with: an e-mail address or a name
        login: String,
        /// How others see them
        #[arg(long, default_value = "")]
        name: String,
        /// Let them sign in at the identity provider of `[accounts]`, without a password: the login is their address there
        #[arg(long)]
        elsewhere: bool,
        /// Let them keep the installation; the first one also becomes an admin of the workspace with the runs of this machine
        #[arg(long)]
        admin: bool,
    },
    /// List people
    List,
    /// Give a person a new password, from CLADE_PASSWORD or asked for; they are signed out everywhere
    Password {
        /// What they sign in with
        login: String,
    },
    /// Let a person sign in at the identity provider of `[accounts]` instead of with a password; they are signed out everywhere
    Elsewhere {
        /// What they sign in with: their address at the provider
        login: String,
    },
    /// Let a person sign in no more, and sign them out everywhere
    Disable {
        /// What they sign in with
        login: String,
    },
    /// Let a person sign in again
    Enable {
        /// What they sign in with
        login: String,
    },
}

/// `clade token`
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Whose, by what they sign in with; the person at this machine where nobody is named
    #[arg(long, value_name = "LOGIN", global = true)]
    pub user: Option<String>,
    /// What to do
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token; its secret is printed this once
    Add {
        /// What it is for
        name: String,
        /// The most it may do
        #[arg(long, value_enum, default_value_t = Ceiling::Admin)]
        role: Ceiling,
        /// The only workspace it opens
        #[arg(long)]
        workspace: Option<String>,
        /// For how many days; for ever where nothing is said
        #[arg(long)]
        days: Option<u16>,
    },
    /// List tokens
    List,
    /// Revoke a token
    Revoke {
        /// Its id, as `clade token list` shows it
        id: String,
    },
}

/// The most that a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ceiling {
    /// Look and comment
    Viewer,
    /// Work
    User,
    /// Decide who works in a workspace
    Admin,
    /// Keep the installation too
    Instance,
}
