use clade_domain::RunMode;
use clade_filter::{Field, Found, Kind, Record};

use crate::{RunStatus, RunSummary};

const fn field(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, about }
}

const YES_NO: Kind = Kind::Word(&["yes", "no"]);

/// What runs can be filtered by.
pub const RUN_FIELDS: [Field; 18] = [
    field("id", Kind::Text, "the run's name"),
    field("status", Kind::Word(&["running", "paused", "failed", "finished"]), "where it stands"),
    field("mode", Kind::Word(&["optimize", "evaluate"]), "search, or only evaluate"),
    field("strategy", Kind::Text, "the search"),
    field("model", Kind::Text, "the task model"),
    field("description", Kind::Text, "the user's words, or the run file's name"),
    field("score", Kind::Number, "the best score so far, in [0, 1]"),
    field("seed_score", Kind::Number, "the first prompt's score so far, in [0, 1]"),
    field("gain", Kind::Number, "score minus seed_score"),
    field("improved", YES_NO, "whether evidence shows an improvement"),
    field("usd", Kind::Number, "US dollars spent"),
    field("calls", Kind::Number, "answered calls"),
    field("candidates", Kind::Number, "candidates so far"),
    field("generation", Kind::Number, "the last complete generation"),
    field("created", Kind::Time, "when it was created"),
    field("updated", Kind::Time, "when it last wrote its row"),
    field("simulated", YES_NO, "whether any of its models is simulated"),
    field("branch_of", Kind::Text, "the run it branched from"),
];

impl Record for RunSummary {
    fn find(&self, field: &str) -> Found<'_> {
        let text = |text| Found::text(Some(text));
        let yes_no = |yes: bool| Found::text(Some(if yes { "yes" } else { "no" }));
        match field {
            "id" => text(self.run.as_str()),
            "status" => text(match self.status {
                RunStatus::Running => "running",
                RunStatus::Paused => "paused",
                RunStatus::Failed => "failed",
                RunStatus::Finished => "finished",
            }),
            "mode" => text(match self.mode {
                RunMode::Optimize => "optimize",
                RunMode::Evaluate => "evaluate",
            }),
            "strategy" => text(&self.strategy),
            "model" => text(&self.model),
            "description" => text(&self.description),
            "score" => Found::number(self.best_score),
            "seed_score" => Found::number(self.seed_score),
            "gain" => Found::number(self.best_score.zip(self.seed_score).map(|(best, seed)| best - seed)),
            "improved" => self.improved.map_or(Found::Missing, yes_no),
            "usd" => Found::Number(self.spent.usd.0),
            "calls" => Found::Number(self.spent.calls as f64),
            "candidates" => Found::Number(f64::from(self.candidates)),
            "generation" => Found::Number(f64::from(self.generation)),
            "created" => Found::Time(self.created.0),
            "updated" => Found::Time(self.updated.0),
            "simulated" => yes_no(self.simulated),
            "branch_of" => Found::text(self.branch_of.as_ref().map(clade_domain::RunId::as_str)),
            _ => Found::Missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use clade_filter::Filter;

    use super::*;
    use crate::conformance::samples;

    #[test]
    fn every_field_can_be_asked_for() {
        let plain = samples::summary(&samples::run("plain").unwrap(), 1_790_000_000_000);
        let branch =
            RunSummary { branch_of: Some(plain.run.clone()), improved: Some(true), best_score: None, ..plain.clone() };
        let rows = [plain, branch];
        // filter, how many of the two it keeps
        let table = [
            ("id=plain and status=running", 2),
            ("mode=evaluate", 0),
            ("strategy~GEN and model~rough", 2),
            ("description~'grade school'", 2),
            ("score>0.6 and seed_score<0.6", 1),
            ("gain>=0.125", 1),
            ("gain=none", 1),
            ("improved=yes", 1),
            ("improved=none", 1),
            ("usd=0.25 and calls>=40", 2),
            ("candidates=3 or generation>1", 2),
            ("created>2026-09-01 and updated<2026-10-01", 2),
            ("simulated=no", 0),
            ("branch_of=plain", 1),
        ];
        for (text, kept) in table {
            let filter = Filter::parse(text, &RUN_FIELDS).unwrap();
            assert_eq!(rows.iter().filter(|row| filter.matches(*row)).count(), kept, "{text}");
        }
        let page = include_str!("../../../docs/filters.md");
        assert!(
            RUN_FIELDS.iter().all(|field| page.contains(&format!("`{}`", field.name))),
            "docs/filters.md names every field"
        );
        assert!(RUN_FIELDS.iter().all(|field| table.iter().any(|(text, _)| text.contains(field.name))));
    }
}
