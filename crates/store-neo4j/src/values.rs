//! Values as the driver takes them.

use std::collections::HashMap;

use neo4rs::{BoltType, Query, query};

/// A statement with its values, which it names `$p.NAME`. They are one parameter, a map: of a list or a text that is one itself the
/// server looks at the size, and plans the same statement anew for each power of ten.
pub(crate) fn asked<const N: usize>(statement: &str, values: [(&str, BoltType); N]) -> Query {
    query(statement).param("p", map(values))
}

/// A map.
pub(crate) fn map<const N: usize>(entries: [(&str, BoltType); N]) -> BoltType {
    named(entries).into()
}

/// Values by name.
pub(crate) fn named<const N: usize>(entries: [(&str, BoltType); N]) -> HashMap<String, BoltType> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A number without a fraction; Neo4j has 63 bits, which no count of ours exceeds.
pub(crate) fn whole(number: u64) -> BoltType {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

/// A number with a fraction; nothing where it is none, since Neo4j would keep it.
pub(crate) fn real(number: Option<f64>) -> BoltType {
    number.filter(|number| number.is_finite()).into()
}

/// A text.
pub(crate) fn text(text: &str) -> BoltType {
    text.into()
}
