//! `cargo xtask synonyms`: builds `crates/text/data/synonyms.txt` from WordNet's own files.
//!
//! The table is small on purpose: a replacement that changes the meaning of a prompt costs more than ten that were not made.
//! What it holds and how it is read is said in `crates/text/src/synonyms/table.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// Least occurrences of a sense in WordNet's tagged texts for its word to be in the table.
const LEAST_COUNT: u32 = 2;
/// Least occurrences of the sense for a word that may be brought in: rarer ones read oddly.
const LEAST_COUNT_NEW: u32 = 4;
/// Least share of a word's occurrences over all parts of speech that this one must have: of a word to replace, of one to bring in.
const LEAST_SHARE: (f64, f64) = (0.5, 0.8);
/// Least share of a word's occurrences (in its part of speech) that its most frequent sense must have.
const DOMINANT: f64 = 0.6;
/// Share of a word's occurrences over all parts of speech from which context need not confirm the part of speech.
const UNAMBIGUOUS: f64 = 0.95;
/// Least and most letters of a word in the table.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=14;

/// A part of speech: the letter in the table, WordNet's file ending, and its number in sense keys.
struct Part {
    letter: char,
    file: &'static str,
    key_type: char,
}

const PARTS: [Part; 4] = [
    Part { letter: 'a', file: "adj", key_type: '3' },
    Part { letter: 'n', file: "noun", key_type: '1' },
    Part { letter: 'r', file: "adv", key_type: '4' },
    Part { letter: 'v', file: "verb", key_type: '2' },
];

/// Words that prompts use as terms, whose other word means something else there, or that carry a rule's force; and words
/// whose only fitting synonym is archaic, vulgar or regional. `word` is neither replaced nor brought in, `word>` is not
/// replaced, `>word` is not brought in.
const LEFT_OUT: &str = include_str!("synonyms_left_out.txt");

/// Words of prompts that the counts leave out.
const OF_PROMPTS: &str = include_str!("synonyms_of_prompts.txt");

/// Builds the table from the folder in `WORDNET_DIR`, by default where Debian's package `wordnet-base` puts it.
///
/// # Errors
/// In words, where the files are not there or not as WordNet's manual (`wndb(5)`) describes them.
pub fn run() -> Result<(), String> {
    let source = std::env::var_os("WORDNET_DIR").map_or_else(|| PathBuf::from("/usr/share/wordnet"), PathBuf::from);
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/text/data/synonyms.txt");
    let table = build(&source)?;
    fs::write(&target, &table).map_err(|error| format!("{} cannot be written: {error}", target.display()))?;
    println!("{}: {} words, {} bytes", target.display(), table.lines().count(), table.len());
    Ok(())
}

fn read(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|error| {
        format!(
            "{} cannot be read ({error}); install Debian's `wordnet-base`, or name its folder in WORDNET_DIR",
            path.display()
        )
    })
}

/// The table as text: one line for each word and part of speech, sorted.
fn build(folder: &Path) -> Result<String, String> {
    let left_out: BTreeSet<&str> =
        LEFT_OUT.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect();
    let counts = Counts::read(&read(folder, "cntlist.rev")?);
    let mut lines = BTreeSet::new();
    for part in &PARTS {
        let index = read_index(&read(folder, &format!("index.{}", part.file))?);
        let data = read_data(&read(folder, &format!("data.{}", part.file))?);
        let irregular = read_exceptions(&read(folder, &format!("{}.exc", part.file))?);
        let fits = |word: &str| {
            LENGTH.contains(&word.len())
                && word.bytes().all(|b| b.is_ascii_lowercase())
                && !left_out.contains(word)
                // plural nouns do not agree with what stood there before
                && !(part.letter == 'n' && word.ends_with('s') && !word.ends_with("ss"))
                && counts.dominant(word, part).is_some()
                && counts.share(word, part) >= LEAST_SHARE.0
        };
        for (word, synsets) in &index {
            if left_out.contains(format!("{word}>").as_str()) {
                continue;
            }
            let Some(first) = synsets.first().filter(|_| fits(word)) else { continue };
            let Some(members) = data.get(first) else { continue };
            let mut synonyms: Vec<(&str, u32)> = members
                .iter()
                .map(String::as_str)
                .filter(|other| other != word && fits(other) && !left_out.contains(format!(">{other}").as_str()))
                // the sense must be the other word's first, too, or it would be read as something else
                .filter(|other| index.get(*other).and_then(|senses| senses.first()) == Some(first))
                .filter(|other| !is_variant(word, other))
                .filter(|other| counts.share(other, part) >= LEAST_SHARE.1)
                .filter_map(|other| counts.dominant(other, part).map(|count| (other, count)))
                .filter(|(_, count)| *count >= LEAST_COUNT_NEW)
                .collect();
            synonyms.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            synonyms.truncate(3);
            if synonyms.is_empty() {
                continue;
            }
            let mut line = format!("{word}\t{}", part.letter);
            if counts.share(word, part) >= UNAMBIGUOUS {
                line.push('!');
            }
            if irregular.contains(word.as_str()) {
                line.push('*');
            }
            for (index, (other, _)) in synonyms.iter().enumerate() {
                line.push(if index == 0 { '\t' } else { ' ' });
                let mark = if irregular.contains(*other) { "*" } else { "" };
                // writing to a text cannot fail
                let _ = write!(line, "{other}{mark}");
            }
            lines.insert(line);
        }
    }
    if lines.len() < 450 {
        return Err(format!(
            "only {} words were found; the files in {} are not WordNet 3.0's",
            lines.len(),
            folder.display()
        ));
    }
    for line in OF_PROMPTS.lines().filter(|line| !line.starts_with('#')) {
        let line = line.replacen(' ', "\t", 2);
        let key: String = line.chars().take_while(|c| !c.is_whitespace()).chain(['\t']).collect();
        let part = line[key.len()..].chars().next();
        lines.retain(|other| !(other.starts_with(&key) && other[key.len()..].chars().next() == part));
        lines.insert(line);
    }
    let mut table = String::new();
    for line in lines {
        table.push_str(&line);
        table.push('\n');
    }
    Ok(table)
}

