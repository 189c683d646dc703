use std::fmt;

use crate::{
    nearest::nearest,
    vendors::{ADDRESS, NOT_YET, VENDORS, Vendor, Wire, vendor},
};

/// What of a vendor a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// Chat answers in the vendor's usual format.
    Chat,
    /// Chat answers through OpenAI's Responses.
    Responses,
    /// Vectors of texts.
    Embedding,
    /// Verdicts on texts.
    Moderation,
}

/// A model's name, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// Who serves it.
    pub vendor: &'static Vendor,
    /// What is asked of it.
    pub endpoint: Endpoint,
    /// The model as its vendor calls it; empty where only an address is given.
    pub model: String,
    /// The address, where the name is one.
    pub base_url: Option<String>,
}

/// Why a text names no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nobody of that name.
    #[error(
        "`{name}` names no model: there is no provider `{provider}`{hint}; known are {known}, and https:// addresses"
    )]
    UnknownProvider {
        /// The whole name.
        name: String,
        /// Its first part.
        provider: String,
        /// ", did you mean ...?" or nothing.
        hint: String,
        /// The known ones.
        known: String,
    },
    /// promptfoo has it, we do not.
    #[error("`{name}` is a promptfoo provider that is not supported yet; {instead}")]
    NotYet {
        /// The whole name.
        name: String,
        /// What to do instead.
        instead: &'static str,
    },
    /// No model behind the provider.
    #[error("`{name}` names a provider without a model; write it as `{example}`")]
    NoModel {
        /// The whole name.
        name: String,
        /// How it would be right.
        example: String,
    },
    /// A provider has no such endpoint.
    #[error("`{name}` is not supported: {provider} is called for {has} only")]
    NoEndpoint {
        /// The whole name.
        name: String,
        /// The provider.
        provider: &'static str,
        /// What it has.
        has: &'static str,
    },
}

impl ModelName {
    /// Parses `provider:model`, `provider:kind:model`, `provider/model`, `provider::model` or an `http(s)://` base URL
    /// with the model behind `#`. The model itself may hold `:` and `/`, as `ollama:chat:qwen3:8b` does.
    ///
    /// # Errors
    /// [`NameError`] with the nearest known provider.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let name = name.trim();
        if name.starts_with("http://") || name.starts_with("https://") {
            let (url, model) = name.split_once('#').unwrap_or((name, ""));
            let base = url.trim_end_matches('/').trim_end_matches("/chat/completions").to_owned();
            return Ok(Self {
                vendor: &ADDRESS,
                endpoint: Endpoint::Chat,
                model: model.to_owned(),
                base_url: Some(base),
            });
        }
        let (provider, rest) = split_provider(name);
        let Some(found) = vendor(provider) else { return Err(unknown(name, provider)) };
        let (endpoint, model) = split_endpoint(found, rest);
        if model.is_empty() {
            let example = match found.wire {
                Wire::Simulated => format!("{}:rough", found.name),
                _ => format!("{}:MODEL", found.name),
            };
            return Err(NameError::NoModel { name: name.to_owned(), example });
        }
        let has = match (found.wire, endpoint) {
            (Wire::OpenAi, Endpoint::Moderation | Endpoint::Responses) if !matches!(found.name, "openai" | "xai") => {
                Some("chat and embeddings")
            }
            (Wire::Ollama, Endpoint::Moderation | Endpoint::Responses) => Some("chat and embeddings"),
            (Wire::Anthropic | Wire::Gemini, Endpoint::Embedding | Endpoint::Moderation | Endpoint::Responses) => {
                Some("chat")
            }
            _ => None,
        };
        if let Some(has) = has {
            return Err(NameError::NoEndpoint { name: name.to_owned(), provider: found.name, has });
        }
        Ok(Self { vendor: found, endpoint, model: model.to_owned(), base_url: None })
    }

    /// Whether its answers are simulated, which is said wherever they are shown.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.vendor.wire == Wire::Simulated
    }
}

impl fmt::Display for ModelName {
    /// The full name in promptfoo's spelling, the same for every spelling that means the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(url) = &self.base_url {
            return if self.model.is_empty() { f.write_str(url) } else { write!(f, "{url}#{}", self.model) };
        }
        let kind = match (self.endpoint, self.vendor.wire) {
            (Endpoint::Responses, _) => "responses:",
            (Endpoint::Embedding, _) => "embedding:",
            (Endpoint::Moderation, _) => "moderation:",
            (Endpoint::Chat, Wire::Anthropic) => "messages:",
            (Endpoint::Chat, Wire::Ollama) => "chat:",
            (Endpoint::Chat, Wire::OpenAi) if self.vendor.name == "openai" => "chat:",
            (Endpoint::Chat, _) => "",
        };
        write!(f, "{}:{kind}{}", self.vendor.name, self.model)
    }
}

/// The part before the first `::`, `:` or `/`, and what follows.
fn split_provider(name: &str) -> (&str, &str) {
    match name.find([':', '/']) {
        Some(at) => {
            let rest = &name[at..];
            (&name[..at], rest.strip_prefix("::").unwrap_or(&rest[1..]))
        }
        None => (name, ""),
    }
}

/// How a model is asked by messages whose name asks for the completions from before there were any; `None` for every other name. Older runs
/// have asked such names by messages, and go on to.
pub(crate) fn instead_of_completions(name: &str) -> Option<String> {
    let (provider, rest) = split_provider(name.trim());
    let model = rest.strip_prefix("completion:")?;
    let found = vendor(provider)?;
    match found.wire {
        Wire::OpenAi => Some(format!("{}:chat:{model}", found.name)),
        Wire::Anthropic => Some(format!("{}:messages:{model}", found.name)),
        Wire::Gemini | Wire::Ollama | Wire::Simulated => None,
    }
}

