use super::{
    digits::{apply_sign, sign_length_before},
    number::Number,
};

const SMALL: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: &[(&str, u64)] =
    &[("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000), ("trillion", 1_000_000_000_000)];

/// What a whole may be parted into, one and several.
const PARTS: &[(&str, &str, u64)] = &[
    ("half", "halves", 2),
    ("third", "thirds", 3),
    ("quarter", "quarters", 4),
    ("fourth", "fourths", 4),
    ("fifth", "fifths", 5),
    ("sixth", "sixths", 6),
    ("eighth", "eighths", 8),
    ("tenth", "tenths", 10),
];

/// The last number written in English words, such as `two thousand five hundred`, `minus three`, `two and a half` and `two point five`.
pub(super) fn word_number(text: &str) -> Option<Number> {
    let lower = text.to_lowercase();
    let words = words(&lower);
    let (mut last, mut at, mut ended) = (None, 0, None);
    while at < words.len() {
        let Some((number, next)) = number_at(&words, at) else {
            at += 1;
            continue;
        };
        // "ten minus five" subtracts
        let subtracts = at > 0 && words[at - 1].1 == "minus" && ended == Some(at - 1);
        last = Some(apply_sign(number, !subtracts && sign_length_before(&lower, words[at].0) > 0));
        (at, ended) = (next, Some(next));
    }
    last
}

/// The words of a text with where each begins.
fn words(text: &str) -> Vec<(usize, &str)> {
    let pieces = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    pieces.map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word)).collect()
}

/// The number that begins with this word, its fraction included, and the word behind it.
fn number_at(words: &[(usize, &str)], at: usize) -> Option<(Number, usize)> {
    let word = |at: usize| words.get(at).map_or("", |(_, word)| *word);
    let (whole, next) = whole_at(words, at)?;
    let real = |value: u64| value as f64;
    if word(next) == "point" {
        let digits: Vec<u64> = (next + 1..).map_while(|at| place(&SMALL[..10], word(at))).collect();
        if !digits.is_empty() {
            let parts = digits.iter().rev().fold(0.0, |behind, digit| (behind + real(*digit)) / 10.0);
            return Some((Number::plain(real(whole) + parts), next + 1 + digits.len()));
        }
    }
    if let Some(parts) = parts(word(next), whole) {
        return Some((Number::plain(real(whole) / real(parts)), next + 1));
    }
    if word(next) == "and" {
        let (of, behind) =
            if word(next + 1) == "a" { (1, next + 2) } else { whole_at(words, next + 1).unwrap_or((0, 0)) };
        if let Some(parts) = parts(word(behind), of).filter(|parts| of < *parts) {
            return Some((Number::plain(real(whole) + real(of) / real(parts)), behind + 1));
        }
    }
    Some((Number { value: real(whole), other: None, whole: Some(i128::from(whole)) }, next))
}

/// What a whole is parted into by this word behind `of` parts: 3 by `third` behind one and by `thirds`.
fn parts(word: &str, of: u64) -> Option<u64> {
    let found = PARTS.iter().find(|(one, several, _)| *several == word || of == 1 && *one == word);
    found.filter(|_| of > 0).map(|(.., parts)| *parts)
}

fn whole_at(words: &[(usize, &str)], at: usize) -> Option<(u64, usize)> {
    let mut number = Spelled::begun_by(words.get(at)?.1)?;
    let mut next = at + 1;
    while let Some(longer) = words.get(next).and_then(|(_, word)| number.with(word)) {
        (number, next) = (longer, next + 1);
    }
    // an "and" that nothing follows belongs to the sentence, or to a fraction
    if next > at + 1 && words[next - 1].1 == "and" {
        next -= 1;
    }
    Some((number.groups + number.group, next))
}

