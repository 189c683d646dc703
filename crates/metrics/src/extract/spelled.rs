use super::number::Number;

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

/// The last number written in English words, such as `two thousand five hundred`.
pub(super) fn word_number(text: &str) -> Option<Number> {
    let lower = text.to_lowercase();
    let mut last = None;
    let mut running: Option<Spelled> = None;
    for word in lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        running = match running.and_then(|number| number.with(word)) {
            Some(longer) => Some(longer),
            None => Spelled::begun_by(word),
        };
        last = running.or(last);
    }
    last.map(|number| {
        let value = number.groups + number.group;
        Number { value: value as f64, other: None, whole: Some(i128::from(value)) }
    })
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
}