fn split_endpoint<'a>(vendor: &Vendor, rest: &'a str) -> (Endpoint, &'a str) {
    let Some((kind, model)) = rest.split_once(':') else { return (Endpoint::Chat, rest) };
    let endpoint = match kind {
        "chat" | "completion" | "messages" if vendor.wire != Wire::Simulated => Endpoint::Chat,
        "responses" => Endpoint::Responses,
        "embedding" | "embeddings" => Endpoint::Embedding,
        "moderation" => Endpoint::Moderation,
        _ => return (Endpoint::Chat, rest),
    };
    (endpoint, model)
}

fn unknown(name: &str, provider: &str) -> NameError {
    if let Some((_, instead)) = NOT_YET.iter().find(|(known, _)| known.eq_ignore_ascii_case(provider)) {
        return NameError::NotYet { name: name.to_owned(), instead };
    }
    let names = VENDORS.iter().map(|vendor| vendor.name);
    let guess = match nearest(provider, names.clone()) {
        Some(near) => Some(format!(", did you mean `{near}`?")),
        None => maker(name).map(|maker| format!(", did you mean `{maker}:{name}`?")),
    };
    NameError::UnknownProvider {
        name: name.to_owned(),
        provider: provider.to_owned(),
        hint: guess.unwrap_or_default(),
        known: names.collect::<Vec<_>>().join(", "),
    }
}

/// Who makes a model that was written without its provider.
fn maker(model: &str) -> Option<&'static str> {
    let model = model.to_lowercase();
    let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| model.starts_with(beginning));
    if starts(&["gpt-", "o1", "o3", "o4", "chatgpt", "text-embedding"]) {
        Some("openai")
    } else if starts(&["claude"]) {
        Some("anthropic")
    } else if starts(&["gemini"]) {
        Some("google")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling() {
        let cases = [
            ("openai:gpt-5-mini", "openai:chat:gpt-5-mini"),
            ("openai:chat:gpt-5-mini", "openai:chat:gpt-5-mini"),
            ("openai/gpt-5-mini", "openai:chat:gpt-5-mini"),
            ("openai::gpt-5-mini", "openai:chat:gpt-5-mini"),
            (" OpenAI:gpt-5-mini ", "openai:chat:gpt-5-mini"),
            ("openai:responses:gpt-5-mini", "openai:responses:gpt-5-mini"),
            ("openai:embedding:text-embedding-3-small", "openai:embedding:text-embedding-3-small"),
            ("openai:embeddings:text-embedding-3-small", "openai:embedding:text-embedding-3-small"),
            ("openai:moderation:omni-moderation-latest", "openai:moderation:omni-moderation-latest"),
            ("openai:ft:gpt-4o-mini:acme::abc", "openai:chat:ft:gpt-4o-mini:acme::abc"),
            ("anthropic:messages:claude-sonnet-5", "anthropic:messages:claude-sonnet-5"),
            ("anthropic:claude-sonnet-5", "anthropic:messages:claude-sonnet-5"),
            ("anthropic/claude-sonnet-5", "anthropic:messages:claude-sonnet-5"),
            ("google:gemini-2.5-flash", "google:gemini-2.5-flash"),
            ("gemini/gemini-2.5-flash", "google:gemini-2.5-flash"),
            ("ollama:chat:qwen3:8b", "ollama:chat:qwen3:8b"),
            ("ollama:qwen3:8b", "ollama:chat:qwen3:8b"),
            ("ollama:embeddings:nomic-embed-text", "ollama:embedding:nomic-embed-text"),
            ("openrouter:meta-llama/llama-4-maverick", "openrouter:meta-llama/llama-4-maverick"),
            ("vllm:Qwen/Qwen3-8B", "vllm:Qwen/Qwen3-8B"),
            ("llama.cpp:any", "llamacpp:any"),
            ("lmstudio:qwen3", "lmstudio:qwen3"),
            ("http://127.0.0.1:8080/v1/#tiny", "http://127.0.0.1:8080/v1#tiny"),
            ("https://gw.example/v1/chat/completions", "https://gw.example/v1"),
            ("simulated:rough", "simulated:rough"),
        ];
        for (written, full) in cases {
            let name = ModelName::parse(written).unwrap();
            assert_eq!(name.to_string(), full, "{written}");
            assert_eq!(ModelName::parse(full).unwrap(), name, "{full} reads back");
        }
    }

    #[test]
    fn refuses_with_the_nearest_provider() {
        let cases = [
            ("opnai:gpt-5", "did you mean `openai`?"),
            ("antropic:messages:claude-sonnet-5", "did you mean `anthropic`?"),
            ("gpt-5-mini", "did you mean `openai:gpt-5-mini`?"),
            ("claude-sonnet-5", "`claude-sonnet-5` names no model"),
            ("zzz:model", "there is no provider `zzz`; known are openai, anthropic"),
            ("openai:", "`openai:MODEL`"),
            ("simulated", "`simulated:rough`"),
            ("bedrock:us.amazon.nova", "not supported yet; use a gateway"),
            ("anthropic:embedding:x", "anthropic is called for chat only"),
            ("ollama:moderation:x", "chat and embeddings only"),
        ];
        for (written, expected) in cases {
            let message = ModelName::parse(written).unwrap_err().to_string();
            assert!(message.contains(expected), "{written}: {message}");
        }
    }
}
