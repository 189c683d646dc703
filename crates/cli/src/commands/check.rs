use clade_domain::RunMode;
use clade_runfile::{Estimate, Loaded, PhaseEstimate, Range};

use crate::{
    args::FileArgs,
    context::Context,
    display::result::{seconds, thousands},
    failure::Failure,
    load,
    output::{Ink, Output},
};

/// `clade check`
pub fn run(args: &FileArgs, context: &Context) -> Result<(), Failure> {
    let path = load::find(args.file.as_deref())?;
    let loaded = load::load(&path, args, RunMode::Optimize, context)?;
    let estimate = clade_runfile::estimate(&loaded, &load::price);
    refuse_unaffordable(&loaded, &estimate)?;
    let output = context.output;
    if output.json {
        output.json_line(&serde_json::json!({ "file": path, "ok": true, "estimate": estimate,
            "examples": loaded.dataset.counts(), "duplicates": loaded.dataset.duplicates,
            "warnings": loaded.warnings.iter().map(ToString::to_string).collect::<Vec<_>>() }));
        return Ok(());
    }
    print(&path.display().to_string(), &loaded, &estimate, &output);
    Ok(())
}

/// Trials of the smallest search that can show anything.
const SMALLEST_SEARCH: u64 = 6;

/// A budget that buys nothing, or counts what has no price, is refused before anything is spent.
pub fn refuse_unaffordable(loaded: &Loaded, estimate: &Estimate) -> Result<(), Failure> {
    if let Some(problem) = estimate.below_one_evaluation(&loaded.spec) {
        return Err(Failure::Usage(format!("{problem}; raise optimize.budget")));
    }
    // the first prompt and one proposal on an example, both on one of validation, both on one of test
    let least = (SMALLEST_SEARCH * u64::from(1 + loaded.dataset.judge_calls)) + 1;
    if loaded.spec.mode == RunMode::Optimize && loaded.spec.optimize.budget.calls.is_some_and(|calls| calls < least) {
        return Err(Failure::Usage(format!(
            "the smallest search takes {least} calls; raise the budget of calls, or evaluate the prompt with `clade eval`"
        )));
    }
    if loaded.spec.optimize.budget.usd.is_some() && !estimate.unpriced.is_empty() {
        return Err(Failure::Usage(format!(
            "the budget is in USD, and the price of {} is unknown; set `inputCost` and `outputCost` (USD per token) in the \
             provider's config, or limit calls or tokens instead",
            estimate.unpriced.join(", ")
        )));
    }
    Ok(())
}

fn print(file: &str, loaded: &Loaded, estimate: &Estimate, output: &Output) {
    let counts = loaded.dataset.counts();
    output.line(format!("{} {file}", output.paint(Ink::Green, "ok")));
    let total = counts.train + counts.validation + counts.test;
    output.line(format!(
        "{} examples: {} train, {} validation, {} test{}",
        thousands(u64::from(total)),
        thousands(u64::from(counts.train)),
        thousands(u64::from(counts.validation)),
        thousands(u64::from(counts.test)),
        match loaded.dataset.duplicates {
            0 => String::new(),
            n => format!(" ({n} repeated ones stay on one side)"),
        }
    ));
    let models: Vec<&str> = loaded.spec.models.all().iter().map(|model| model.id.as_str()).collect();
    output.line(format!("models: {}", models.join(", ")));
    output.line("");
    output.line(output.paint(Ink::Faint, format!("{:<12} {:>22} {:>26} {:>24}", "ESTIMATE", "calls", "tokens", "USD")));
    for phase in &estimate.phases {
        output.line(row(phase.phase, phase));
    }
    let all = PhaseEstimate {
        phase: "together",
        calls: estimate.calls,
        tokens_in: estimate.tokens_in,
        tokens_out: estimate.tokens_out,
        usd: estimate.usd,
    };
    output.line(output.paint(Ink::Strong, row("together", &all)));
    output.line(format!(
        "time: {} to {} at {} calls at once",
        seconds(estimate.seconds.low),
        seconds(estimate.seconds.high),
        estimate.concurrency
    ));
    if !estimate.unpriced.is_empty() {
        output.line(output.paint(Ink::Yellow, format!("no known price: {}", estimate.unpriced.join(", "))));
    }
    output.line(output.paint(Ink::Faint, "an estimate, not a promise; the budget is the promise. Nothing was spent."));
}

fn row(name: &str, phase: &PhaseEstimate) -> String {
    let whole = |range: Range| format!("{} to {}", thousands(range.low as u64), thousands(range.high.ceil() as u64));
    let tokens = Range {
        low: phase.tokens_in.low + phase.tokens_out.low,
        likely: phase.tokens_in.likely + phase.tokens_out.likely,
        high: phase.tokens_in.high + phase.tokens_out.high,
    };
    let usd = phase.usd.map_or_else(|| "-".to_owned(), |usd| format!("${:.4} to ${:.4}", usd.low, usd.high));
    format!("{name:<12} {:>22} {:>26} {usd:>24}", whole(phase.calls), whole(tokens))
}
