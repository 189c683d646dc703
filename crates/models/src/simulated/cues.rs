use super::{
    book::Trait,
    mixing::{Draw, Mixer},
};

/// Longest word that is looked at, in bytes; the rest of a longer one is ignored.
const WORD: usize = 24;

/// Finds the traits that the sentences of a text carry, in one pass and without allocating.
#[derive(Debug)]
pub(super) struct CueReader {
    /// Roots by their first letter.
    roots: [Vec<Root>; 26],
    /// What a sentence must have, and which trait that is.
    cues: Vec<(u128, usize)>,
    /// Traits below this number are skills, the others harms.
    skills: usize,
}

#[derive(Debug)]
struct Root {
    text: &'static [u8],
    whole: bool,
    /// The groups it belongs to, as bits.
    groups: u128,
}

/// Most skills of a book.
pub(super) const MOST: usize = 12;

/// What a text carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Carried {
    /// Skills as bits.
    pub(super) skills: u32,
    /// Skills that two different sentences carry, as bits.
    pub(super) strong: u32,
    /// Harms as bits.
    pub(super) harms: u32,
    /// Words.
    pub(super) words: usize,
    /// By skill: the place of the last sentence that carries it, from 1, and the hash of the first one.
    sentences: [(u32, u32); MOST],
    /// Sentences that carry anything.
    count: u32,
}

impl Carried {
    /// Whether the last sentence for one skill stands before the last one for another; both are carried by sentences.
    pub(super) fn is_before(&self, skill: usize, other: usize) -> bool {
        let place = |skill: usize| self.sentences.get(skill).map_or(0, |(place, _)| *place);
        place(skill) > 0 && place(skill) < place(other)
    }

    fn add_skill(&mut self, skill: usize, hash: u32) {
        let bit = 1 << skill;
        if let Some((place, first)) = self.sentences.get_mut(skill) {
            *place = self.count;
            if self.skills & bit == 0 {
                *first = hash;
            } else if *first != hash {
                self.strong |= bit;
            }
        }
        self.skills |= bit;
    }
}

