//! The filter language of lists, such as `score>0.8 and operator=reflect`.
//!
//! [`Filter::parse`] reads a text against a table of [`Field`]s and checks every name and value; [`Filter::matches`] evaluates it on
//! a [`Record`]; [`Filter::expr`] is the tree, for backends that compile it into parameters of a query. A language of its
//! own crate knows neither candidates nor runs: whoever lists something brings its fields (`clade-lineage` those of
//! candidates, `clade-store` those of runs). Deliberately absent: sorting, functions, arithmetic.

mod error;
mod evaluate;
mod expr;
mod field;
mod lexer;
mod parser;

pub use error::FilterError;
pub use evaluate::{Found, Record};
pub use expr::{Comparison, Expr, Filter, Operator, Value};
pub use field::{Field, Kind};
