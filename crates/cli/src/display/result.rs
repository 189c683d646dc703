use clade_domain::{CandidateId, Isolation, RunId, Spent, Split};
use clade_engine::{Counts, EvaluatedPrompt, Finalist, FrontPrompt, RunReport, SandboxReport};
use clade_store::RunStatus;

use super::operators;
use crate::{
    again::completed,
    output::{Ink, Output, harmless},
};

/// Prints a run's result for people.
pub fn print(report: &RunReport, output: &Output) {
    if report.simulated {
        output.line(output.paint(Ink::Yellow, "simulated model: these figures say nothing about a real one"));
    }
    if report.prompts.is_empty() {
        print_search(report, output);
    } else {
        print_evaluation(&report.prompts, output);
    }
    if !report.detail.is_empty() {
        output.prose(format!("{} {}", output.paint(Ink::Yellow, "put down:"), harmless(&completed(&report.detail))));
    }
    if let Some(sandbox) = &report.sandbox {
        print_sandbox(sandbox, &report.run, output);
    }
    output.prose(output.paint(Ink::Faint, cost(&report.spent)));
}

/// What the code ran in: always where that is weaker than usual, else unless little is wanted.
fn print_sandbox(sandbox: &SandboxReport, run: &RunId, output: &Output) {
    if sandbox.isolation == Some(Isolation::MinimumProcess) {
        let note = "its code ran with isolation `minimum-process`: it could read what its user can read";
        output.prose(output.paint(Ink::Yellow, note));
    } else if let Some(isolation) = sandbox.isolation.filter(|_| !output.quiet) {
        output.prose(output.paint(Ink::Faint, format!("its code ran with isolation `{}`", isolation.name())));
    }
    if output.quiet {
        return;
    }
    if let Some(state) = &sandbox.from {
        output.prose(output.paint(Ink::Faint, format!("its sandboxes start from the kept state {}", short(state))));
    }
    if let Some(first) = sandbox.kept.first() {
        let note = format!(
            "sandbox states are kept of {}; `clade branch {run}@{}` starts from its state",
            named(sandbox.kept.iter().map(|kept| kept.candidate)),
            first.candidate
        );
        output.prose(output.paint(Ink::Faint, completed(&note)));
    }
    if !sandbox.without.is_empty() {
        let note = format!(
            "no sandbox state is kept of {}: none of theirs was at hand any more when states were kept",
            named(sandbox.without.iter().copied())
        );
        output.prose(output.paint(Ink::Faint, note));
    }
    if !sandbox.not_kept.is_empty() {
        output.prose(format!("{} {}", output.paint(Ink::Yellow, "not kept:"), harmless(&sandbox.not_kept)));
    }
}

