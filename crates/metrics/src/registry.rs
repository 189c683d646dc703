//! The built-in evaluators by name.

use crate::{Evaluator, evaluators as e};

/// Every evaluator with the name it is found by, aliases included, in order of name.
static EVALUATORS: &[(&str, &dyn Evaluator)] = &[
    ("accuracy", &e::accuracy::Accuracy),
    ("accuracy-judge", &e::graded::ACCURACY),
    ("answer-relevance", &e::answer_relevance::AnswerRelevance),
    ("bleu", &e::bleu::Bleu),
    ("choice", &e::choice::Choice),
    ("coherence", &e::coherence::Coherence),
    ("coherence-judge", &e::graded::COHERENCE),
    ("contains", &e::contains::CONTAINS),
    ("contains-all", &e::contains::CONTAINS_ALL),
    ("contains-any", &e::contains::CONTAINS_ANY),
    ("contains-json", &e::contains_json::ContainsJson),
    ("cost", &e::cost::Cost),
    ("equals", &e::equals::Equals),
    ("exact-match", &e::exact_match::ExactMatch),
    ("exec", &e::exec::Exec),
    ("f1", &e::f1::F1),
    ("factuality", &e::factuality::Factuality),
    ("g-eval", &e::g_eval::GEval),
    ("icontains", &e::contains::ICONTAINS),
    ("icontains-all", &e::contains::ICONTAINS_ALL),
    ("icontains-any", &e::contains::ICONTAINS_ANY),
    ("is-json", &e::is_json::IsJson),
    ("is-refusal", &e::is_refusal::IsRefusal),
    ("javascript", &e::function::JAVASCRIPT),
    ("latency", &e::latency::Latency),
    ("levenshtein", &e::levenshtein::Levenshtein),
    ("llm-rubric", &e::llm_rubric::LLM_RUBRIC),
    ("model-graded-closedqa", &e::llm_rubric::CLOSED_QA),
    ("model-graded-factuality", &e::factuality::Factuality),
    ("moderation", &e::moderation::Moderation),
    ("numeric", &e::numeric::Numeric),
    ("prompt-tokens", &e::prompt_tokens::PromptTokens),
    ("python", &e::function::PYTHON),
    ("regex", &e::regex::Regex),
    ("relevance", &e::relevance::Relevance),
    ("relevance-judge", &e::graded::RELEVANCE),
    ("rouge-l", &e::rouge_l::RougeL),
    ("rouge-n", &e::rouge_n::RougeN),
    ("similar", &e::similar::Similar),
    ("similar:cosine", &e::similar::Similar),
    ("starts-with", &e::starts_with::StartsWith),
    ("toxicity", &e::toxicity::Toxicity),
    ("toxicity-judge", &e::graded::TOXICITY),
    ("unit-tests", &e::unit_tests::UnitTests),
];

/// Assertion names of promptfoo that are known but not supported yet, in order of name, each with what to do instead.
pub const PROMPTFOO_UNSUPPORTED: &[(&str, &str)] = &[
    ("agent-rubric", "use `llm-rubric`"),
    ("assert-set", "list its checks one by one, with `weight` and the example's `threshold`"),
    ("classifier", "use `choice` or `llm-rubric`"),
    ("contains-html", "use `regex`"),
    ("contains-sql", "use `regex`"),
    ("contains-xml", "use `regex`"),
    ("context-faithfulness", "use `llm-rubric` with the context in its value"),
    ("context-recall", "use `llm-rubric` with the context in its value"),
    ("context-relevance", "use `llm-rubric` with the context in its value"),
    ("conversation-relevance", "use `relevance-judge`"),
    ("ends-with", "use `regex` with a pattern that ends in `$`"),
    ("finish-reason", "use `coherence`, which notices unfinished endings"),
    ("gleu", "use `bleu`"),
    ("guardrails", "use `moderation`"),
    ("human", "there is no asking of people during a run; use `llm-rubric`"),
    ("is-html", "use `regex`"),
    ("is-sql", "use `regex`"),
    ("is-valid-function-call", "use `is-json` with a schema"),
    ("is-valid-openai-function-call", "use `is-json` with a schema"),
    ("is-valid-openai-tools-call", "use `is-json` with a schema"),
    ("is-xml", "use `regex`"),
    ("max-score", "it compares several outputs; `clade eval` ranks prompts by their scores"),
    ("meteor", "use `rouge-l` or `similar`"),
    ("perplexity", "providers' log probabilities are not read"),
    ("perplexity-score", "providers' log probabilities are not read"),
    ("pi", "use `llm-rubric`"),
    ("rouge-s", "use `rouge-n` or `rouge-l`"),
    ("ruby", "use `exec` with the value `ruby file://score.rb`"),
    ("search-rubric", "use `llm-rubric`"),
    ("select-best", "it compares several outputs; `clade eval` ranks prompts by their scores"),
    ("similar:dot", "use `similar`, which is the cosine"),
    ("similar:euclidean", "use `similar`, which is the cosine"),
    ("tool-call-f1", "tool calls are not read; use `is-json` with a schema"),
    ("trace-error-spans", "traces are not read"),
    ("trace-span-count", "traces are not read"),
    ("trace-span-duration", "traces are not read"),
    ("webhook", "checks make no calls of their own; use `python` or `llm-rubric`"),
    ("word-count", "use `python` with the value `len(output.split()) <= 50`"),
];

