use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a model is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ModelRole {
    /// Answers the examples.
    Task,
    /// Writes proposals.
    Reflection,
    /// Judges outputs.
    Judge,
}

/// A model by name with its settings. Keys are never in here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelSpec {
    /// As promptfoo writes it: `openai:chat:gpt-5-mini`, `anthropic:messages:claude-sonnet-5`, `ollama:chat:qwen3`, `simulated:rough`.
    pub id: String,
    /// How the user calls it; empty where they do not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// promptfoo's `config` without `apiKey`: `apiBaseUrl`, `apiKeyEnvar`, `temperature`, `max_tokens`, ...
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
}

impl ModelSpec {
    /// A model by its name alone.
    pub fn named(id: impl Into<String>) -> Self {
        Self { id: id.into(), label: String::new(), config: BTreeMap::new() }
    }

    /// What it is called: its label, or its id where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.label.is_empty() { &self.id } else { &self.label }
    }

    /// Whether it is the same model with the same settings, whatever the user calls it: its scores may be compared.
    #[must_use]
    pub fn answers_like(&self, other: &Self) -> bool {
        self.id == other.id && self.config == other.config
    }
}

/// Whether a header is the connection's own: it decides where a request goes, or where its body ends. Whoever connects sets it, and no provider's
/// settings do. RFC 9110, sections 7.2, 7.6 and 10.1.1, and RFC 9112, section 6.
#[must_use]
pub fn is_of_the_connection(header: &str) -> bool {
    let plain = header.trim().to_ascii_lowercase().replace('_', "-");
    let own = [
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "keep-alive",
        "http2-settings",
        "max-forwards",
    ];
    own.contains(&plain.as_str()) || plain.starts_with("proxy-")
}

/// The models of a run by role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Models {
    /// Task models, at least one. `clade eval` evaluates every prompt with each; a search uses the first.
    pub task: Vec<ModelSpec>,
    /// Writes proposals; the first task model where absent.
    #[serde(default)]
    pub reflection: Option<ModelSpec>,
    /// Judges; the reflection model where absent.
    #[serde(default)]
    pub judge: Option<ModelSpec>,
    /// Embeds texts for `similar` and `answer-relevance`; needed only by them.
    #[serde(default)]
    pub embedding: Option<ModelSpec>,
    /// Answers `moderation`; needed only by it.
    #[serde(default)]
    pub moderation: Option<ModelSpec>,
    /// Further models that a program may ask by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub program: Vec<ModelSpec>,
    /// The judges that single checks name, by the name that they use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub judges: BTreeMap<String, ModelSpec>,
    /// Other models from some generation on, in order of `from`.
    #[serde(default)]
    pub generations: Vec<GenerationModels>,
}

/// Models that take over from a generation on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GenerationModels {
    /// The first generation they serve; 0 is the seeds'.
    pub from: u32,
    /// Answers the examples.
    #[serde(default)]
    pub task: Option<ModelSpec>,
    /// Writes proposals.
    #[serde(default)]
    pub reflection: Option<ModelSpec>,
    /// Judges.
    #[serde(default)]
    pub judge: Option<ModelSpec>,
}

impl GenerationModels {
    fn place(&mut self, role: ModelRole) -> &mut Option<ModelSpec> {
        match role {
            ModelRole::Task => &mut self.task,
            ModelRole::Reflection => &mut self.reflection,
            ModelRole::Judge => &mut self.judge,
        }
    }
}

impl Models {
    /// Every model, to be changed.
    pub fn each_mut(&mut self) -> impl Iterator<Item = &mut ModelSpec> {
        let Self { task, reflection, judge, embedding, moderation, program, judges, generations } = self;
        let later = generations.iter_mut().flat_map(|g| [&mut g.task, &mut g.reflection, &mut g.judge]);
        let single = [reflection, judge, embedding, moderation].into_iter().chain(later).flatten();
        task.iter_mut().chain(program).chain(judges.values_mut()).chain(single)
    }