/// A number as far as its words have been read.
#[derive(Clone, Copy)]
struct Spelled {
    /// The groups that a scale word has closed: 2,000 after `two thousand five`.
    groups: u64,
    /// The group that is open: 5 after `two thousand five`.
    group: u64,
    /// What the next scale word must be smaller than.
    below: u64,
    /// Whether the last word ends its group's tens: `five` after `twenty`.
    units_said: bool,
}

impl Spelled {
    /// `seven`, `twenty`, and `thousand` as in `a thousand`.
    fn begun_by(word: &str) -> Option<Self> {
        let empty = Self { groups: 0, group: 0, below: u64::MAX, units_said: false };
        if word == "hundred" || scale(word).is_some() {
            return Self { group: 1, ..empty }.with(word);
        }
        empty.with(word).filter(|begun| begun.units_said || begun.group > 0)
    }

    /// One word more; `None` where it does not go on with this number.
    fn with(self, word: &str) -> Option<Self> {
        if let Some(unit) = place(SMALL, word) {
            let room = if unit < 10 { 10 } else { 100 };
            return (!self.units_said && self.group.is_multiple_of(room)).then_some(Self {
                group: self.group + unit,
                units_said: true,
                ..self
            });
        }
        if let Some(tens) = place(TENS, word) {
            return (!self.units_said && self.group.is_multiple_of(100))
                .then_some(Self { group: self.group + tens * 10 + 20, ..self });
        }
        if word == "hundred" {
            return (1..100).contains(&self.group).then_some(Self {
                group: self.group * 100,
                units_said: false,
                ..self
            });
        }
        if word == "and" {
            return (self.groups > 0 || self.group >= 100).then_some(self);
        }
        let scale = scale(word).filter(|scale| *scale < self.below && self.group > 0)?;
        Some(Self { groups: self.groups + self.group * scale, group: 0, below: scale, units_said: false })
    }
}

fn place(words: &[&str], word: &str) -> Option<u64> {
    words.iter().position(|known| *known == word).map(|at| at as u64)
}

fn scale(word: &str) -> Option<u64> {
    SCALES.iter().find(|(name, _)| *name == word).map(|(_, scale)| *scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_add_up_to_one_number() {
        for (text, value) in [
            ("seven", Some(7)),
            ("zero", Some(0)),
            ("Twenty-one", Some(21)),
            ("one hundred", Some(100)),
            ("two hundred and forty-two", Some(242)),
            ("twenty-one hundred", Some(2_100)),
            ("one thousand", Some(1_000)),
            ("a thousand", Some(1_000)),
            ("a hundred", Some(100)),
            ("two thousand five hundred", Some(2_500)),
            ("Two thousand and three", Some(2_003)),
            ("three million four hundred thousand twelve", Some(3_400_012)),
            ("nine hundred ninety-nine trillion", Some(999_000_000_000_000)),
            ("one, two, three", Some(3)),
            ("three or four", Some(4)),
            ("seven and eight", Some(8)),
            ("twenty eleven", Some(11)),
            ("one of them", Some(1)),
            ("none", None),
            ("and", None),
            ("thousands", None),
            ("", None),
        ] {
            assert_eq!(word_number(text).map(|n| n.value), value.map(|value: u64| value as f64), "{text}");
        }
    }

    #[test]
    fn signs_and_parts_of_a_whole_belong_to_a_number() {
        for (text, value) in [
            ("minus twelve degrees", -12.0),
            ("negative two hundred and five", -205.0),
            ("-three", -3.0),
            ("ten minus five", 5.0),
            ("one third", 1.0 / 3.0),
            ("three quarters", 0.75),
            ("the twenty third", 20.0),
            ("two and a half", 2.5),
            ("two hundred and a half", 200.5),
            ("minus one and three quarters", -1.75),
            ("two and three", 3.0),
            ("two point five", 2.5),
            ("zero point zero seven", 0.07),
            ("That is the point: two", 2.0),
        ] {
            let found = word_number(text).unwrap();
            assert!((found.value - value).abs() < 1e-12, "{text}: {found}");
        }
    }
}
