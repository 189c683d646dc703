/// Requests that the share is taken over, more recent ones weighing more.
const MEMORY: f64 = 64.0;
/// Below this share refusals tell nothing of a rate. From none it takes fifteen in a row to get here.
const SPARSE: f64 = 0.2;

/// The share of requests that were turned away lately, as an exponentially weighted mean.
///
/// A provider whose limit is reached turns away nearly everything that comes too much; one that turns away one request in
/// twenty does so whatever the rate, and slowing down would gain nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Refused(f64);

impl Refused {
    /// Takes note of so many answers.
    pub fn answered(&mut self, answers: u32) {
        self.0 *= (1.0 - 1.0 / MEMORY).powi(i32::try_from(answers).unwrap_or(i32::MAX));
    }

    /// Takes note of a refusal; says whether they are too few to tell anything.
    pub fn refused(&mut self) -> bool {
        self.0 += (1.0 - self.0) / MEMORY;
        self.0 < SPARSE
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// How many of 20,000 requests are turned away before that tells something; `None` where it never does.
    fn told_after(share: f64, seed: u64) -> Option<usize> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut refused = Refused::default();
        (0..20_000).find(|_| {
            if rng.random::<f64>() < share {
                return !refused.refused();
            }
            refused.answered(1);
            false
        })
    }

    #[test]
    fn one_in_twenty_tells_nothing_and_most_of_them_do() {
        for seed in 0..20 {
            assert_eq!(told_after(0.05, seed), None, "seed {seed}");
            let told = told_after(0.5, seed).unwrap();
            assert!(told < 80, "seed {seed}: {told}");
        }
        assert_eq!(told_after(1.0, 0), Some(14));
    }
}
