//! What an option takes, where its type alone does not say it, and the options that commands share.

use clap::Args;

/// Whether a file that is there already may go.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Overwrite {
    /// Overwrite a file that exists
    #[arg(long)]
    pub force: bool,
}

/// A limit that counts, with or without separators.
pub fn whole(text: &str) -> Result<u64, String> {
    text.replace([',', '_'], "").parse().map_err(|_| "write a whole number from 0".to_owned())
}

/// A limit: a finite number above zero.
pub fn above_zero(text: &str) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "it is no number".to_owned())?;
    if f64::is_finite(number) && number > 0.0 { Ok(number) } else { Err("write a number above 0".to_owned()) }
}

/// A score from 0 to 1: the only ones that a gate can be about.
pub fn score(text: &str) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "it is no number".to_owned())?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err("scores are from 0 to 1".to_owned()) }
}
