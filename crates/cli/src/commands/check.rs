use std::path::Path;

use clade_domain::{Direction, Objective, RunMode};
use clade_runfile::{Estimate, Limit, Loaded, PhaseEstimate, Problems, Range, Shortfall};

use crate::{
    args::FileArgs,
    context::Context,
    display::result::{seconds, thousands},
    failure::Failure,
    load,
    output::{Ink, Output},
    sandbox,
    setup::keys_of,
};

/// `clade check`
pub async fn run(args: &FileArgs, context: &Context) -> Result<(), Failure> {
    let path = load::find(args.file.as_deref())?;
    let library = load::library(&path, args, context).await?;
    let loaded = load::load(&path, args, RunMode::Optimize, &library, context)?;
    let estimate = clade_intake::estimate(&loaded);
    refuse_unaffordable(&loaded, &estimate)?;
    sandbox::check(&loaded, context).await?;
    // a file may be checked where its keys are not, as in a pull request
    let keys = keys_of(&loaded, &path, context)?;
    let unready = clade_intake::usable(&loaded, &keys).err().map(|problem| problem.to_string());
    show(&path, &loaded, &estimate, unready.as_deref(), &context.output);
    Ok(())
}

/// Shows what was found out about a run file; `unready` says why it could not start now.
pub fn show(path: &Path, loaded: &Loaded, estimate: &Estimate, unready: Option<&str>, output: &Output) {
    if output.json {
        output.json_line(&serde_json::json!({ "file": path, "ok": true, "ready": unready.is_none(), "unready": unready, "estimate": estimate,
            "examples": loaded.dataset.counts(), "duplicates": loaded.dataset.duplicates, "copies": loaded.dataset.copies(),
            "program": loaded.spec.program.as_ref().map(clade_domain::ProgramSpec::id),
            "sandbox": loaded.spec.sandbox.as_ref().map(|sandbox| sandbox.isolation),
            "objectives": loaded.spec.optimize.objectives,
            "warnings": loaded.warnings.iter().map(ToString::to_string).collect::<Vec<_>>() }));
        return;
    }
    print(&path.display().to_string(), loaded, estimate, output);
    if let Some(why) = unready {
        output.line(output.paint(Ink::Yellow, format!("before `clade run`: {why}")));
    }
}

/// A budget that buys nothing, or counts what has no price, is refused before anything is spent.
pub fn refuse_unaffordable(loaded: &Loaded, estimate: &Estimate) -> Result<(), Failure> {
    clade_intake::affordable(loaded, estimate).map_err(|problem| Problems(vec![*problem]).into())
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
        match loaded.dataset.copies() {
            0 => String::new(),
            1 => " (1 copy is left out)".to_owned(),
            n => format!(" ({} copies are left out)", thousands(n as u64)),
        }
    ));
    let models: Vec<&str> = loaded.spec.models.all().iter().map(|model| model.id.as_str()).collect();
    output.line(format!("models: {}", models.join(", ")));
    if let Some(program) = &loaded.spec.program {
        output.line(format!("program: {}, about {} model calls for each example", program.id(), program.calls));
    }
    if let Some(sandbox) = &loaded.spec.sandbox {
        let files = match sandbox.files.len() {
            0 => String::new(),
            1 => ", 1 file in each".to_owned(),
            n => format!(", {n} files in each"),
        };
        output.line(format!(
            "code: in sandboxes of this machine, isolation `{}` or better{files}",
            sandbox.isolation.name()
        ));
    }
    if loaded.spec.optimize.objectives.len() > 1 {
        output.prose(objectives(&loaded.spec.optimize.objectives));
    }
    output.line("");
    output.line(output.paint(Ink::Faint, line(["ESTIMATE", "calls", "tokens", "USD"])));
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
    output.line(format!("time: {} at {} calls at once", shown(estimate.seconds, seconds), estimate.concurrency));
    if let Some(short) = &estimate.shortfall {
        output.prose(output.paint(Ink::Yellow, shortfall(short)));
    }
    if !estimate.unpriced.is_empty() {
        output.line(output.paint(Ink::Yellow, format!("no known price: {}", estimate.unpriced.join(", "))));
    }
    output.line(
        output.paint(Ink::Faint, "likely (low to high): an estimate; the budget is the promise. Nothing was spent."),
    );
}

/// What weighs how much in the fitness, where there are several objectives.
fn objectives(objectives: &[Objective]) -> String {
    let primary = Objective::primary(objectives);
    let whole = objectives.iter().find(|objective| objective.metric == primary).map_or(1.0, |found| found.weight);
    let each = objectives.iter().map(|Objective { metric, direction, weight }| match direction {
        Direction::Maximize => format!("{metric} (weight {weight})"),
        Direction::Minimize => {
            let points = format!("{:.1}", 100.0 * weight / whole);
            let points = points.trim_end_matches('0').trim_end_matches('.');
            format!(
                "{metric} (weight {weight}: twice the first prompt's has to bring {} more)",
                counted(points, "point")
            )
        }
    });
    format!("objectives: {}", each.collect::<Vec<_>>().join(", "))
}

