//! What must happen at one moment, as scripts that the server carries out.

/// A script.
pub(crate) struct Code(pub &'static str);

impl Code {
    /// The name that the server gives it.
    pub fn hash(&self) -> String {
        redis::Script::new(self.0).get_hash().to_owned()
    }
}

/// Looks for a shared answer, and takes the right to buy it.
pub(crate) const FIND: Code = Code(include_str!("find.lua"));
/// Prolongs that right, or gives it back.
pub(crate) const HOLD: Code = Code(include_str!("hold.lua"));
/// Tries whether writing is allowed.
pub(crate) const TRY: Code = Code(include_str!("try.lua"));
/// Keeps a batch.
pub(crate) const PUT: Code = Code(concat!(include_str!("whole.lua"), include_str!("put.lua")));
/// Reads a run's checkpoint.
pub(crate) const STATE: Code = Code(concat!(include_str!("whole.lua"), include_str!("state.lua")));
/// Reads records by candidate.
pub(crate) const RECORDS: Code = Code(concat!(include_str!("whole.lua"), include_str!("records.lua")));
/// Reads records by a sorted set.
pub(crate) const RANKED: Code = Code(include_str!("ranked.lua"));
