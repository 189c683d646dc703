use super::answer::stated;

/// A number as written in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// Its value as digits give it: 50 for `50%`.
    pub value: f64,
    /// What it may also stand for: 0.5 for `50%`, 2,000,000 for `2 million`.
    pub other: Option<f64>,
}

impl Number {
    fn plain(value: f64) -> Self {
        Self { value, other: None }
    }

    /// Whether two numbers agree in any of their readings: `|a - b| <= max(absolute, relative * |b|)`, up to the
    /// rounding of floating point.
    #[must_use]
    pub fn agrees(self, expected: Self, absolute: f64, relative: f64) -> bool {
        let close = |a: f64, b: f64| (a - b).abs() <= absolute.max(relative * b.abs()) + 1e-9 * b.abs().max(1.0);
        [Some(self.value), self.other]
            .into_iter()
            .flatten()
            .any(|a| [Some(expected.value), expected.other].into_iter().flatten().any(|b| close(a, b)))
    }
}

/// The number that an output gives as its answer: the one right after the last announcement of the answer, else the last
/// one after it, else the last one of the output. An announced calculation ends in its result (`3 * 5 = 15`); one of two numbers or a
/// range (`12 or 13`, `10-12`) is no answer. Words (`seven`) count only where there are no digits.
#[must_use]
pub fn last_number(output: &str) -> Option<Number> {
    let place = stated(output);
    let first = first_in(place.answer).filter(|(_, before, _)| leads_up(before));
    if place.explicit {
        if first.is_some_and(|(_, _, end)| leaves_open(&place.answer[end..])) {
            return None;
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
    let text = stated(text).answer;
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

/// What a calculation comes to: the only number behind its last equals sign.
fn result_of(answer: &str) -> Option<Number> {
    let (before, result) = answer.rsplit_once('=')?;
    first_in(before)?;
    let (number, lead, end) = first_in(result)?;
    (leads_up(lead) && first_in(&result[end..]).is_none()).then_some(number)
}

/// Whether the words behind a number name another one instead of it: `or 13`, `?? or is it 4`, `-12`, ` to 12`.
fn leaves_open(after: &str) -> bool {
    let after = after.trim_start_matches(['?', '!', ' ', '\t']);
    let number =
        |text: &str| first_in(text).is_some_and(|(_, before, _)| before.trim().chars().all(|c| "$€£¥~".contains(c)));
    if let Some(rest) = ["to ", "-", "\u{2013}"].iter().find_map(|link| after.strip_prefix(link)) {
        return rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || "$€£¥".contains(c)) && number(rest);
    }
    let Some(rest) = after.strip_prefix("or ") else { return false };
    let words: Vec<&str> = rest.split_whitespace().take(3).collect();
    words.iter().any(|word| number(word))
}

/// The first number, with the text before it (its sign included in the number) and its end.
fn first_in(text: &str) -> Option<(Number, &str, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(start) = starts(text, at) {
            let signed = sign_length_before(text, start);
            if let Some((number, end)) = parse(text, start) {
                return Some((apply_sign(number, signed > 0), &text[..start - signed], end));
            }
        }
        at += 1;
    }
    None
}

/// The last number.
fn last_in(text: &str) -> Option<Number> {
    let bytes = text.as_bytes();
    let mut last = None;
    let mut loose = None;
    // only the tail can matter, unless it holds no number
    let mut from = text.len().saturating_sub(400);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    loop {
        // not in the middle of a number
        while from > 0 && (bytes[from - 1].is_ascii_digit() || matches!(bytes[from - 1], b'.' | b',' | b'-' | b'/')) {
            from -= 1;
        }
        let mut at = from;
        while at < bytes.len() {
            if !bytes[at].is_ascii_digit() && bytes[at] != b'.' && bytes[at] != b'\\' {
                at += 1;
                continue;
            }
            if let Some(start) = starts(text, at)
                && let Some((number, end)) = parse(text, start)
            {
                let attached = bytes[start].is_ascii_digit()
                    && text[..start].chars().next_back().is_some_and(|c| c.is_alphabetic() || c == '_');
                let number = apply_sign(number, sign_length_before(text, start) > 0);
                if attached {
                    loose = Some(number)
                } else {
                    last = Some(number)
                }
                at = end.max(at + 1);
            } else {
                at += 1;
            }
        }
        if last.is_some() || from == 0 {
            return last.or(loose);
        }
        from = 0;
    }
}

/// Whether a number starts at this byte, and where its digits do.
fn starts(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes[at] {
        b'0'..=b'9' => Some(at),
        b'.' => {
            let digit_after = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
            let free_before = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'.');
            (digit_after && free_before).then_some(at)
        }
        b'\\' if ["\\frac{", "\\dfrac{", "\\tfrac{"].iter().any(|name| text[at..].starts_with(name)) => Some(at),
        _ => None,
    }
}

