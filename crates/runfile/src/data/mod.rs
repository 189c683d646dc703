//! Examples: read as a stream from inline tests and files, checked, hashed and parted.

mod case;
mod csv_file;
mod expected;
mod facts;
mod found;
mod functions;
mod inputs;
mod json_lines;
mod nested;
mod profile;
mod row;
mod scan;
mod source;
mod split;
mod test_case;
mod unusable;
mod whole;

pub use profile::DataProfile;
pub use source::{DataSource, Examples};

pub(crate) use case::{Case, Defaults, Files, case};
pub(crate) use found::{Scan, ScanNeeds};
pub(crate) use functions::NamedIn;
pub(crate) use inputs::{Inputs, sources};
pub(crate) use scan::scan;
pub(crate) use split::{Marks, examples_for, mark};
