use std::path::Path;

use clade_domain::{ModelSpec, OperatorName, RunMode};
use clade_evolve::operators;
use clade_models::{ModelName, Price, price_of, simulated::SimulatedModel};
use clade_runfile::{Estimate, Library, LoadOptions, Loaded, Overrides, Problems, Reach};

/// Reads and checks a run file and all its data; `library` holds what it names of its workspace. Nothing is called and nothing is written.
///
/// # Errors
/// Everything that is wrong with it, each with file, line and fix.
pub fn load(
    path: &Path,
    mode: RunMode,
    overrides: Overrides,
    env: &dyn Fn(&str) -> Option<String>,
    reach: Reach,
    library: &Library,
) -> Result<Loaded, Problems> {
    let operators: Vec<(OperatorName, usize)> =
        operators::all().iter().map(|o| (OperatorName::from(o.name()), o.kind().parents)).collect();
    let options =
        LoadOptions { mode, overrides, env, check_model: &check_model, operators: &operators, reach, library };
    clade_runfile::load(path, &options)
}

/// What a run will likely take, at the prices of the built-in table and of the run file.
#[must_use]
pub fn estimate(loaded: &Loaded) -> Estimate {
    clade_runfile::estimate(loaded, &price)
}

/// The full name of a model, or what is wrong with it, before anything is called.
fn check_model(model: &ModelSpec) -> Result<String, String> {
    clade_models::check_config(&model.id, &model.config)?;
    if model.id.starts_with("simulated") {
        SimulatedModel::new(&model.id, &model.config, None, 0)?;
    }
    ModelName::parse(&model.id).map(|name| name.to_string()).map_err(|error| error.to_string())
}

/// A known price; `None` where it is unknown.
pub(crate) fn price(model: &ModelSpec) -> Option<clade_runfile::Price> {
    match price_of(model) {
        Price::Known { input, output, request, .. } => Some(clade_runfile::Price { input, output, request }),
        Price::Free => Some(clade_runfile::Price::default()),
        Price::Unknown => None,
    }
}
