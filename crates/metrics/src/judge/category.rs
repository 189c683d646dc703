use super::verdict::{Reading, repeats};
use crate::extract::{stated, without_thinking};

/// Reads a judge that names its category in plain words: `B`, `(C) The submitted answer contains ...`, `The answer is (D).`
/// What is announced or stands in the last line counts before the first line. `None` where the answer holds JSON, names
/// none at these places, or only repeats `output`, the text under judgement.
pub(super) fn read_category(answer: &str, output: &str) -> Option<Reading> {
    let answer = without_thinking(answer).trim();
    if answer.contains('{') {
        return None;
    }
    let lines = [stated(answer).answer, answer.lines().next().unwrap_or_default()];
    let letter = lines.into_iter().filter(|line| !repeats(line, output)).find_map(leading_letter)?;
    let score = f64::from(u8::from(letter != 'D'));
    Some(Reading { score, pass: None, reason: answer.to_owned(), category: Some(letter) })
}

/// The letter that a line begins with and that is no word of its sentence.
fn leading_letter(line: &str) -> Option<char> {
    const MARKS: [char; 9] = ['*', '_', '`', '"', '\'', '(', '[', ':', ' '];
    let line = line.trim_start_matches(MARKS);
    let named = ["category", "option", "choice", "answer"].iter().find_map(|name| {
        line.get(..name.len()).filter(|head| head.eq_ignore_ascii_case(name)).map(|_| &line[name.len()..])
    });
    let text = named.unwrap_or(line).trim_start_matches(MARKS);
    let letter = text.chars().next().filter(|letter| ('A'..='E').contains(letter))?;
    let rest = &text[1..];
    let closed = rest.strip_prefix([')', ']', '.', ':', ',', '*', '_', '`', '"', '\'']);
    // "E.g." begins with no category
    let alone = closed.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    (rest.trim().is_empty() || alone).then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_at_the_places_of_a_verdict() {
        for (answer, letter) in [
            ("B", Some('B')),
            ("(C) The submitted answer contains the same details.", Some('C')),
            ("D.", Some('D')),
            ("**(D)**", Some('D')),
            ("Category: A", Some('A')),
            ("They agree.\nThe answer is (C).", Some('C')),
            ("(A) looks right at first.\nE", Some('E')),
            ("B: it says more.\nNothing is contradicted.", Some('B')),
            ("A subset of the facts is given.", None),
            ("E.g. the year differs.", None),
            ("Both say the same.", None),
            ("{\"category\": \"A\"", None),
            ("<think>B, or", None),
            ("(A) is my own verdict", None),
            ("", None),
        ] {
            let reading = read_category(answer, "They say: (A) is my own verdict");
            assert_eq!(reading.and_then(|reading| reading.category), letter, "{answer}");
        }
    }
}
