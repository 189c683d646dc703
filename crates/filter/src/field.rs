/// What a list can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in filters: lower-case letters and `_`.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What it means, for people.
    pub about: &'static str,
}

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Finite numbers.
    Number,
    /// Texts; `=` is exact, `~` finds a part in any case.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Moments, written `2026-11-01`, `2026-11-01T12:30` or `2026-11-01T12:30:00Z`, all in UTC.
    Time,
}

/// The name nearest to a misspelt one, if any is near enough to be meant.
pub(crate) fn nearest<'n>(given: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let given = given.to_lowercase();
    let scored = names.map(|name| (strsim::jaro_winkler(&given, name), name));
    scored.filter(|(likeness, _)| *likeness > 0.75).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
