use super::{
    answer::{Stated, stated},
    phrase::mentions,
};

/// What an output picks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked<T> {
    /// One option.
    One(T),
    /// Several that it does not choose between.
    Several(Vec<T>),
    /// None that can be read.
    None,
}

/// The letter of a text that is an option's letter and nothing more: `B`, `(B)`, `B.`, `[B]`, `option B`.
#[must_use]
pub fn letter_of(text: &str) -> Option<char> {
    let text = text.trim();
    let text = ["option ", "choice ", "answer ", "Option ", "Choice ", "Answer "]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))
        .unwrap_or(text);
    let inside = text.trim_matches(['(', ')', '[', ']', '.', ':', '*', ' ', '"', '\'']);
    let mut letters = inside.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    let bracketed = text.starts_with(['(', '[']);
    (letters.next().is_none() && (letter.is_ascii_uppercase() || bracketed || text.len() == 1))
        .then(|| letter.to_ascii_uppercase())
}

/// The options of a multiple-choice question as its text lists them, the last such list: letter and text.
#[must_use]
pub fn options_in(question: &str) -> Vec<(char, &str)> {
    let mut options: Vec<(char, &str)> = Vec::new();
    let mut first: Option<&str> = None;
    for line in question.lines() {
        let Some((letter, text)) = option_line(line) else { continue };
        let next = options.last().map_or('A', |(last, _)| (*last as u8 + 1) as char);
        if letter == 'A' {
            first = Some(text);
        } else if let (Some(text_a), 'B') = (first.take(), letter) {
            // a list begins only with its second option: "A: Let's think" is none
            options = vec![('A', text_a), ('B', text)];
        } else if letter == next && !options.is_empty() {
            options.push((letter, text));
        }
    }
    options
}

/// `(A) text`, `A) text`, `A. text`, `A: text`, with a dash or not.
fn option_line(line: &str) -> Option<(char, &str)> {
    let line = line.trim_start_matches([' ', '\t', '-', '*']);
    let inner = line.strip_prefix('(').unwrap_or(line);
    let letter = inner.chars().next().filter(char::is_ascii_uppercase)?;
    let rest = &inner[1..];
    let rest = rest.strip_prefix([')', '.', ':'])?;
    rest.starts_with(' ').then(|| (letter, rest.trim()))
}

/// The letter that an output picks, up to `last`: after the announcement of the answer, else the whole short output, else
/// the last letter in brackets. `options` lets the text of an option stand for its letter.
#[must_use]
pub fn pick_letter(output: &str, options: &[(char, &str)], last: char) -> Picked<char> {
    let place = stated(output);
    let fits = |letter: char| letter <= last;
    if let Some(letter) = letter_of(place.answer).filter(|letter| fits(*letter)) {
        return Picked::One(letter);
    }
    // "(B) 12/24/1937" or "B. Paris": the letter, then its text
    if let Some(letter) = leading_letter(place.answer).filter(|letter| fits(*letter))
        && (place.explicit || !discusses(place.answer))
    {
        let others = bracketed(place.answer, last);
        let choosing = place.answer.contains(" or ") || place.answer.contains(" and ");
        if choosing && others.iter().any(|other| *other != letter) {
            return several(others);
        }
        return Picked::One(letter);
    }
    if place.explicit {
        match several(bracketed(place.answer, last)) {
            Picked::None => {}
            found => return found,
        }
        match several(bare_letters(place.answer, last)) {
            Picked::None => {}
            found => return found,
        }
    }
    match by_text(place, options) {
        Picked::None => {}
        found => return found,
    }
    // an announced answer that names no option picks none; what came before it is not the answer
    if place.explicit && place.answer.chars().any(char::is_alphanumeric) && !place.answer.contains('\n') {
        return several(bracketed(place.rest, last));
    }
    match bracketed(output, last).last().or(bare_letters(place.answer, last).last()) {
        Some(letter) => Picked::One(*letter),
        None => by_text(Stated { answer: output, rest: output, explicit: false }, options),
    }
}

fn by_text(place: Stated<'_>, options: &[(char, &str)]) -> Picked<char> {
    let labels: Vec<&str> = options.iter().map(|(_, text)| *text).collect();
    match pick_among(place.answer, &labels) {
        Picked::One(at) => Picked::One(options[at].0),
        Picked::Several(all) => Picked::Several(all.into_iter().map(|at| options[at].0).collect()),
        Picked::None => Picked::None,
    }
}

/// Which of some labels an output picks, as its position: in what it announces as its answer, else in its last line, else
/// the label it mentions last.
#[must_use]
pub fn pick_label(output: &str, labels: &[&str]) -> Picked<usize> {
    let place = stated(output);
    match pick_among(place.answer, labels) {
        Picked::None => {}
        found => return found,
    }
    let mut last: Option<(usize, usize)> = None;
    for (index, label) in labels.iter().enumerate() {
        for mention in mentions(output, label).into_iter().filter(|mention| !mention.denied) {
            if last.is_none_or(|(at, _)| mention.at.end > at) {
                last = Some((mention.at.end, index));
            }
        }
    }
    last.map_or(Picked::None, |(_, index)| Picked::One(index))
}

