use clade_domain::ContentHash;

/// A seed for one place of a run: a hash of the run's seed and the path of numbers that leads to the place, so that no
/// two places share randomness and none depends on the order of work.
#[must_use]
pub fn child_seed(run_seed: u64, path: &[u64]) -> u64 {
    let mut bytes = Vec::with_capacity(8 * (path.len() + 1));
    for number in std::iter::once(&run_seed).chain(path) {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    ContentHash::of(&bytes).to_u64()
}
