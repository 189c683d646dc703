use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};

/// Separators of thousands in LaTeX: `70{,}000`, `70\,000`, `70,\!000`.
static THOUSANDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d)(?:\{,\}|,?\\[,!;: ])(\d)").ok());
/// `\frac34`, which is `\frac{3}{4}`.
static SHORT_FRACTION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\\[dt]?frac\s*(\d)\s*(\d)").ok());
/// `1\frac{3}{4}`.
static MIXED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d)\s*\\[dt]?frac\{\s*(\d+)\s*\}\{\s*(\d+)\s*\}").ok());
/// `2½`, `½`.
static VULGAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d?)\s*([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])").ok());
/// `10³`.
static POWER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d)(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)").ok());

const VULGARS: [(&str, &str); 15] = [
    ("½", "1/2"),
    ("⅓", "1/3"),
    ("⅔", "2/3"),
    ("¼", "1/4"),
    ("¾", "3/4"),
    ("⅕", "1/5"),
    ("⅖", "2/5"),
    ("⅗", "3/5"),
    ("⅘", "4/5"),
    ("⅙", "1/6"),
    ("⅚", "5/6"),
    ("⅛", "1/8"),
    ("⅜", "3/8"),
    ("⅝", "5/8"),
    ("⅞", "7/8"),
];

/// Where the digits of other scripts begin: Arabic, Persian, Devanagari, Bengali, Thai, full width.
const ZEROS: [u32; 6] = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10];

/// A digit, sign or point of another script as ASCII has it.
fn ascii(c: char) -> char {
    match c {
        '\u{ff0b}' => '+',
        '\u{ff0d}' => '-',
        '\u{ff0e}' | '\u{066b}' => '.',
        '\u{ff0f}' => '/',
        '\u{ff05}' | '\u{066a}' => '%',
        '\u{066c}' => ',',
        _ => {
            let digit = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|digit| *digit < 10));
            digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
        }
    }
}

/// A text with the numbers that are set as printers and LaTeX do (`70{,}000`, `1\frac34`, `2½`, `10³`), or in the digits of another script
/// (`４２`, `٤٢`), written in plain digits.
pub(super) fn plain_numbers(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.chars().all(|c| ascii(c) == c) {
        return set_numbers(text);
    }
    let plain: String = text.chars().map(ascii).collect();
    Cow::Owned(set_numbers(&plain).into_owned())
}

fn set_numbers(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '½', '⅓', '⅔', '¼', '¾', '⅕', '⅖', '⅗', '⅘', '⅙', '⅚', '⅛', '⅜', '⅝', '⅞'])
        && !text.contains(['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'])
        && !text.contains("{,}")
    {
        return Cow::Borrowed(text);
    }
    let text = replaced(text, &THOUSANDS, |found, text| {
        let (whole, last) = (found.get(0)?, found.get(2)?);
        let digits = text[last.start()..].bytes().take_while(u8::is_ascii_digit).count();
        (digits == 3).then(|| format!("{},{}", &found[1], &text[last.start()..whole.end()]))
    });
    let text = replaced(&text, &SHORT_FRACTION, |found, _| Some(format!("\\frac{{{}}}{{{}}}", &found[1], &found[2])));
    let text = replaced(&text, &MIXED, |found, _| Some(format!("{} {}/{}", &found[1], &found[2], &found[3])));
    let text = replaced(&text, &VULGAR, |found, _| {
        let (_, plain) = VULGARS.iter().find(|(sign, _)| *sign == &found[2])?;
        Some(if found[1].is_empty() { (*plain).to_owned() } else { format!("{} {plain}", &found[1]) })
    });
    Cow::Owned(replaced(&text, &POWER, |found, _| {
        let digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        let plain = |c: char| match digits.chars().position(|one| one == c) {
            Some(digit) => digit.to_string(),
            None => "-".to_owned(),
        };
        Some(format!("{}^{}", &found[1], found[2].chars().map(plain).collect::<String>()))
    }))
}

/// The text with what is found replaced, where there is something to replace it with.
fn replaced(text: &str, what: &LazyLock<Option<Regex>>, by: impl Fn(&Captures<'_>, &str) -> Option<String>) -> String {
    match what.as_ref() {
        Some(what) => what
            .replace_all(text, |found: &Captures<'_>| by(found, text).unwrap_or_else(|| found[0].to_owned()))
            .into_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_plain() {
        for (text, plain) in [
            (r"\boxed{70{,}000}", r"\boxed{70,000}"),
            (r"$1{,}234{,}567$", "$1,234,567$"),
            (r"70\,000", "70,000"),
            (r"70,\!000", "70,000"),
            (r"70\!000", "70,000"),
            (r"3\,4", r"3\,4"),
            (r"2{,}5", r"2{,}5"),
            (r"7\,0000", r"7\,0000"),
            (r"\frac34", r"\frac{3}{4}"),
            (r"1\frac{3}{4}", "1 3/4"),
            (r"1\dfrac34", "1 3/4"),
            ("2½ cups", "2 1/2 cups"),
            ("½", "1/2"),
            ("10³", "10^3"),
            ("10⁻³", "10^-3"),
            ("5 m²", "5 m²"),
            ("plain 1,000", "plain 1,000"),
        ] {
            assert_eq!(plain_numbers(text), plain, "{text}");
        }
    }
}