fn counted(figure: &str, of: &str) -> String {
    if figure == "1" { format!("1 {of}") } else { format!("{figure} {of}s") }
}

/// That a limit pays for a part of the phases alone.
fn shortfall(Shortfall { limit, needed, most }: &Shortfall) -> String {
    let [needed, most] = match limit {
        Limit::Usd => [*needed, *most].map(money),
        Limit::Tokens => [*needed, *most].map(|tokens| format!("{} tokens", short(tokens))),
    };
    format!(
        "these phases take {needed} at the least, and the limit lets the run buy {most}: it will rest early, perhaps before anything \
         is proved; raise the limit, or shorten the prompt or the data"
    )
}

fn row(name: &str, phase: &PhaseEstimate) -> String {
    let tokens = Range {
        low: phase.tokens_in.low + phase.tokens_out.low,
        likely: phase.tokens_in.likely + phase.tokens_out.likely,
        high: phase.tokens_in.high + phase.tokens_out.high,
    };
    let usd = phase.usd.map_or_else(|| "-".to_owned(), |usd| shown(usd, money));
    line([name, &shown(phase.calls, short), &shown(tokens, short), &usd])
}

/// A line of the table: 80 columns for all but odd figures.
fn line([name, calls, tokens, usd]: [&str; 4]) -> String {
    format!("{name:<10} {calls:>22} {tokens:>19} {usd:>26}")
}

/// The likely figure and the range, where there is one.
fn shown(range: Range, text: fn(f64) -> String) -> String {
    let [low, likely, high] = [range.low, range.likely, range.high].map(text);
    if low == high { likely } else { format!("{likely} ({low} to {high})") }
}

/// A count: exact below ten thousand, then to two digits or three.
fn short(n: f64) -> String {
    match n.ceil() {
        n if n < 1e4 => thousands(n as u64),
        n if n < 999_500.0 => format!("{:.0}k", n / 1e3),
        n if n < 9_950_000.0 => format!("{:.1}M", n / 1e6),
        n => format!("{}M", thousands((n / 1e6).round() as u64)),
    }
}

/// US dollars in cents, and finer where it is less than one.
fn money(usd: f64) -> String {
    match usd {
        usd if usd <= 0.0 => "$0".to_owned(),
        usd if usd < 0.000_05 => "<$0.0001".to_owned(),
        usd if usd < 0.01 => format!("${usd:.4}"),
        usd => format!("${usd:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_objectives_say_what_each_weighs() {
        let objective = |metric: &str, direction, weight| Objective { metric: metric.to_owned(), direction, weight };
        let shown = objectives(&[
            objective("accuracy", Direction::Maximize, 2.0),
            objective("prompt_tokens", Direction::Minimize, 0.1),
            objective("cost", Direction::Minimize, 0.02),
        ]);
        assert_eq!(
            shown,
            "objectives: accuracy (weight 2), prompt_tokens (weight 0.1: twice the first prompt's has to bring 5 points more), \
             cost (weight 0.02: twice the first prompt's has to bring 1 point more)"
        );
    }

    #[test]
    fn a_shortfall_is_told_in_the_unit_of_its_limit() {
        let usd = shortfall(&Shortfall { limit: Limit::Usd, needed: 34.69, most: 1.0 });
        assert!(usd.contains("take $34.69 at the least") && usd.contains("buy $1.00:"), "{usd}");
        let tokens = shortfall(&Shortfall { limit: Limit::Tokens, needed: 1_240_000.0, most: 5_000.0 });
        assert!(tokens.contains("take 1.2M tokens at") && tokens.contains("buy 5,000 tokens:"), "{tokens}");
    }

    #[test]
    fn figures_are_short() {
        let counts = [0.0, 9.5, 9_999.0, 12_887.0, 99_990.0, 1_120_610.0, 2e9];
        assert_eq!(counts.map(short), ["0", "10", "9,999", "13k", "100k", "1.1M", "2,000M"]);
        let sums = [0.0, 0.000_01, 0.000_39, 0.0062, 0.65, 1.0, 12.346].map(money);
        assert_eq!(sums, ["$0", "<$0.0001", "$0.0004", "$0.0062", "$0.65", "$1.00", "$12.35"]);
        let range = |low, likely, high| Range { low, likely, high };
        assert_eq!(shown(range(320.0, 900.0, 1_376.0), short), "900 (320 to 1,376)");
        assert_eq!(shown(range(24.0, 24.0, 24.0), short), "24");
        let (calls, tokens) = (range(1_000.0, 1_500.0, 9_999.0), range(12_000.0, 123_000.0, 1.2e6));
        let usd = shown(range(0.004, 0.03, 0.12), money);
        let row = line(["validation", &shown(calls, short), &shown(tokens, short), &usd]);
        assert_eq!(row.chars().count(), 80, "{row}");
    }
}
