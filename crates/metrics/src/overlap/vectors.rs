use std::collections::HashMap;

/// The cosine between two vectors, in [-1, 1]; 0 where one is zero or their lengths differ.
#[must_use]
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return 0.0;
    }
    let (mut product, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (f64::from(*x), f64::from(*y));
        product += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    if of_a > 0.0 && of_b > 0.0 { product / (of_a.sqrt() * of_b.sqrt()) } else { 0.0 }
}

/// The cosine between the counts of character trigrams of two texts, in [0, 1]: lower case, letters and digits alone, each
/// run of others one space, with a space before and after. 1 where both are empty.
#[must_use]
pub fn ngram_cosine(a: &str, b: &str) -> f64 {
    let (a, b) = (trigrams(a), trigrams(b));
    if a.is_empty() || b.is_empty() {
        return f64::from(u8::from(a.is_empty() && b.is_empty()));
    }
    // whole numbers, so that the order of summing does not matter
    let product: u64 = a.iter().map(|(gram, count)| count * b.get(gram).copied().unwrap_or(0)).sum();
    let length = |counts: &HashMap<[char; 3], u64>| (counts.values().map(|n| n * n).sum::<u64>() as f64).sqrt();
    (product as f64 / (length(&a) * length(&b))).clamp(0.0, 1.0)
}

fn trigrams(text: &str) -> HashMap<[char; 3], u64> {
    let mut flat = vec![' '];
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            flat.push(c);
        } else if flat.last() != Some(&' ') {
            flat.push(' ');
        }
    }
    if flat.last() != Some(&' ') {
        flat.push(' ');
    }
    let mut counts = HashMap::new();
    if flat.len() > 1 {
        for gram in flat.windows(3) {
            *counts.entry([gram[0], gram[1], gram[2]]).or_insert(0) += 1;
        }
    }
    counts
}
