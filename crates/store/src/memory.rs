
/// All roles in memory, for tests of what stands above stores. Nothing survives the process.
#[derive(Debug, Default)]
pub struct MemoryStore {}
