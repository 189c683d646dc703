use std::sync::LazyLock;

use super::PartOfSpeech;

/// One line a word and part of speech: `word TAB part TAB synonyms`. The part is a letter (`a`, `n`, `r`, `v`), with `!` where the
/// word is nearly always this part of speech, with `*` where its inflection is irregular; synonyms are separated by blanks,
/// most frequent first, with `*` where their inflection is irregular. Sorted. Written by `cargo xtask synonyms`.
const TABLE: &str = include_str!("../../data/synonyms.txt");

static LINES: LazyLock<Vec<&'static str>> = LazyLock::new(|| TABLE.lines().collect());

/// A word of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Nearly always this part of speech.
    pub(super) unambiguous: bool,
    /// Not inflected by the rules.
    pub(super) irregular: bool,
    synonyms: &'static str,
}

impl Entry {
    /// Synonyms, most frequent first, and whether each is inflected irregularly.
    pub(super) fn synonyms(self) -> impl Iterator<Item = (&'static str, bool)> {
        self.synonyms.split(' ').map(|word| word.strip_suffix('*').map_or((word, false), |word| (word, true)))
    }
}

pub(super) fn entry(lemma: &str, part: PartOfSpeech) -> Option<Entry> {
    let key = |line: &'static str| {
        let mut fields = line.split('\t');
        let word = fields.next().unwrap_or_default();
        let marks = fields.next().unwrap_or_default();
        (word, marks, fields.next().unwrap_or_default())
    };
    let found = LINES
        .binary_search_by(|line| {
            let (word, marks, _) = key(line);
            (word, marks.chars().next()).cmp(&(lemma, Some(part.letter())))
        })
        .ok()?;
    let (_, marks, synonyms) = key(LINES.get(found)?);
    Some(Entry { unambiguous: marks.contains('!'), irregular: marks.contains('*'), synonyms })
}

/// The synonyms of a lemma's most frequent sense, most frequent first; none where the table does not have it.
pub fn lookup(lemma: &str, part: PartOfSpeech) -> impl Iterator<Item = &'static str> {
    entry(lemma, part).into_iter().flat_map(Entry::synonyms).map(|(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(TABLE.len() < 600_000);
        let mut last = None;
        for line in LINES.iter() {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 3, "{line}");
            let key = (fields[0], fields[1].chars().next());
            assert!(last < Some(key), "{line}");
            last = Some(key);
            let part = PartOfSpeech::from_letter(key.1.unwrap()).unwrap();
            assert!(entry(fields[0], part).is_some(), "{line}");
            assert!(
                lookup(fields[0], part).all(|word| word != fields[0] && word.bytes().all(|b| b.is_ascii_lowercase()))
            );
        }
    }

    #[test]
    fn senses_do_not_mix() {
        let cases: &[(&str, PartOfSpeech, &[&str])] = &[
            ("precisely", PartOfSpeech::Adverb, &["exactly"]),
            ("infer", PartOfSpeech::Verb, &["deduce"]),
            // `good` has over a hundred synonyms over all its senses, and none that fits everywhere
            ("good", PartOfSpeech::Adjective, &[]),
            ("run", PartOfSpeech::Verb, &[]),
            ("answer", PartOfSpeech::Noun, &[]),
            // `older than` is not `elderly than`, and a suitable format not a suited one
            ("older", PartOfSpeech::Adjective, &[]),
            ("suitable", PartOfSpeech::Adjective, &[]),
            // what instructions are made of
            ("explain", PartOfSpeech::Verb, &["clarify"]),
            ("verify", PartOfSpeech::Verb, &["confirm"]),
            ("unknownword", PartOfSpeech::Noun, &[]),
        ];
        for (lemma, part, expected) in cases {
            assert_eq!(&lookup(lemma, *part).collect::<Vec<_>>(), expected, "{lemma}");
        }
    }
}
