use std::collections::HashMap;

use crate::script::{canonical, words_of};

/// A text as SQuAD compares answers: lower case, without ASCII punctuation and the articles, single spaces. Letters that can be written in two
/// ways are alike.
/// Rajpurkar et al. 2016, "SQuAD: 100,000+ questions for machine comprehension of text", the official script.
#[must_use]
pub fn squad_normalise(text: &str) -> String {
    let bare: String = canonical(text).to_lowercase().chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let mut normal = String::with_capacity(bare.len());
    for word in bare.split_whitespace().filter(|word| !matches!(*word, "a" | "an" | "the")) {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal
}

/// The harmonic mean of precision and recall over words, both texts in SQuAD's normal form, in [0, 1]. In scripts without spaces each letter is
/// a word, as in MLQA's scorer (Lewis et al. 2020).
/// 1 where both are empty, 0 where one is.
#[must_use]
pub fn token_f1(output: &str, reference: &str) -> f64 {
    let (output, reference) = (squad_normalise(output), squad_normalise(reference));
    let words = |text| str::split(text, ' ').filter(|word| !word.is_empty()).flat_map(words_of);
    let found: Vec<&str> = words(&output).collect();
    let wanted: Vec<&str> = words(&reference).collect();
    if found.is_empty() || wanted.is_empty() {
        return f64::from(u8::from(found.is_empty() && wanted.is_empty()));
    }
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in &wanted {
        *left.entry(word).or_insert(0) += 1;
    }
    let mut shared = 0usize;
    for word in &found {
        if let Some(count) = left.get_mut(word).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    2.0 * shared as f64 / (found.len() + wanted.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_spaces_have_words() {
        assert_eq!(token_f1("在北京", "北京"), 0.8);
        assert_eq!(token_f1("Cafe\u{301} Central", "caf\u{e9} central"), 1.0);
        assert_eq!(squad_normalise("The cafe\u{301}"), "caf\u{e9}");
    }
}