/// Occurrences in the tagged texts: by word and type, each sense's count by its number.
struct Counts(BTreeMap<(String, char), BTreeMap<u32, u32>>);

impl Counts {
    /// Lines are `lemma%type:file:id:head:head_id sense_number count` (`cntlist(5)`).
    fn read(text: &str) -> Self {
        let mut counts: BTreeMap<(String, char), BTreeMap<u32, u32>> = BTreeMap::new();
        for line in text.lines() {
            let mut fields = line.split(' ');
            let (Some(key), Some(Ok(sense)), Some(Ok(count))) =
                (fields.next(), fields.next().map(str::parse::<u32>), fields.next().map(str::parse::<u32>))
            else {
                continue;
            };
            let Some((lemma, rest)) = key.split_once('%') else { continue };
            // adjectives and their satellites are one list of senses
            let kind = match rest.chars().next() {
                Some('5') => '3',
                Some(kind) => kind,
                None => continue,
            };
            *counts.entry((lemma.to_owned(), kind)).or_default().entry(sense).or_default() += count;
        }
        Self(counts)
    }

    fn senses(&self, word: &str, part: &Part) -> Option<&BTreeMap<u32, u32>> {
        self.0.get(&(word.to_owned(), part.key_type))
    }

    /// The count of the first sense where it is frequent and dominant.
    fn dominant(&self, word: &str, part: &Part) -> Option<u32> {
        let senses = self.senses(word, part)?;
        let first = *senses.get(&1)?;
        let all: u32 = senses.values().sum();
        (first >= LEAST_COUNT && f64::from(first) >= DOMINANT * f64::from(all)).then_some(first)
    }

    /// The share of this part of speech in all occurrences of a word, in [0, 1].
    fn share(&self, word: &str, part: &Part) -> f64 {
        let of = |part: &Part| f64::from(self.senses(word, part).map_or(0, |senses| senses.values().sum::<u32>()));
        let all: f64 = PARTS.iter().map(of).sum();
        if all > 0.0 { of(part) / all } else { 0.0 }
    }
}

/// Each lemma's synsets, most frequent first.
fn read_index(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut index = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with(' ')) {
        // lemma pos synset_cnt p_cnt [ptr_symbol...] sense_cnt tagsense_cnt offset...
        let fields: Vec<&str> = line.split_whitespace().collect();
        let Some(Ok(pointers)) = fields.get(3).map(|field| field.parse::<usize>()) else { continue };
        let offsets = fields.iter().skip(4 + pointers + 2).map(|field| (*field).to_owned()).collect();
        if let Some(lemma) = fields.first() {
            index.insert((*lemma).to_owned(), offsets);
        }
    }
    index
}

/// Each synset's words.
fn read_data(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut data = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with(' ')) {
        // offset lex_filenum ss_type w_cnt(hex) word lex_id [word lex_id...] ...
        let fields: Vec<&str> = line.split_whitespace().collect();
        let Some(Ok(words)) = fields.get(3).map(|field| usize::from_str_radix(field, 16)) else { continue };
        let members = fields.iter().skip(4).step_by(2).take(words).map(|word| (*word).to_owned()).collect();
        if let Some(offset) = fields.first() {
            data.insert((*offset).to_owned(), members);
        }
    }
    data
}

/// Words with an inflected form that is not regular.
fn read_exceptions(text: &str) -> BTreeSet<String> {
    text.lines().flat_map(|line| line.split_whitespace().skip(1)).map(str::to_owned).collect()
}

/// Whether two words are spellings of one (`analyse`, `analyze`; `towards`, `toward`): replacing one gains nothing.
fn is_variant(a: &str, b: &str) -> bool {
    let plain = |word: &str| word.replace("our", "or").replace('z', "s").replace("ogue", "og").replace("ae", "e");
    let (a, b) = (plain(a), plain(b));
    a == b
        || a.strip_prefix(b.as_str()).is_some_and(|rest| rest.len() <= 2)
        || b.strip_prefix(a.as_str()).is_some_and(|rest| rest.len() <= 2)
}
