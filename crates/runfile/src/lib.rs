//! Run files and data sets: read, checked, pointed at by line, and parted.
//!
//! [`load`] takes a run file - a promptfoo config with one more block, `optimize` - to a [`clade_domain::RunSpec`], a stream
//! of examples and a list of [`Problem`]s that each name file, line and fix; [`schema`] is what editors check it by, and
//! [`estimate`] says what it will cost. Deliberately absent: models, stores, async, and any network.

mod checks;
mod context;
mod data;
mod estimate;
mod json_object;
mod library;
mod load;
mod models;
mod optimize;
mod overrides;
mod paths;
mod places;
mod problem;
mod program;
mod prompts;
mod quotes;
mod sandbox;
mod schema;
mod secret;
mod settings;
mod shortfall;
mod source;
mod text;
mod yaml;

pub use checks::LEAST_TEST_EXAMPLES;
pub use context::{LoadOptions, Overrides, Reach};
pub use data::{DataProfile, DataSource, Examples};
pub use estimate::{Estimate, PhaseEstimate, Price, Range, calls_per_test_example, estimate};
pub use library::{Found, Library, Reference, Version, Volume, references};
pub use load::{CalledFunction, Loaded, load};
pub use optimize::DEFAULT_CALLS;
pub use places::Places;
pub use problem::{Excerpt, Problem, Problems};
pub use schema::schema;
pub use shortfall::{Limit, Shortfall};
pub use source::{MAX_RUN_FILE, MAX_WHOLE_DATA, MAX_YAML_DATA};
