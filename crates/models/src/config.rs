use std::{collections::BTreeMap, time::Duration};

use clade_domain::{Sampling, is_of_the_connection};
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{
    name::{ModelName, instead_of_completions},
    nearest::nearest,
    vendors::{Wire, vendor},
};

/// Keys that every provider takes.
const COMMON: &[&str] = &[
    "apiKey",
    "apiKeyEnvar",
    "apiKeyRequired",
    "apiBaseUrl",
    "apiHost",
    "headers",
    "timeoutMs",
    "maxRetries",
    "cost",
    "inputCost",
    "outputCost",
    "requestCost",
    "requestsPerMinute",
    "tokensPerMinute",
    "model",
    "temperature",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "maxOutputTokens",
    "top_p",
    "topP",
    "stop",
    "stop_sequences",
    "stopSequences",
    "seed",
    "passthrough",
    "extra_body",
];

/// Keys of one wire format that go into the request body under their own name.
fn body_keys(wire: Wire) -> &'static [&'static str] {
    match wire {
        Wire::OpenAi => &[
            "frequency_penalty",
            "presence_penalty",
            "top_k",
            "min_p",
            "repetition_penalty",
            "logit_bias",
            "service_tier",
            "store",
            "user",
            "metadata",
            "verbosity",
            "prompt_cache_key",
            "chat_template_kwargs",
        ],
        Wire::Anthropic => &["thinking", "top_k", "metadata", "service_tier"],
        Wire::Gemini => &["safetySettings"],
        Wire::Ollama => &["keep_alive", "think"],
        Wire::Simulated => &[],
    }
}

/// Keys of one wire format that are read and placed by us.
fn read_keys(wire: Wire) -> &'static [&'static str] {
    match wire {
        Wire::OpenAi => &[
            "organization",
            "project",
            "response_format",
            "reasoning_effort",
            "reasoning",
            "instructions",
            "dimensions",
        ],
        Wire::Anthropic => &["effort", "response_format"],
        Wire::Gemini => &["generationConfig", "topK", "response_schema", "responseSchema", "response_format"],
        Wire::Ollama => {
            &["num_predict", "num_ctx", "top_k", "repeat_penalty", "min_p", "options", "format", "response_format"]
        }
        // its own keys are checked by the simulated model, which knows them
        Wire::Simulated => &[],
    }
}

/// What promptfoo has and we do not, with the reason.
const NOT_YET: &[(&str, &str)] = &[
    ("tools", "tool calls are not supported yet"),
    ("tool_choice", "tool calls are not supported yet"),
    ("functions", "tool calls are not supported yet"),
    ("function_call", "tool calls are not supported yet"),
    ("functionToolCallbacks", "tool calls are not supported yet"),
    ("mcp", "tool calls are not supported yet"),
    ("audio", "only text is supported"),
    ("modalities", "only text is supported"),
    ("stream", "answers are always read whole"),
    ("n", "use `repeat` of evaluateOptions: repeats are real samples here"),
    ("best_of", "use `repeat` of evaluateOptions: repeats are real samples here"),
];

/// A provider's `config`, read and checked.
#[derive(Debug, Clone, Default)]
pub struct ModelConfig {
    /// A key, or a reference to the variable that holds it.
    pub api_key: Option<SecretString>,
    /// The variable that holds the key.
    pub api_key_envar: Option<String>,
    /// `false` where the endpoint takes no key.
    pub api_key_required: Option<bool>,
    /// Where the API is reached, version path included.
    pub api_base_url: Option<String>,
    /// Host, and port where needed, in place of the vendor's own.
    pub api_host: Option<String>,
    /// The model's name where the provider's name is an address.
    pub model: Option<String>,
    /// Headers sent beside ours.
    pub headers: BTreeMap<String, String>,
    /// Longest wait for one answer.
    pub timeout: Option<Duration>,
    /// Most tries of one call after the first.
    pub max_retries: Option<u32>,
    /// USD for one input token.
    pub input_cost: Option<f64>,
    /// USD for one output token.
    pub output_cost: Option<f64>,
    /// USD for one request, beside its tokens.
    pub request_cost: Option<f64>,
    /// Most requests in a minute.
    pub requests_per_minute: Option<f64>,
    /// Most tokens in a minute.
    pub tokens_per_minute: Option<f64>,
    /// Sampling of every call that does not say otherwise.
    pub sampling: Sampling,
    /// Keys of the request body that we only pass on: the provider's own ones, then `passthrough` and `extra_body`,
    /// which win over everything.
    pub body: Map<String, Value>,
    /// Keys that the wire format places: `reasoning_effort`, `response_format`, `generationConfig`, `num_ctx`, ...
    pub placed: Map<String, Value>,
}

/// Says what is wrong with a provider's `config` before anything is spent: unknown keys with the nearest known one, keys
/// that promptfoo has and we do not, values of the wrong kind. `model` is a model's full name, or a provider's alone.
///
/// # Errors
/// One sentence that names the key.
pub fn check_config(model: &str, config: &BTreeMap<String, Value>) -> Result<(), String> {
    if let Some(instead) = instead_of_completions(model) {
        return Err(format!(
            "`{model}` is a promptfoo provider that is not supported: completions take a text, and prompts are sent as messages; write `{instead}`"
        ));
    }
    ModelConfig::read(model, config).map(|_| ())
}

