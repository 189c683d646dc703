use std::fmt;

use super::{
    answer::{stated, without_thinking},
    digits::{first_in, last_in},
    spelled::word_number,
    typeset::plain_numbers,
};

/// A number as written in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// Its value as digits give it: 50 for `50%`.
    pub value: f64,
    /// What it may also stand for: 0.5 for `50%`, 2,000,000 for `2 million`.
    pub other: Option<f64>,
    /// The value in all its digits where it is a whole number, which a float does not hold past 2^53.
    pub whole: Option<i128>,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole {
            Some(whole) => whole.fmt(f),
            None => self.value.fmt(f),
        }
    }
}

impl Number {
    pub(super) fn plain(value: f64) -> Self {
        Self { value, other: None, whole: None }
    }

    /// Whether two numbers agree in any of their readings: `|a - b| <= max(absolute, relative * |b|)`. With no tolerance
    /// whole numbers are the same digit by digit, and others up to the rounding of floating point (4 units in the last of
    /// about 16 significant digits, so that 0.1 + 0.2 is 0.3).
    #[must_use]
    pub fn agrees(self, expected: Self, absolute: f64, relative: f64) -> bool {
        let close = |a: (f64, Option<i128>), b: (f64, Option<i128>)| {
            let reach = absolute.max(relative * b.0.abs());
            match (a.1, b.1) {
                (Some(a), Some(b)) if reach == 0.0 => a == b,
                _ => (a.0 - b.0).abs() <= reach + 4.0 * f64::EPSILON * b.0.abs(),
            }
        };
        let readings =
            |number: Self| std::iter::once((number.value, number.whole)).chain(number.other.map(|other| (other, None)));
        readings(self).any(|a| readings(expected).any(|b| close(a, b)))
    }
}

/// The number that an output gives as its answer: the one right after the last announcement of the answer, else the last
/// one after it, else the last one of the output. An announced calculation ends in its result (`3 * 5 = 15`,
/// `10 - 12 = -2`); one of several numbers or a range (`12 or 13`, `1, 2`, `10-12`) is no answer. Words (`two thousand`)
/// count only where there are no digits.
#[must_use]
pub fn last_number(output: &str) -> Option<Number> {
    let output = plain_numbers(without_thinking(output));
    let output = output.as_ref();
    let place = stated(output);
    let first = first_in(place.answer);
    if place.explicit
        && let Some((_, before, end)) = first
        && denied(before)
    {
        return last_in(&place.answer[end..]);
    }
    let first = first.filter(|(_, before, _)| leads_up(before));
    if place.explicit {
        if let Some((_, _, end)) = first {
            let after = &place.answer[end..];
            if calculates(after) && after.contains(EQUALS) {
                return outcome_of(after);
            }
            if leaves_open(after) {
                return None;
            }
        }
        if let Some(result) = result_of(place.answer) {
            return Some(result);
        }
        if let Some((number, ..)) = first {
            return Some(number);
        }
        if let Some(number) = last_in(place.rest) {
            return Some(number);
        }
    }
    last_in(output)
        .or_else(|| if place.explicit { word_number(place.answer) } else { None })
        .or_else(|| word_number(output))
}

/// The value of a text that is a number and its unit or currency and nothing else: `42`, `$1,200.50`, `3/4`, `-7 %`,
/// `12 apples`. `None` where it says more.
#[must_use]
pub fn whole_number(text: &str) -> Option<Number> {
    let text = plain_numbers(text);
    let text = stated(&text).answer;
    let (number, before, end) = first_in(text)?;
    let unit = text[end..].trim();
    let before = before.trim();
    let currency = before.chars().count() <= 3 && before.chars().all(|c| !c.is_alphanumeric() && !"([{<".contains(c));
    let unit_only = unit.split_whitespace().count() <= 2
        && !unit.contains(|c: char| c.is_ascii_digit() || "()[]{}<>:;?,+*/=&|\\".contains(c));
    (currency && unit_only).then_some(number)
}

/// Words that may stand between the announcement and its number.
const LEADS: &[&str] = &[
    "about",
    "approximately",
    "around",
    "at",
    "equal",
    "exactly",
    "least",
    "n",
    "of",
    "only",
    "roughly",
    "rs",
    "simply",
    "text",
    "to",
    "total",
    "a",
    "usd",
    "eur",
    "x",
    "y",
];

