//! What differs between scripts: words without spaces between them, and letters that can be written in two ways.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, char::is_combining_mark, is_nfc_quick};

/// A text with letters and their marks as one character where there is one: `é` however it was typed. Unicode calls the two ways canonically
/// equivalent (UAX 15); what people read is the same.
pub(crate) fn canonical(text: &str) -> Cow<'_, str> {
    match text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.nfc().collect()),
    }
}

/// Letters that are written without spaces: a word may begin and end at any of them. Han, kana, Thai, Lao, Burmese, Khmer.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(
        c,
        '\u{3005}'..='\u{3007}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ff9f}'
            | '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{20000}'..='\u{323af}'
    )
}

/// What counts as words in a run of letters: each letter of a script without spaces with its marks, as sacreBLEU's tokenizer `zh` and MLQA's
/// scorer take Chinese; all between them is whole.
pub(crate) fn words_of(run: &str) -> impl Iterator<Item = &str> {
    let mut starts = Vec::new();
    let mut alone = false;
    for (at, c) in run.char_indices().filter(|(_, c)| !is_combining_mark(*c)) {
        let own = is_unspaced(c) && !c.is_numeric();
        if at > 0 && (own || alone) {
            starts.push(at);
        }
        alone = own;
    }
    let ends = starts.clone().into_iter().chain([run.len()]);
    std::iter::once(0).chain(starts).zip(ends).map(|(from, to)| &run[from..to])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_scripts_without_spaces_are_words() {
        for (run, words) in [
            ("weather", &["weather"][..]),
            ("今天天气", &["今", "天", "天", "气"]),
            ("gpt模型4o", &["gpt", "模", "型", "4o"]),
            ("スポーツ", &["ス", "ポ", "ー", "ツ"]),
            // marks belong to the letter before them
            ("น้ำ", &["น้", "ำ"]),
            ("cafe\u{301}s", &["cafe\u{301}s"]),
            ("๒๕๖๗", &["๒๕๖๗"]),
            ("", &[""]),
        ] {
            assert_eq!(words_of(run).collect::<Vec<_>>(), words, "{run}");
        }
    }

    #[test]
    fn two_ways_to_write_a_letter_are_one() {
        assert_eq!(canonical("cafe\u{301}"), "caf\u{e9}");
        assert_eq!(canonical("\u{1112}\u{1161}\u{11ab}"), "\u{d55c}");
        assert!(matches!(canonical("café, 한"), Cow::Borrowed(_)));
        // other letters that look or mean alike stay apart
        assert_ne!(canonical("ﬁ"), "fi");
    }
}
