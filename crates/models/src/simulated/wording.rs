use super::{
    expected::{Right, Style, is_choice},
    mixing::{Draw, Mixer},
    writing::{BLEMISH, FEATURES},
};

/// Openings of worked answers; without digits, so that no wrong number gets in.
const OPENINGS: [&str; 4] = [
    "Putting the quantities of the question together gives the result below.",
    "First I collect what is given, then I combine it as the question asks.",
    "Taking the facts in order leads to this result.",
    "Working from what is stated, one thing follows from the other.",
];

/// A short worked text that ends with an answer, in the style of the right one.
pub(super) fn worked(right: &Right, answer: &str, draw: Mixer) -> String {
    let opening = OPENINGS[draw.below(OPENINGS.len())];
    let (before, after) = match right.style {
        Style::Hashes => ("\n#### ", ""),
        Style::Number => (" The answer is ", "."),
        Style::Choice => (" So the answer is ", "."),
        Style::Bare | Style::Open => return answer.to_owned(),
    };
    [opening, before, answer, after].concat()
}

/// A plausible answer that is wrong and does not contain the right one.
pub(super) fn wrong(right: &Right, labels: &[Box<str>], question: &str, draw: Mixer) -> String {
    let draw = draw.word(Draw::Answer as u64);
    let folded = right.text.to_lowercase();
    let differs = |text: &str| !text.to_lowercase().contains(&folded);
    let others = || labels.iter().map(AsRef::as_ref).filter(|label: &&str| differs(label));
    let is_option = is_choice(&right.text);
    let offered = || others().filter(|label| !is_option || question.contains(*label));
    let count = offered().count();
    if let Some(label) = offered().nth(draw.below(count)).or_else(|| others().next()) {
        return label.to_owned();
    }
    if is_option {
        let letter = right.text.as_bytes()[1];
        let other = if letter.eq_ignore_ascii_case(&b'a') { letter + 1 } else { letter - 1 };
        return format!("({})", char::from(other));
    }
    wrong_number(&right.text, draw)
        .filter(|text| differs(text))
        .or_else(|| reversed(&right.text).filter(|text| differs(text)))
        .unwrap_or_else(|| {
            ["unknown", "none of these", "?"].into_iter().find(|text| differs(text)).unwrap_or_default().to_owned()
        })
}

/// A number near the right one or off by a usual slip, with the same decimals.
fn wrong_number(right: &str, draw: Mixer) -> Option<String> {
    let plain: String = right.chars().filter(|c| !matches!(c, ',' | '$' | '%' | '+')).collect();
    let number: f64 = plain.parse().ok()?;
    let decimals = plain.split_once('.').map_or(0, |(_, digits)| digits.len());
    let slips = [number * 2.0, number + 10.0, number - 1.0, number / 2.0, number + 2.0, number * 10.0, number + 1.0];
    let first = draw.below(slips.len());
    (0..slips.len())
        .map(|i| format!("{:.decimals$}", slips[(first + i) % slips.len()]))
        .find(|text| !text.contains(plain.as_str()) && text.parse::<f64>().is_ok_and(|slip| slip != number))
}

/// The words the other way round, where there are several.
fn reversed(right: &str) -> Option<String> {
    let words: Vec<&str> = right.split_whitespace().rev().collect();
    (words.len() > 1).then(|| words.join(" "))
}

/// A text about a question that has these features.
pub(super) fn written(question: &str, features: u32, blemished: bool) -> String {
    let has = |feature: usize| features & (1 << feature) != 0;
    let gap = if has(2) { "\n\n" } else { " " };
    let topic: String = question.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
    let body = format!("This is about the following: {}.", topic.trim_end_matches(['.', '?', '!', ',', ':']));
    let mut parts: Vec<&str> = Vec::with_capacity(9);
    let order = [0, 5, 6];
    parts.extend(order.iter().filter(|feature| has(**feature)).map(|feature| FEATURES[*feature].0));
    parts.push(&body);
    parts.extend([1, 4, 3].iter().filter(|feature| has(**feature)).map(|feature| FEATURES[*feature].0));
    if blemished {
        parts.push(BLEMISH);
    }
    if has(7) {
        parts.push(FEATURES[7].0);
    }
    if parts.len() == 1 && has(2) {
        parts.push("That is all.");
    }
    parts.join(gap)
}

/// The features of a text that is good, or not, as a whole: all but one at most, or three at most.
pub(super) fn features_by_verdict(good: bool, draw: Mixer) -> u32 {
    let all = (1_u32 << FEATURES.len()) - 1;
    let one = 1 << draw.word(1).below(FEATURES.len());
    if good { all & !one } else { one | 1 << draw.word(2).below(FEATURES.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_answers_are_wrong_and_never_contain_the_right_one() {
        let labels: Vec<Box<str>> = ["negative", "neutral", "positive"].map(Box::from).to_vec();
        let table = [
            "72", "0", "1", "10", "-3", "3.50", "1,000", "$18", "5%", "(A)", "(C)", "neutral", "a b c", "x", "?",
            "unknown",
        ];
        for text in table {
            for i in 0..50 {
                let right = Right::new(text, None);
                let draw = Mixer::new(i, Draw::Wording);
                let known: &[Box<str>] = if text == "neutral" { &labels } else { &[] };
                let said = wrong(&right, known, "", draw);
                assert!(!said.is_empty() && !said.contains(text), "{text}: {said}");
                assert!(!worked(&right, &said, draw).contains(text) || text == "?", "{text}: {said}");
                assert!(text != "neutral" || labels.iter().any(|label| **label == *said), "{said}");
            }
        }
    }

    #[test]
    fn a_wrong_option_is_one_that_the_question_offers() {
        let labels: Vec<Box<str>> = ["(A)", "(B)", "(C)", "(D)"].map(Box::from).to_vec();
        let right = Right::new("(B)", None);
        for i in 0..50 {
            let said = wrong(&right, &labels, "Which?\n(A) one\n(B) two\n(C) three", Mixer::new(i, Draw::Wording));
            assert!(said == "(A)" || said == "(C)", "{said}");
        }
    }

    #[test]
    fn worked_answers_end_as_the_data_do() {
        let table = [
            ("six\n#### 72", "\n#### 72"),
            ("72", " The answer is 72."),
            ("(B)", " So the answer is (B)."),
            ("positive", "positive"),
        ];
        for (raw, end) in table {
            let right = Right::new(raw, None);
            let text = worked(&right, &right.text, Mixer::new(1, Draw::Wording));
            assert!(text.ends_with(end), "{text}");
        }
    }
}