impl CueReader {
    pub(super) fn new(traits: impl Iterator<Item = &'static Trait>, skills: usize) -> Self {
        let mut reader = Self { roots: [const { Vec::new() }; 26], cues: Vec::new(), skills };
        let mut groups: Vec<&'static [&'static str]> = Vec::new();
        for (number, found) in traits.enumerate() {
            for cue in found.cues {
                let mut mask = 0;
                for group in *cue {
                    let bit = groups.iter().position(|known| known == group).unwrap_or_else(|| {
                        groups.push(group);
                        groups.len() - 1
                    });
                    debug_assert!(bit < 128, "a group's bit fits the mask");
                    mask |= 1 << bit;
                    group.iter().for_each(|root| reader.add(root, 1 << bit));
                }
                reader.cues.push((mask, number));
            }
        }
        reader
    }

    fn add(&mut self, root: &'static str, groups: u128) {
        let whole = root.starts_with('=');
        let text = root.trim_start_matches('=').as_bytes();
        let Some(bucket) = text.first().and_then(|first| self.roots.get_mut(usize::from(first.wrapping_sub(b'a'))))
        else {
            return;
        };
        match bucket.iter_mut().find(|known| known.text == text && known.whole == whole) {
            Some(known) => known.groups |= groups,
            None => bucket.push(Root { text, whole, groups }),
        }
    }

    /// Adds what the sentences of a text carry. A sentence ends with `.`, `!`, `?`, `:` or `;` before white space, with
    /// a line, and with the text. Letters are folded to lower case; hyphens and apostrophes inside words are ignored.
    pub(super) fn read(&self, text: &str, carried: &mut Carried) {
        let bytes = text.as_bytes();
        let (mut sentence, mut start, mut word, mut length) = (0_u128, 0, [0_u8; WORD], 0_usize);
        for (i, byte) in bytes.iter().enumerate() {
            if byte.is_ascii_alphanumeric() || *byte >= 0x80 {
                if length < WORD {
                    word[length] = byte.to_ascii_lowercase();
                }
                length += 1;
                continue;
            }
            if length > 0 && matches!(byte, b'-' | b'\'') {
                continue;
            }
            if length > 0 {
                sentence |= self.groups(&word[..length.min(WORD)]);
                carried.words += 1;
                length = 0;
            }
            let ends = match byte {
                b'\n' => true,
                b'.' | b'!' | b'?' | b':' | b';' => bytes.get(i + 1).is_none_or(u8::is_ascii_whitespace),
                _ => false,
            };
            if ends {
                self.close(sentence, &bytes[start..i], carried);
                (sentence, start) = (0, i + 1);
            }
        }
        if length > 0 {
            sentence |= self.groups(&word[..length.min(WORD)]);
            carried.words += 1;
        }
        self.close(sentence, &bytes[start..], carried);
    }

    fn groups(&self, word: &[u8]) -> u128 {
        let Some(bucket) = self.roots.get(usize::from(word[0].wrapping_sub(b'a'))) else { return 0 };
        bucket
            .iter()
            .filter(|root| if root.whole { word == root.text } else { word.starts_with(root.text) })
            .fold(0, |groups, root| groups | root.groups)
    }

    fn close(&self, sentence: u128, text: &[u8], carried: &mut Carried) {
        if sentence == 0 {
            return;
        }
        let mut hash = None;
        for (mask, number) in &self.cues {
            if sentence & mask == *mask {
                let hash = *hash.get_or_insert_with(|| {
                    carried.count += 1;
                    Mixer::new(0, Draw::Question).bytes(text.trim_ascii()).finish() as u32
                });
                if *number < self.skills {
                    carried.add_skill(*number, hash);
                } else {
                    carried.harms |= 1 << (number - self.skills);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TRAITS: [Trait; 2] = [
        Trait { name: "steps", cues: &[&[&["step"], &["work", "think"]]], phrasings: &[] },
        Trait { name: "guess", cues: &[&[&["guess"], &["=if"]]], phrasings: &[] },
    ];

    #[test]
    fn cue_words_count_together_in_a_sentence() {
        let reader = CueReader::new(TRAITS.iter(), 1);
        let table = [
            ("Work step by step.", 1, 0, 4),
            ("WORK STEP-BY-STEP", 1, 0, 2),
            ("Working in steps helps.", 1, 0, 4),
            ("Work. Step.", 0, 0, 2),
            ("Work\nin steps", 0, 0, 3),
            ("Work 3.5 steps", 1, 0, 4),
            ("The steps are: work hard", 0, 0, 5),
            ("Guess if unsure; think, then step on", 1, 1, 7),
            ("Guess iffy", 0, 0, 2),
            ("", 0, 0, 0),
            ("Ärger step think", 1, 0, 3),
        ];
        for (text, skills, harms, words) in table {
            let mut carried = Carried::default();
            reader.read(text, &mut carried);
            assert_eq!((carried.skills, carried.harms, carried.words), (skills, harms, words), "{text}");
        }
    }

    static TWO: [Trait; 2] = [
        Trait { name: "steps", cues: &[&[&["step"]]], phrasings: &[] },
        Trait { name: "units", cues: &[&[&["unit"]]], phrasings: &[] },
    ];

    #[test]
    fn order_and_repetition_are_seen() {
        let reader = CueReader::new(TWO.iter(), 2);
        // skills that two different sentences carry, 0 before 1, 1 before 0
        let table = [
            ("Step. Unit.", 0, true, false),
            ("Unit. Step.", 0, false, true),
            ("Step. Unit. Stepping.", 1, false, true),
            ("Step. Unit.\nStep.", 0, false, true),
            ("Steps of units.", 0, false, false),
            ("Units. A unit. Step; steps!", 3, false, true),
            ("Step.", 0, false, false),
        ];
        for (text, strong, before, after) in table {
            let mut carried = Carried::default();
            reader.read(text, &mut carried);
            let found = (carried.strong, carried.is_before(0, 1), carried.is_before(1, 0));
            assert_eq!(found, (strong, before, after), "{text}");
        }
    }
}