/// Whether the words between the announcement and the number are only such as lead up to it.
fn leads_up(before: &str) -> bool {
    before
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .all(|word| LEADS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Whether the number behind these words is said to be none: `not 5`.
fn denied(before: &str) -> bool {
    before.split_whitespace().next_back().is_some_and(|word| word.eq_ignore_ascii_case("not"))
}

/// The signs before the result of a calculation.
const EQUALS: [char; 2] = ['=', '\u{2248}'];

/// The only number behind the last equals sign, where there are numbers before it.
fn result_of(answer: &str) -> Option<Number> {
    let (before, result) = answer.rsplit_once(EQUALS)?;
    first_in(before)?;
    let (number, lead, end) = first_in(result)?;
    (leads_up(lead) && first_in(&result[end..]).is_none()).then_some(number)
}

/// Whether the words behind a number calculate with it: ` - 12`, ` x (3 + 4)`.
fn calculates(after: &str) -> bool {
    const SIGNS: [&str; 13] =
        ["+", "-", "\u{2212}", "\u{2013}", "*", "/", "x", "\u{d7}", "\u{f7}", "\u{b7}", "\\times", "\\cdot", "\\div"];
    let after = after.trim_start_matches([' ', '%', ')']);
    let operand =
        |rest: &str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || "$€£¥(-\u{2212}.\\".contains(c));
    SIGNS.iter().find_map(|sign| after.strip_prefix(sign)).is_some_and(operand)
}

/// What a calculation comes to: the number right behind the last equals sign that has one. `None` where that is again
/// calculated with (`= 2 * 6`) or left open (`= 8 or 9`).
fn outcome_of(calculation: &str) -> Option<Number> {
    let (number, after) = calculation.rmatch_indices(EQUALS).find_map(|(at, sign)| {
        let result = &calculation[at + sign.len()..];
        let (number, lead, end) = first_in(result)?;
        (leads_up(lead) && !lead.contains(EQUALS)).then_some((number, &result[end..]))
    })?;
    (!calculates(after) && !leaves_open(after)).then_some(number)
}

/// Whether the words behind a number name another one instead of it or beside it: `or 13`, `?? or is it 4`, `-12`,
/// ` to 12`, `, 2`.
fn leaves_open(after: &str) -> bool {
    let after = after.trim_start_matches(['?', '!', ' ', '\t']);
    if let Some(rest) = ["to ", "-", "\u{2013}"].iter().find_map(|link| after.strip_prefix(link)) {
        return rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || "$€£¥".contains(c))
            && leading_number_end(rest).is_some();
    }
    if let Some(rest) = after.strip_prefix("or ") {
        return rest.split_whitespace().take(3).any(|word| leading_number_end(word).is_some());
    }
    lists_more(after)
}

/// Whether nothing but further numbers follow: `, 2`, ` and 3`, `; 4, 5)`.
fn lists_more(after: &str) -> bool {
    let mut rest = after;
    loop {
        let link = [", and ", ",", ";", "and ", "&"].iter().find_map(|link| rest.trim_start().strip_prefix(link));
        match link.and_then(|next| leading_number_end(next).map(|end| &next[end..])) {
            Some(next) => rest = next,
            None => return rest.len() < after.len() && !rest.contains(char::is_alphanumeric),
        }
    }
}

