//! How alike two texts are by their letters: cosine over character trigrams. It sees wording, not meaning.

/// Characters of one gram; 3 is usual where texts are compared.
const GRAM: usize = 3;

/// A text's trigrams, hashed and weighted by the square root of their count, of length 1 (or empty for an empty text).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextVector {
    /// Hash and weight, by hash, each hash once.
    grams: Vec<(u32, f32)>,
}

impl TextVector {
    /// The vector of a text: letters in lower case, each run of white space as one blank, blanks at both ends.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut letters = vec![' '];
        for word in text.split_whitespace() {
            letters.extend(word.chars().flat_map(char::to_lowercase));
            letters.push(' ');
        }
        let mut hashes: Vec<u32> = letters.windows(GRAM).map(hash).collect();
        hashes.sort_unstable();
        let mut grams: Vec<(u32, f32)> = Vec::new();
        for hash in hashes {
            match grams.last_mut() {
                Some((last, count)) if *last == hash => *count += 1.0,
                _ => grams.push((hash, 1.0)),
            }
        }
        // cosine of square roots of counts: the Bhattacharyya coefficient of the two gram distributions
        let total: f32 = grams.iter().map(|(_, count)| count).sum();
        for (_, count) in &mut grams {
            *count = (*count / total).sqrt();
        }
        Self { grams }
    }

    /// The cosine with another vector, in [0, 1]; 1 for two empty texts, 0 where one is empty.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> f64 {
        if self.grams.is_empty() || other.grams.is_empty() {
            return if self.grams.len() == other.grams.len() { 1.0 } else { 0.0 };
        }
        let (mut a, mut b) = (self.grams.iter().peekable(), other.grams.iter().peekable());
        let mut sum = 0.0_f64;
        while let (Some((left, x)), Some((right, y))) = (a.peek(), b.peek()) {
            match left.cmp(right) {
                std::cmp::Ordering::Less => drop(a.next()),
                std::cmp::Ordering::Greater => drop(b.next()),
                std::cmp::Ordering::Equal => {
                    sum += f64::from(*x) * f64::from(*y);
                    a.next();
                    b.next();
                }
            }
        }
        sum.clamp(0.0, 1.0)
    }
}

/// The cosine of two texts, in [0, 1].
#[must_use]
pub fn similarity(a: &str, b: &str) -> f64 {
    TextVector::of(a).cosine(&TextVector::of(b))
}

/// The name nearest to a mistyped one, by Jaro-Winkler similarity of at least 0.75; the first of equals.
#[must_use]
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in names {
        let likeness = strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
        if likeness >= 0.75 && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// FNV-1a, 32 bits: the same on every machine and in every version.
fn hash(gram: &[char]) -> u32 {
    gram.iter()
        .flat_map(|c| u32::from(*c).to_le_bytes())
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn alike_and_not() {
        let base = "Think step by step, then give the final answer as a number.";
        assert!(similarity(base, "think step  by step, then give the final answer as a number") >= 0.9);
        assert!(similarity(base, "Think step by step, then give the final answer as one number.") >= 0.9);
        assert!(similarity(base, "Give the final answer as a number.") < 0.9);
        assert!(similarity(base, "Translate this text into French.") < 0.35);
        assert!((similarity("abc", "ABC  ") - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_value_is_the_formula() {
        // grams of " ab ": {" ab", "ab "}; of " abc ": {" ab", "abc", "bc "}; shared: 1 -> sqrt(1/2 * 1/3)
        assert!((similarity("ab", "abc") - (1.0_f64 / 6.0).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn mistyped_names() {
        let names = ["word-insertion", "word-removal", "reflect"];
        for (typed, expected) in [("word-insert", Some("word-insertion")), ("Reflct", Some("reflect")), ("xyz", None)] {
            assert_eq!(nearest(typed, names), expected, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn symmetric_and_bounded(a in "\\PC{0,30}", b in "\\PC{0,30}") {
            let ab = similarity(&a, &b);
            prop_assert!((0.0..=1.0).contains(&ab));
            prop_assert!((ab - similarity(&b, &a)).abs() < 1e-9);
            prop_assert!(similarity(&a, &a) > 0.999);
        }
    }
}
