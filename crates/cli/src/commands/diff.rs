use clade_domain::{Candidate, CandidateId, Prompt, Split};
use clade_engine::replay_state;
use clade_evolve::{RunState, statistics};
use clade_store_sqlite::Durability;
use clade_text::diff::{RunKind, words};
use serde_json::json;

use crate::{
    args::DiffArgs,
    context::Context,
    failure::Failure,
    names::{find_candidate, find_run},
    output::{Ink, Output},
};

/// `clade diff`
pub async fn run(args: &DiffArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store(Durability::Normal).await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let state = replay_state(&store, &row.run).await?;
    let (a, b) = (find_candidate(&state, &args.a)?, find_candidate(&state, &args.b)?);
    let (Some(old), Some(new)) = (state.candidate(a), state.candidate(b)) else { return Ok(()) };
    let output = context.output;
    let compared = compare(&state, a, b);
    if output.json {
        let runs = |component: &(String, String, String)| {
            let runs: Vec<_> = words(&component.1, &component.2)
                .into_iter()
                .map(|run| json!({ "kind": word(run.kind), "text": run.text }))
                .collect();
            json!({ "component": component.0, "runs": runs })
        };
        let components: Vec<_> = sides(&old.prompt, &new.prompt).iter().map(runs).collect();
        output.json_line(&json!({ "run": row.run, "a": a.to_string(), "b": b.to_string(), "scores": compared, "components": components }));
        return Ok(());
    }
    output.line(heading(&state, old, '-', &output));
    output.line(heading(&state, new, '+', &output));
    for (split, n, difference, low, high) in &compared {
        let n = u32::try_from(*n).unwrap_or(u32::MAX);
        let [difference, interval] = statistics::points(n, [*difference, *low, *high]);
        output.line(
            output.paint(
                Ink::Faint,
                format!("{difference} on the {n} {split} examples both met, 95 % interval {interval}"),
            ),
        );
    }
    for (name, old, new) in sides(&old.prompt, &new.prompt) {
        output.line("");
        output.line(output.paint(Ink::Strong, format!("[{name}]")));
        let text: String = words(&old, &new)
            .into_iter()
            .map(|run| match (run.kind, output.color) {
                (RunKind::Equal, _) => run.text,
                (RunKind::Insert, true) => output.paint(Ink::Green, run.text),
                (RunKind::Delete, true) => output.paint(Ink::Red, run.text),
                (RunKind::Insert, false) => format!("{{+{}+}}", run.text),
                (RunKind::Delete, false) => format!("[-{}-]", run.text),
            })
            .collect();
        output.line(text);
    }
    Ok(())
}

fn word(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Equal => "equal",
        RunKind::Insert => "insert",
        RunKind::Delete => "delete",
    }
}

fn heading(state: &RunState, candidate: &Candidate, sign: char, output: &Output) -> String {
    let scores: Vec<String> = [Split::Train, Split::Validation, Split::Test]
        .into_iter()
        .filter_map(|split| Some(format!("{split} {:.3}", state.score(candidate.id, split)?)))
        .collect();
    let made = candidate.operator.as_ref().map_or_else(|| "seed".to_owned(), ToString::to_string);
    let text = format!("{sign} {} {made}, generation {}: {}", candidate.id, candidate.generation, scores.join(", "));
    output.paint(if sign == '+' { Ink::Green } else { Ink::Red }, text)
}

/// Paired differences on each split: examples, mean, and the ends of its interval. For looking at, not a claim: train and
/// validation scores took part in choosing.
fn compare(state: &RunState, a: CandidateId, b: CandidateId) -> Vec<(Split, usize, f64, f64, f64)> {
    let (Some(old), Some(new)) = (state.cells(a), state.cells(b)) else { return Vec::new() };
    [Split::Train, Split::Validation, Split::Test]
        .into_iter()
        .filter_map(|split| {
            let examples = state.dataset().examples(split);
            let pairs = examples
                .into_iter()
                .filter_map(|id| Some((old.mean(id, state.repeat())?, new.mean(id, state.repeat())?)));
            let (old, new): (Vec<f64>, Vec<f64>) = pairs.unzip();
            let n = old.len();
            let difference = (new.iter().sum::<f64>() - old.iter().sum::<f64>()) / n.max(1) as f64;
            let interval = statistics::difference_ci(&old, &new, 0.95, state.spec().seed);
            (n > 0).then_some((split, n, difference, interval.low, interval.high))
        })
        .collect()
}

/// The texts of both prompts by component; demonstrations last, as one component.
fn sides(old: &Prompt, new: &Prompt) -> Vec<(String, String, String)> {
    let mut sides = Vec::new();
    for component in &old.components {
        let other = new.components.iter().find(|c| c.name == component.name);
        sides.push((
            component.name.clone(),
            component.text.clone(),
            other.map_or_else(String::new, |c| c.text.clone()),
        ));
    }
    for component in new.components.iter().filter(|c| old.components.iter().all(|o| o.name != c.name)) {
        sides.push((component.name.clone(), String::new(), component.text.clone()));
    }
    let shown = |prompt: &Prompt| {
        let lines = prompt.demonstrations.iter().map(|demonstration| {
            format!("{} -> {}", serde_json::to_string(&demonstration.vars).unwrap_or_default(), demonstration.answer)
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    if !old.demonstrations.is_empty() || !new.demonstrations.is_empty() {
        sides.push(("demonstrations".into(), shown(old), shown(new)));
    }
    sides
}
