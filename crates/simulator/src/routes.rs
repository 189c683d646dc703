use std::time::SystemTime;

use clade_models::simulated::SimulatedModel;
use serde::Deserialize;

use crate::{
    anthropic,
    failure::{Dialect, Failure},
    ollama, openai, responses,
    stream::Reply,
};

/// The models that a server has.
#[derive(Debug)]
pub(crate) struct Models {
    /// The one that answers where a request names none of them.
    main: SimulatedModel,
    /// The others, with the rules of their names.
    others: Vec<SimulatedModel>,
}

impl Models {
    pub(crate) fn new(main: SimulatedModel, others: Vec<SimulatedModel>) -> Self {
        Self { main, others }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &SimulatedModel> {
        std::iter::once(&self.main).chain(&self.others)
    }

    /// The model of this name, with or without `simulated:`; the main one for any other name.
    fn named(&self, name: &str) -> &SimulatedModel {
        let short = |name: &str| name.strip_prefix("simulated:").map_or(name.len(), str::len);
        let wanted = &name[name.len() - short(name)..];
        self.all()
            .find(|model| model.name().ends_with(wanted) && short(model.name()) == wanted.len())
            .unwrap_or(&self.main)
    }
}

/// One request to a model's endpoint.
pub(crate) struct Call<'a> {
    pub(crate) models: &'a Models,
    pub(crate) body: &'a [u8],
    /// The request's number.
    pub(crate) number: u64,
}

impl<'a> Call<'a> {
    /// The body as JSON.
    pub(crate) fn parse<T: Deserialize<'a>>(&self) -> Result<T, Failure> {
        serde_json::from_slice(self.body)
            .map_err(|error| Failure::BadRequest(format!("the body is no such request: {error}")))
    }

    pub(crate) fn model(&self, name: &str) -> &'a SimulatedModel {
        self.models.named(name)
    }

    /// An id that says what it is.
    pub(crate) fn id(&self, kind: &str) -> String {
        format!("{kind}-simulated-{}", self.number)
    }

    /// Seconds since 1970.
    pub(crate) fn created(&self) -> u64 {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}

/// An endpoint of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Chat,
    Responses,
    Embeddings,
    Moderations,
    Messages,
    OllamaChat,
    OllamaEmbed,
}

impl Endpoint {
    /// The endpoint at a path; a base URL may end before or after `/v1`.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Some(match path.strip_prefix("/v1").unwrap_or(path) {
            "/chat/completions" => Self::Chat,
            "/responses" => Self::Responses,
            "/embeddings" => Self::Embeddings,
            "/moderations" => Self::Moderations,
            "/messages" => Self::Messages,
            "/api/chat" => Self::OllamaChat,
            "/api/embed" => Self::OllamaEmbed,
            _ => return None,
        })
    }

    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Chat | Self::Responses | Self::Embeddings | Self::Moderations => Dialect::OpenAi,
            Self::Messages => Dialect::Anthropic,
            Self::OllamaChat | Self::OllamaEmbed => Dialect::Ollama,
        }
    }

    pub(crate) fn answer(self, call: &Call<'_>) -> Result<Reply, Failure> {
        match self {
            Self::Chat => openai::chat(call),
            Self::Responses => responses::responses(call),
            Self::Embeddings => openai::embeddings(call),
            Self::Moderations => openai::moderations(call),
            Self::Messages => anthropic::messages(call),
            Self::OllamaChat => ollama::chat(call),
            Self::OllamaEmbed => ollama::embed(call),
        }
    }
}
