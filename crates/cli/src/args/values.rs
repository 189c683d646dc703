//! What an option takes, where its type alone does not say it, and the options that commands share.

use clade_domain::Timestamp;
use clap::Args;
use jiff::{Span, Zoned, civil::DateTime, tz::TimeZone};

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

/// A moment: with an offset as it stands, without one in the user's time zone, or as a time before now.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let at = match (text.parse::<jiff::Timestamp>(), text.parse::<DateTime>(), text.parse::<Span>()) {
        (Ok(at), ..) => Some(at),
        (_, Ok(at), _) => at.to_zoned(TimeZone::system()).ok().map(|at| at.timestamp()),
        (.., Ok(ago)) => Zoned::now().checked_sub(ago.abs()).ok().map(|at| at.timestamp()),
        _ => None,
    };
    at.map(|at| Timestamp(at.as_millisecond()))
        .ok_or_else(|| "write a day (2026-11-28), a time (2026-11-28T09:30), or how long ago (2h, 7d)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days_times_and_how_long_ago() {
        let day = moment("2026-11-28").unwrap();
        assert_eq!(moment("2026-11-28T09:30").unwrap().0 - day.0, (9 * 60 + 30) * 60_000);
        assert_eq!(moment("2026-11-28T09:30:00Z").unwrap(), Timestamp(1_795_858_200_000));
        let now = jiff::Timestamp::now().as_millisecond();
        for (ago, hours) in [("2h", 2), ("90m", 1), ("1d", 24), ("1 week", 168)] {
            let found = (now - moment(ago).unwrap().0) / 3_600_000;
            // a day may have an hour more or less
            assert!((found - hours).abs() <= 1, "{ago}: {found}");
        }
        for wrong in ["yesterday", "", "7", "2026-13-01", "9999999y"] {
            assert!(moment(wrong).unwrap_err().contains("2026-11-28"), "{wrong}");
        }
    }
}