    /// The model of a role in a generation. `None` only where no task model is given.
    #[must_use]
    pub fn of(&self, role: ModelRole, generation: u32) -> Option<&ModelSpec> {
        let own = |g: &'_ GenerationModels| match role {
            ModelRole::Task => g.task.is_some(),
            ModelRole::Reflection => g.reflection.is_some(),
            ModelRole::Judge => g.judge.is_some(),
        };
        let later = self.generations.iter().filter(|g| g.from <= generation && own(g)).max_by_key(|g| g.from);
        match (role, later) {
            (ModelRole::Task, Some(g)) => g.task.as_ref(),
            (ModelRole::Reflection, Some(g)) => g.reflection.as_ref(),
            (ModelRole::Judge, Some(g)) => g.judge.as_ref(),
            (ModelRole::Task, None) => self.task.first(),
            (ModelRole::Reflection, None) => self.reflection.as_ref().or_else(|| self.task.first()),
            (ModelRole::Judge, None) => self.judge.as_ref().or(self.reflection.as_ref()).or_else(|| self.task.first()),
        }
    }

    /// One model for everything.
    #[must_use]
    pub fn only(model: ModelSpec) -> Self {
        let (reflection, judge, embedding, moderation) = (None, None, None, None);
        Self {
            task: vec![model],
            reflection,
            judge,
            embedding,
            moderation,
            program: Vec::new(),
            judges: BTreeMap::new(),
            generations: Vec::new(),
        }
    }

    /// Has a model serve a role from a generation on. What was to begin there with the same role never served, and goes.
    pub fn serve_from(&mut self, from: u32, role: ModelRole, model: ModelSpec) {
        for planned in self.generations.iter_mut().filter(|planned| planned.from == from) {
            *planned.place(role) = None;
        }
        self.generations
            .retain(|planned| planned.task.is_some() || planned.reflection.is_some() || planned.judge.is_some());
        let mut later = GenerationModels { from, task: None, reflection: None, judge: None };
        *later.place(role) = Some(model);
        self.generations.push(later);
    }

    /// Has one model answer all examples, in every generation.
    pub fn answer_by(&mut self, model: ModelSpec) {
        self.task = vec![model];
        self.generations.iter_mut().for_each(|later| later.task = None);
        self.generations.retain(|later| later.reflection.is_some() || later.judge.is_some());
    }

    /// The models of a search that begins where generation `first` of this one would: those that serve it, and the later ones as much later.
    #[must_use]
    pub fn beginning_at(&self, first: u32) -> Self {
        let (begun, later): (Vec<_>, Vec<_>) = self.generations.iter().cloned().partition(|later| later.from <= first);
        let generations =
            later.into_iter().map(|later| GenerationModels { from: later.from - first, ..later }).collect();
        let mut models = Self { generations, ..self.clone() };
        if !begun.is_empty() {
            // who writes and who judges may go by the first task model, and stay who they are
            models.reflection = self.of(ModelRole::Reflection, first).cloned();
            models.judge = self.of(ModelRole::Judge, first).cloned();
        }
        if begun.iter().any(|later| later.task.is_some()) {
            models.task = self.of(ModelRole::Task, first).into_iter().cloned().collect();
        }
        models
    }

    /// Every model that may answer examples: those of `task` in order, then those that only generations name.
    fn task_models(&self) -> Vec<&ModelSpec> {
        with_others(self.task.iter().collect(), self.generations.iter().filter_map(|g| g.task.as_ref()))
    }

    /// The name of a task model by its place, unlike that of any other model that may answer examples: its id, or where
    /// several share the id its label, or the id with a number. Candidates of `clade eval` are bound to it. Places from
    /// the number of task models on are those of models that only generations name.
    #[must_use]
    pub fn task_name(&self, place: usize) -> Option<String> {
        name_among(&self.task_models(), place)
    }

    /// The task model of this [name](Self::task_name).
    #[must_use]
    pub fn task_named(&self, name: &str) -> Option<&ModelSpec> {
        let all = self.task_models();
        (0..all.len()).find(|place| self.task_name(*place).is_some_and(|own| own == name)).map(|place| all[place])
    }

    /// What people call the task model of this [name](Self::task_name): its label, where no other model that answers examples has the same.
    #[must_use]
    pub fn task_called(&self, name: &str) -> String {
        let labelled = |model: &&ModelSpec| !model.label.is_empty();
        let Some(model) = self.task_named(name).filter(labelled) else { return name.to_owned() };
        let same = self.task_models().into_iter().filter(|other| other.label == model.label).count();
        if same == 1 { model.label.clone() } else { name.to_owned() }
    }

    /// The [name](Self::task_name) of the model that answers examples in a generation, where it is another one, or has
    /// other settings, than the first task model.
    #[must_use]
    pub fn task_override(&self, generation: u32) -> Option<String> {
        let first = self.task.first()?;
        let model = self.of(ModelRole::Task, generation).filter(|model| !model.answers_like(first))?;
        let all = self.task_models();
        all.iter().position(|known| known.answers_like(model)).and_then(|place| name_among(&all, place))
    }

    /// The same for judges, against that of generation 0.
    #[must_use]
    pub fn judge_override(&self, generation: u32) -> Option<String> {
        let first = self.of(ModelRole::Judge, 0)?;
        let model = self.of(ModelRole::Judge, generation).filter(|model| !model.answers_like(first))?;
        let all = with_others(vec![first], self.generations.iter().filter_map(|g| g.judge.as_ref()));
        all.iter().position(|known| known.answers_like(model)).and_then(|place| name_among(&all, place))
    }

    /// The judge that a check names: the one listed under that name, else the model of that label or id, as in runs that list none.
    #[must_use]
    pub fn judge_named(&self, name: &str) -> Option<&ModelSpec> {
        let other = || self.all().into_iter().find(|model| model.label == name || model.id == name);
        self.judges.get(name).or_else(other)
    }

    /// Every model that the run may call, each once, in a fixed order.
    #[must_use]
    pub fn all(&self) -> Vec<&ModelSpec> {
        let mut all: Vec<&ModelSpec> = self.task.iter().chain(&self.program).collect();
        all.extend([&self.reflection, &self.judge, &self.embedding, &self.moderation].into_iter().flatten());
        all.extend(self.judges.values());
        for g in &self.generations {
            all.extend([&g.task, &g.reflection, &g.judge].into_iter().flatten());
        }
        let mut once: Vec<&ModelSpec> = Vec::new();
        for model in all {
            if !once.contains(&model) {
                once.push(model);
            }
        }
        once
    }
}

