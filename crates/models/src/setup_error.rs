use crate::{http::HttpError, keys::MissingKey, name::NameError};

/// Why a model cannot be used, before anything is spent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelSetupError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The settings are wrong.
    #[error("{0}")]
    Config(String),
    /// The key is not there.
    #[error(transparent)]
    Key(#[from] MissingKey),
    /// The address or a header cannot be used.
    #[error("{model} cannot be asked: {source}")]
    Http {
        /// The model.
        model: String,
        /// Why.
        source: HttpError,
    },
    /// A header names a variable that is not set.
    #[error("the header `{header}` of {model} needs the environment variable `{variable}`, which is not set")]
    Header {
        /// The model.
        model: String,
        /// The header.
        header: String,
        /// The variable.
        variable: String,
    },
    /// An address without a model behind it.
    #[error("`{0}` is an address without a model; write it as `{0}#MODEL`, or set `model` in its config")]
    NoModel(String),
    /// A budget in USD cannot be kept.
    #[error("the price of {0} is unknown, so a budget in USD cannot be kept; {PRICE_FIX}")]
    UnknownPrice(String),
    /// The model cannot do what its role asks.
    #[error("{model} has no {ability}")]
    Ability {
        /// The model.
        model: String,
        /// What it is to do.
        ability: &'static str,
        /// One that can, as it is written.
        example: &'static str,
    },
    /// The simulated model refuses.
    #[error("{model} cannot be simulated: {detail}")]
    Simulated {
        /// The model.
        model: String,
        /// Why.
        detail: String,
    },
}

const PRICE_FIX: &str =
    "set `inputCost` and `outputCost` (USD for one token) in its config, or limit calls or tokens instead";

impl ModelSetupError {
    /// What is wrong, and what to do about it.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        match self {
            Self::Key(key) => (format!("{} needs an API key", key.model), key.fix()),
            Self::UnknownPrice(model) => {
                (format!("the price of {model} is unknown, so a budget in USD cannot be kept"), PRICE_FIX.to_owned())
            }
            Self::Ability { example, .. } => (self.to_string(), format!("name one that has it, such as `{example}`")),
            other => (other.to_string(), "mend the model's name or settings; docs/run-file.md lists them".to_owned()),
        }
    }
}