/// The evaluator of that name (without `not-`).
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Evaluator> {
    let at = EVALUATORS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    Some(EVALUATORS[at].1)
}

/// All names in order, aliases included.
pub fn names() -> impl Iterator<Item = &'static str> {
    EVALUATORS.iter().map(|(name, _)| *name)
}

/// A name that is no evaluator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownEvaluator {
    /// promptfoo has it, we do not yet.
    #[error("promptfoo's `{name}` is not supported yet; {hint}")]
    Unsupported {
        /// The name.
        name: String,
        /// What to do instead.
        hint: &'static str,
    },
    /// Nobody has it, but something near.
    #[error("there is no evaluator `{name}`; did you mean `{nearest}`?")]
    Misspelt {
        /// The name.
        name: String,
        /// The nearest one there is.
        nearest: &'static str,
    },
    /// Nobody has it.
    #[error("there is no evaluator `{name}`; docs/evaluators.md lists them all")]
    Unknown {
        /// The name.
        name: String,
    },
}

/// The evaluator of that name, or what to write instead.
///
/// # Errors
/// [`UnknownEvaluator`], which says what is near or what to use.
pub fn lookup(name: &str) -> Result<&'static dyn Evaluator, UnknownEvaluator> {
    if let Some(found) = by_name(name) {
        return Ok(found);
    }
    if let Ok(at) = PROMPTFOO_UNSUPPORTED.binary_search_by(|(known, _)| (*known).cmp(name)) {
        return Err(UnknownEvaluator::Unsupported { name: name.to_owned(), hint: PROMPTFOO_UNSUPPORTED[at].1 });
    }
    Err(match nearest(name) {
        Some(nearest) => UnknownEvaluator::Misspelt { name: name.to_owned(), nearest },
        None => UnknownEvaluator::Unknown { name: name.to_owned() },
    })
}

/// The evaluator's name that is nearest to a misspelt one; `None` where nothing is near.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, names())
}

/// The nearest of some names, at most a third of the letters away, `_` and `-` and case not counted.
pub(crate) fn nearest_of<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let wanted = plain(name);
    known
        .map(|candidate| (strsim::osa_distance(&wanted, &plain(candidate)), candidate))
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().div_ceil(3))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order_and_disjoint() {
        assert!(EVALUATORS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(PROMPTFOO_UNSUPPORTED.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(PROMPTFOO_UNSUPPORTED.iter().all(|(name, _)| by_name(name).is_none()));
    }

    #[test]
    fn every_evaluator_answers_to_its_own_name() {
        for name in names() {
            let evaluator = by_name(name).unwrap();
            let own = by_name(evaluator.name()).unwrap();
            assert_eq!(own.name(), evaluator.name(), "{name}");
        }
    }

    #[test]
    fn misses_say_what_to_write() {
        for (name, message) in [
            ("contain", "there is no evaluator `contain`; did you mean `contains`?"),
            ("llm_rubric", "there is no evaluator `llm_rubric`; did you mean `llm-rubric`?"),
            ("Equals", "there is no evaluator `Equals`; did you mean `equals`?"),
            ("quantum", "there is no evaluator `quantum`; docs/evaluators.md lists them all"),
            ("gleu", "promptfoo's `gleu` is not supported yet; use `bleu`"),
        ] {
            assert_eq!(lookup(name).err().unwrap().to_string(), message);
        }
    }
}