/// How many bytes before the digits belong to a minus sign, currency between them included; 0 where there is none.
fn sign_length_before(text: &str, start: usize) -> usize {
    let mut head = &text[..start];
    head = head.strip_suffix(['$', '€', '£', '¥']).unwrap_or(head);
    let without = head.strip_suffix(['-', '\u{2212}', '\u{2013}']);
    let Some(without) = without else { return 0 };
    // "10-4" and "B-2" subtract or join; "= -4" and "(-4" have a sign
    let joined = without.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == ')' || c == ']');
    if joined { 0 } else { start - without.len() }
}

fn apply_sign(number: Number, negative: bool) -> Number {
    if negative { Number { value: -number.value, other: number.other.map(|x| -x) } } else { number }
}

/// The number whose digits start here, and where it ends.
fn parse(text: &str, start: usize) -> Option<(Number, usize)> {
    if text[start..].starts_with('\\') {
        return latex_fraction(text, start);
    }
    let (mut value, mut end) = decimal(text, start)?;
    let bytes = text.as_bytes();
    let whole = value.fract() == 0.0;
    // 1 1/2
    if whole
        && bytes.get(end) == Some(&b' ')
        && let Some((numerator, slash)) = decimal(text, end + 1)
        && bytes.get(slash) == Some(&b'/')
        && let Some((denominator, last)) = decimal(text, slash + 1)
        && denominator > numerator
        && bytes.get(last) != Some(&b'/')
    {
        return Some((Number::plain(value + numerator / denominator), last));
    }
    // 3/4, but no date
    if bytes.get(end) == Some(&b'/')
        && (start == 0 || bytes[start - 1] != b'/')
        && let Some((denominator, last)) = decimal(text, end + 1)
        && denominator != 0.0
        && bytes.get(last) != Some(&b'/')
    {
        return Some((Number::plain(value / denominator), last));
    }
    if let Some((exponent, last)) = exponent(text, end) {
        value *= 10f64.powi(exponent);
        end = last;
    } else if bytes.get(end) == Some(&b'^')
        && let Some((power, last)) = small_integer(text, end + 1)
    {
        value = value.powi(power);
        end = last;
    }
    let tail = text[end..].trim_start_matches(' ').trim_start_matches('\\');
    if tail.starts_with('%') || tail.starts_with("percent") {
        return Some((Number { value, other: Some(value / 100.0) }, end));
    }
    let other = [("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)]
        .iter()
        .find(|(name, _)| tail.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)))
        .map(|(_, scale)| value * scale);
    Some((Number { value, other }, end))
}

/// Digits with thousands separators and decimals: `1,234.5`, `.5`, `12`. A point with no digit after it ends a sentence.
fn decimal(text: &str, start: usize) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        let from = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at, at - from)
    };
    let (mut end, length) = digits(start);
    let mut separated = false;
    if (1..=3).contains(&length) {
        // no plain space: "3 100" may as well be two numbers
        let separators = [",", "'", "\u{a0}", "\u{2009}", "\u{202f}"];
        while let Some(long) = separators.iter().find(|mark| text[end..].starts_with(**mark)).map(|mark| mark.len())
            && digits(end + long).1 == 3
        {
            end += long + 3;
            separated = true;
        }
    }
    if bytes.get(end) == Some(&b'.') && digits(end + 1).1 > 0 {
        end = digits(end + 1).0;
    }
    if end == start {
        return None;
    }
    let digits = |text: &str| text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect::<String>();
    let value = if separated { digits(&text[start..end]).parse().ok()? } else { text[start..end].parse().ok()? };
    Some((value, end))
}

