use clade_domain::ContentHash;
use clade_store::{RunSummary, SnapshotRow};
use serde::{Deserialize, Serialize};

use crate::{BundleError, line::Kind};

/// The version of the format.
pub const BUNDLE_FORMAT: u32 = 1;
/// The manifest's path.
pub(crate) const MANIFEST: &str = "manifest.json";
/// Largest manifest: enough for some 100,000 files.
pub(crate) const MOST_MANIFEST: u64 = 16 << 20;
/// Largest other file.
pub(crate) const MOST_PART: u64 = 64 << 20;

/// The first file of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`BUNDLE_FORMAT`] of the writer.
    pub clade_bundle: u32,
    /// The program's version.
    pub version: String,
    /// The run's row at the time.
    pub summary: RunSummary,
    /// Journal entries.
    pub entries: u64,
    /// Examples; `None` where the data set was left out: the run can then be looked at and not resumed.
    pub examples: Option<u64>,
    /// Named positions.
    pub snapshots: Vec<SnapshotRow>,
    /// All other files, in order.
    pub parts: Vec<Part>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What its lines are.
    pub kind: Kind,
    /// Its path.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its checksum: the first 128 bits of BLAKE3.
    pub blake3: ContentHash,
}

/// How much of a bundle is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files, unpacked.
    pub bytes: u64,
}

impl Limits {
    /// What a file of this size may hold that somebody else has made: 64 MiB and 200 times its size, far more than texts of a run shrink by,
    /// and 16 GiB at most.
    #[must_use]
    pub fn of_upload(packed: u64) -> Self {
        Self { bytes: packed.saturating_mul(200).saturating_add(64 << 20).min(16 << 30) }
    }
}

impl Default for Limits {
    /// 32 GiB.
    fn default() -> Self {
        Self { bytes: 32 << 30 }
    }
}

/// The one field that is read before the others: a newer format may have changed them.
#[derive(Deserialize)]
struct Version {
    clade_bundle: u32,
}

impl Manifest {
    /// Reads and checks it: the version, and that its files are those of a bundle within the limits.
    pub(crate) fn read(bytes: &[u8], limits: Limits) -> Result<Self, BundleError> {
        let wrong = |error: serde_json::Error| BundleError::wrong(format!("{MANIFEST}: {error}"));
        let Version { clade_bundle: found } = serde_json::from_slice(bytes).map_err(wrong)?;
        if found > BUNDLE_FORMAT {
            return Err(BundleError::Newer { found, known: BUNDLE_FORMAT });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(wrong)?;
        let mut counts = [0; Kind::ALL.len()];
        let mut last = Kind::Examples;
        for Part { kind, path, bytes, .. } in &manifest.parts {
            let count = &mut counts[*kind as usize];
            if *path != kind.path(*count) || *kind < last {
                return Err(BundleError::wrong(format!("{MANIFEST}: {path:?} is not where a bundle has its files")));
            }
            if *bytes > MOST_PART {
                return Err(BundleError::TooLarge { bytes: *bytes, most: MOST_PART });
            }
            *count += 1;
            last = *kind;
        }
        let bytes = manifest.parts.iter().map(|part| part.bytes).fold(0_u64, u64::saturating_add);
        match bytes > limits.bytes {
            true => Err(BundleError::TooLarge { bytes, most: limits.bytes }),
            false => Ok(manifest),
        }
    }
}
