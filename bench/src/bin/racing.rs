//! What a decision of a race costs: CPU time of `clade bench replay` on a synthetic table, per cell that it chose to buy.

use std::{fmt::Write as _, fs, path::Path, process::ExitCode};

use clade_bench::{Clade, Options, cpu_of_children, main_with, note};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    main_with("racing", |clade| {
        let options = Options::from_command_line(&[
            ("candidates", "1000", "prompts in the race"),
            ("examples", "1000", "examples of each"),
            ("fractions", "0.01,0.05,0.2", "shares of all cells that are bought"),
            (
                "policies",
                "uniform,successive-halving,capo-race,sequential-test,best-arm,continuous-halving,thrifty-halving",
                "policies, parted by commas",
            ),
        ])?;
        let (candidates, examples): (u32, u32) = (options.get("candidates")?, options.get("examples")?);
        let fractions: Vec<f64> = options.list("fractions")?;
        let folder = tempfile::tempdir().map_err(|error| format!("no folder for the table: {error}"))?;
        let text = table(candidates, examples);
        fs::write(folder.path().join("table.jsonl"), text)
            .map_err(|error| format!("cannot write the table: {error}"))?;
        let mut figures = Map::new();
        for policy in options.list::<String>("policies")? {
            // reading, drawing and ending cost the same however little is bought
            let idle = seconds(clade, folder.path(), candidates, &policy, 1e-9)?;
            let mut of_policy = Vec::new();
            for fraction in &fractions {
                let cells = f64::from(candidates) * f64::from(examples) * fraction;
                let busy = seconds(clade, folder.path(), candidates, &policy, *fraction)?;
                let each = 1000.0 * (busy - idle).max(0.0) / cells;
                note(&format!("{policy}, {cells:.0} cells: {each:.4} ms a cell"));
                of_policy.push(json!({"cells_at_most": cells, "cpu_ms_per_cell": each}));
            }
            figures.insert(policy, Value::Array(of_policy));
        }
        Ok(json!({"candidates": candidates, "examples": examples, "policies": figures}))
    })
}

/// CPU seconds of one race.
fn seconds(clade: &Clade, folder: &Path, candidates: u32, policy: &str, fraction: f64) -> Result<f64, String> {
    let (size, fraction) = (candidates.to_string(), format!("{fraction:.9}"));
    let before = cpu_of_children().ok_or("this system does not tell CPU times")?;
    let arguments = ["bench", "replay", "table.jsonl", "--pools", "1", "--pool-size", &size, "--fractions", &fraction];
    clade.run(folder, &[&arguments[..], &["--policy", policy, "--json"]].concat())?.good()?;
    Ok(cpu_of_children().unwrap_or_default() - before)
}

/// Prompts that are right with chances from 0.4 to 0.9 on examples from easy to hard.
fn table(candidates: u32, examples: u32) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let ease: Vec<f64> = (0..examples).map(|_| rng.random_range(-0.4..0.4)).collect();
    let mut text = String::new();
    for _ in 0..candidates {
        let skill = rng.random_range(0.4..0.9);
        let chance = |ease: &f64| f64::clamp(skill + ease, 0.0, 1.0);
        let outcomes: String = ease.iter().map(|ease| if rng.random_bool(chance(ease)) { '1' } else { '0' }).collect();
        let _ = writeln!(text, "{{\"outcomes\": \"{outcomes}\", \"heldout\": {skill:.3}}}");
    }
    text
}
