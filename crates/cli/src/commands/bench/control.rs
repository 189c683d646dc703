use clade_evolve::{
    child_seed,
    racing::{
        PolicyKind,
        replay::{Claim, Pool, claim},
    },
};
use serde::Serialize;
use serde_json::json;

use super::{parallel, pools};
use crate::{args::bench::ControlArgs, context::Context, failure::Failure, output::Ink};

/// How often an improvement is claimed on a file.
#[derive(Debug, Serialize)]
struct Row {
    file: String,
    policy: &'static str,
    /// Fresh examples tested on.
    examples: usize,
    /// Share of selections after which an improvement is claimed.
    claimed: f64,
    /// The same where both prompts are alike by construction (outcomes swapped by coins): the level.
    claimed_under_null: f64,
    /// Share of selections with a claim although the named prompt is not better on the held-out examples.
    claimed_not_better: f64,
    /// Mean held-out gain of the named prompt over the start, in points.
    gain: f64,
}

/// `clade bench control`
pub fn run(args: &ControlArgs, context: &Context) -> Result<(), Failure> {
    let policies = match &args.policy {
        Some(name) => pools::policies(std::slice::from_ref(name))?,
        None => vec![PolicyKind::ContinuousHalving],
    };
    let files = args.files.iter().map(|file| Ok((pools::name(file), pools::read(file)?)));
    let files = files.collect::<Result<Vec<(String, Pool)>, Failure>>()?;
    let selections = args.selections as usize;
    let fresh: Vec<usize> = args.fresh.iter().map(|&n| n as usize).collect();
    for (name, pool) in &files {
        let there = pool.examples().div_ceil(2);
        if let Some(n) = fresh.iter().find(|&&n| n > there) {
            return Err(Failure::Usage(format!(
                "{name} leaves {there} of its {} examples for testing; ask for at most so many in --fresh, not {n}",
                pool.examples()
            )));
        }
    }
    let mut rows = Vec::new();
    for policy in policies {
        let claims = parallel::map(files.len() * selections, |job| {
            let seed = child_seed(args.seed, &[(job / selections) as u64, (job % selections) as u64]);
            let (_, pool) = &files[job / selections];
            claim(pool, policy, args.pool_size as usize, args.fraction, &fresh, args.level, seed)
        });
        for ((file, _), claims) in files.iter().zip(claims.chunks(selections.max(1))) {
            for (at, &examples) in fresh.iter().enumerate() {
                let share = |counts: &dyn Fn(&Claim) -> bool| {
                    claims.iter().filter(|claim| counts(claim)).count() as f64 / claims.len() as f64
                };
                rows.push(Row {
                    file: file.clone(),
                    policy: policy.name(),
                    examples,
                    claimed: share(&|claim| claim.claimed[at]),
                    claimed_under_null: share(&|claim| claim.claimed_of_coins[at]),
                    claimed_not_better: share(&|claim| claim.claimed[at] && claim.gain <= 0.0),
                    gain: claims.iter().map(|claim| claim.gain).sum::<f64>() / claims.len() as f64,
                });
            }
        }
    }
    let output = context.output;
    if output.json {
        output.json_line(&json!({ "result": { "rows": rows } }));
        return Ok(());
    }
    let heading =
        format!("{:32}{:>8}{:>8}{:>10}{:>12}{:>14}", "file", "gain", "fresh", "claimed", "under null", "not better");
    output.line(output.paint(Ink::Strong, heading));
    for row in &rows {
        output.line(format!(
            "{:32}{:>8.1}{:>8}{:>8.1} %{:>10.1} %{:>12.1} %",
            row.file,
            row.gain,
            row.examples,
            100.0 * row.claimed,
            100.0 * row.claimed_under_null,
            100.0 * row.claimed_not_better
        ));
    }
    output.note(format!(
        "{} selections a file on half of its examples; exact one-sided McNemar test at {} on fresh ones of the other half",
        args.selections, args.level
    ));
    Ok(())
}
