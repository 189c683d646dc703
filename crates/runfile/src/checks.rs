//! What is checked once prompts, data and options are there together.

use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{ModelSpec, Models, Objective, RunMode, SplitSpec};
use clade_text::template::prompt_tokens;

use crate::{
    context::Context,
    data::{Marks, NamedIn, Scan, examples_for, mark},
    load::check_at,
    problem::Problem,
    prompts::LoadedPrompt,
    schema::RunFile,
    text::{count, list, nearest},
    yaml::KeyPath,
};

/// Test examples below which it is said what gain could be shown.
const FEW_TESTS: usize = 30;

/// Test examples below which no gain can be shown, however large: where all of them get better, the exact one-sided tests
/// give 0.5^n, and 0.5^5 = 0.031 is the first that is at most 0.05.
pub const LEAST_TEST_EXAMPLES: u32 = 5;

/// Every variable of every prompt is in the data, and every prompt uses the data.
pub(crate) fn placeholders(context: &mut Context<'_>, prompts: &[LoadedPrompt], scan: &Scan) {
    let columns: Vec<&str> = scan.all_columns.iter().map(String::as_str).filter(|c| !c.starts_with("__")).collect();
    for (i, variable) in &scan.never {
        let Some(prompt) = prompts.get(*i) else { continue };
        let label = &prompt.seed.label;
        let root = variable.split(['.', '[']).next().unwrap_or(variable);
        let fix = if root == "env" {
            "write the value into the prompt or `defaultTest.vars`: prompts do not read the environment".to_owned()
        } else if let Some(near) = nearest(variable, columns.iter().copied()) {
            format!("did you mean `{{{{{near}}}}}`? the data has {}", list(&columns))
        } else if columns.is_empty() {
            format!("give every test `{variable}` under `vars`")
        } else {
            format!("add `{variable}` to the data or `defaultTest.vars`; the data has {}", list(&columns))
        };
        let message = format!("the prompt `{label}` needs `{{{{{variable}}}}}`, which no example has");
        let problem = prompt.variable_problem(context, variable, message, fix);
        context.problems.push(problem);
    }
    for (i, place, n, error) in &scan.unfilled {
        let Some(prompt) = prompts.get(*i) else { continue };
        let more = if *n > 1 { format!(" and {} more", n - 1) } else { String::new() };
        let label = &prompt.seed.label;
        let message = format!("the prompt `{label}` cannot be filled with the example at {place}{more}: {error}");
        let problem = prompt.problem(context, error, message);
        context.problems.push(problem);
    }
    for variable in &scan.never_checked {
        let fix = match nearest(variable, columns.iter().copied()) {
            Some(near) => format!("did you mean `{{{{{near}}}}}`? the data has {}", list(&columns)),
            None => format!("add `{variable}` to the data; it has {}", list(&columns)),
        };
        let message = format!("the checks need `{{{{{variable}}}}}`, which no example has");
        context.problem(&KeyPath::of("defaultTest.assert"), message, fix);
    }
    if columns.is_empty() {
        return;
    }
    for (i, prompt) in prompts.iter().enumerate() {
        if scan.never.iter().any(|(n, _)| *n == i) || prompt.variables.iter().any(|v| columns.contains(&v.as_str())) {
            continue;
        }
        let label = &prompt.seed.label;
        let message = format!("the prompt `{label}` has no placeholder, so it asks the same of every example");
        // what checks compare with is the answer and would give it away
        let question = columns.iter().find(|c| !scan.checked.contains(**c)).or(columns.first());
        let example = question.copied().unwrap_or("question");
        let fix = if is_name(example) {
            format!("write `{{{{{example}}}}}` where the example belongs; the data has {}", list(&columns))
        } else {
            let name: String = example.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
            format!("rename the column `{example}` to `{name}`, then write `{{{{{name}}}}}` where the example belongs")
        };
        if context.options.mode == RunMode::Optimize {
            context.problem(&prompt.path, message, fix);
        } else {
            context.warn(&prompt.path, message, fix);
        }
    }
}

