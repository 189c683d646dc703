use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{Assertion, ContentHash, DatasetHasher, Example, Split, Vars};
use clade_metrics::Asks;
use clade_text::{
    template::{self, PromptTemplate, TemplateError},
    tokens,
};
use serde_json::Value;

use super::{
    DataSource,
    facts::Facts,
    found::{Scan, ScanNeeds},
    functions::NamedIn,
    profile::DataProfile,
    source::Placed,
    unusable::Unusable,
};
use crate::{
    problem::Problem,
    text::{count, list, nearest},
};

/// Most problems told of one data set.
const MOST_PROBLEMS: usize = 20;
/// Most judges that checks name.
const MOST_JUDGES: usize = 100;
/// Bytes of variables up to which the examples are kept, so that they are not read again.
const MOST_KEPT: usize = 1024 * 1024;

/// Reads all examples once: checks them against prompts and evaluators, and hashes them.
pub(crate) fn scan(source: &DataSource, needs: &ScanNeeds<'_>) -> Scan {
    let mut pass = Pass::new(source, needs);
    for placed in source.placed() {
        match placed {
            Ok(placed) => {
                pass.take(&placed);
                pass.keep(placed.example);
            }
            Err(problem) => pass.problem(problem),
        }
        if pass.scan.problems.len() >= MOST_PROBLEMS {
            break;
        }
    }
    pass.finish()
}

struct Pass<'a> {
    source: &'a DataSource,
    labels: Vec<&'a str>,
    templates: Vec<Option<PromptTemplate>>,
    needed: BTreeSet<String>,
    parted: bool,
    questions: bool,
    goes_by: &'a str,
    default_texts: Vec<String>,
    default_names: BTreeSet<String>,
    default_facts: Facts,
    hasher: DatasetHasher,
    columns: Option<BTreeSet<String>>,
    /// Missing variables by prompt: how often, and the first example.
    missing: BTreeMap<(usize, String), (usize, Problem)>,
    /// The same of checks: the defaults' and the examples' own.
    missing_checks: BTreeMap<(bool, String), (usize, Problem)>,
    /// Checks whose value an example makes useless.
    unusable: Unusable,
    /// Which checks of `defaultTest` have a value that depends on the example.
    default_filled: Vec<usize>,
    split: Vec<Option<Split>>,
    first_split: Option<(String, usize)>,
    judge_calls: u64,
    tokens: u64,
    /// Bytes of the variables so far.
    bytes: usize,
    scan: Scan,
}

impl<'a> Pass<'a> {
    fn new(source: &'a DataSource, needs: &ScanNeeds<'a>) -> Self {
        let templates: Vec<Option<PromptTemplate>> =
            needs.prompts.iter().map(|(_, prompt)| PromptTemplate::compile(prompt).ok()).collect();
        let needed: BTreeSet<String> = templates.iter().flatten().flat_map(PromptTemplate::variables).collect();
        let defaults = &source.shared.defaults.case.asserts;
        let default_texts: Vec<String> = defaults.iter().flat_map(texts).collect();
        let default_names = default_texts.iter().filter_map(|t| template::variables(t).ok()).flatten().collect();
        Self {
            source,
            labels: needs.prompts.iter().map(|(label, _)| *label).collect(),
            templates,
            parted: needs.parted,
            questions: needs.parted && needs.questions && !needed.is_empty(),
            goes_by: needs.goes_by,
            needed,
            default_texts,
            default_names,
            default_facts: Facts::of(defaults),
            hasher: DatasetHasher::default(),
            columns: None,
            missing: BTreeMap::new(),
            missing_checks: BTreeMap::new(),
            unusable: Unusable::default(),
            default_filled: (0..defaults.len())
                .filter(|at| clade_metrics::depends_on_example(&defaults[*at]))
                .collect(),
            split: Vec::new(),
            first_split: None,
            judge_calls: 0,
            tokens: 0,
            bytes: 0,
            scan: Scan { kept: Some(Vec::new()), ..Scan::default() },
        }
    }

    /// What an example asks and wants.
    fn key(&self, placed: &Placed, content: ContentHash) -> ContentHash {
        let Example { vars, asserts, threshold, .. } = &placed.example;
        let threshold = threshold.unwrap_or(-1.0).to_le_bytes();
        // a program, checks of its own and code may look at anything
        if !self.questions || placed.own_asserts > 0 || self.default_facts.needs.code {
            let own = asserts.len().saturating_sub(placed.own_asserts);
            let own = serde_json::to_vec(&asserts[own..]).unwrap_or_default();
            return ContentHash::of_parts([&content.0[..], &own, &threshold]);
        }
        let shown = self.shown(vars, self.needed.union(&self.default_names));
        ContentHash::of_parts([&shown.0[..], &[u8::from(asserts.is_empty())], &threshold])
    }

