use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// A parameter that some models refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Temperature,
    TopP,
    Stop,
    Seed,
    /// `max_tokens`, in favour of `max_completion_tokens`.
    MaxTokens,
    /// `max_completion_tokens`, in favour of `max_tokens`.
    MaxCompletionTokens,
    /// A schema for the answer.
    Schema,
}

impl Parameter {
    const ALL: [(Self, &'static [&'static str]); 7] = [
        (Self::Temperature, &["temperature"]),
        (Self::TopP, &["top_p", "topP"]),
        (Self::Stop, &["stop", "stop_sequences", "stopSequences"]),
        (Self::Seed, &["seed"]),
        (Self::MaxTokens, &["max_tokens"]),
        (Self::MaxCompletionTokens, &["max_completion_tokens"]),
        (Self::Schema, &["response_format", "json_schema", "output_config", "responseJsonSchema"]),
    ];

    /// The parameter that a 400 is about, where it says that the model does not take it. A value out of range is no such case.
    pub(crate) fn refused(message: &str, param: Option<&str>) -> Option<Self> {
        let lower = message.to_lowercase();
        let refuses = [
            "unsupported",
            "not supported",
            "not support",
            "deprecated",
            "only the default",
            "unknown",
            "unrecognized",
            "not permitted",
            "not allowed",
            "no longer",
        ];
        if !refuses.iter().any(|word| lower.contains(word)) {
            return None;
        }
        let by_param = param.and_then(|param| {
            let first = param.split(['.', '[']).next().unwrap_or(param);
            Self::ALL.iter().find(|(_, names)| names.contains(&first))
        });
        // the first one named: "use max_completion_tokens instead" comes after what is refused
        let by_message = || {
            Self::ALL
                .iter()
                .filter_map(|found| {
                    found.1.iter().filter_map(|name| word(&lower, &name.to_lowercase())).min().map(|at| (at, found))
                })
                .min_by_key(|(at, _)| *at)
                .map(|(_, found)| found)
        };
        by_param.or_else(by_message).map(|(parameter, _)| *parameter)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Where a name stands as a word of its own.
fn word(text: &str, name: &str) -> Option<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}

/// What a model refuses, known before or learned from its first refusal.
#[derive(Debug, Default)]
pub(crate) struct Refusals(AtomicU8);

impl Refusals {
    /// A model that refuses these.
    pub(crate) fn of(parameters: &[Parameter]) -> Self {
        Self(AtomicU8::new(parameters.iter().fold(0, |bits, parameter| bits | parameter.bit())))
    }

    /// What is known by now, which learns no more.
    pub(crate) fn now(&self) -> Self {
        Self(AtomicU8::new(self.0.load(Relaxed)))
    }

    /// Whether a parameter is refused.
    pub(crate) fn has(&self, parameter: Parameter) -> bool {
        self.0.load(Relaxed) & parameter.bit() != 0
    }

    /// Remembers a refusal.
    pub(crate) fn learn(&self, parameter: Parameter) {
        self.0.fetch_or(parameter.bit(), Relaxed);
    }

    /// A value unless its parameter is refused.
    pub(crate) fn allow<T>(&self, parameter: Parameter, value: Option<T>) -> Option<T> {
        value.filter(|_| !self.has(parameter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_refusals_as_providers_write_them() {
        let cases = [
            ("`temperature` is deprecated for this model", None, Some(Parameter::Temperature)),
            (
                "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
                Some("temperature"),
                Some(Parameter::Temperature),
            ),
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                Some("max_tokens"),
                Some(Parameter::MaxTokens),
            ),
            (
                "Unrecognized request argument supplied: max_completion_tokens",
                None,
                Some(Parameter::MaxCompletionTokens),
            ),
            ("Unsupported parameter: 'stop' is not supported with this model.", Some("stop"), Some(Parameter::Stop)),
            (
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
                None,
                Some(Parameter::Schema),
            ),
            ("temperature: range: 0..1", Some("temperature"), None),
            ("This model's maximum context length is 128000 tokens", None, None),
            ("Unsupported parameter: 'logprobs'", Some("logprobs"), None),
            ("the nonstop thing is not supported", None, None),
        ];
        for (message, param, expected) in cases {
            assert_eq!(Parameter::refused(message, param), expected, "{message}");
        }
    }

    #[test]
    fn remembers() {
        let refusals = Refusals::of(&[Parameter::TopP]);
        assert_eq!(
            (refusals.allow(Parameter::TopP, Some(1)), refusals.allow(Parameter::Seed, Some(1))),
            (None, Some(1))
        );
        refusals.learn(Parameter::Seed);
        assert_eq!(refusals.allow(Parameter::Seed, Some(1)), None);
    }
}