/// Whether a template can read a column of this name.
fn is_name(column: &str) -> bool {
    !column.starts_with(|c: char| c.is_numeric()) && column.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Every objective is something that is measured or that a check scores.
pub(crate) fn objectives(context: &mut Context<'_>, objectives: &mut [Objective], scan: &Scan) {
    let mut known: BTreeSet<&str> = scan.metrics.iter().map(String::as_str).collect();
    known.insert("score");
    known.extend(Objective::MEASURED);
    for (i, objective) in objectives.iter_mut().enumerate() {
        if known.contains(objective.metric.as_str()) {
            continue;
        }
        // the usual word for the share of right answers, where no check has taken the name
        if objective.metric == "accuracy" {
            objective.metric = "score".to_owned();
            continue;
        }
        let metric = &objective.metric;
        if scan.needs.code {
            let fix = "see that a check's code returns it among its `namedScores`";
            let path = KeyPath::of("optimize.objectives").index(i);
            context.warn(&path, format!("no check has the metric `{metric}`; code has to name it"), fix);
            continue;
        }
        let fix = match nearest(metric, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let names: Vec<&&str> = known.iter().collect();
                let names: Vec<String> = names.into_iter().map(|n| (*n).to_owned()).collect();
                format!("give a check `metric: {metric}`, or use one of {}", list(&names))
            }
        };
        let path = KeyPath::of("optimize.objectives").index(i);
        context.problem(&path, format!("no check has the metric `{metric}`"), fix);
    }
}