/// Candidates by name.
pub fn named(candidates: impl IntoIterator<Item = CandidateId>) -> String {
    candidates.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

/// The name of a kept state, as far as people need it.
pub fn short(state: &str) -> String {
    let is_hash = state.len() == 64 && state.bytes().all(|byte| byte.is_ascii_hexdigit());
    harmless(&state.chars().take(if is_hash { 12 } else { 100 }).collect::<String>())
}

/// What went wrong with trials and proposals of a run, a sentence for each kind.
pub fn wanting(counts: &Counts) -> Vec<String> {
    let trials = thousands(counts.trials);
    let mut notes = Vec::new();
    if counts.failed > 0 {
        notes.push(format!("{} of {trials} trials have no score and count as 0", thousands(counts.failed)));
    }
    if counts.cut > 0 {
        let room = "and count as they are; a higher `max_tokens` in the provider's config gives room";
        let cut = thousands(counts.cut);
        notes.push(format!("{cut} of {trials} answers were cut off at the model's length limit, {room}"));
    }
    if counts.proposals_cut > 0 {
        let (cut, all) = (counts.proposals_cut, counts.turned_away);
        let room = "a higher `max_tokens` in the config of `models.reflection` gives room";
        notes.push(format!(
            "{cut} of the {all} proposals turned away were cut off at the reflection model's length limit; {room}"
        ));
    }
    notes
}

fn print_search(report: &RunReport, output: &Output) {
    if let Some(evidence) = &report.evidence {
        let ink = if evidence.improved { Ink::Green } else { Ink::Yellow };
        output.prose(output.paint(ink, &evidence.sentence));
        if let Some(model) = evidence.model.as_ref().filter(|_| !report.task_models.is_empty()) {
            let note = format!("both prompts were answered by {}", harmless(model));
            output.prose(output.paint(Ink::Faint, note));
        }
        if let Some(run) = &report.branch_of {
            let note = format!(
                "these are the test examples of run {run} too: if its test score is why you branched, prove the gain on new ones"
            );
            output.prose(output.paint(Ink::Faint, note));
        }
    } else if let Some(best) = &report.best {
        // single test scores that were bought before a limit stopped the comparison say nothing
        let known = best.scores.iter().filter(|(split, _)| **split != Split::Test);
        let score = known.map(|(split, score)| format!("{score:.3} on {split}")).collect::<Vec<_>>();
        let with =
            if score.is_empty() { " and has no score yet".to_owned() } else { format!(" with {}", score.join(", ")) };
        output.prose(format!("best so far is {}{with}; not compared on test examples yet", best.candidate));
        if !best.biased.is_empty() && best.candidate != "c0" {
            let splits: Vec<String> = best.biased.iter().map(ToString::to_string).collect();
            let note = format!("it leads by its score on {}, which therefore flatters it", splits.join(" and "));
            output.prose(output.paint(Ink::Faint, note));
        }
    }
    if let Some(best) = &report.best {
        let word = if best.chosen { "chosen" } else { "leading" };
        output.line("");
        output.line(
            output.paint(Ink::Strong, format!("{word} prompt {} (generation {}):", best.candidate, best.generation)),
        );
        output.prose(harmless(&best.prompt));
        output.line("");
        print_finalists(&report.finalists, &best.candidate, output);
        print_front(&report.front, &best.candidate, output);
    }
    if !output.quiet {
        let counts = &report.counts;
        output.prose(output.paint(
            Ink::Faint,
            format!(
                "{} in {}, {} turned away, {} ({}{} without a score)",
                count(counts.candidates, "candidate"),
                count(counts.generations, "generation"),
                count(u64::from(counts.turned_away), "proposal"),
                count(counts.trials, "trial"),
                apart(counts),
                thousands(counts.failed),
            ),
        ));
        if let Some(why) = report.finish_detail.as_ref().filter(|_| report.seed_prompt.is_some()) {
            output.prose(output.paint(Ink::Faint, format!("the search ended because {why}")));
        }
        operators::print(report, output);
        if report.status != RunStatus::Finished {
            output.line(completed(&format!("`clade resume {}` goes on", report.run)));
        }
    }
}

/// Trials that scores are not made of, or that cost nothing of their own, where there are any.
fn apart(counts: &Counts) -> String {
    let named = [
        (counts.repeats, "of them repeats for the noise"),
        (counts.late, "too late to count"),
        (counts.shared, "bought once with an equal call"),
    ];
    named.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}, ", thousands(*n))).collect()
}

/// Among whom was chosen, and on how many examples each was looked at.
fn print_finalists(finalists: &[Finalist], chosen: &str, output: &Output) {
    let Some(first) = finalists.first().filter(|_| finalists.len() > 1 && !output.quiet) else { return };
    output.line(format!("finalists, by their mean score on {}:", first.split));
    for finalist in finalists {
        let score = finalist.score.map_or_else(|| "-    ".to_owned(), |score| format!("{score:.3}"));
        let met = count(u64::from(finalist.examples), "example");
        let mark = if finalist.candidate == chosen { "  <- this one" } else { "" };
        output.cut(format!("  {:<5} {score}  on {met}{mark}", finalist.candidate));
    }
    let note = format!(
        "{chosen} was picked for its score on {}, which therefore flatters it; test examples, met once, do not",
        first.split
    );
    output.prose(output.paint(Ink::Faint, note));
    output.line("");
}

/// The trade-offs between several objectives.
fn print_front(front: &[FrontPrompt], chosen: &str, output: &Output) {
    let Some(first) = front.first() else { return };
    output.line(format!("finalists that no other one beats in every objective, on {}:", first.split));
    for member in front {
        let values: Vec<String> = member.values.iter().map(|(metric, value)| figure(metric, *value)).collect();
        let mark = if member.candidate == chosen { "  <- this one" } else { "" };
        let met = count(u64::from(member.examples), "example");
        output.cut(format!("  {:<5} {}  on {met}{mark}", member.candidate, values.join("  ")));
    }
    output.line("");
}

