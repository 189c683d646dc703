use super::{
    answer::{Stated, stated, without_thinking},
    lettered::{Lettered, bare_row, joins, lettered, row, without_reason},
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
    let bracketed = text.starts_with(['(', '[']) || (text.len() == 2 && text.ends_with(')'));
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
/// the last letter in brackets. `options` lets the text of an option stand for its letter. Letters side by side (`A or B`,
/// `(A), (B)`) or both left open (`could be (A)`) are several; one that is ruled out (`A is wrong`) is none.
#[must_use]
pub fn pick_letter(output: &str, options: &[(char, &str)], last: char) -> Picked<char> {
    let output = without_thinking(output);
    if let Some(letters) = bare_row(output, last).filter(|letters| letters.len() > 1) {
        return several(letters);
    }
    let place = stated(output);
    if let Picked::Several(asked) = several(asked(output, last))
        && !place.explicit
    {
        return Picked::Several(asked);
    }
    if place.explicit
        && let Some(more) = taken_back(place, last)
    {
        return several(more);
    }
    let answer = without_reason(place.answer, last);
    let fits = |letter: char| letter <= last;
    if let Some(letter) = letter_of(answer).filter(|letter| fits(*letter)) {
        return Picked::One(letter);
    }
    let named = lettered(answer, last);
    // "(B) 12/24/1937" or "B. Paris": the letter, then its text
    if let Some(letter) = leading_letter(answer).filter(|letter| fits(*letter))
        && (place.explicit || !discusses(answer))
    {
        let choosing = answer.contains(" or ") || answer.contains(" and ");
        let others = bracketed(&named);
        if choosing && others.iter().any(|other| *other != letter) {
            return several(others);
        }
        return match named.first() {
            Some(first) if first.letter == letter => several(row(answer, &named, 0)),
            _ => Picked::One(letter),
        };
    }
    if place.explicit {
        match several(bracketed(&named)) {
            Picked::None => {}
            found => return found,
        }
        match several(named.iter().filter(|one| !one.bracketed && !one.denied).map(|one| one.letter).collect()) {
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
        return several(bracketed(&lettered(place.rest, last)));
    }
    if let Some(at) = chosen(answer, &named) {
        return several(row(answer, &named, at));
    }
    // the last letter in brackets, in the statement before its reason where it has one
    let (text, all) = if named.iter().any(|one| one.bracketed && !one.denied) && answer.len() < place.answer.len() {
        (answer, named.clone())
    } else {
        (output, lettered(output, last))
    };
    if let Some(at) = all.iter().rposition(|one| one.bracketed && !one.denied) {
        return several(row(text, &all, at));
    }
    if let Some(at) = named.iter().rposition(|one| !one.denied) {
        return several(row(answer, &named, at));
    }
    by_text(Stated { answer: output, rest: output, explicit: false }, options)
}

/// The options that an output only asks about: `A? B?`.
fn asked(output: &str, last: char) -> Vec<char> {
    let named = lettered(output, last).into_iter();
    named.filter(|one| !one.denied && output[one.at.end..].starts_with('?')).map(|one| one.letter).collect()
}

/// The options of an announced answer to which the next sentence adds others: `The answer is (A). Or (B).`
fn taken_back(place: Stated<'_>, last: char) -> Option<Vec<char>> {
    let behind = place.rest.find(place.answer).map(|at| &place.rest[at + place.answer.len()..])?;
    let next = behind.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != '\n').trim_start();
    let next = ["Or ", "or "].iter().find_map(|or| next.strip_prefix(or))?;
    let sentence = next.split(['.', '\n']).next().unwrap_or_default();
    let added = bracketed(&lettered(sentence, last));
    let mut first = bracketed(&lettered(place.answer, last));
    first.extend(letter_of(place.answer));
    (!added.is_empty() && !first.is_empty()).then(|| first.into_iter().chain(added).collect())
}

/// The option that a statement says it takes: `I choose B`, `we go with (C)`.
fn chosen(text: &str, named: &[Lettered]) -> Option<usize> {
    named.iter().rposition(|one| {
        let before = text[..one.at.start].trim_end().to_ascii_lowercase();
        let before = ["option", "choice", "answer"].iter().find_map(|w| before.strip_suffix(w)).unwrap_or(&before);
        !one.denied
            && ["choose", "pick", "select", "chose", "go with", "going with"]
                .iter()
                .any(|verb| before.trim_end().ends_with(verb))
    })
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
    let output = without_thinking(output);
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
    let mut first = None;
    for index in order {
        for mention in mentions(text, labels[index]) {
            let inside = taken.iter().any(|(range, _)| range.start < mention.at.end && mention.at.start < range.end);
            if inside || mention.denied {
                continue;
            }
            if mention.at.start == 0 && !mention.hedged {
                first = Some((mention.at.end, index));
            }
            taken.push((mention.at, index));
        }
    }
    let side_by_side = |end: usize, index: usize| {
        taken.iter().any(|(range, other)| *other != index && range.start > end && joins(&text[end..range.start]))
    };
    if let Some((end, index)) = first
        && !side_by_side(end, index)
    {
        return Picked::One(index);
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

/// Letters in brackets that are not ruled out, in order.
fn bracketed(named: &[Lettered]) -> Vec<char> {
    named.iter().filter(|one| one.bracketed && !one.denied).map(|one| one.letter).collect()
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
            ("b)", Picked::One('B')),
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
            ("I choose B because A is wrong", Picked::One('B')),
            ("I choose B because A is older", Picked::One('B')),
            ("It is (B), not (A).", Picked::One('B')),
            ("It is not (A) or (B). So it is (C).", Picked::One('C')),
            ("(C) is right, because (A) and (B) are far", Picked::One('C')),
            ("The answer is B because A is wrong.", Picked::One('B')),
            ("It could be (A). It could be (B). So the answer is (B).", Picked::One('B')),
            ("It could be (A), but it is (B).", Picked::One('B')),
            ("(A) is wrong", Picked::None),
            ("It is B, I think.", Picked::One('B')),
            ("(A)? No. (B)? Yes. The answer is (B).", Picked::One('B')),
            ("The answer is (B). Or so it seems.", Picked::One('B')),
            ("Is it (A)? It is (B).", Picked::One('B')),
        ] {
            assert_eq!(pick_letter(output, &options, 'C'), picked, "{output}");
        }
    }

    #[test]
    fn a_hedge_picks_none() {
        for output in [
            "It is either (A) or (B).",
            "(A) or (B)",
            "A or B",
            "A, B",
            "A/B",
            "A\nB",
            "A and B",
            "[A], [B]",
            "(A) (B)",
            "Either A or B",
            "Options A and B",
            "Could be (A). Could be (B).",
            "It may be (A), and it may be (B).",
            "(A) could be right, and (B) could be right.",
            "Answer: (A) / (B)",
            "Answer: A/B",
            "The answer is A, B",
            "The answer is (A), (B)",
            "The answer is either A or B.",
            "I choose A or B",
            "I don't know. A? B?",
            "Maybe (A)? Or (B)?",
            "The answer is (A). Or (B).",
            "The answer is (A). Or maybe (B).",
        ] {
            assert_eq!(pick_letter(output, &[], 'R'), Picked::Several(vec!['A', 'B']), "{output}");
        }
        for output in ["Both (A) and (C) are correct.", "I think both (A) and (C) fit, because (B) is wrong."] {
            assert_eq!(pick_letter(output, &[], 'R'), Picked::Several(vec!['A', 'C']), "{output}");
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
            ("valid, invalid", Picked::Several(vec![0, 1])),
            ("valid / invalid", Picked::Several(vec![0, 1])),
            ("The answer is both valid and invalid", Picked::Several(vec![0, 1])),
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
