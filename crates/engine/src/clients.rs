use std::{collections::BTreeMap, sync::Arc};

use clade_domain::{ModelRole, ModelSpec, Models};
use clade_models::ModelClient;

use crate::EngineError;

/// The clients of a run's models, each with its layers around it.
#[derive(Clone, Default)]
pub struct Clients {
    by_model: BTreeMap<String, Arc<dyn ModelClient>>,
}

impl Clients {
    /// Registers the client of a model. Two models of one name with different settings are different models.
    pub fn insert(&mut self, model: &ModelSpec, client: Arc<dyn ModelClient>) {
        self.by_model.insert(identity(model), client);
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
        model.and_then(|model| self.by_model.get(&identity(model))).ok_or_else(missing)
    }

    pub(crate) fn of_model(&self, model: &ModelSpec) -> Option<&Arc<dyn ModelClient>> {
        self.by_model.get(&identity(model))
    }

    /// A client by its model's name, for judges that an assertion names itself.
    pub(crate) fn named(&self, id: &str) -> Option<&Arc<dyn ModelClient>> {
        self.by_model.values().find(|client| client.name() == id)
    }
}

fn identity(model: &ModelSpec) -> String {
    format!("{} {}", model.id, serde_json::to_string(&model.config).unwrap_or_default())
}
