use clade_domain::ModelSpec;

use crate::{
    config::ModelConfig,
    keys::Environment,
    name::{Endpoint, ModelName},
    vendors::Wire,
};

/// Where a model is asked that is at no known provider's public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusualAddress {
    /// Its base URL, as the user writes it.
    pub base: String,
    /// Where its requests go: the base with what the wire format adds, such as the model's name.
    pub requests: String,
}

/// Where a model is asked, unless at a known provider's public address: what a server has to allow. `None` for simulated models.
#[must_use]
pub fn unusual_address(spec: &ModelSpec) -> Option<UnusualAddress> {
    let (name, config) = (ModelName::parse(&spec.id).ok()?, ModelConfig::read(&spec.id, &spec.config).ok()?);
    if name.is_simulated() {
        return None;
    }
    let none = Environment::new(|_| None);
    let base = base_url(&name, &config, &none);
    let usual = base_url(&name, &ModelConfig::default(), &none);
    let unusual = name.base_url.is_some() || base != usual || crate::prices::is_this_machine(&base);
    let model = config.model.as_ref().unwrap_or(&name.model);
    unusual.then(|| UnusualAddress { requests: requests_go_to(&name, &base, model), base })
}

/// The base URL in force: the config's, the name's own, the vendor's. Anthropic's and Gemini's are meant without the version
/// path, and taken with it too.
pub(crate) fn base_url(name: &ModelName, config: &ModelConfig, env: &Environment) -> String {
    let url = if let Some(url) = &config.api_base_url {
        url.clone()
    } else if let Some(host) = &config.api_host {
        let scheme = if crate::prices::is_this_machine(host) { "http" } else { "https" };
        let host = host.trim_end_matches('/');
        let path = if name.vendor.wire == Wire::OpenAi { "/v1" } else { "" };
        if host.contains("://") { host.to_owned() } else { format!("{scheme}://{host}{path}") }
    } else if let Some(url) = &name.base_url {
        url.clone()
    } else {
        name.vendor.base_url(env)
    };
    let cut = match name.vendor.wire {
        Wire::Anthropic => url.strip_suffix("/v1"),
        Wire::Gemini => url.strip_suffix("/v1beta"),
        Wire::Ollama => url.strip_suffix("/v1").or_else(|| url.strip_suffix("/api")),
        Wire::OpenAi | Wire::Simulated => None,
    };
    cut.unwrap_or(&url).to_owned()
}

/// Where the requests of a model go.
pub(crate) fn requests_go_to(name: &ModelName, base: &str, model: &str) -> String {
    match (name.endpoint, name.vendor.wire) {
        (Endpoint::Embedding, Wire::Ollama) => format!("{base}/api/embed"),
        (Endpoint::Embedding, _) => format!("{base}/embeddings"),
        (Endpoint::Moderation, _) => format!("{base}/moderations"),
        (Endpoint::Responses, _) => format!("{base}/responses"),
        (Endpoint::Chat, Wire::Anthropic) => format!("{base}/v1/messages"),
        (Endpoint::Chat, Wire::Gemini) => format!("{base}/v1beta/models/{model}:generateContent"),
        (Endpoint::Chat, Wire::Ollama) => format!("{base}/api/chat"),
        (Endpoint::Chat, Wire::OpenAi | Wire::Simulated) => format!("{base}/chat/completions"),
    }
}

/// `HOST:PORT` of an address with its scheme.
pub(crate) fn authority(url: &str) -> &str {
    let from = url.find("://").map_or(0, |at| at + 3);
    url[from..].find('/').map_or(url, |at| &url[..from + at])
}
