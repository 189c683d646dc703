//! Sentences in words of their own: openings and closings around what is said, so that hardly two are worded alike.
//! None has a word of a cue, so they change what is read and not what is meant.

/// What may stand before.
pub(super) const OPENINGS: [&str; 16] = [
    "Above anything else, ",
    "As ever, ",
    "At this point, ",
    "By habit, ",
    "Calmly, ",
    "Deliberately, ",
    "Here, ",
    "In this role, ",
    "In your work here, ",
    "Now, ",
    "On this occasion, ",
    "Patiently, ",
    "Quietly, ",
    "Right here, ",
    "Today, ",
    "Whatever comes, ",
];

/// What may stand behind, before the full stop.
pub(super) const CLOSINGS: [&str; 16] = [
    ", as agreed",
    ", as ever",
    ", as you know",
    ", by habit",
    ", calmly",
    ", come what may",
    ", deliberately",
    ", in earnest",
    ", on principle",
    ", patiently",
    ", please",
    ", quietly",
    ", thank you",
    ", that is important",
    ", that pays",
    ", to be thorough",
];

/// What is said, between an opening and a closing by their numbers.
pub(super) fn framed(said: &str, opening: usize, closing: usize) -> String {
    let core = core(said);
    let (body, end) = match core.strip_suffix(['.', '!', '?']) {
        Some(body) => (body, &core[body.len()..]),
        None => (core.as_str(), ""),
    };
    let mut letters = body.chars();
    let first = letters.next().map_or_else(String::new, |letter| letter.to_lowercase().to_string());
    [OPENINGS[opening % OPENINGS.len()], &first, letters.as_str(), CLOSINGS[closing % CLOSINGS.len()], end].concat()
}

/// What is said without an opening and a closing.
pub(super) fn core(said: &str) -> String {
    let (body, end) = match said.strip_suffix(['.', '!', '?']) {
        Some(body) => (body, &said[body.len()..]),
        None => (said, ""),
    };
    let body = CLOSINGS.iter().find_map(|closing| body.strip_suffix(closing)).unwrap_or(body);
    match OPENINGS.iter().find_map(|opening| body.strip_prefix(opening)) {
        Some(rest) => {
            let mut letters = rest.chars();
            let first = letters.next().map_or_else(String::new, |letter| letter.to_uppercase().to_string());
            [&first, letters.as_str(), end].concat()
        }
        None => [body, end].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulated::{cues::Carried, neutral::NEUTRAL, rules::Book};

    #[test]
    fn frames_change_the_words_and_not_what_is_carried() {
        for book in [Book::Reasoning, Book::Writing] {
            let table = book.table();
            let traits = table.skills.iter().chain(table.harms.iter().copied());
            for said in traits.flat_map(|found| found.phrasings).chain(NEUTRAL) {
                let carried = |text: &str| {
                    let mut carried = Carried::default();
                    table.reader.read(text, &mut carried);
                    (carried.skills, carried.harms)
                };
                for opening in 0..OPENINGS.len() {
                    for closing in 0..CLOSINGS.len() {
                        let text = framed(said, opening, closing);
                        assert_eq!(carried(&text), carried(said), "{text}");
                        assert_eq!(core(&text), *said);
                    }
                }
            }
        }
    }

    #[test]
    fn a_second_frame_takes_the_first_ones_place() {
        let once = framed("Check the sums.", 6, 4);
        assert_eq!(once, "Here, check the sums, calmly.");
        assert_eq!(framed(&once, 9, 10), "Now, check the sums, please.");
        assert_eq!(framed("", 6, 4), "Here, , calmly");
    }
}
