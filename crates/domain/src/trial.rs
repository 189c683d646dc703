use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Bill, CandidateId, ContentHash, ExampleId, Judgement, ProgramCalls, Ran, Split, Usage, Usd};

/// What a trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The search itself, on train examples.
    Search,
    /// A second answer of the first prompt on a train example, for the noise between repeats.
    Repeat,
    /// Choosing among finalists, on validation examples.
    Selection,
    /// The final comparison, on test examples.
    Evidence,
    /// `clade eval`: no search, every example.
    Evaluation,
}

/// One candidate on one example, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CellRef {
    /// The candidate.
    pub candidate: CandidateId,
    /// The example.
    pub example: ExampleId,
    /// Which repeat, from 0.
    pub sample: u32,
}

/// What came of one candidate on one example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trial {
    /// Which cell.
    #[serde(flatten)]
    pub cell: CellRef,
    /// The example's split.
    pub split: Split,
    /// What for.
    pub purpose: Purpose,
    /// The task model that answered where it is not the run's first one, and the judge where it is not the first: scores of
    /// trials that differ here are never compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Scored, or failed for good.
    #[serde(flatten)]
    pub outcome: TrialOutcome,
    /// Tokens of the task call; of a program's, of all its calls together.
    pub usage: Usage,
    /// Cost of the task call; `None` where the price is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Usd>,
    /// What the answers of its judges cost. Equal requests of a run are bought once and billed in each of their events.
    #[serde(default, skip_serializing_if = "Bill::is_empty")]
    pub judge: Bill,
    /// Latency of the task call, in milliseconds; of a program's, the sum of all its calls'.
    pub latency_ms: u32,
    /// Whether the response cache answered the task call for nothing; of a program's, all of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// Whether an equal call of this run, under way at the same time, bought the answer: each of the two trials states its price, and the run's
    /// account has it once. Not known of a program's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// Whether the task model stopped at its length limit: the end of the answer is missing. Not known of a program's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// The calls of the program that answered, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramCalls>,
    /// Where its code was executed: the program's first, then that of its checks. Empty where it has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ran: Vec<Ran>,
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TrialOutcome {
    /// The answer was judged.
    Scored {
        /// The answer's text by content.
        answer: ContentHash,
        /// The weighted mean of the checks, in [0, 1].
        score: f64,
        /// Whether the example passes.
        pass: bool,
        /// Each check's verdict.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        judgements: Vec<Judgement>,
    },
    /// No score: the example counts as wrong (0) and is reported as an error. It is never cached.
    Failed {
        /// The answer's text by content, where one came and could not be judged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<ContentHash>,
        /// Why.
        error: TrialError,
        /// The metric of each of the example's checks, which has 0 here. Null from versions before it was recorded: there all metrics of the
        /// candidate have 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        metrics: Option<Vec<String>>,
    },
}

/// Why a trial has no score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrialError {
    /// The kind.
    pub kind: TrialErrorKind,
    /// What happened, for people.
    pub message: String,
}

/// Kinds of failed trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialErrorKind {
    /// The template could not be filled.
    Template,
    /// The provider refused this content.
    Refused,
    /// The provider answered what cannot be read, or failed for longer than patience lasts.
    Provider,
    /// The judge's answer could not be read.
    Judge,
    /// The evaluator itself failed on this output.
    Evaluator,
    /// The program that is to answer failed on this example.
    Program,
}

impl Trial {
    /// Whether the run paid a model for its answer, or shared one that another of its trials paid for: nothing did without an answer, nor where the
    /// cache had one of another run. A program's calls are not counted so.
    #[must_use]
    pub fn is_bought(&self) -> bool {
        use TrialErrorKind::{Evaluator, Judge};
        let answered = match &self.outcome {
            TrialOutcome::Scored { .. } => true,
            TrialOutcome::Failed { error, .. } => matches!(error.kind, Judge | Evaluator),
        };
        answered && !self.cached && self.program.is_none()
    }

    /// The answer's text by content, judged or not. Journals of earlier versions have none of those that were not judged.
    #[must_use]
    pub fn answer(&self) -> Option<ContentHash> {
        match &self.outcome {
            TrialOutcome::Scored { answer, .. } => Some(*answer),
            TrialOutcome::Failed { answer, .. } => *answer,
        }
    }

    /// The score that counts, in [0, 1]: a failed trial is 0.
    #[must_use]
    pub fn score(&self) -> f64 {
        match &self.outcome {
            TrialOutcome::Scored { score, .. } => *score,
            TrialOutcome::Failed { .. } => 0.0,
        }
    }

    /// The score in a metric, in [0, 1] where checks keep to it: `score` is the weighted mean of all checks, which also
    /// stands in where no check of this trial has the metric. A failed trial is 0.
    #[must_use]
    pub fn score_in(&self, metric: &str) -> f64 {
        if metric == "score" { self.score() } else { self.named_score(metric).unwrap_or_else(|| self.score()) }
    }

    /// The mean over the checks of a metric. `None` where no check of this trial has it.
    #[must_use]
    pub fn named_score(&self, metric: &str) -> Option<f64> {
        let TrialOutcome::Scored { judgements, .. } = &self.outcome else { return None };
        let of_metric = || judgements.iter().filter(|judgement| judgement.metric == metric);
        let n = of_metric().count();
        (n > 0).then(|| of_metric().map(|judgement| judgement.score).sum::<f64>() / n as f64)
    }

    /// What the answer to the task call cost the run: nothing where another run had bought it, or no answer came.
    #[must_use]
    pub fn task_bill(&self) -> Bill {
        if let Some(calls) = self.program {
            return calls.bought;
        }
        if self.cached || self.usage.total() == 0 { Bill::default() } else { Bill::of(self.usage, self.cost) }
    }

    /// Whether the example passed.
    #[must_use]
    pub fn pass(&self) -> bool {
        matches!(&self.outcome, TrialOutcome::Scored { pass: true, .. })
    }
}