/// A value of an objective with its unit.
fn figure(metric: &str, value: f64) -> String {
    match metric {
        "prompt_tokens" => format!("{value:.0} prompt tokens"),
        "cost" => format!("{value:.6} USD a trial"),
        "latency" => format!("{value:.0} ms a trial"),
        score => format!("{} {value:.3}", harmless(score)),
    }
}

fn print_evaluation(prompts: &[EvaluatedPrompt], output: &Output) {
    let best = prompts.iter().filter_map(|p| p.score).reduce(f64::max);
    for prompt in prompts {
        let figure = prompt.score.map_or_else(|| "    -".to_owned(), |score| format!("{score:.3}"));
        let figure = if prompts.len() > 1 && prompt.score.is_some() && prompt.score >= best {
            output.paint(Ink::Green, figure)
        } else {
            output.paint(Ink::Strong, figure)
        };
        let interval = match (prompt.ci_low, prompt.ci_high) {
            (Some(low), Some(high)) => output.paint(Ink::Faint, format!("[{low:.3}, {high:.3}]")),
            _ => output.paint(Ink::Faint, "[    -,     -]"),
        };
        output.line(format!(
            "{figure} {interval}  {}  {}",
            one_line(&prompt.label),
            output.paint(Ink::Faint, harmless(&prompt.model)),
        ));
        let mut facts = vec![count(u64::from(prompt.trials), "trial")];
        facts.extend(prompt.pass_rate.map(|rate| format!("{:.1} % pass", 100.0 * rate)));
        facts.extend(pass_at(prompt));
        if prompt.errors > 0 {
            facts.push(output.paint(Ink::Red, format!("{} (count as 0)", count(u64::from(prompt.errors), "error"))));
        }
        facts.extend(prompt.named_scores.iter().map(|(name, score)| format!("{} {score:.3}", harmless(name))));
        output.prose(format!("      {}", facts.join(" · ")));
    }
}

/// pass@k of a prompt whose examples were repeated, for every k where those are few, else for 1, 10, 100 and all of them.
pub fn pass_at(prompt: &EvaluatedPrompt) -> impl Iterator<Item = String> {
    let most = prompt.pass_at.keys().last().copied().unwrap_or(0);
    let shown = move |k: u32| most <= 5 || k == most || [1, 10, 100].contains(&k);
    let told = prompt.pass_at.iter().filter(move |(k, _)| shown(**k));
    told.map(|(k, share)| format!("pass@{k} {:.1} %", 100.0 * share))
}

/// What was bought, in one line.
pub fn cost(spent: &Spent) -> String {
    let mut parts = vec![count(spent.calls, "call")];
    let roles = [("task", spent.task_calls), ("reflection", spent.reflection_calls), ("judge", spent.judge_calls)];
    let named: Vec<_> =
        roles.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{} {name}", thousands(n))).collect();
    if named.len() > 1 {
        parts[0].push_str(&format!(" ({})", named.join(", ")));
    }
    parts.push(format!("{} + {} tokens", thousands(spent.tokens_in), thousands(spent.tokens_out)));
    let lower = if spent.unpriced_calls > 0 { "at least " } else { "" };
    parts.push(format!("{lower}{}", spent.usd));
    parts.push(format!("{} from the cache", thousands(spent.cache_hits)));
    parts.push(seconds(spent.seconds));
    parts.join(" · ")
}

/// `1 trial`, `2,000 trials`.
pub fn count(n: u64, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        // of those that are counted here, the ones in `y` have a consonant before it
        (_, Some(stem)) => format!("{} {stem}ies", thousands(n)),
        (_, None) => format!("{} {noun}s", thousands(n)),
    }
}

/// A number with thousands separated.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time as people say it.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 60.0 => format!("{s:.1} s"),
        s if s < 3_600.0 => format!("{} min {:02} s", s as u64 / 60, s as u64 % 60),
        s => format!("{} h {:02} min", s as u64 / 3_600, s as u64 % 3_600 / 60),
    }
}

/// The beginning of a text on one line, harmless to a terminal.
pub fn one_line(text: &str) -> String {
    let line = harmless(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 60 { format!("{}…", line.chars().take(59).collect::<String>()) } else { line }
}