/// Where the number ends that a text begins with, its currency aside.
fn leading_number_end(text: &str) -> Option<usize> {
    let (_, before, end) = first_in(text)?;
    before.trim().chars().all(|c| "$€£¥~".contains(c)).then_some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_answer() {
        for (output, value) in [
            ("42", Some(42.0)),
            ("So the answer is 42.", Some(42.0)),
            ("3 + 4 = 7, then 7 * 2 = 14.", Some(14.0)),
            ("She pays $1,234.50 in total.", Some(1234.5)),
            ("The answer is 12 (3 times 4).", Some(12.0)),
            ("The answer is 3 + 4", Some(3.0)),
            ("Answer: 3 * 5 = 15", Some(15.0)),
            ("Answer: 15 = 3 * 5", Some(15.0)),
            ("Answer: x = 4", Some(4.0)),
            ("The answer is 12 or 13.", None),
            ("Answer: 10-12", None),
            ("Answer: 10 - 12", None),
            ("Answer: 12 - 10 = 2", Some(2.0)),
            ("Answer: 12-10 = 2", Some(2.0)),
            ("#### 10 - 12 = -2", Some(-2.0)),
            ("Answer: 10-12=-2", Some(-2.0)),
            ("The answer is 10 - 2 * 3 = 4.", Some(4.0)),
            ("The answer is 5 - 8 = -3.", Some(-3.0)),
            ("The answer is 10 \u{2013} 12 = \u{2013}2", Some(-2.0)),
            ("So the answer is $50 - $20 = $30.", Some(30.0)),
            ("The answer is $10 - $12 = -$2.", Some(-2.0)),
            ("The answer is (10 - 12) = -2", Some(-2.0)),
            ("The answer is 10 - (2 * 3) = 4", Some(4.0)),
            ("The answer is 2 * -3 = -6.", Some(-6.0)),
            ("The answer is x = 10 - 2 = 8", Some(8.0)),
            ("The answer is 22 / 7 \u{2248} 3.1", Some(3.1)),
            ("The answer is 3 * 5 = 10 + 5 = 15", Some(15.0)),
            ("The answer is 3 * 5 = 15 apples, 5 in each of 3 boxes", Some(15.0)),
            ("The answer is 12 apples - 10 apples = 2 apples", Some(2.0)),
            ("The answer is 10 - 2 = 8 or 9", None),
            ("The answer is 4 * 3 = 2 * 6", None),
            ("The answer is 12 (10 + 2 = 12)", Some(12.0)),
            ("Answer: 1, 2", None),
            ("Answer: (1, 2)", None),
            ("Answer: 1 and 2.", None),
            ("Answer: 3,5", None),
            ("Answer: $1, $2, and $3", None),
            ("Answer: 18, 3 more than before", Some(18.0)),
            ("Answer: 18 and no more", Some(18.0)),
            ("The answer is one thousand", Some(1000.0)),
            ("<think>The answer is 5. Or was it", None),
            ("<think>The answer is 5.</think>It is 6.", Some(6.0)),
            ("Answer: $10 to $12", None),
            ("Answer: 3?? or is it 4", None),
            ("Answer: x = 4 or x = 5", None),
            ("Answer: 5 dollars or 500 cents", Some(5.0)),
            ("Answer: 12 to the last one", Some(12.0)),
            ("Answer: 1'234'567", Some(1_234_567.0)),
            ("Answer: 1\u{202f}234\u{202f}567", Some(1_234_567.0)),
            ("Answer: there are 3 cats and 4 dogs, so 7 animals", Some(7.0)),
            ("Answer: we add 3 and 4.\nThat gives 7.", Some(7.0)),
            ("#### -1,000", Some(-1000.0)),
            ("The answer is 12:30", None),
            ("At 12:30 there are 7 left.", Some(7.0)),
            ("There are 7 left at 12:30.", Some(7.0)),
            ("7 of them are there from 9:05 to 23:59:30", Some(7.0)),
            ("The answer is 5:00 PM.", Some(5.0)),
            ("They leave at 17:00", Some(17.0)),
            ("in the ratio 3:4", Some(4.0)),
            ("10-4", Some(4.0)),
            ("x = -4", Some(-4.0)),
            ("x = \u{2212}4", Some(-4.0)),
            ("-$5", Some(-5.0)),
            ("$\\boxed{\\frac{3}{4}}$", Some(0.75)),
            ("$\\boxed{\\frac34}$", Some(0.75)),
            ("$\\boxed{1\\frac{3}{4}}$", Some(1.75)),
            ("\\boxed{70{,}000}", Some(70_000.0)),
            ("So $2{,}000 + 500 = 2{,}500$.", Some(2500.0)),
            ("The answer is $70,\\!000$.", Some(70_000.0)),
            ("it is 1\\,234\\,567", Some(1_234_567.0)),
            ("2½ cups", Some(2.5)),
            ("about 10³", Some(1000.0)),
            ("it is 3/4", Some(0.75)),
            ("1 1/2 cups", Some(1.5)),
            ("on 12/25/1937", Some(1937.0)),
            ("1.5e3", Some(1500.0)),
            ("about 2 x 10^3", Some(2000.0)),
            ("2^10", Some(1024.0)),
            ("there are seven", Some(7.0)),
            ("two hundred and forty-two", Some(242.0)),
            ("The answer is **18** eggs. Step 2 follows.", Some(18.0)),
            ("the 3rd", Some(3.0)),
            ("none", None),
            ("", None),
            ("3,4", None),
            ("Answer: 12,5", None),
            ("Die Antwort ist: 12,5", None),
            ("Das kostet 3,50 Euro.", None),
            ("La respuesta es 3,5.", None),
            ("1.234,50", None),
            ("Of 1,2,3 she takes 2.", Some(2.0)),
            ("Answer: negative 3", Some(-3.0)),
            ("The answer is minus $5.", Some(-5.0)),
            ("10 minus 12", Some(12.0)),
            ("Answer: -three", Some(-3.0)),
            ("The answer is one third", Some(1.0 / 3.0)),
            ("Answer: not 5", None),
            ("Answer: not 5 but 6", Some(6.0)),
            ("Answer: \u{ff14}\u{ff12}", Some(42.0)),
            ("\u{0627}\u{0644}\u{062c}\u{0648}\u{0627}\u{0628} \u{0664}\u{0662}", Some(42.0)),
            ("5 of 12,345, that is 7.", Some(7.0)),
            ("12,345,678.5", Some(12_345_678.5)),
            ("version v2", Some(2.0)),
            ("é 5é", Some(5.0)),
        ] {
            assert_eq!(last_number(output).map(|n| n.value), value, "{output}");
        }
    }

    #[test]
    fn numbers_agree_where_they_are_the_same_number() {
        for (a, b, same) in [
            ("1.6e-19", "9.1e-31", false),
            ("1524155676489", "1524155677489", false),
            ("10000000001", "10000000000", false),
            ("12345678901234567891", "12345678901234567890", false),
            ("12345678901234567890", "12,345,678,901,234,567,890.00", true),
            ("2e-12", "1e-12", false),
            ("1e-10", "0", false),
            ("0", "0.0000000005", false),
            ("-0", "0", true),
            ("0.30000000000000004", "0.3", true),
            ("267.49999999999994", "267.5", true),
            ("0.100000000000001", "0.1", false),
            ("3/4", "0.75", true),
            ("1/3", "0.3333333333333333", true),
            ("1/3", "0.333", false),
            ("6/3", "2", true),
            ("33.3%", "0.333", true),
            ("50%", "0.51", false),
            ("6.02 \u{d7} 10^23", "6.02e23", true),
            ("10^21", "1000000000000000000001", false),
            ("2^100", "1267650600228229401496703205376", true),
            ("1e400", "1", false),
        ] {
            let (a, b) = (last_number(a).unwrap(), last_number(b).unwrap());
            assert_eq!(a.agrees(b, 0.0, 0.0), same, "{a} {b}");
        }
        let number = |text| last_number(text).unwrap();
        assert!(number("10000000001").agrees(number("10000000000"), 1.0, 0.0));
        assert!(!number("10000000002").agrees(number("10000000000"), 1.0, 0.0));
    }

    #[test]
    fn percent_and_scale_have_two_readings() {
        let half = last_number("50%").unwrap();
        assert!(half.agrees(whole_number("0.5").unwrap(), 0.0, 0.0));
        assert!(half.agrees(whole_number("50").unwrap(), 0.0, 0.0));
        let millions = last_number("2.5 million").unwrap();
        assert!(millions.agrees(whole_number("2,500,000").unwrap(), 0.0, 0.0));
        assert!(!millions.agrees(whole_number("2.6").unwrap(), 0.05, 0.0));
        assert!(millions.agrees(whole_number("2.6").unwrap(), 0.1, 0.0));
        assert!(millions.agrees(whole_number("2.6").unwrap(), 0.0, 0.05));
    }

    #[test]
    fn tells_numbers_from_texts_that_hold_one() {
        for (text, is) in [
            ("42", true),
            ("-7 %", true),
            ("$5.00", true),
            ("12 apples", true),
            ("3/4", true),
            ("Janet sells 9 eggs.\n#### 18", true),
            ("(A)", false),
            ("June 5, 2020", false),
            ("12 and 13", false),
            ("Apollo 11", false),
            ("yes", false),
            ("", false),
        ] {
            assert_eq!(whole_number(text).is_some(), is, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_fails_and_finds_any_number_at_the_end(text in "\\PC{0,40}", number in -1_000_000i32..1_000_000) {
            let _ = last_number(&text);
            let _ = whole_number(&text);
            let found = last_number(&format!("words = {number}")).unwrap();
            prop_assert_eq!(found.value, f64::from(number));
        }

        #[test]
        fn thousands_separators_change_nothing(number in 1_000u32..999_999_999) {
            let mut grouped = String::new();
            let digits = number.to_string();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            prop_assert_eq!(last_number(&grouped).unwrap().value, f64::from(number));
        }
    }
}
