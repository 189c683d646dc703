use std::path::PathBuf;

use clade_evolve::{
    child_seed,
    racing::{
        PolicyKind,
        replay::{Draw, Pool, all_known, race_closed, race_open},
    },
};
use serde::Serialize;
use serde_json::json;

use super::{parallel, pools};
use crate::{args::bench::ReplayArgs, context::Context, failure::Failure, output::Ink, output::Output};

/// Mean regret of a policy on a file.
#[derive(Debug, Serialize)]
struct Row {
    file: String,
    policy: &'static str,
    fraction: f64,
    regret: f64,
    se: f64,
}

/// Regrets of every draw of a file: for each fraction those of each policy, and that of knowing all.
type Draws = Vec<(Vec<Vec<f64>>, f64)>;

/// `clade bench replay`
pub fn run(args: &ReplayArgs, context: &Context) -> Result<(), Failure> {
    let (policies, more) = pools::policies_and_files(&args.policy)?;
    let paths: Vec<PathBuf> = args.files.iter().cloned().chain(more).collect();
    let files = pools::names(&paths)?.into_iter().zip(&paths).map(|(name, file)| Ok((name, pools::read(file)?)));
    let files = files.collect::<Result<Vec<(String, Pool)>, Failure>>()?;
    let draws = args.pools as usize;
    // every policy meets the same draws, whichever others take part
    let regrets = parallel::map(files.len() * draws, |job| {
        let (_, pool) = &files[job / draws];
        let seed = child_seed(args.seed, &[(job / draws) as u64, (job % draws) as u64]);
        let draw = Draw::new(pool, args.pool_size as usize, seed);
        let race = |kind: &PolicyKind, fraction: f64| {
            draw.regret(match args.open {
                Some(arriving) => race_open(&draw, *kind, fraction, arriving),
                None => race_closed(&draw, *kind, fraction),
            })
        };
        let of = |&fraction: &f64| policies.iter().map(|kind| race(kind, fraction)).collect::<Vec<f64>>();
        (args.fractions.iter().map(of).collect::<Vec<Vec<f64>>>(), draw.regret(all_known(&draw)))
    });
    let by_file: Vec<(&str, Draws)> =
        files.iter().map(|(name, _)| name.as_str()).zip(regrets.chunks(draws.max(1)).map(<[_]>::to_vec)).collect();
    let output = context.output;
    if output.json {
        output.json_line(&json!({ "result": { "rows": rows(&by_file, &policies, &args.fractions) } }));
    } else {
        table(&by_file, &policies, args, &output);
    }
    Ok(())
}

fn rows(by_file: &[(&str, Draws)], policies: &[PolicyKind], fractions: &[f64]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (file, draws) in by_file {
        for (at, &fraction) in fractions.iter().enumerate() {
            for (which, policy) in policies.iter().enumerate() {
                let (regret, se) = pools::mean_and_error(draws.iter().map(|(regrets, _)| regrets[at][which]));
                rows.push(Row { file: (*file).to_owned(), policy: policy.name(), fraction, regret, se });
            }
        }
    }
    rows
}

/// A block for each file and one over all of them, in which every file weighs the same.
fn table(by_file: &[(&str, Draws)], policies: &[PolicyKind], args: &ReplayArgs, output: &Output) {
    let heading: String =
        args.fractions.iter().map(|share| format!("{:>16}", format!("{} %", (share * 1e6).round() / 1e4))).collect();
    let line = |name: &str, cells: &[(f64, f64)]| {
        let cells: String = cells.iter().map(|(mean, se)| format!("{:>16}", format!("{mean:.2} ± {se:.2}"))).collect();
        output.line(format!("  {name:20}{cells}"));
    };
    let mean_of = |draws: &Draws, at: usize, which: usize| {
        pools::mean_and_error(draws.iter().map(|(regrets, _)| regrets[at][which]))
    };
    let known_of = |draws: &Draws| pools::mean_and_error(draws.iter().map(|(_, known)| *known));
    let together = |parts: &[(f64, f64)]| {
        let n = parts.len() as f64;
        (
            parts.iter().map(|(mean, _)| mean).sum::<f64>() / n,
            parts.iter().map(|(_, se)| se * se).sum::<f64>().sqrt() / n,
        )
    };
    let block = |title: &str, files: &[(&str, Draws)]| {
        output.line(output.paint(Ink::Strong, format!("{title:22}{heading}")));
        for (which, policy) in policies.iter().enumerate() {
            let cell = |at| together(&files.iter().map(|(_, draws)| mean_of(draws, at, which)).collect::<Vec<_>>());
            line(policy.name(), &(0..args.fractions.len()).map(cell).collect::<Vec<_>>());
        }
        let known = together(&files.iter().map(|(_, draws)| known_of(draws)).collect::<Vec<_>>());
        line("all cells known", &vec![known; args.fractions.len()]);
        output.line("");
    };
    for file in by_file {
        block(file.0, std::slice::from_ref(file));
    }
    if by_file.len() > 1 {
        block(&format!("all {} files", by_file.len()), by_file);
    }
    output.note(format!(
        "regret in points (best held-out accuracy of a draw minus that of the named prompt), mean ± standard error over {} draws a file",
        args.pools
    ));
}
