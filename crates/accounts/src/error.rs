use clade_domain::Role;
use clade_store::StoreError;

/// Why something about accounts was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Login and password do not belong together. Unknown people get the same answer, and as slowly.
    #[error("login or password is wrong")]
    SignIn,
    /// Somebody of an identity provider comes with the address of an account that is not theirs yet.
    #[error("`{login}` has an account here that is signed in to with a password")]
    Taken {
        /// The account's login.
        login: String,
    },
    /// Somebody else signs in with this.
    #[error("the login `{login}` is taken")]
    LoginTaken {
        /// It.
        login: String,
    },
    /// Who signs in may not any more.
    #[error("this account may not sign in")]
    Disabled,
    /// Too many wrong attempts.
    #[error("too many wrong attempts; try again in {seconds} s")]
    Throttled {
        /// How long to wait.
        seconds: u64,
    },
    /// An invitation, a one-time token or a link to a run that is used, taken back, expired or forged.
    #[error("this link was used already or taken back, has expired, or never was one; ask for a new one")]
    Link,
    /// The password is too weak or too long.
    #[error("a password has {least} to {most} characters")]
    Password {
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A value that cannot be.
    #[error("{0}")]
    Invalid(String),
    /// Nobody would be left to decide.
    #[error("{what} would have no admin left; make somebody else one first")]
    LastAdmin {
        /// The workspace, or the installation.
        what: String,
    },
    /// Above the own role.
    #[error("as {own} one neither gives nor takes the role of {other}")]
    Above {
        /// What one is.
        own: Role,
        /// What was to be granted.
        other: Role,
    },
    /// A sealed key cannot be opened.
    #[error(
        "the key `{name}` cannot be opened: it was sealed with another secret than this one; give the one that it was sealed with, by CLADE_SECRET_KEY, --secret-key-file or `secret.key` in the data folder (every server on one database needs the same, and a backup of the database does not hold it), or set the key again"
    )]
    Sealed {
        /// Its name.
        name: String,
    },
    /// The machine gave no random bytes, or hashing failed.
    #[error("the machine failed to {0}")]
    Machine(&'static str),
}