/// Adds those models that answer unlike all before.
fn with_others<'a>(mut all: Vec<&'a ModelSpec>, others: impl Iterator<Item = &'a ModelSpec>) -> Vec<&'a ModelSpec> {
    for model in others {
        if !all.iter().any(|known| known.answers_like(model)) {
            all.push(model);
        }
    }
    all
}

/// A name that no other of these models has.
fn name_among(all: &[&ModelSpec], place: usize) -> Option<String> {
    let model = *all.get(place)?;
    let same = |other: &&&ModelSpec| other.id == model.id;
    if all.iter().filter(same).count() == 1 {
        return Some(model.id.clone());
    }
    let labelled = all.iter().filter(|other| other.label == model.label || other.id == model.label).count();
    if !model.label.is_empty() && labelled == 1 {
        return Some(model.label.clone());
    }
    let earlier = all[..place].iter().filter(same).count();
    Some(if earlier == 0 { model.id.clone() } else { format!("{} #{}", model.id, earlier + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model by id, temperature and label.
    fn model((id, temperature, label): (&str, f64, &str)) -> ModelSpec {
        let config = BTreeMap::from([("temperature".to_owned(), Value::from(temperature))]);
        ModelSpec { id: id.into(), label: label.into(), config }
    }

    #[test]
    fn a_search_that_begins_later_is_served_by_who_serves_then() {
        let named = ModelSpec::named;
        let mut models = Models::only(named("a"));
        // asked for one after the other before any of them served: only the last is left
        for id in ["x", "y", "b"] {
            models.serve_from(3, ModelRole::Task, named(id));
        }
        models.serve_from(3, ModelRole::Judge, named("j"));
        models.serve_from(7, ModelRole::Task, named("c"));
        assert_eq!(models.all(), [&named("a"), &named("b"), &named("j"), &named("c")]);
        // where it begins, task model, who writes, who judges, and in how many generations who answers changes
        let table = [
            (0, "a", "a", "a", Some(3)),
            (2, "a", "a", "a", Some(1)),
            (3, "b", "a", "j", Some(4)),
            (6, "b", "a", "j", Some(1)),
            (7, "c", "a", "j", None),
            (99, "c", "a", "j", None),
        ];
        for (first, task, writes, judges, changes) in table {
            let found = models.beginning_at(first);
            let of = |role| found.of(role, 0).unwrap().id.as_str();
            let seen = (of(ModelRole::Task), of(ModelRole::Reflection), of(ModelRole::Judge));
            assert_eq!(seen, (task, writes, judges), "{first}");
            assert_eq!(found.generations.iter().find(|g| g.task.is_some()).map(|g| g.from), changes, "{first}");
            for later in 0..9 {
                for role in [ModelRole::Task, ModelRole::Reflection, ModelRole::Judge] {
                    assert_eq!(found.of(role, later), models.of(role, first + later), "{first} {later} {role:?}");
                }
            }
        }
        models.answer_by(named("d"));
        assert!((0..9).all(|generation| models.of(ModelRole::Task, generation) == Some(&named("d"))));
        assert_eq!(models.of(ModelRole::Judge, 3), Some(&named("j")));
    }

    #[test]
    fn models_that_answer_differently_have_names_of_their_own() {
        type Named = (&'static str, f64, &'static str);
        type Case = (&'static [Named], &'static [Named], &'static [Option<&'static str>]);
        // task models, the models of generations 1, 2, ..., and how those are called beside the first
        let cases: [Case; 6] = [
            (&[("a", 0.0, "")], &[("b", 0.0, "")], &[Some("b")]),
            (&[("a", 0.0, "")], &[("a", 0.0, "other label")], &[None]),
            (&[("a", 0.0, "")], &[("a", 1.0, ""), ("a", 0.0, ""), ("a", 2.0, "")], &[Some("a #2"), None, Some("a #3")]),
            (&[("a", 0.0, "cold")], &[("a", 1.0, "warm"), ("a", 1.0, "hot")], &[Some("warm"), Some("warm")]),
            (&[("a", 0.0, ""), ("a", 1.0, "")], &[("a", 1.0, ""), ("a", 2.0, "")], &[Some("a #2"), Some("a #3")]),
            (&[("a", 0.0, "same")], &[("a", 1.0, "same")], &[Some("a #2")]),
        ];
        for (task, generations, expected) in cases {
            let later = |(place, named): (usize, &Named)| GenerationModels {
                from: place as u32 + 1,
                task: Some(model(*named)),
                reflection: None,
                judge: None,
            };
            let models = Models {
                task: task.iter().copied().map(model).collect(),
                reflection: None,
                judge: None,
                embedding: None,
                moderation: None,
                program: Vec::new(),
                judges: BTreeMap::new(),
                generations: generations.iter().enumerate().map(later).collect(),
            };
            assert_eq!(models.task_override(0), None, "{task:?}");
            // as judges they are told apart in the same way, but for the second task model, which judges nothing
            let judge = |later: &GenerationModels| GenerationModels { judge: later.task.clone(), ..later.clone() };
            let judges = Models {
                task: models.task[..1].to_vec(),
                generations: models.generations.iter().map(judge).collect(),
                ..models.clone()
            };
            for generation in 0..=judges.generations.len() as u32 {
                assert_eq!(judges.judge_override(generation), judges.task_override(generation), "{judges:?}");
            }
            for (generation, expected) in (1..).zip(expected) {
                let name = models.task_override(generation);
                assert_eq!(name.as_deref(), *expected, "{task:?} {generations:?} in {generation}");
                let named = name.and_then(|name| models.task_named(&name).cloned());
                let of = models.of(ModelRole::Task, generation).unwrap();
                assert!(named.is_none_or(|named| named.answers_like(of)), "{task:?} {generations:?} in {generation}");
            }
        }
    }
}
