use clade_domain::Budget;
use clade_engine::{Pair, Side};
use clade_store::RunStatus;

use crate::{
    display::result::thousands,
    output::{Ink, Output, harmless},
};

/// Prints runs side by side, and what is known of their differences.
pub fn print(sides: &[Side], pairs: &[Pair], refused: &[String], output: &Output) {
    if sides.iter().any(|side| side.simulated) {
        output.line(output.paint(Ink::Yellow, "simulated model: these figures say nothing about a real one"));
    }
    let width = sides.iter().map(|side| side.run.as_str().len()).max().unwrap_or(0).max(3);
    let head = format!(
        "{:<width$}  {:<13} {:<16} {:>24} {:>10}  {:<22} {:<26} {:>6}",
        "RUN", "STRATEGY", "BUDGET", "CALLS (TASK+REFL+JUDGE)", "USD", "TEST SCORE", "AGAINST ITS FIRST PROMPT", "P"
    );
    output.line(output.paint(Ink::Faint, head));
    for side in sides {
        output.line(line(side, width, output));
    }
    if !pairs.is_empty() {
        output.line("");
        output.line(output.paint(
            Ink::Strong,
            format!(
                "chosen prompts on the same test examples; p corrected for the number of pairs, {} (Holm)",
                pairs.len()
            ),
        ));
        for pair in pairs {
            output.line(difference(pair, output));
        }
    }
    for sentence in refused {
        output.line(output.paint(Ink::Faint, harmless(sentence)));
    }
}

fn line(side: &Side, width: usize, output: &Output) -> String {
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
    let against = format!("{against:<26}");
    let improved = side.evidence.as_ref().is_some_and(|evidence| evidence.improved);
    let against = if improved { output.paint(Ink::Green, against) } else { against };
    format!(
        "{:<width$}  {:<13} {:<16} {calls:>24} {:>10}  {score:<22} {against} {p:>6}",
        side.run.as_str(),
        harmless(&side.strategy),
        budget(&side.budget),
        spent.usd.to_string(),
    )
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
    format!("{} - {}: {figure} on {} examples, p {}", pair.b, pair.a, pair.n, p_value(pair.p_holm))
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// Limits in one short text.
pub fn budget(budget: &Budget) -> String {
    let limits = [
        budget.calls.map(|calls| format!("{} calls", thousands(calls))),
        budget.usd.map(|usd| format!("${usd:.2}")),
        budget.tokens.map(|tokens| format!("{} tokens", thousands(tokens))),
        budget.minutes.map(|minutes| format!("{minutes} min")),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if limits.is_empty() { "none".to_owned() } else { limits.join(", ") }
}
