use clade_evolve::statistics::mean_ci;
use serde::Serialize;

use crate::{Counting, Row};

/// The rows of one strategy in one world on one budget, over their seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The world's name.
    pub world: String,
    /// What counted against the budget.
    pub counting: Counting,
    /// The budget in calls.
    pub budget: u32,
    /// The strategy with its settings.
    pub strategy: String,
    /// Runs that came to an end; all figures are over these.
    pub runs: u32,
    /// Runs that could not be finished within their budget.
    pub unfinished: u32,
    /// Mean test score of the chosen prompts, in [0, 1].
    pub mean: f64,
    /// Its 95 % interval over the seeds.
    pub ci: (f64, f64),
    /// Its standard error over the seeds; null below two runs.
    pub se: Option<f64>,
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
    /// Mean test score of the first prompt.
    pub first: f64,
    /// Share of runs that claimed an improvement.
    pub improved: f64,
    /// Mean number of proposals.
    pub proposals: f64,
    /// Mean number of calls for writing them.
    pub reflection_calls: f64,
    /// Mean number of task calls inside the budget.
    pub task_calls: f64,
    /// Mean estimated tokens of the chosen prompts.
    pub prompt_tokens: f64,
    /// Mean seconds of CPU time of a run; null where unknown.
    pub cpu_s: Option<f64>,
}

/// Groups rows by world, way of counting, budget and strategy, each in the order it first appears in.
#[must_use]
pub fn groups(rows: &[Row]) -> Vec<Group> {
    let mut sets: Vec<(String, Vec<&Row>)> = Vec::new();
    for row in rows {
        let key = format!("{}\n{}\n{}\n{}", row.world, row.counting, row.budget, row.label());
        match sets.iter_mut().find(|(known, _)| *known == key) {
            Some((_, set)) => set.push(row),
            None => sets.push((key, vec![row])),
        }
    }
    sets.iter().filter_map(|(_, set)| group(set)).collect()
}

fn group(rows: &[&Row]) -> Option<Group> {
    let one = rows.first()?;
    let done: Vec<&Row> = rows.iter().copied().filter(|row| row.score.is_some()).collect();
    let n = done.len() as f64;
    let mean = |value: &dyn Fn(&Row) -> f64| done.iter().map(|row| value(row)).sum::<f64>() / n.max(1.0);
    let scores: Vec<f64> = done.iter().filter_map(|row| row.score).collect();
    let middle = mean(&|row| row.score.unwrap_or_default());
    let squares: f64 = scores.iter().map(|score| (score - middle).powi(2)).sum();
    let interval = mean_ci(&scores, 0.95, u64::from(one.budget));
    let cpu: Option<f64> = done.iter().map(|row| row.cpu_s).sum();
    Some(Group {
        world: one.world.clone(),
        counting: one.counting,
        budget: one.budget,
        strategy: one.label(),
        runs: done.len() as u32,
        unfinished: (rows.len() - done.len()) as u32,
        mean: middle,
        ci: (interval.low, interval.high),
        se: (done.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt()),
        min: scores.iter().copied().reduce(f64::min).unwrap_or_default(),
        max: scores.iter().copied().reduce(f64::max).unwrap_or_default(),
        first: mean(&|row| row.first.unwrap_or_default()),
        improved: mean(&|row| f64::from(row.improved)),
        proposals: mean(&|row| f64::from(row.proposals)),
        reflection_calls: mean(&|row| row.reflection_calls as f64),
        task_calls: mean(&|row| row.task_calls as f64),
        prompt_tokens: mean(&|row| f64::from(row.prompt_tokens)),
        cpu_s: cpu.map(|sum| sum / n.max(1.0)),
    })
}
