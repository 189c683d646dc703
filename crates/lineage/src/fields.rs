use std::borrow::Cow;

use clade_domain::Relation;
use clade_filter::{Field, Found, Kind, Record};

use crate::{Node, Status};

const fn field(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, about }
}

/// What candidates can be filtered by.
pub const FIELDS: [Field; 16] = [
    field("id", Kind::Text, "its name in the run, such as c12"),
    field("run", Kind::Text, "the run"),
    field("score", Kind::Number, "mean score, in [0, 1]"),
    field("low", Kind::Number, "lower end of the score's 95 % interval"),
    field("high", Kind::Number, "upper end of the score's 95 % interval"),
    field("trials", Kind::Number, "trials behind the score"),
    field("generation", Kind::Number, "generation, from 0"),
    field("operator", Kind::Text, "what made it; `seed` for first prompts"),
    field("model", Kind::Text, "the task model"),
    field("status", Kind::Word(&Status::WORDS), "what became of it"),
    field("reason", Kind::Text, "why it was kept or dropped, in words"),
    field(
        "relation",
        Kind::Word(&["seed", "mutated_from", "derived_from", "branch_of"]),
        "how it stands to its parents",
    ),
    field("parent", Kind::Text, "a parent's name, such as c3"),
    field("cost", Kind::Number, "US dollars spent on it"),
    field("note", Kind::Text, "label or hypothesis"),
    field("text", Kind::Text, "the prompt"),
];

/// A node with its prompt, as a filter meets it. The prompt is needed only where a filter asks for `text`.
#[derive(Debug, Clone, Copy)]
pub struct Searched<'a> {
    /// The node.
    pub node: &'a Node,
    /// Its prompt as text.
    pub text: Option<&'a str>,
}

impl Record for Searched<'_> {
    fn find(&self, field: &str) -> Found<'_> {
        let node = self.node;
        let owned = |text: String| Found::Text(Cow::Owned(text));
        match field {
            "id" => owned(node.id.candidate.to_string()),
            "run" => Found::text(Some(node.id.run.as_str())),
            "score" => Found::number(node.score.map(|score| score.mean)),
            "low" => Found::number(node.score.map(|score| score.low)),
            "high" => Found::number(node.score.map(|score| score.high)),
            "trials" => Found::Number(node.score.map_or(0.0, |score| f64::from(score.trials))),
            "generation" => Found::Number(f64::from(node.generation)),
            "operator" => Found::text(Some(node.operator.as_ref().map_or("seed", |operator| &operator.0))),
            "model" => Found::text(Some(&node.model)),
            "status" => Found::text(Some(node.status.word())),
            "reason" => Found::text(Some(&node.reason)),
            "relation" => Found::text(Some(relation(node.relation))),
            "parent" => Found::Many(node.parents.iter().map(|id| Cow::Owned(id.candidate.to_string())).collect()),
            "cost" => Found::Number(node.cost.0),
            "note" => Found::text(Some(&node.note)),
            "text" => Found::text(self.text),
            _ => Found::Missing,
        }
    }
}

/// A relation as its edges are called.
pub(crate) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Seed => "seed",
        Relation::MutatedFrom => "mutated_from",
        Relation::DerivedFrom => "derived_from",
        Relation::BranchOf => "branch_of",
    }
}