impl ModelConfig {
    /// Reads a provider's `config`.
    ///
    /// # Errors
    /// As [`check_config`].
    pub fn read(model: &str, config: &BTreeMap<String, Value>) -> Result<Self, String> {
        let wire = match ModelName::parse(model) {
            Ok(name) => name.vendor.wire,
            Err(error) => vendor(model).map(|vendor| vendor.wire).ok_or_else(|| error.to_string())?,
        };
        let mut read = Self::default();
        for (key, value) in config {
            read.take(model, wire, key, value)?;
        }
        for key in ["passthrough", "extra_body"] {
            if let Some(Value::Object(more)) = config.get(key) {
                read.body.extend(more.clone());
            }
        }
        Ok(read)
    }

    fn take(&mut self, model: &str, wire: Wire, key: &str, value: &Value) -> Result<(), String> {
        let wrong = |what: &str| format!("`{key}` of {model} is {value}; it must be {what}");
        let text = || value.as_str().map(str::to_owned).ok_or_else(|| wrong("a text"));
        let number = |least: f64, most: f64, what: &str| {
            value.as_f64().filter(|n| (least..=most).contains(n)).ok_or_else(|| wrong(what))
        };
        let whole = |what: &str| value.as_u64().ok_or_else(|| wrong(what));
        match key {
            // a key's value is never repeated in a message
            "apiKey" => {
                let key = value.as_str().ok_or_else(|| format!("`apiKey` of {model} must be a text"))?;
                self.api_key = Some(SecretString::from(key.to_owned()));
            }
            "apiKeyEnvar" => self.api_key_envar = Some(text()?),
            "apiKeyRequired" => {
                self.api_key_required = Some(value.as_bool().ok_or_else(|| wrong("true or false"))?);
            }
            "apiBaseUrl" => {
                self.api_base_url = Some(address(&text()?).ok_or_else(|| wrong("an http:// or https:// address"))?)
            }
            "apiHost" => self.api_host = Some(text()?),
            "model" => self.model = Some(text()?),
            "headers" => {
                self.headers = headers(value).ok_or_else(|| format!("`headers` of {model} must map names to texts"))?;
                if let Some(own) = self.headers.keys().find(|name| is_of_the_connection(name)) {
                    return Err(format!(
                        "the header `{own}` of {model} belongs to the connection, which sets it; take it out of `headers`"
                    ));
                }
            }
            "timeoutMs" => self.timeout = Some(Duration::from_millis(whole("a number of milliseconds from 0")?)),
            "maxRetries" => {
                let most = u32::try_from(whole("a whole number from 0")?);
                self.max_retries = Some(most.map_err(|_| wrong("a smaller number"))?);
            }
            "cost" => {
                let cost = per_token(key, model, value)?;
                self.input_cost.get_or_insert(cost);
                self.output_cost.get_or_insert(cost);
            }
            "inputCost" => self.input_cost = Some(per_token(key, model, value)?),
            "outputCost" => self.output_cost = Some(per_token(key, model, value)?),
            "requestCost" => self.request_cost = Some(number(0.0, 1e6, "a price in USD for one request")?),
            "requestsPerMinute" => self.requests_per_minute = Some(number(0.01, 1e9, "a number above 0")?),
            "tokensPerMinute" => self.tokens_per_minute = Some(number(1.0, 1e12, "a number above 0")?),
            "temperature" => self.sampling.temperature = Some(number(0.0, 2.0, "a number from 0 to 2")?),
            "top_p" | "topP" => self.sampling.top_p = Some(number(0.0, 1.0, "a number from 0 to 1")?),
            "max_tokens" | "max_completion_tokens" | "max_output_tokens" | "maxOutputTokens" | "num_predict"
                if key != "num_predict" || wire == Wire::Ollama =>
            {
                let most = u32::try_from(whole("a whole number from 1")?).ok().filter(|n| *n > 0);
                self.sampling.max_tokens = Some(most.ok_or_else(|| wrong("a whole number from 1"))?);
            }
            "stop" | "stop_sequences" | "stopSequences" => {
                self.sampling.stop = texts(value).ok_or_else(|| wrong("a text or a list of texts"))?;
            }
            "seed" => self.sampling.seed = Some(whole("a whole number from 0")?),
            "passthrough" | "extra_body" => {
                value.as_object().ok_or_else(|| wrong("a map"))?;
            }
            _ if body_keys(wire).contains(&key) => {
                self.body.insert(key.to_owned(), value.clone());
            }
            _ if read_keys(wire).contains(&key) || wire == Wire::Simulated => {
                self.placed.insert(key.to_owned(), value.clone());
            }
            // how promptfoo shows reasoning; answers here never hold it
            "showThinking" => {}
            _ => return Err(unknown(model, wire, key)),
        }
        Ok(())
    }

    /// A text among the placed keys.
    pub(crate) fn placed_text(&self, key: &str) -> Option<&str> {
        self.placed.get(key).and_then(Value::as_str)
    }
}

