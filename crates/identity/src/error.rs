/// Why somebody's identity was not found out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The provider cannot be reached, or is in trouble itself.
    #[error("the identity provider at {at} does not answer: {why}")]
    Away {
        /// The address that was asked.
        at: String,
        /// What happened instead.
        why: String,
    },
    /// The provider answers something that it should not.
    #[error("the identity provider at {at} answers wrongly: {why}")]
    Wrong {
        /// The address that was asked.
        at: String,
        /// What is wrong.
        why: String,
    },
    /// The provider refuses.
    #[error("the identity provider refuses: {message}")]
    Refused {
        /// The status of its answer.
        status: u16,
        /// Its word for the reason, such as `invalid_credentials`; empty where it has none.
        code: String,
        /// The reason in its words.
        message: String,
    },
    /// A token that is not believed.
    #[error("the token is not accepted: {0}")]
    Token(#[from] TokenFault),
    /// A setting that cannot be.
    #[error("{0}")]
    Setting(String),
    /// The machine gave no random bytes.
    #[error("the machine failed to draw a secret")]
    Machine,
}

/// What is wrong with a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// It is no signed token.
    #[error("it is no signed token")]
    Malformed,
    /// It is signed in a way that is not accepted, or not in the way of the key that it names.
    #[error("it is not signed with ES256 or RS256 by the key that it names")]
    Algorithm,
    /// Its key is none of the provider's.
    #[error("the provider publishes no key of the id that it names")]
    UnknownKey,
    /// Its signature is of another key or another content.
    #[error("its signature does not fit")]
    Signature,
    /// Somebody else issued it.
    #[error("it was issued by `{found}`, not by `{expected}`")]
    Issuer {
        /// Who issued it.
        found: String,
        /// Who is trusted.
        expected: String,
    },
    /// It was made for somebody else.
    #[error("it was not made for `{expected}`")]
    Audience {
        /// For whom it should have been made.
        expected: String,
    },
    /// It has expired.
    #[error("it expired {seconds} s ago; sign in again, and compare this machine's clock where that was just done")]
    Expired {
        /// How long ago.
        seconds: u64,
    },
    /// It is not valid yet.
    #[error("it is valid only in {seconds} s; compare this machine's clock with the provider's")]
    NotYet {
        /// How much later.
        seconds: u64,
    },
    /// A claim is missing or is something else.
    #[error("its `{0}` is missing or wrong")]
    Claim(&'static str),
}
