use clade_domain::Budget;
use clade_engine::{Pair, Side};
use clade_store::RunStatus;

use crate::{
    display::result::{count, thousands},
    fit::{
        self,
        Side::{Left, Right},
        Table, wrapped,
    },
    output::{Ink, Output, harmless},
};

/// Prints runs side by side, and what is known of their differences.
pub fn print(sides: &[Side], pairs: &[Pair], refused: &[String], output: &Output) {
    if sides.iter().any(|side| side.simulated) {
        output.line(output.paint(Ink::Yellow, "simulated model: these figures say nothing about a real one"));
    }
    let mut table = Table::new(&NAMES, output);
    sides.iter().for_each(|side| table.row(cells(side, output)));
    if output.columns.is_none_or(|columns| table.width() <= columns) {
        table.print(output);
    } else {
        sides.iter().for_each(|side| block(side, output));
    }
    if sides.windows(2).any(|pair| model(&pair[0]) != model(&pair[1])) {
        let all: Vec<String> = sides.iter().map(|side| format!("{} {}", side.run, harmless(model(side)))).collect();
        output.prose(format!("their task models differ: {}", all.join(", ")));
    }
    if !pairs.is_empty() {
        output.line("");
        output.prose(output.paint(
            Ink::Strong,
            format!(
                "chosen prompts on the same test examples; p corrected for the number of pairs, {} (Holm)",
                pairs.len()
            ),
        ));
        let shown: Vec<&Pair> = match pairs.len() {
            0..=MANY => pairs.iter().collect(),
            // the first one named is what the others are held against
            _ => pairs.iter().filter(|pair| sides.first().is_some_and(|first| pair.a == first.run)).collect(),
        };
        for pair in &shown {
            output.prose(difference(pair, output));
        }
        if shown.len() < pairs.len() {
            let rest = format!("{} pairs of others are in --json", pairs.len() - shown.len());
            output.line(output.paint(Ink::Faint, rest));
        }
    }
    for sentence in refused {
        output.prose(output.paint(Ink::Faint, harmless(sentence)));
    }
}

/// The task model that a run's evidence is of, or its first one.
fn model(side: &Side) -> &str {
    side.evidence.as_ref().and_then(|evidence| evidence.model.as_deref()).unwrap_or(&side.model)
}

/// Pairs of which all are told.
const MANY: usize = 15;

const NAMES: [(&str, fit::Side); 8] = [
    ("RUN", Left),
    ("STRATEGY", Left),
    ("BUDGET", Left),
    ("CALLS (TASK+REFL+JUDGE)", Right),
    ("USD", Right),
    ("TEST SCORE", Left),
    ("AGAINST ITS FIRST PROMPT", Left),
    ("P", Right),
];

/// A run where the terminal is too narrow for a table: its name, and what the columns say in words below it.
fn block(side: &Side, output: &Output) {
    let [run, strategy, budget, calls, usd, score, against, p] = cells(side, output);
    output.line(output.paint(Ink::Strong, run));
    let bought = format!("  {strategy} · budget {budget} · {calls} calls (task+refl+judge) · {usd}");
    output.line(wrapped(&bought, output.columns, "  "));
    let found = match side.evidence {
        Some(_) => format!("  test score {score} · against its first prompt {against} · p {p}"),
        None => format!("  {score}"),
    };
    output.line(wrapped(&found, output.columns, "  "));
}

fn cells(side: &Side, output: &Output) -> [String; 8] {
    let spent = &side.spent;
    let calls = format!(
        "{} ({}+{}+{})",
        thousands(spent.calls),
        thousands(spent.task_calls),
        thousands(spent.reflection_calls),
        thousands(spent.judge_calls)
    );
    let (score, against, p) = match &side.evidence {
        Some(e) => (
            format!("{:.3} [{:.3}, {:.3}]", e.best_score, e.best_ci[0], e.best_ci[1]),
            format!("{:+.3} [{:+.3}, {:+.3}]", e.difference, e.ci_low, e.ci_high),
            p_value(e.p_value),
        ),
        None => (status(side.status).to_owned(), "-".to_owned(), "-".to_owned()),
    };
    let improved = side.evidence.as_ref().is_some_and(|evidence| evidence.improved);
    let against = if improved { output.paint(Ink::Green, against) } else { against };
    let (run, strategy) = (side.run.as_str().to_owned(), harmless(&side.strategy));
    [run, strategy, budget(&side.budget), calls, spent.usd.to_string(), score, against, p]
}

fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "still running",
        RunStatus::Paused => "paused",
        RunStatus::Failed => "failed",
        RunStatus::Finished => "not measured",
    }
}

fn difference(pair: &Pair, output: &Output) -> String {
    let figure = format!("{:+.3} [{:+.3}, {:+.3}]", pair.difference, pair.ci_low, pair.ci_high);
    let figure = if pair.p_holm <= 0.05 { output.paint(Ink::Strong, figure) } else { figure };
    format!("{} - {}: {figure} on {}, p {}", pair.b, pair.a, count(pair.n as u64, "example"), p_value(pair.p_holm))
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// Limits in one short text.
pub fn budget(budget: &Budget) -> String {
    let limits = [
        budget.calls.map(|calls| count(calls, "call")),
        budget.usd.map(|usd| format!("${usd:.2}")),
        budget.tokens.map(|tokens| count(tokens, "token")),
        budget.minutes.map(|minutes| format!("{minutes} min")),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if limits.is_empty() { "none".to_owned() } else { limits.join(", ") }
}
