//! Files of outcomes: one prompt a line.

use std::{fs::File, io::Read, path::Path};

use clade_evolve::racing::{PolicyKind, replay::Pool};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use crate::failure::Failure;

/// A line of a file.
#[derive(Debug, Deserialize)]
struct Row {
    outcomes: String,
    heldout: f64,
}

/// Reads a pool from `.jsonl` or `.jsonl.gz`: on each line `outcomes`, a text of 0 and 1 with the same examples in the same order,
/// and `heldout`, the prompt's accuracy on other examples. Other keys are left alone.
pub fn read(path: &Path) -> Result<Pool, Failure> {
    let shown = path.display();
    let unreadable = |error: &std::io::Error| Failure::Usage(format!("cannot read {shown}: {error}"));
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    let compressed = path.extension().is_some_and(|extension| extension == "gz");
    let read =
        if compressed { MultiGzDecoder::new(file).read_to_end(&mut bytes) } else { file.read_to_end(&mut bytes) };
    read.map_err(|error| unreadable(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::Usage(format!("{shown} is no text; expected JSON lines, or the same compressed under a name in .gz"))
    })?;
    let mut pool = Pool::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("{shown}:{}", number + 1);
        let row: Row = serde_json::from_str(line).map_err(|error| {
            Failure::Usage(format!(
                "{place}: {error}; expected a line such as {{\"outcomes\": \"0110\", \"heldout\": 0.5}}"
            ))
        })?;
        pool.push(&row.outcomes, row.heldout).map_err(|error| Failure::Usage(format!("{place}: {error}")))?;
    }
    if pool.prompts() < 2 {
        return Err(Failure::Usage(format!(
            "{shown} has {} prompts; a choice needs at least two, each on a line of its own",
            pool.prompts()
        )));
    }
    Ok(pool)
}

/// The policies of those names, or all where none is named.
pub fn policies(names: &[String]) -> Result<Vec<PolicyKind>, Failure> {
    if names.is_empty() {
        return Ok(PolicyKind::ALL.to_vec());
    }
    let find = |name: &String| {
        PolicyKind::named(name).ok_or_else(|| {
            let known: Vec<&str> = PolicyKind::ALL.iter().map(|kind| kind.name()).collect();
            Failure::Usage(format!("no policy is called `{name}`; there are {}", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

/// A file's name without its folders.
pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Mean and its standard error.
pub fn mean_and_error(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, (variance / n).sqrt())
}