    /// These variables of an example.
    fn shown<'b>(&self, vars: &Vars, names: impl Iterator<Item = &'b String>) -> ContentHash {
        let shown = names.filter_map(|name| Some((name, vars.get(name)?)));
        let parts: Vec<Vec<u8>> = shown
            .flat_map(|(name, value)| [name.clone().into_bytes(), serde_json::to_vec(value).unwrap_or_default()])
            .collect();
        ContentHash::of_parts(parts.iter().map(Vec::as_slice))
    }

    fn take(&mut self, placed: &Placed) {
        let example = &placed.example;
        if self.scan.hashes.len() >= u32::MAX as usize - 1 {
            let fix = "take a part of the data";
            return self.problem(Problem::of_file(
                self.name(placed),
                "there are more than 4 thousand million examples",
                fix,
            ));
        }
        let (content, bytes) = self.hasher.take(example);
        self.scan.hashes.push(content);
        if self.questions {
            self.scan.questions.push(self.shown(&example.vars, self.needed.iter()));
        }
        if self.parted {
            self.scan.keys.push(self.key(placed, content));
        }
        self.bytes += bytes;
        self.columns(&example.vars);
        self.checks(placed);
        self.values(placed);
        self.variables(placed);
        self.split.push(placed.split);
        if placed.split.is_some() && self.first_split.is_none() {
            self.first_split = Some((self.name(placed), placed.line));
        }
        self.scan.affixed += usize::from(placed.affixed);
    }

    fn keep(&mut self, example: Example) {
        if self.bytes > MOST_KEPT {
            self.scan.kept = None;
        }
        if let Some(kept) = &mut self.scan.kept {
            kept.push(example);
        }
    }

    fn name(&self, placed: &Placed) -> String {
        self.source.name_of(placed.part)
    }

    fn problem(&mut self, problem: Problem) {
        if self.scan.problems.len() < MOST_PROBLEMS {
            self.scan.problems.push(problem);
        }
    }

    fn columns(&mut self, vars: &Vars) {
        match &mut self.columns {
            None => {
                self.columns = Some(vars.keys().cloned().collect());
                self.scan.all_columns.extend(vars.keys().cloned());
            }
            Some(columns) => {
                let same = columns.len() == vars.len() && columns.iter().eq(vars.keys());
                if !same {
                    columns.retain(|name| vars.contains_key(name));
                    // a bound, for data whose keys are values
                    if self.scan.all_columns.len() < 10_000 {
                        self.scan.all_columns.extend(vars.keys().cloned());
                    }
                }
            }
        }
    }

    fn checks(&mut self, placed: &Placed) {
        let example = &placed.example;
        let shared = example.asserts.len() - placed.own_asserts;
        let own = Facts::of(&example.asserts[shared..]);
        let mut calls = own.calls;
        if shared > 0 {
            calls += self.default_facts.calls;
        }
        for judge in &own.judges {
            if self.scan.judges.contains_key(judge) {
                continue;
            }
            if self.scan.judges.len() == MOST_JUDGES {
                let message = format!("the checks name more than {MOST_JUDGES} judges");
                let fix = "name fewer, or one for all as `optimize.models.judge`";
                let problem = Problem::of_line(self.name(placed), placed.line, None, message, fix);
                return self.problem(problem);
            }
            self.scan.judges.insert(judge.clone(), NamedIn::Example(self.name(placed), placed.line));
        }
        let has = |facts: &Facts| facts.may_have(self.goes_by, &example.vars);
        if self.parted && self.goes_by != "score" && !has(&own) && !(shared > 0 && has(&self.default_facts)) {
            self.scan.lacking.push(example.id.0);
        }
        for metric in own.metrics {
            let metric = template::fill(&metric, &example.vars).unwrap_or(metric);
            if !self.scan.metrics.contains(&metric) && self.scan.metrics.len() < 10_000 {
                self.scan.metrics.insert(metric);
            }
        }
        for check in &example.asserts[shared..] {
            self.scan.functions.take(check, || NamedIn::Example(self.source.name_of(placed.part), placed.line));
        }
        self.scan.needs |= own.needs;
        let place = || NamedIn::Example(self.source.name_of(placed.part), placed.line);
        first_of(&mut self.scan.embedding, own.embedding, place);
        first_of(&mut self.scan.moderation, own.moderation, place);
        self.scan.files.extend(own.files);
        self.scan.judge_calls = self.scan.judge_calls.max(calls);
        self.judge_calls += u64::from(calls);
        if example.asserts.is_empty() {
            match &mut self.scan.unchecked {
                Some((n, ..)) => *n += 1,
                none => *none = Some((1, self.source.name_of(placed.part), placed.line)),
            }
        }
        let missing_name = shared > 0 && !self.default_names.iter().all(|n| example.vars.contains_key(n));
        let own_texts: Vec<String> = example.asserts[shared..].iter().flat_map(texts).collect();
        let defaults = if missing_name { self.default_texts.as_slice() } else { &[] };
        let shared = defaults.iter().map(|text| (true, text));
        let texts = shared.chain(own_texts.iter().map(|text| (false, text)));
        let errors: Vec<_> =
            texts.filter_map(|(shared, text)| Some((shared, template::fill(text, &example.vars).err()?))).collect();
        for (shared, error) in errors {
            let (name, message) = match &error {
                TemplateError::Missing { variable, .. } => {
                    let message = format!("a check of this example needs `{variable}`, which it does not have");
                    (variable.clone(), message)
                }
                other => (String::new(), format!("a check of this example cannot be filled: {other}")),
            };
            if let Some((n, _)) = self.missing_checks.get_mut(&(shared, name.clone())) {
                *n += 1;
                continue;
            }
            let fix = self.columns_fix(&error, &example.vars);
            let problem = Problem::of_line(self.name(placed), placed.line, None, message, fix);
            self.missing_checks.insert((shared, name), (1, problem));
        }
    }

    /// Whether each check has a value to compare with once it is filled from the example.
    fn values(&mut self, placed: &Placed) {
        let example = &placed.example;
        let shared = example.asserts.len() - placed.own_asserts;
        let defaults = self.default_filled.iter().filter_map(|at| example.asserts[..shared].get(*at));
        for check in defaults.chain(&example.asserts[shared..]) {
            match clade_metrics::check_filled(check, &example.vars) {
                Ok(Asks::Something) => {}
                Ok(Asks::Nothing) => match &mut self.scan.empty_answers {
                    Some((n, ..)) => *n += 1,
                    none => *none = Some((1, self.source.name_of(placed.part), placed.line)),
                },
                Err(message) => {
                    let name = self.source.name_of(placed.part);
                    self.unusable.add(&check.kind, &message, &name, placed.line);
                }
            }
        }
    }

    fn variables(&mut self, placed: &Placed) {
        let vars = &placed.example.vars;
        let sampled = self.scan.profile.sampled < DataProfile::SAMPLE;
        if !sampled && self.needed.iter().all(|name| vars.contains_key(name)) {
            return;
        }
        for i in 0..self.templates.len() {
            let Some(template) = &self.templates[i] else { continue };
            match template.render(vars) {
                Ok(messages) => {
                    if i == 0 && sampled {
                        // some four tokens frame each message
                        let tokens: u32 = messages.iter().map(|m| tokens::estimate(&m.content).saturating_add(4)).sum();
                        self.tokens += u64::from(tokens);
                        self.scan.profile.sampled += 1;
                        self.scan.profile.max_input_tokens = self.scan.profile.max_input_tokens.max(tokens);
                    }
                }
                Err(error) => self.unfilled(i, &error, placed),
            }
        }
    }

    fn unfilled(&mut self, prompt: usize, error: &TemplateError, placed: &Placed) {
        let vars = &placed.example.vars;
        let label = self.labels.get(prompt).copied().unwrap_or_default();
        let TemplateError::Missing { variable: key, .. } = error else {
            // the template's own mistake: told at its line
            return match self.scan.unfilled.iter_mut().find(|(i, ..)| *i == prompt) {
                Some((_, _, n, _)) => *n += 1,
                None => {
                    let place = format!("{}:{}", self.name(placed), placed.line);
                    self.scan.unfilled.push((prompt, place, 1, error.clone()));
                }
            };
        };
        let key = key.clone();
        let message = format!("this example has no `{key}`, which the prompt `{label}` needs");
        if let Some((n, _)) = self.missing.get_mut(&(prompt, key.clone())) {
            *n += 1;
            return;
        }
        let fix = self.columns_fix(error, vars);
        let problem = Problem::of_line(self.name(placed), placed.line, None, message, fix);
        self.missing.insert((prompt, key), (1, problem));
    }

    fn columns_fix(&self, error: &TemplateError, vars: &Vars) -> String {
        let names: Vec<&String> = vars.keys().collect();
        match error {
            TemplateError::Missing { variable, .. } => match nearest(variable, vars.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`? the example has {}", list(&names)),
                None if names.is_empty() => format!("add `{variable}` to the example's `vars`"),
                None => format!("add `{variable}` to it; it has {}", list(&names)),
            },
            _ => "mend the template, or the example's value".to_owned(),
        }
    }

    fn finish(mut self) -> Scan {
        let total = self.scan.hashes.len();
        let mut missing: Vec<_> = std::mem::take(&mut self.missing).into_iter().collect();
        missing.sort_by_key(|((prompt, _), (_, problem))| (*prompt, problem.line));
        for ((prompt, variable), (n, mut problem)) in missing {
            if n == total && !variable.is_empty() {
                self.scan.never.push((prompt, variable));
                continue;
            }
            like_it(&mut problem, n);
            self.scan.problems.push(problem);
        }
        for ((shared, variable), (n, mut problem)) in std::mem::take(&mut self.missing_checks) {
            if shared && n == total && !variable.is_empty() {
                self.scan.never_checked.push(variable);
                continue;
            }
            like_it(&mut problem, n);
            self.scan.problems.push(problem);
        }
        self.scan.problems.extend(std::mem::take(&mut self.unusable).problems());
        for metric in &self.default_facts.metrics {
            self.scan.metrics.insert(metric.clone());
        }
        if self.scan.lacking.len() == total {
            // then it is another word for the score, or nobody's
            self.scan.lacking.clear();
        }
        self.scan.needs |= self.default_facts.needs;
        self.scan.files.append(&mut self.default_facts.files);
        for (at, check) in self.source.shared.defaults.case.asserts.iter().enumerate() {
            self.scan.functions.take(check, || NamedIn::Defaults(at));
            let facts = Facts::of(std::slice::from_ref(check));
            for judge in facts.judges {
                self.scan.judges.insert(judge, NamedIn::Defaults(at));
            }
            first_of(&mut self.scan.embedding, facts.embedding, || NamedIn::Defaults(at));
            first_of(&mut self.scan.moderation, facts.moderation, || NamedIn::Defaults(at));
        }
        if let Some(at) = self.split.iter().position(Option::is_none).filter(|_| self.first_split.is_some()) {
            let (name, line) = self.first_split.take().unwrap_or_default();
            let message = format!("some examples have a split and others none; number {} is the first without", at + 1);
            self.scan.problems.push(Problem::of_line(name, line, None, message, "give every example a split, or none"));
        } else {
            self.scan.own_splits = self.split.iter().filter_map(|s| *s).collect();
        }
        self.scan.checked = std::mem::take(&mut self.default_names);
        self.scan.columns = self.columns.take().unwrap_or_default().into_iter().collect();
        if self.scan.profile.sampled > 0 {
            self.scan.profile.mean_input_tokens = self.tokens as f64 / f64::from(self.scan.profile.sampled);
        }
        if total > 0 {
            self.scan.profile.mean_judge_calls = self.judge_calls as f64 / total as f64;
        }
        self.scan.hash = Some(self.hasher.finish());
        self.scan
    }
}

fn like_it(problem: &mut Problem, n: usize) {
    if n > 1 {
        problem.message.push_str(&format!(" (and {} like it)", count(n - 1, "example")));
    }
}

/// Takes in who is asked first at a place.
fn first_of(
    known: &mut BTreeMap<Option<String>, NamedIn>,
    found: BTreeSet<Option<String>>,
    place: impl Fn() -> NamedIn,
) {
    for judge in found {
        known.entry(judge).or_insert_with(&place);
    }
}

/// The texts of a check that are filled from the example's variables.
fn texts(assertion: &Assertion) -> Vec<String> {
    let mut found = Vec::new();
    let values = assertion.value.iter().chain(assertion.config.values());
    values.for_each(|value| collect(value, &mut found));
    found.extend(assertion.metric.clone().filter(|t| is_template(t)));
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if is_template(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}
