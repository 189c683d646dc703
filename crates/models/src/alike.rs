use clade_domain::ModelSpec;

/// Settings that say who pays, how a model is reached in time, or what is drawn, and nothing of what it answers.
const NOT_OF_ANSWERS: [&str; 13] = [
    "apiKey",
    "apiKeyEnvar",
    "apiKeyRequired",
    "timeoutMs",
    "maxRetries",
    "cost",
    "inputCost",
    "outputCost",
    "requestCost",
    "requestsPerMinute",
    "tokensPerMinute",
    "organization",
    "seed",
];

/// Whether two models answer alike, so that scores of the one may be held against scores of the other: the same name, at the same address, with the
/// same settings but for keys, prices, limits and the seed of what is drawn. Labels are the user's names.
#[must_use]
pub fn answers_alike(one: &ModelSpec, other: &ModelSpec) -> bool {
    let settings = |model: &ModelSpec| {
        let mut config = model.config.clone();
        config.retain(|key, _| !NOT_OF_ANSWERS.contains(&key.as_str()));
        config
    };
    one.id == other.id && settings(one) == settings(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_shapes_no_answer_makes_no_other_model() {
        let model = |id: &str, key: &str| {
            let mut model = ModelSpec::named(id);
            model.config.insert(key.into(), json!(7));
            model
        };
        let plain = ModelSpec::named("openai:chat:gpt-5-mini");
        for (key, alike) in [
            ("timeoutMs", true),
            ("inputCost", true),
            ("requestsPerMinute", true),
            ("seed", true),
            ("temperature", false),
            ("apiBaseUrl", false),
            ("noise", false),
        ] {
            assert_eq!(answers_alike(&plain, &model("openai:chat:gpt-5-mini", key)), alike, "{key}");
        }
        assert!(!answers_alike(&plain, &ModelSpec::named("openai:chat:gpt-5")));
    }
}
