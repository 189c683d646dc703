use super::book::Trait;

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

/// What a text carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Carried {
    /// Skills as bits.
    pub(super) skills: u32,
    /// Harms as bits.
    pub(super) harms: u32,
    /// Words.
    pub(super) words: usize,
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
        let (mut sentence, mut word, mut length) = (0_u128, [0_u8; WORD], 0_usize);
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
            if ends && sentence != 0 {
                self.close(sentence, carried);
                sentence = 0;
            }
        }
        if length > 0 {
            sentence |= self.groups(&word[..length.min(WORD)]);
            carried.words += 1;
        }
        self.close(sentence, carried);
    }

    fn groups(&self, word: &[u8]) -> u128 {
        let Some(bucket) = self.roots.get(usize::from(word[0].wrapping_sub(b'a'))) else { return 0 };
        bucket
            .iter()
            .filter(|root| if root.whole { word == root.text } else { word.starts_with(root.text) })
            .fold(0, |groups, root| groups | root.groups)
    }

    fn close(&self, sentence: u128, carried: &mut Carried) {
        for (mask, number) in &self.cues {
            if sentence & mask == *mask {
                if *number < self.skills {
                    carried.skills |= 1 << number;
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
            assert_eq!(carried, Carried { skills, harms, words }, "{text}");
        }
    }
}
