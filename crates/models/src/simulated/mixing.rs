//! Hashing for draws: every random outcome of the simulated model is a hash of what it depends on, so that nothing
//! depends on order or time.

/// What a draw decides; keeps draws over the same things independent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Draw {
    Question = 1,
    Base,
    Count,
    Pick,
    Noise,
    SampleNoise,
    Drift,
    Spoil,
    Long,
    Answer,
    Wording,
    Proposal,
    Judge,
    Partial,
}

/// A hash in the making.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixer(u64);

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Mixer {
    pub(super) fn new(seed: u64, draw: Draw) -> Self {
        Self(scramble(seed ^ (draw as u64).wrapping_mul(ODD)))
    }

    pub(super) fn word(self, word: u64) -> Self {
        Self(scramble(self.0 ^ word.wrapping_mul(ODD)).wrapping_add(ODD))
    }

    /// Eight bytes at a time; the length counts.
    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        let mut state = self.0 ^ (bytes.len() as u64).wrapping_mul(ODD);
        let (chunks, rest) = bytes.as_chunks::<8>();
        for chunk in chunks {
            state = (state ^ u64::from_le_bytes(*chunk)).wrapping_mul(0xff51_afd7_ed55_8ccd);
            state ^= state >> 32;
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        Self(scramble(state ^ u64::from_le_bytes(last).wrapping_mul(ODD)))
    }

    pub(super) fn finish(self) -> u64 {
        scramble(self.0)
    }

    /// A number in [0, 1).
    pub(super) fn unit(self) -> f64 {
        (self.finish() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `n`, 0 where `n` is 0.
    pub(super) fn below(self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.finish() % n as u64) as usize }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
pub(super) fn scramble(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): the documented hash behind answers without an answer key, easy to write again
/// elsewhere.
pub(super) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv1a_gives_the_published_values() {
        // from the authors' test vectors
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(fnv1a(text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn draws_are_even_and_differ_by_every_part() {
        let mean = (0..10_000).map(|i| Mixer::new(3, Draw::Noise).word(i).unit()).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.012, "{mean}");
        let of = |seed, draw, text: &str| Mixer::new(seed, draw).bytes(text.as_bytes()).finish();
        let all = [
            of(1, Draw::Noise, "abc"),
            of(2, Draw::Noise, "abc"),
            of(1, Draw::Spoil, "abc"),
            of(1, Draw::Noise, "abd"),
            of(1, Draw::Noise, "abc\0"),
            of(1, Draw::Noise, "abcdefgh"),
            of(1, Draw::Noise, "abcdefgh\0"),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
