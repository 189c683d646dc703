use crate::keys::Environment;

/// The wire format a vendor's chat endpoint speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// OpenAI's Chat Completions, or what is compatible with them.
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's `generateContent`.
    Gemini,
    /// Ollama's own `/api/chat`.
    Ollama,
    /// Answered inside this process.
    Simulated,
}

/// What somebody asks to be paid, as far as the vendor alone tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// By the price table.
    Listed,
    /// Nothing: the model runs on the user's own machine.
    Nothing,
}

/// Who serves models: one row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Vendor {
    /// The name in front of a model's name, as promptfoo writes it.
    pub name: &'static str,
    /// Other spellings that are accepted.
    pub aliases: &'static [&'static str],
    /// Its wire format.
    pub wire: Wire,
    /// Where it is reached unless the user says otherwise; empty where there is no usual place.
    pub base_url: &'static str,
    /// Variables that move the base URL, first one set wins.
    pub base_url_vars: &'static [&'static str],
    /// Variables that hold a key, first one set wins. Empty: no key is needed.
    pub key_vars: &'static [&'static str],
    /// Whether it works without a key although it takes one.
    pub key_optional: bool,
    /// What it charges.
    pub charge: Charge,
}

impl Vendor {
    /// The base URL from the environment or the catalogue, without a `/` at its end.
    #[must_use]
    pub fn base_url(&self, env: &Environment) -> String {
        let set = self.base_url_vars.iter().find_map(|name| env.get(name)).filter(|url| !url.trim().is_empty());
        set.as_deref().unwrap_or(self.base_url).trim().trim_end_matches('/').to_owned()
    }
}

const fn hosted(
    name: &'static str,
    aliases: &'static [&'static str],
    base_url: &'static str,
    base_url_vars: &'static [&'static str],
    key_vars: &'static [&'static str],
) -> Vendor {
    Vendor {
        name,
        aliases,
        wire: Wire::OpenAi,
        base_url,
        base_url_vars,
        key_vars,
        key_optional: false,
        charge: Charge::Listed,
    }
}

const fn local(
    name: &'static str,
    aliases: &'static [&'static str],
    wire: Wire,
    base_url: &'static str,
    base_url_vars: &'static [&'static str],
    key_vars: &'static [&'static str],
) -> Vendor {
    Vendor { name, aliases, wire, base_url, base_url_vars, key_vars, key_optional: true, charge: Charge::Nothing }
}

