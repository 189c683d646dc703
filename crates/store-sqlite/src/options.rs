/// What a power cut may take away. A process that is killed loses nothing either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power cut may take the last moments of acknowledged writes, never the order or wholeness of what stays
    /// (`PRAGMA synchronous = NORMAL` with a write-ahead log).
    #[default]
    Normal,
    /// Acknowledged writes survive a power cut too, for one flush of the disk per batch (`PRAGMA synchronous = FULL`).
    Full,
}

/// How a [`crate::SqliteStore`] is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// What a power cut may take away.
    pub durability: Durability,
    /// The largest size of the database file in bytes; past it writes fail as on a full disk. `None` is no limit.
    pub max_bytes: Option<u64>,
    /// Most connections that read at the same time, from 1.
    pub readers: u32,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { durability: Durability::Normal, max_bytes: None, readers: 2 }
    }
}