/// `e6`, ` x 10^6`, `\times 10^{6}` after a number.
fn exponent(text: &str, at: usize) -> Option<(i32, usize)> {
    let rest = &text[at..];
    if rest.starts_with(['e', 'E']) {
        let (power, end) = small_integer(text, at + 1)?;
        let free = !text[end..].starts_with(|c: char| c.is_alphanumeric());
        return free.then_some((power, end));
    }
    let tail = rest.trim_start();
    let tail = ["×", "x", "*", "\\times", "\\cdot"].iter().find_map(|sign| tail.strip_prefix(sign))?.trim_start();
    let tail = tail.strip_prefix("10^")?;
    small_integer(text, text.len() - tail.len())
}

/// A power of at most three digits, in braces or not.
fn small_integer(text: &str, at: usize) -> Option<(i32, usize)> {
    let rest = text.get(at..)?;
    let inside = rest.strip_prefix('{').unwrap_or(rest);
    let braces = rest.len() - inside.len();
    let unsigned = inside.strip_prefix(['-', '+']).unwrap_or(inside);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 3 {
        return None;
    }
    let length = inside.len() - unsigned.len() + digits;
    let power: i32 = inside[..length].parse().ok()?;
    Some((power, at + braces + length + braces))
}

fn latex_fraction(text: &str, start: usize) -> Option<(Number, usize)> {
    let open = start + text[start..].find('{')?;
    let (numerator, close) = signed_decimal(text, open + 1)?;
    let rest = text[close..].strip_prefix("}{")?;
    let (denominator, end) = signed_decimal(text, text.len() - rest.len())?;
    (denominator != 0.0 && text[end..].starts_with('}')).then_some((Number::plain(numerator / denominator), end + 1))
}

fn signed_decimal(text: &str, at: usize) -> Option<(f64, usize)> {
    match text[at..].strip_prefix('-') {
        Some(_) => decimal(text, at + 1).map(|(value, end)| (-value, end)),
        None => decimal(text, at),
    }
}

/// The last number written in English words, up to 999.
fn word_number(text: &str) -> Option<Number> {
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
    let lower = text.to_lowercase();
    let mut last = None;
    let mut running: Option<u32> = None;
    for word in lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let small = SMALL.iter().position(|known| *known == word).map(|at| at as u32);
        let tens = TENS.iter().position(|known| *known == word).map(|at| at as u32 * 10 + 20);
        running = match (running, small, tens) {
            (Some(sum), Some(unit), _) if sum % 10 == 0 && sum >= 20 && unit < 10 => Some(sum + unit),
            (Some(sum), _, Some(tens)) if sum >= 100 && sum % 100 == 0 => Some(sum + tens),
            (_, Some(unit), _) => Some(unit),
            (_, _, Some(tens)) => Some(tens),
            (Some(sum), None, None) if word == "hundred" && sum < 10 => Some(sum * 100),
            (Some(sum), None, None) if word == "and" && sum >= 100 => Some(sum),
            _ => None,
        };
        last = running.or(last);
    }
    last.map(|value| Number::plain(f64::from(value)))
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
            ("10-4", Some(4.0)),
            ("x = -4", Some(-4.0)),
            ("x = \u{2212}4", Some(-4.0)),
            ("-$5", Some(-5.0)),
            ("$\\boxed{\\frac{3}{4}}$", Some(0.75)),
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
            ("3,4", Some(4.0)),
            ("version v2", Some(2.0)),
            ("é 5é", Some(5.0)),
        ] {
            assert_eq!(last_number(output).map(|n| n.value), value, "{output}");
        }
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