/// Everybody we know, in the order in which messages name them.
pub static VENDORS: &[Vendor] = &[
    hosted(
        "openai",
        &[],
        "https://api.openai.com/v1",
        &["OPENAI_BASE_URL", "OPENAI_API_BASE_URL", "OPENAI_API_BASE"],
        &["OPENAI_API_KEY"],
    ),
    Vendor {
        wire: Wire::Anthropic,
        ..hosted("anthropic", &["claude"], "https://api.anthropic.com", &["ANTHROPIC_BASE_URL"], &["ANTHROPIC_API_KEY"])
    },
    Vendor {
        wire: Wire::Gemini,
        ..hosted(
            "google",
            &["gemini"],
            "https://generativelanguage.googleapis.com",
            &["GOOGLE_API_BASE_URL", "GEMINI_BASE_URL"],
            &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        )
    },
    local("ollama", &[], Wire::Ollama, "http://localhost:11434", &["OLLAMA_BASE_URL"], &["OLLAMA_API_KEY"]),
    hosted("openrouter", &[], "https://openrouter.ai/api/v1", &["OPENROUTER_BASE_URL"], &["OPENROUTER_API_KEY"]),
    hosted("groq", &[], "https://api.groq.com/openai/v1", &["GROQ_BASE_URL"], &["GROQ_API_KEY"]),
    hosted("mistral", &[], "https://api.mistral.ai/v1", &["MISTRAL_BASE_URL"], &["MISTRAL_API_KEY"]),
    hosted("deepseek", &[], "https://api.deepseek.com/v1", &["DEEPSEEK_BASE_URL"], &["DEEPSEEK_API_KEY"]),
    hosted(
        "togetherai",
        &["together", "together_ai"],
        "https://api.together.xyz/v1",
        &["TOGETHER_BASE_URL"],
        &["TOGETHER_API_KEY"],
    ),
    hosted(
        "fireworks",
        &["fireworks_ai"],
        "https://api.fireworks.ai/inference/v1",
        &["FIREWORKS_BASE_URL"],
        &["FIREWORKS_API_KEY"],
    ),
    hosted("xai", &["grok"], "https://api.x.ai/v1", &["XAI_BASE_URL"], &["XAI_API_KEY"]),
    hosted("perplexity", &[], "https://api.perplexity.ai", &["PERPLEXITY_BASE_URL"], &["PERPLEXITY_API_KEY"]),
    hosted("cerebras", &[], "https://api.cerebras.ai/v1", &["CEREBRAS_BASE_URL"], &["CEREBRAS_API_KEY"]),
    local("vllm", &[], Wire::OpenAi, "http://localhost:8000/v1", &["VLLM_BASE_URL"], &["VLLM_API_KEY"]),
    local(
        "llamacpp",
        &["llama.cpp", "llama-cpp", "llama"],
        Wire::OpenAi,
        "http://localhost:8080/v1",
        &["LLAMACPP_BASE_URL", "LLAMA_BASE_URL"],
        &["LLAMACPP_API_KEY"],
    ),
    local(
        "lmstudio",
        &["lm-studio", "lm_studio"],
        Wire::OpenAi,
        "http://localhost:1234/v1",
        &["LMSTUDIO_BASE_URL"],
        &["LMSTUDIO_API_KEY"],
    ),
    local("sglang", &[], Wire::OpenAi, "http://localhost:30000/v1", &["SGLANG_BASE_URL"], &["SGLANG_API_KEY"]),
    local("simulated", &["simulator"], Wire::Simulated, "", &[], &[]),
];

/// An address of the user's own: whatever speaks OpenAI's Chat Completions at an `http(s)://` base URL.
pub static ADDRESS: Vendor = Vendor {
    name: "https",
    aliases: &["http"],
    wire: Wire::OpenAi,
    base_url: "",
    base_url_vars: &[],
    key_vars: &["OPENAI_COMPATIBLE_API_KEY"],
    key_optional: true,
    charge: Charge::Listed,
};

/// What promptfoo calls and we do not, each with what to do instead.
pub(crate) static NOT_YET: &[(&str, &str)] = &[
    ("azure", "use `openai:chat:MODEL` with `apiBaseUrl` of your deployment's OpenAI-compatible v1 endpoint"),
    ("azureopenai", "use `openai:chat:MODEL` with `apiBaseUrl` of your deployment's OpenAI-compatible v1 endpoint"),
    ("bedrock", "use a gateway with an OpenAI-compatible base URL"),
    ("vertex", "use `google:MODEL` with an API key"),
    ("litellm", "use `openai:chat:MODEL` with `apiBaseUrl` of the gateway"),
    ("exec", "serve the program behind an OpenAI-compatible base URL"),
    ("file", "serve the program behind an OpenAI-compatible base URL"),
    ("python", "serve the program behind an OpenAI-compatible base URL"),
    ("webhook", "serve it behind an OpenAI-compatible base URL"),
    ("echo", "use `simulated:rough` for rehearsals"),
    ("huggingface", "use the router's OpenAI-compatible base URL"),
    ("cohere", "use its OpenAI-compatible base URL"),
    ("replicate", "use an OpenAI-compatible base URL"),
];

/// A vendor by name or alias, in any case.
#[must_use]
pub fn vendor(name: &str) -> Option<&'static Vendor> {
    let fits = |known: &str| known.eq_ignore_ascii_case(name);
    VENDORS.iter().find(|vendor| fits(vendor.name) || vendor.aliases.iter().any(|alias| fits(alias)))
}
