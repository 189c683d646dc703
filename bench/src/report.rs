use std::{env, fs, process::ExitCode, thread};

use serde_json::{Value, json};

use crate::Clade;

/// Runs a program's work and prints its figures as JSON, together with what they were measured on.
pub fn main_with(name: &str, work: impl FnOnce(&Clade) -> Result<Value, String>) -> ExitCode {
    let measured = Clade::find().and_then(|clade| Ok((work(&clade)?, clade)));
    match measured {
        Ok((figures, clade)) => {
            let command: Vec<String> = env::args().skip(1).collect();
            let all = json!({
                "benchmark": name,
                "command": format!("cargo xtask bench {name} {}", command.join(" ")).trim_end(),
                "clade": clade.version(),
                "machine": machine(),
                "figures": figures,
            });
            println!("{all:#}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Says on stderr how far it is.
pub fn note(text: &str) {
    eprintln!("{text}");
}

/// What figures were measured on.
#[must_use]
pub fn machine() -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    json!({
        "cpus": thread::available_parallelism().map(usize::from).unwrap_or(0),
        "cpu": field(&read("/proc/cpuinfo"), "model name"),
        "memory": field(&read("/proc/meminfo"), "MemTotal"),
        "system": format!("{} {}", env::consts::OS, read("/proc/sys/kernel/osrelease").trim()),
        "architecture": env::consts::ARCH,
    })
}

/// The median; the mean of the middle two for an even number of values. `None` without values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// Seconds per 1,000 of `n`.
#[must_use]
pub fn per_thousand(seconds: f64, n: usize) -> f64 {
    u32::try_from(n).map_or(0.0, |n| seconds / f64::from(n) * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let table: [(&[f64], Option<f64>); 4] =
            [(&[], None), (&[4.0], Some(4.0)), (&[9.0, 1.0, 2.0], Some(2.0)), (&[4.0, 1.0, 2.0, 9.0], Some(3.0))];
        for (values, expected) in table {
            assert_eq!(median(values), expected, "{values:?}");
        }
    }

    #[test]
    fn seconds_per_thousand() {
        assert!((per_thousand(0.5, 2_000) - 0.25).abs() < 1e-12);
    }
}
