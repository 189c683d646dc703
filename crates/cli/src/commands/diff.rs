use clade_domain::{CandidateId, RunId};
use clade_engine::{
    CandidateDiff, ComponentDiff, DiffRun, DiffSide, SplitDifference, diff, find_candidate, replay_state,
};
use clade_evolve::statistics;
use serde_json::json;

use crate::{
    args::DiffArgs,
    context::Context,
    failure::Failure,
    names::find_search,
    output::{Ink, Output, harmless},
};

/// `clade diff`
pub async fn run(args: &DiffArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store_to_read().await?;
    let row = find_search(store.as_ref(), &args.run, context.output).await?;
    let state = replay_state(&store, &row.run).await?;
    let (a, b) = (find_candidate(&state, &args.a)?, find_candidate(&state, &args.b)?);
    let (Some(old), Some(new)) = (state.candidate(a), state.candidate(b)) else { return Ok(()) };
    show(&row.run, diff(&state, old, new), &context.output);
    Ok(())
}

/// Shows what changed between two candidates.
pub fn show(run: &RunId, compared: CandidateDiff, output: &Output) {
    if output.json {
        let scores: Vec<_> =
            compared.scores.iter().map(|s| (s.split, s.examples, s.difference, s.ci_low, s.ci_high)).collect();
        output.json_line(
            &json!({ "run": run, "a": compared.a.to_string(), "b": compared.b.to_string(), "scores": scores,
            "models": [compared.before.model, compared.after.model], "biased": compared.biased,
            "not_paired": compared.not_paired, "components": compared.components }),
        );
        return;
    }
    let differ = compared.before.model != compared.after.model;
    output.line(heading(compared.a, &compared.before, '-', differ, output));
    output.line(heading(compared.b, &compared.after, '+', differ, output));
    for SplitDifference { split, examples, difference, ci_low, ci_high } in &compared.scores {
        let n = u32::try_from(*examples).unwrap_or(u32::MAX);
        let [difference, interval] = statistics::points(n, [*difference, *ci_low, *ci_high]);
        output.line(
            output.paint(
                Ink::Faint,
                format!("{difference} on the {n} {split} examples both met, 95 % interval {interval}"),
            ),
        );
    }
    if !compared.biased.is_empty() {
        let splits: Vec<String> = compared.biased.iter().map(ToString::to_string).collect();
        let note = format!(
            "scores on {} took part in choosing and flatter whoever was chosen; the test split, met once, does not",
            splits.join(" and ")
        );
        output.prose(output.paint(Ink::Faint, note));
    }
    if let Some(why) = &compared.not_paired {
        output.prose(output.paint(Ink::Yellow, harmless(why)));
    }
    for ComponentDiff { component, runs } in compared.components {
        output.line("");
        output.line(output.paint(Ink::Strong, format!("[{component}]")));
        let text: String = runs
            .into_iter()
            .map(|run| DiffRun { text: harmless(&run.text), ..run })
            .map(|run| match (run.kind.as_ref(), output.color) {
                ("insert", true) => output.paint(Ink::Green, run.text),
                ("delete", true) => output.paint(Ink::Red, run.text),
                ("insert", false) => format!("{{+{}+}}", run.text),
                ("delete", false) => format!("[-{}-]", run.text),
                _ => run.text,
            })
            .collect();
        output.line(text);
    }
}

fn heading(candidate: CandidateId, side: &DiffSide, sign: char, differ: bool, output: &Output) -> String {
    let scores: Vec<String> = side.scores.iter().map(|(split, score)| format!("{split} {score:.3}")).collect();
    let made = side.operator.as_ref().map_or_else(|| "seed".to_owned(), ToString::to_string);
    let by = if differ { format!(" by {}", harmless(&side.model)) } else { String::new() };
    let text = format!("{sign} {candidate} {made}, generation {}: {}{by}", side.generation, scores.join(", "));
    output.paint(if sign == '+' { Ink::Green } else { Ink::Red }, text)
}