/// The labels a short text names, longer ones first, so that a label inside another one's mention does not count. Where
/// the text begins with a label, that is the one.
fn pick_among(text: &str, labels: &[&str]) -> Picked<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|at| (usize::MAX - labels[*at].len(), *at));
    let mut taken: Vec<(std::ops::Range<usize>, usize)> = Vec::new();
    for index in order {
        for mention in mentions(text, labels[index]) {
            let inside = taken.iter().any(|(range, _)| range.start < mention.at.end && mention.at.start < range.end);
            if inside || mention.denied {
                continue;
            }
            if mention.at.start == 0 && !mention.hedged {
                return Picked::One(index);
            }
            taken.push((mention.at, index));
        }
    }
    let mut named: Vec<usize> = taken.into_iter().map(|(_, index)| index).collect();
    named.sort_unstable();
    named.dedup();
    match named.as_slice() {
        [] => Picked::None,
        [one] => Picked::One(*one),
        _ => Picked::Several(named),
    }
}

fn several(mut letters: Vec<char>) -> Picked<char> {
    letters.sort_unstable();
    letters.dedup();
    match letters.as_slice() {
        [] => Picked::None,
        [one] => Picked::One(*one),
        _ => Picked::Several(letters),
    }
}

/// A letter with its bracket or stop at the very beginning.
fn leading_letter(text: &str) -> Option<char> {
    let inner = text.strip_prefix(['(', '[']).unwrap_or(text);
    let letter = inner.chars().next().filter(char::is_ascii_alphabetic)?;
    let rest = &inner[1..];
    let closed = rest.starts_with([')', ']', ':']) || (rest.starts_with('.') && rest.len() > 1);
    (closed && (letter.is_ascii_uppercase() || inner.len() < text.len())).then(|| letter.to_ascii_uppercase())
}

/// Whether a text that begins with a letter goes on to talk about that option rather than to name it: `(A) is wrong`.
fn discusses(text: &str) -> bool {
    let verbs =
        ["is", "are", "was", "does", "do", "can", "cannot", "could", "would", "has", "fails", "and", "or", "says"];
    text.split_whitespace()
        .nth(1)
        .is_some_and(|word| verbs.contains(&word.trim_matches(|c: char| !c.is_alphanumeric())))
}

/// Letters in brackets, in order: `(B)`, `[b]`.
fn bracketed(text: &str, last: char) -> Vec<char> {
    let bytes = text.as_bytes();
    let open = |byte: u8| matches!(byte, b'(' | b'[');
    let close = |byte: u8| matches!(byte, b')' | b']');
    bytes
        .windows(3)
        .filter(|w| open(w[0]) && w[1].is_ascii_alphabetic() && close(w[2]))
        .map(|w| (w[1] as char).to_ascii_uppercase())
        .filter(|letter| *letter <= last)
        .collect()
}

/// Capital letters that stand alone, in order; the words "A" and "I" before another word are not taken for letters.
fn bare_letters(text: &str, last: char) -> Vec<char> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let mut characters = core.chars();
        if let (Some(letter), None) = (characters.next(), characters.next())
            && letter.is_ascii_uppercase()
            && letter <= last
        {
            let alone = word.len() > 1 || at + 1 == words.len();
            let verb_next = words.get(at + 1).is_some_and(|next| {
                ["is", "because", "since", "as", "and", "or", "-", "–"]
                    .iter()
                    .any(|known| next.eq_ignore_ascii_case(known))
            });
            if !matches!(letter, 'A' | 'I') || alone || verb_next {
                found.push(letter);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_letter() {
        let options = [('A', "Paris"), ('B', "Rome"), ('C', "New York")];
        for (output, picked) in [
            ("(B)", Picked::One('B')),
            ("b", Picked::One('B')),
            ("B.", Picked::One('B')),
            ("B) Rome", Picked::One('B')),
            ("**B**", Picked::One('B')),
            ("So the answer is (B).", Picked::One('B')),
            ("The answer is B because Rome is older.", Picked::One('B')),
            ("(A) is wrong, (C) is far. The answer is (B).", Picked::One('B')),
            ("The answer is option B", Picked::One('B')),
            ("The answer is (A) or (B).", Picked::Several(vec!['A', 'B'])),
            ("The answer is Rome.", Picked::One('B')),
            ("It must be new york", Picked::One('C')),
            ("(A) fails, so it is (C)", Picked::One('C')),
            ("A dog barks", Picked::None),
            ("", Picked::None),
            ("The answer is (Z).", Picked::None),
            ("The answer is B. Rome", Picked::One('B')),
            ("\\boxed{C}", Picked::One('C')),
            ("(A) no, (B) no. The answer is (None of the above).", Picked::None),
            ("The answer is not Rome but Paris", Picked::One('A')),
        ] {
            assert_eq!(pick_letter(output, &options, 'C'), picked, "{output}");
        }
    }

    #[test]
    fn picks_the_label() {
        let labels = ["valid", "invalid"];
        for (output, picked) in [
            ("So the argument is invalid.", Picked::One(1)),
            ("The answer is valid", Picked::One(0)),
            ("valid", Picked::One(0)),
            ("valid or invalid", Picked::Several(vec![0, 1])),
            ("It is invalid.\nThat is all.", Picked::One(1)),
            ("no idea", Picked::None),
            ("The answer is: not valid", Picked::None),
        ] {
            assert_eq!(pick_label(output, &labels), picked, "{output}");
        }
        assert_eq!(pick_label("positive. Not negative.", &["positive", "negative"]), Picked::One(0));
    }

    #[test]
    fn reads_the_options_of_a_question() {
        let question = "Q1\n(A) x\n(B) y\nQ2\nOptions:\n(A) one\n(B) two\n(C) three\nA: Let's think";
        assert_eq!(options_in(question), [('A', "one"), ('B', "two"), ('C', "three")]);
        assert_eq!(options_in("A. Paris\nB. Rome"), [('A', "Paris"), ('B', "Rome")]);
        assert!(options_in("nothing").is_empty());
    }
}