/// What every prompt must keep to, the first one included.
pub(crate) fn constraints(context: &mut Context<'_>, file: &RunFile, prompts: &mut [LoadedPrompt]) {
    let Some(constraints) = file.optimize.as_ref().and_then(|o| o.constraints.as_ref()) else { return };
    let root = KeyPath::of("optimize.constraints");
    if let (Some(most), Some(first)) = (constraints.max_prompt_tokens, prompts.first()) {
        let tokens = prompt_tokens(&first.seed.prompt);
        if tokens > most {
            let message = format!("the first prompt has some {tokens} tokens, more than the {most} allowed");
            context.problem(&root.name("max_prompt_tokens"), message, "raise the limit, or shorten the prompt");
        }
    }
    for (i, frozen) in constraints.frozen.iter().enumerate() {
        let path = root.name("frozen").index(i);
        let held = prompts.iter().any(|p| p.seed.prompt.components.iter().any(|c| c.text.contains(frozen)));
        if frozen.trim().is_empty() {
            context.problem(&path, "an empty text cannot be frozen", "write the text, or remove the entry");
        } else if !held {
            let fix = "write it exactly as in the prompt, spaces included";
            context.problem(&path, "no prompt has this text", fix);
        }
    }
    for (i, name) in constraints.frozen_components.iter().enumerate() {
        let mut found = false;
        for prompt in prompts.iter_mut() {
            for component in prompt.seed.prompt.components.iter_mut().filter(|c| c.name == *name) {
                component.frozen = true;
                found = true;
            }
        }
        if !found {
            let names: BTreeSet<&str> =
                prompts.iter().flat_map(|p| &p.seed.prompt.components).map(|c| c.name.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let fix = format!("the prompts have {}", list(&names));
            context.problem(
                &root.name("frozen_components").index(i),
                format!("no prompt has a component `{name}`"),
                fix,
            );
        }
    }
    let search = context.options.mode == RunMode::Optimize;
    for prompt in prompts.iter().filter(|_| search) {
        if prompt.seed.prompt.components.iter().all(|c| c.frozen) {
            let message =
                format!("every component of the prompt `{}` is frozen, so nothing can change", prompt.seed.label);
            context.problem(&root.name("frozen_components"), message, "leave one component free");
        }
    }
}

/// Models that some checks need and the run file does not name: the simulated model plays every role, and else the
/// provider that promptfoo takes. Gives their ids, their roles, and where a check needs them first.
pub(crate) fn helpers(
    context: &mut Context<'_>,
    models: &mut Models,
    scan: &Scan,
) -> Vec<(String, &'static str, NamedIn)> {
    let simulated = models.task.first().filter(|m| m.id.starts_with("simulated:")).cloned();
    // a judge that a check names does it itself where it can
    let serves = |judge: &Option<String>, role: &str| {
        let Some(model) = judge.as_ref().and_then(|judge| models.judges.get(judge)) else { return false };
        let full = (context.options.check_model)(model).unwrap_or_default();
        full.starts_with("simulated:") || full.split(':').nth(1) == Some(role)
    };
    let needed = |asked: &BTreeMap<Option<String>, NamedIn>, role: &str| {
        asked.iter().find(|(judge, _)| !serves(judge, role)).map(|(_, place)| place.clone())
    };
    let [embedding, moderation] = [needed(&scan.embedding, "embedding"), needed(&scan.moderation, "moderation")];
    let mut found = Vec::new();
    for (needed, role, slot, usual) in [
        (embedding, "embedding", &mut models.embedding, "openai:embedding:text-embedding-3-small"),
        (moderation, "moderation", &mut models.moderation, "openai:moderation:omni-moderation-latest"),
    ] {
        let Some(place) = needed.filter(|_| slot.is_none()) else { continue };
        let model = simulated.clone().unwrap_or_else(|| ModelSpec::named(usual));
        let path = KeyPath::of("optimize.models").name(role);
        if simulated.is_none() {
            let message = format!("some checks need a model for {role}; `{usual}` is taken");
            let fix = format!("name one under `optimize.models.{role}`");
            let warning = check_at(context, &place).saying(message, fix);
            context.warnings.push(warning);
        }
        if let Err(message) = (context.options.check_model)(&model) {
            context.problem(&path, message, format!("name another model under `optimize.models.{role}`"));
        }
        found.push((model.id.clone(), role, place));
        *slot = Some(model);
    }
    found
}

/// Examples that nothing judges.
pub(crate) fn unchecked(context: &mut Context<'_>, scan: &Scan) {
    let Some((n, name, line)) = &scan.unchecked else { return };
    if !context.problems.is_empty() {
        return;
    }
    let fix = "add checks as `assert`, as `defaultTest.assert`, or in a column `__expected`";
    if *n == scan.hashes.len() && context.options.mode == RunMode::Optimize {
        let message = "no example has a check, so every answer is as good as any other";
        context.problem(&KeyPath::of("tests"), message, fix);
    } else {
        let message = format!("{} without any check; every answer passes there", count(*n, "example"));
        context.warnings.push(Problem::of_line(name, *line, None, message, fix));
    }
}

/// Parts the examples, and says where there are too few of them.
pub(crate) fn split(context: &mut Context<'_>, scan: &Scan, spec: &SplitSpec, objectives: &[Objective]) -> Marks {
    let total = scan.hashes.len();
    let tests = KeyPath::of("tests");
    if total == 0 {
        if context.problems.is_empty() {
            context.problem(&tests, "the data holds no examples", "add tests, or rows to the data file");
        }
        return mark(&[], &[], &[], &[], None, spec);
    }
    let own = (scan.own_splits.len() == total).then_some(scan.own_splits.as_slice());
    let questions = if scan.questions.is_empty() { &scan.hashes } else { &scan.questions };
    if context.options.mode == RunMode::Evaluate {
        // nothing is parted, and everything counts
        let mut marks = mark(&scan.hashes, questions, &scan.hashes, &[], own, spec);
        marks.marks = "h".repeat(total);
        return marks;
    }
    let marks = mark(&scan.hashes, questions, &scan.keys, &scan.lacking, own, spec);
    if !context.problems.is_empty() {
        return marks;
    }
    if !scan.lacking.is_empty() {
        let metric = Objective::primary(objectives);
        let (n, of) = (scan.lacking.len(), count(total, "example"));
        let message = format!("{n} of {of} have no check `{metric}`, by which the search goes, and are left out");
        context.warn(
            &KeyPath::of("optimize.objectives"),
            message,
            "give them such a check, or go by `score`, which all have",
        );
    }
    let [train, validation, test] = marks.distinct;
    let distinct = train + validation + test;
    let wanted_test = own.is_some() || spec.test > 0.0;
    if train == 0 || validation == 0 || (test == 0 && spec.test > 0.0 && own.is_none()) {
        let message = if own.is_some() {
            let empty = if train == 0 { "train" } else { "validation" };
            format!("no example is in the split {empty}")
        } else {
            format!("{} cannot be parted into train, validation and test", different(distinct, total))
        };
        let fix = if own.is_some() {
            "give every split some examples"
        } else {
            "add examples (100 or more are a good start), or evaluate without a search by `clade eval`"
        };
        context.problem(&tests, message, fix);
        return marks;
    }
    if marks.torn > 0 {
        let message =
            format!("{} in several splits; all copies go to the held-out side, where one counts", were(marks.torn));
        context.warn(&tests, message, "remove the copies from the other splits");
    } else if marks.duplicates > 0 {
        let n = usize::try_from(marks.duplicates).unwrap_or(usize::MAX);
        let what = if scan.questions.is_empty() { "the variables" } else { "what the prompts ask" };
        let message = format!(
            "{} {what} of an earlier one{}",
            repeats(n),
            match marks.copies {
                0 => " and want something else; they stay in one split".to_owned(),
                copies if copies == marks.duplicates => "; each counts once, and copies are left out".to_owned(),
                copies => format!("; {copies} want the same and are left out, the others stay in one split"),
            }
        );
        let fix = if marks.copies > 0 { "remove the copies" } else { "remove those whose answer is wrong" };
        context.warn(&tests, message, fix);
    }
    let few = test < LEAST_TEST_EXAMPLES as usize;
    // a share of 0, and splits of one's own without a test, say that no evidence is wanted
    if few && spec.test > 0.0 && test > 0 {
        let message = format!(
            "test has {}: even if all got better it could be chance, so no gain can be shown",
            count(test, "example")
        );
        let more = if own.is_some() {
            format!("give test {LEAST_TEST_EXAMPLES} or more")
        } else {
            format!(
                "add examples ({} different ones in all give test {LEAST_TEST_EXAMPLES})",
                examples_for(LEAST_TEST_EXAMPLES as usize, spec)
            )
        };
        let fix =
            format!("{more}; 100 or more are a good start. To search without evidence: --set optimize.splits.test=0");
        context.problem(&tests, message, fix);
        return marks;
    }
    if wanted_test && test < FEW_TESTS {
        let shown = if few {
            "no gain can be shown with so few".to_owned()
        } else {
            let gain = (100.0 * detectable_gain(test as f64)).ceil();
            format!("only a gain of about {gain:.0} points or more is likely to be shown")
        };
        let message = format!("test has {}: {shown}", count(test, "example"));
        context.warn(&tests, message, "add examples: 100 in test show some 13 points, 400 some 5");
    }
    marks
}

/// The smallest gain in right-or-wrong answers that so many test examples show in four runs of five at the 5 % level, where two prompts
/// differ on a tenth of the examples beyond their gain. As the headroom check has it, `n = 6.18 (gain + 0.1) / gain² + 1 / gain`, solved
/// for the gain; in (0, 1].
fn detectable_gain(n: f64) -> f64 {
    let (linear, rest) = (FACTOR + 1.0, FACTOR * 0.1);
    ((linear + (linear * linear + 4.0 * n * rest).sqrt()) / (2.0 * n)).min(1.0)
}

/// Normal quantiles of 95 % and of 80 %, added and squared.
const FACTOR: f64 = 6.182_557;

/// Examples that want an empty answer: most often a gap in the data.
pub(crate) fn empty_answers(context: &mut Context<'_>, scan: &Scan) {
    let Some((n, name, line)) = &scan.empty_answers else { return };
    let wants = if *n == 1 { "wants" } else { "want" };
    let message = format!("{} {wants} an empty answer: the value to compare with is empty", count(*n, "check"));
    let fix = "fill in the expected answers, or take the examples without one out of the data, if that is not meant";
    context.warnings.push(Problem::of_line(name, *line, None, message, fix));
}

fn different(distinct: usize, total: usize) -> String {
    if distinct == total {
        count(total, "example")
    } else {
        format!("{} with {}", count(total, "example"), count(distinct, "different content"))
    }
}

fn were(n: u32) -> String {
    if n == 1 { "1 example is".to_owned() } else { format!("{n} examples are") }
}

fn repeats(n: usize) -> String {
    if n == 1 { "1 example repeats".to_owned() } else { format!("{n} examples repeat") }
}

#[cfg(test)]
mod tests {
    use super::detectable_gain;

    /// What the headroom check says of gains: 10 points take 134 examples, 5 points 391, 2 points 1,905.
    #[test]
    fn what_can_be_shown_is_what_the_headroom_check_says() {
        for (examples, gain) in [(134.0, 0.10), (391.0, 0.05), (1_905.0, 0.02)] {
            assert!((detectable_gain(examples) - gain).abs() < 0.001, "{examples}: {}", detectable_gain(examples));
        }
        assert_eq!((detectable_gain(5.0), detectable_gain(1.0)), (1.0, 1.0));
    }
}
