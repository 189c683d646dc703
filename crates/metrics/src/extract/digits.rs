use std::borrow::Cow;

use super::number::Number;

/// The first number, with the text before it (its sign included in the number) and its end.
pub(super) fn first_in(text: &str) -> Option<(Number, &str, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(end) = no_number(text, at) {
            at = end;
            continue;
        }
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
pub(super) fn last_in(text: &str) -> Option<Number> {
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
        while from > 0
            && (bytes[from - 1].is_ascii_digit() || matches!(bytes[from - 1], b'.' | b',' | b'-' | b'/' | b':'))
        {
            from -= 1;
        }
        let mut at = from;
        while at < bytes.len() {
            if !bytes[at].is_ascii_digit() && bytes[at] != b'.' && bytes[at] != b'\\' {
                at += 1;
                continue;
            }
            if let Some(end) = no_number(text, at) {
                at = end;
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

/// Where digits end that begin at this byte and are no number: a time of day, and what has commas that part no thousands, as `12,5`, `1.234,50` and
/// `1,2,3`. Half of such a one would be another number than was meant.
fn no_number(text: &str, at: usize) -> Option<usize> {
    if let Some((full, end)) = clock(text, at) {
        return (!full).then_some(end);
    }
    let bytes = text.as_bytes();
    let inside = |b: u8| b.is_ascii_digit() || matches!(b, b',' | b'.');
    if !bytes[at].is_ascii_digit() || at > 0 && inside(bytes[at - 1]) {
        return None;
    }
    let (_, end) = decimal(text, at)?;
    let goes_on = bytes.get(end) == Some(&b',') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
    if !goes_on {
        return None;
    }
    let run = bytes[at..].iter().take_while(|b| inside(**b)).count();
    // a comma or a point at its end belongs to the sentence
    Some(at + text[at..at + run].trim_end_matches([',', '.']).len())
}

/// Where a time of day ends that starts at this byte, `9:05` or `23:59:30`, and whether it is a full hour. Such a one is read as its hour, `5:00` as
/// 5, and any other is no number.
fn clock(text: &str, at: usize) -> Option<(bool, usize)> {
    let bytes = text.as_bytes();
    let free = at == 0 || !(bytes[at - 1].is_ascii_digit() || matches!(bytes[at - 1], b':' | b'.' | b',' | b'/'));
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let hour = digits(at);
    if !free || !(1..=2).contains(&hour) || text[at..at + hour].parse::<u8>().ok()? > 24 {
        return None;
    }
    let part = |from: usize| -> Option<&str> {
        let two = bytes.get(from) == Some(&b':') && digits(from + 1) == 2 && matches!(bytes[from + 1], b'0'..=b'5');
        two.then(|| &text[from + 1..from + 3])
    };
    let minutes = part(at + hour)?;
    let mut end = at + hour + 3;
    let seconds = part(end);
    if seconds.is_some() {
        end += 3;
    }
    // more of it is a ratio, a verse or a chain of figures
    let more =
        matches!(bytes.get(end), Some(b':' | b'.' | b',' | b'/')) && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
    (!more).then_some((minutes == "00" && seconds.is_none_or(|s| s == "00"), end))
}

/// How many bytes before a number belong to a minus sign or the word for it, currency between them included; 0 where there is none.
pub(super) fn sign_length_before(text: &str, start: usize) -> usize {
    let mut head = &text[..start];
    head = head.strip_suffix(['$', '€', '£', '¥']).unwrap_or(head);
    if let Some(without) = ["negative", "minus"].iter().find_map(|word| without_word(head, word)) {
        // "10 minus 12" subtracts
        let joined = without.trim_end().ends_with(|c: char| c.is_ascii_digit() || c == ')' || c == ']');
        return if joined { 0 } else { start - without.len() };
    }
    let without = head.strip_suffix(['-', '\u{2212}', '\u{2013}']);
    let Some(without) = without else { return 0 };
    // "10-4" and "B-2" subtract or join; "= -4" and "(-4" have a sign
    let joined = without.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == ')' || c == ']');
    if joined { 0 } else { start - without.len() }
}

/// The text before the word that it ends with, blanks behind it aside.
fn without_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.trim_end_matches(' ');
    let at = head.len().checked_sub(word.len())?;
    let ends = text.len() > head.len() && head.get(at..)?.eq_ignore_ascii_case(word);
    (ends && !head[..at].ends_with(char::is_alphanumeric)).then(|| &head[..at])
}

pub(super) fn apply_sign(number: Number, negative: bool) -> Number {
    let Number { value, other, whole } = number;
    if negative { Number { value: -value, other: other.map(|x| -x), whole: whole.map(|x| -x) } } else { number }
}

/// The number whose digits start here, and where it ends.
fn parse(text: &str, start: usize) -> Option<(Number, usize)> {
    if text[start..].starts_with('\\') {
        return latex_fraction(text, start);
    }
    if let Some((true, end)) = clock(text, start) {
        return Some((decimal(text, start)?.0, end));
    }
    let (Number { mut value, mut whole, .. }, mut end) = decimal(text, start)?;
    let bytes = text.as_bytes();
    // 1 1/2
    if value.fract() == 0.0
        && bytes.get(end) == Some(&b' ')
        && let Some((numerator, slash)) = decimal(text, end + 1)
        && bytes.get(slash) == Some(&b'/')
        && let Some((denominator, last)) = decimal(text, slash + 1)
        && denominator.value > numerator.value
        && bytes.get(last) != Some(&b'/')
    {
        return Some((Number::plain(value + numerator.value / denominator.value), last));
    }
    // 3/4, but no date
    if bytes.get(end) == Some(&b'/')
        && (start == 0 || bytes[start - 1] != b'/')
        && let Some((denominator, last)) = decimal(text, end + 1)
        && denominator.value != 0.0
        && bytes.get(last) != Some(&b'/')
    {
        return Some((Number::plain(value / denominator.value), last));
    }
    if let Some((exponent, last)) = exponent(text, end) {
        let scale = u32::try_from(exponent).ok().and_then(|exponent| 10i128.checked_pow(exponent));
        whole = whole.zip(scale).and_then(|(whole, scale)| whole.checked_mul(scale));
        // digits and exponent read together are rounded once
        value = format!("{value}e{exponent}").parse().ok()?;
        end = last;
    } else if bytes.get(end) == Some(&b'^')
        && let Some((power, last)) = small_integer(text, end + 1)
    {
        whole = whole.zip(u32::try_from(power).ok()).and_then(|(whole, power)| whole.checked_pow(power));
        value = value.powi(power);
        end = last;
    }
    let tail = text[end..].trim_start_matches(' ').trim_start_matches('\\');
    if tail.starts_with('%') || tail.starts_with("percent") {
        return Some((Number { value, other: Some(value / 100.0), whole }, end));
    }
    let other = [("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)]
        .iter()
        .find(|(name, _)| tail.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)))
        .map(|(_, scale)| value * scale);
    Some((Number { value, other, whole }, end))
}

/// Digits with thousands separators and decimals: `1,234.5`, `.5`, `12`. A point with no digit after it ends a sentence.
fn decimal(text: &str, start: usize) -> Option<(Number, usize)> {
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
    let written = &text[start..end];
    let written: Cow<'_, str> =
        if separated { written.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect() } else { written.into() };
    let (units, parts) = written.split_once('.').unwrap_or((&written, ""));
    let whole = if parts.bytes().all(|digit| digit == b'0') { units.parse().ok() } else { None };
    Some((Number { value: written.parse().ok()?, other: None, whole }, end))
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
    (denominator.value != 0.0 && text[end..].starts_with('}'))
        .then_some((Number::plain(numerator.value / denominator.value), end + 1))
}

fn signed_decimal(text: &str, at: usize) -> Option<(Number, usize)> {
    match text[at..].strip_prefix('-') {
        Some(_) => decimal(text, at + 1).map(|(number, end)| (apply_sign(number, true), end)),
        None => decimal(text, at),
    }
}
