/// Length of the simulated vectors.
pub(super) const DIMENSIONS: usize = 256;

/// A vector of unit length for a text: its words and the three-letter pieces of its words, hashed into 256 places with signs
/// (Weinberger et al. 2009, "Feature hashing for large scale multitask learning"). Texts that share words lie close. The
/// vector of a text without words is the first axis.
pub(super) fn embedding(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0_f32; DIMENSIONS];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        add(&mut vector, word.as_bytes(), 1.0);
        let padded = [" ", &word, " "].concat();
        padded.as_bytes().windows(3).for_each(|piece| add(&mut vector, piece, 0.5));
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length == 0.0 {
        vector[0] = 1.0;
    } else {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}

fn add(vector: &mut [f32], feature: &[u8], weight: f32) {
    let hash = super::mixing::scramble(super::mixing::fnv1a(feature));
    let sign = if hash >> 63 == 0 { weight } else { -weight };
    vector[(hash % DIMENSIONS as u64) as usize] += sign;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(a: &str, b: &str) -> f32 {
        embedding(a).iter().zip(embedding(b)).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn texts_with_shared_words_lie_closer() {
        assert!((similarity("the cat sat", "The cat sat!") - 1.0).abs() < 1e-5);
        assert!(similarity("the cat sat on the mat", "a cat sat on a mat") > 0.5);
        assert!(similarity("the cat sat on the mat", "quarterly revenue grew") < 0.3);
        assert_eq!(embedding("").len(), DIMENSIONS);
        assert!((similarity("", "!") - 1.0).abs() < 1e-6);
    }
}
