use std::sync::Arc;

use clade_domain::{ModelRole, ModelSpec, Models};
use clade_models::ModelClient;

use crate::{CodeHost, EngineError};

/// Whom a run asks: the clients of its models, each with its layers around it, and the host of its code.
#[derive(Clone, Default)]
pub struct Clients {
    /// Shared, because every trial takes a copy. They are few: comparing them costs less than a key of all settings.
    by_model: Arc<Vec<(ModelSpec, Arc<dyn ModelClient>)>>,
    code: Option<Arc<CodeHost>>,
}

impl Clients {
    /// Registers the client of a model. Two models of one name with different settings are different models.
    pub fn insert(&mut self, model: &ModelSpec, client: Arc<dyn ModelClient>) {
        let by_model = Arc::make_mut(&mut self.by_model);
        match by_model.iter_mut().find(|(known, _)| is_same(known, model)) {
            Some((_, place)) => *place = client,
            None => by_model.push((model.clone(), client)),
        }
    }

    /// Names who executes the run's code.
    pub fn set_code(&mut self, host: Arc<CodeHost>) {
        self.code = Some(host);
    }

    /// Who executes the run's code.
    pub(crate) fn code(&self) -> Result<&CodeHost, EngineError> {
        self.code.as_deref().ok_or(EngineError::NoSandbox)
    }

    /// Who executes the run's code, where it has some or wants sandboxes.
    pub(crate) fn code_if_any(&self) -> Option<&Arc<CodeHost>> {
        self.code.as_ref()
    }

    /// The client of a role in a generation, or of the task model that a candidate is bound to.
    pub(crate) fn of(
        &self,
        models: &Models,
        role: ModelRole,
        generation: u32,
        bound: Option<&str>,
    ) -> Result<&Arc<dyn ModelClient>, EngineError> {
        let bound = bound.and_then(|name| models.task_named(name));
        let model = bound.or_else(|| models.of(role, generation));
        let missing = || EngineError::NoClient { model: model.map_or_else(|| "task".into(), |m| m.id.clone()) };
        model.and_then(|model| self.of_model(model)).ok_or_else(missing)
    }

    pub(crate) fn of_model(&self, model: &ModelSpec) -> Option<&Arc<dyn ModelClient>> {
        self.by_model.iter().find(|(known, _)| is_same(known, model)).map(|(_, client)| client)
    }

    /// The client of a model that is asked by name; another one is never asked in its place.
    pub(crate) fn of_named(&self, model: &ModelSpec) -> Result<&Arc<dyn ModelClient>, EngineError> {
        self.of_model(model).ok_or_else(|| EngineError::NoClient { model: model.id.clone() })
    }
}

/// Labels are the user's names for models, not settings.
fn is_same(one: &ModelSpec, other: &ModelSpec) -> bool {
    one.id == other.id && one.config == other.config
}