fn unknown(model: &str, wire: Wire, key: &str) -> String {
    if let Some((_, why)) = NOT_YET.iter().find(|(known, _)| *known == key) {
        return format!("`{key}` of {model} is a promptfoo setting that is not supported: {why}");
    }
    let known = COMMON.iter().chain(body_keys(wire)).chain(read_keys(wire)).copied();
    match nearest(key, known) {
        Some(near) => format!("{model} has no setting `{key}`; did you mean `{near}`?"),
        None => format!(
            "{model} has no setting `{key}`; what the provider's API takes beside the known settings goes under `passthrough`"
        ),
    }
}

/// promptfoo's prices are USD for one token. A cent and more for one token is surely meant for a million of them.
fn per_token(key: &str, model: &str, value: &Value) -> Result<f64, String> {
    let cost = value.as_f64().filter(|cost| *cost >= 0.0 && cost.is_finite());
    let cost = cost.ok_or_else(|| format!("`{key}` of {model} is {value}; it must be a price in USD for one token"))?;
    if cost >= 0.01 {
        return Err(format!(
            "`{key}` of {model} is {cost} USD for one token, that is {:.0} USD for a million; for {cost} USD a million write {:e}",
            cost * 1e6,
            cost / 1e6
        ));
    }
    Ok(cost)
}

fn address(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    let fits = text.starts_with("http://") || text.starts_with("https://");
    fits.then(|| text.to_owned())
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => many.iter().map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

fn headers(value: &Value) -> Option<BTreeMap<String, String>> {
    value.as_object()?.iter().map(|(name, v)| Some((name.clone(), v.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> BTreeMap<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn reads_promptfoo_settings() {
        let config = ModelConfig::read(
            "openai:chat:m",
            &map(json!({
                "apiBaseUrl": "http://127.0.0.1:1/v1/", "temperature": 0.5, "max_completion_tokens": 9, "top_p": 1, "stop": "END",
                "seed": 3, "reasoning_effort": "low", "frequency_penalty": 0.1, "passthrough": {"logprobs": true},
                "headers": {"X-A": "b"}, "timeoutMs": 5, "maxRetries": 0, "cost": 1e-6, "outputCost": 2e-6, "requestCost": 0.01,
                "showThinking": false
            })),
        )
        .unwrap();
        assert_eq!(config.api_base_url.as_deref(), Some("http://127.0.0.1:1/v1"));
        assert_eq!(config.sampling.max_tokens, Some(9));
        assert_eq!(config.sampling.stop, ["END"]);
        assert_eq!((config.timeout, config.max_retries), (Some(Duration::from_millis(5)), Some(0)));
        assert_eq!((config.input_cost, config.output_cost), (Some(1e-6), Some(2e-6)));
        assert_eq!(config.request_cost, Some(0.01));
        assert_eq!(config.placed_text("reasoning_effort"), Some("low"));
        assert_eq!(Value::Object(config.body), json!({"frequency_penalty": 0.1, "logprobs": true}));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let cases = [
            ("openai:chat:m", json!({"temprature": 0}), "did you mean `temperature`?"),
            ("anthropic:claude", json!({"num_ctx": 1}), "has no setting `num_ctx`"),
            ("ollama:m", json!({"reasoning_effort": "low"}), "has no setting `reasoning_effort`"),
            ("openai", json!({"tools": []}), "not supported: tool calls"),
            ("openai:m", json!({"temperature": "hot"}), "a number from 0 to 2"),
            ("openai:m", json!({"temperature": 3}), "a number from 0 to 2"),
            ("openai:m", json!({"max_tokens": 0}), "a whole number from 1"),
            ("openai:m", json!({"maxRetries": -1}), "a whole number from 0"),
            ("openai:m", json!({"apiBaseUrl": "localhost:8080"}), "an http:// or https:// address"),
            ("openai:m", json!({"inputCost": 0.15}), "for 0.15 USD a million write 1.5e-7"),
            ("openai:m", json!({"passthrough": 1}), "must be a map"),
            (
                "openai:m",
                json!({"headers": {"x-a": "b", "HOST": "elsewhere"}}),
                "`HOST` of openai:m belongs to the connection",
            ),
            ("openai:m", json!({"headers": {"Transfer-Encoding": "chunked"}}), "belongs to the connection"),
            ("opnai:m", json!({}), "did you mean `openai`?"),
            ("openai:completion:m", json!({}), "write `openai:chat:m`"),
            ("anthropic:completion:m", json!({}), "write `anthropic:messages:m`"),
        ];
        for (model, config, expected) in cases {
            let message = check_config(model, &map(config)).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
        for model in ["google:g", "ollama:m", "anthropic:c", "vllm:m", "https://x/v1"] {
            assert_eq!(check_config(model, &map(json!({"maxOutputTokens": 5, "stop": ["a"]}))), Ok(()));
        }
    }

    #[test]
    fn a_wrong_key_is_not_repeated() {
        let message = check_config("openai:m", &map(json!({"apiKey": ["sk-secret"]}))).unwrap_err();
        assert!(!message.contains("secret"), "{message}");
    }
}
