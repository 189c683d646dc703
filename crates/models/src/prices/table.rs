use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

/// The table that comes with the program, read when it is first needed.
static BUILT_IN: LazyLock<PriceTable> =
    LazyLock::new(|| serde_json::from_str(include_str!("models.json")).unwrap_or_default());

/// Prices and abilities by provider and model, as of a day.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PriceTable {
    /// Where the figures come from.
    pub source: String,
    /// Their licence.
    pub license: String,
    /// The day they were taken, `YYYY-MM-DD`.
    pub date: String,
    models: BTreeMap<String, BTreeMap<String, ModelFacts>>,
}

/// What is known of one model. Prices are USD for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct ModelFacts {
    /// Input tokens.
    #[serde(rename = "in")]
    pub input: f64,
    /// Output tokens, reasoning included.
    #[serde(rename = "out")]
    pub output: f64,
    /// Input tokens read from the provider's prompt cache; `input` where absent.
    #[serde(rename = "read")]
    pub cache_read: Option<f64>,
    /// Input tokens written to the provider's prompt cache; `input` where absent.
    #[serde(rename = "write")]
    pub cache_write: Option<f64>,
    /// Most input tokens.
    pub context: Option<u64>,
    /// Most output tokens.
    #[serde(rename = "most_out")]
    pub max_output: Option<u32>,
    /// The least prefix, in tokens, that the provider's prompt cache takes.
    pub cache_min: Option<u64>,
    /// `false` where `temperature`, `top_p` and `top_k` are refused.
    #[serde(default = "yes")]
    pub sampling: bool,
    /// Whether it may reason before it answers.
    #[serde(default)]
    pub reasoning: bool,
    /// Whether it makes vectors.
    #[serde(default)]
    pub embedding: bool,
}

fn yes() -> bool {
    true
}

impl PriceTable {
    /// The table that comes with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// A model by its provider's name here (`openai`, `anthropic`, `google`, ...) and its own. A dated version that is not
    /// listed (`-2026-03-05`, `-20260305`, `-latest`, `-preview-05-20`) has the price of the model it is a version of.
    #[must_use]
    pub fn find(&self, provider: &str, model: &str) -> Option<&ModelFacts> {
        let models = self.models.get(provider)?;
        models.get(model).or_else(|| models.get(without_date(model)?))
    }

    /// The models that answer in words, under the names that run files use, in order.
    pub fn chat_models(&self) -> impl Iterator<Item = (String, &ModelFacts)> {
        let named = |provider: &str, model: &str| format!("{provider}:{model}");
        let all = self.models.iter().flat_map(move |(provider, models)| {
            models.iter().map(move |(model, facts)| (named(provider, model), facts))
        });
        all.filter(|(_, facts)| !facts.embedding)
    }

    /// How many models are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.models.values().map(BTreeMap::len).sum()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The name before a date or `-latest`; `None` where there is neither.
fn without_date(model: &str) -> Option<&str> {
    if let Some(base) = model.strip_suffix("-latest") {
        return Some(base);
    }
    // a version such as `-4-6` is no date
    ["-00000000", "-0000-00-00", "-preview-00-00", "-preview-00-0000"].iter().find_map(|form| {
        let at = model.len().checked_sub(form.len())?;
        let (base, end) = (model.get(..at)?, model.get(at..)?);
        let fits = |(form, c): (u8, u8)| if form == b'0' { c.is_ascii_digit() } else { form == c };
        form.bytes().zip(end.bytes()).all(fits).then_some(base)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_its_source_licence_and_date() {
        let table = PriceTable::built_in();
        assert!(table.len() > 200, "{}", table.len());
        assert!(table.source.contains("litellm") && table.license.starts_with("MIT"));
        assert!(table.date.parse::<jiff::civil::Date>().is_ok(), "{}", table.date);
        assert!(include_str!("models.json").len() < 150_000);
    }

    #[test]
    fn figures_are_sane() {
        for (provider, models) in &PriceTable::built_in().models {
            for (model, facts) in models {
                let name = format!("{provider}:{model}");
                assert!((0.0..1000.0).contains(&facts.input) && (0.0..1000.0).contains(&facts.output), "{name}");
                assert!(facts.cache_read.unwrap_or(facts.input) <= facts.input.max(0.001), "{name}");
            }
        }
    }

    #[test]
    fn finds_dated_versions_and_nothing_that_is_not_there() {
        let table = PriceTable::built_in();
        let cases = [
            ("openai", "gpt-4o-mini", Some(0.15)),
            ("openai", "gpt-5-mini-2031-01-01", Some(0.25)),
            ("anthropic", "claude-haiku-4-5", Some(1.0)),
            ("anthropic", "claude-haiku-4-5-20991231", Some(1.0)),
            ("anthropic", "claude-haiku-4-9", None),
            ("google", "gemini-2.5-flash", Some(0.3)),
            ("google", "gemini-2.5-flash-preview-05-20", Some(0.3)),
            ("openai", "gpt-99", None),
            ("openai", "claude-haiku-4-5", None),
            ("nobody", "gpt-4o-mini", None),
        ];
        for (provider, model, price) in cases {
            assert_eq!(table.find(provider, model).map(|facts| facts.input), price, "{provider}:{model}");
        }
    }

    #[test]
    fn knows_who_refuses_sampling() {
        let table = PriceTable::built_in();
        assert!(!table.find("anthropic", "claude-sonnet-5").unwrap().sampling);
        assert!(table.find("anthropic", "claude-haiku-4-5").unwrap().sampling);
    }
}
