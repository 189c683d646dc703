use clade_domain::ModelSpec;
use serde_json::{Map, Value, json};

/// Where `clade simulate` listens unless it is told otherwise.
const SIMULATOR: &str = "http://127.0.0.1:8787/v1";
/// Kinds of endpoints that a name may say in the middle.
const KINDS: [&str; 4] = ["chat", "responses", "messages", "completion"];

/// A model as promptfoo names it: `openai/gpt-4o` and `openai::gpt-4o` are ours alone, an address is a setting there, and a simulated model
/// is asked of `clade simulate`.
pub(super) fn provider(model: &ModelSpec) -> Value {
    let mut config: Map<String, Value> = model.config.clone().into_iter().collect();
    let id = match model.id.split_once("://") {
        Some((scheme, rest)) if scheme.starts_with("http") => {
            let (address, name) = rest.split_once('#').unwrap_or((rest, ""));
            let named = config.remove("model").and_then(|named| named.as_str().map(str::to_owned));
            config.insert("apiBaseUrl".to_owned(), json!(format!("{scheme}://{address}")));
            format!("openai:chat:{}", named.unwrap_or_else(|| name.to_owned()))
        }
        _ => named(&model.id, &mut config),
    };
    if config.is_empty() { json!(id) } else { json!({ "id": id, "config": config }) }
}

fn named(id: &str, config: &mut Map<String, Value>) -> String {
    let at = id.find([':', '/']).unwrap_or(id.len());
    let (vendor, rest) = id.split_at(at);
    let model = rest.trim_start_matches("::").trim_start_matches([':', '/']);
    let (kind, bare) = match model.split_once(':') {
        Some((kind, bare)) if KINDS.contains(&kind) => (Some(kind), bare),
        _ => (None, model),
    };
    match vendor {
        "simulated" => {
            config.insert("apiBaseUrl".to_owned(), json!(SIMULATOR));
            config.insert("apiKey".to_owned(), json!("simulated"));
            format!("openai:chat:{bare}")
        }
        "openai" | "ollama" => format!("{vendor}:{}:{bare}", kind.unwrap_or("chat")),
        "anthropic" | "claude" => format!("anthropic:messages:{bare}"),
        "google" | "gemini" => format!("google:{bare}"),
        _ => format!("{vendor}:{model}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_promptfoos() {
        let table = [
            ("openai/gpt-4o-mini", "openai:chat:gpt-4o-mini"),
            ("openai::gpt-4o-mini", "openai:chat:gpt-4o-mini"),
            ("openai:responses:gpt-5", "openai:responses:gpt-5"),
            ("claude/claude-haiku-4-5", "anthropic:messages:claude-haiku-4-5"),
            ("anthropic:messages:claude-haiku-4-5", "anthropic:messages:claude-haiku-4-5"),
            ("gemini:gemini-2.5-flash", "google:gemini-2.5-flash"),
            ("ollama:llama3.2:1b", "ollama:chat:llama3.2:1b"),
            ("openrouter/meta-llama/llama-3.3-70b", "openrouter:meta-llama/llama-3.3-70b"),
        ];
        for (ours, theirs) in table {
            let model = ModelSpec { id: ours.into(), label: String::new(), config: Default::default() };
            assert_eq!(provider(&model), json!(theirs), "{ours}");
        }
    }

    #[test]
    fn addresses_and_simulated_models_are_settings() {
        let model = |id: &str| ModelSpec { id: id.into(), label: String::new(), config: Default::default() };
        assert_eq!(
            provider(&model("http://127.0.0.1:8000/v1#qwen")),
            json!({"id": "openai:chat:qwen", "config": {"apiBaseUrl": "http://127.0.0.1:8000/v1"}})
        );
        assert_eq!(
            provider(&model("simulated:gsm8k")),
            json!({"id": "openai:chat:gsm8k", "config": {"apiBaseUrl": SIMULATOR, "apiKey": "simulated"}})
        );
    }
}
