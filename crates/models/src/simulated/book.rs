use std::sync::LazyLock;

use super::{
    cues::CueReader,
    neutral::HARMS,
    reasoning::{REASONING, REASONING_HARMS},
    rules::Book,
    writing::WRITING,
};

/// Something that a sentence of a prompt can carry: a skill, or a harm.
#[derive(Debug)]
pub(super) struct Trait {
    /// Its name in hypotheses and documents.
    pub(super) name: &'static str,
    /// It is carried by a sentence that has a word of every group of one of these cues. A word belongs to a group when
    /// it begins with one of the group's roots; a root that begins with `=` must be the whole word.
    pub(super) cues: &'static [&'static [&'static [&'static str]]],
    /// Sentences that carry it and nothing else.
    pub(super) phrasings: &'static [&'static str],
}

/// The skills and harms of one kind of task, with the reader that finds them.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) skills: &'static [Trait],
    pub(super) harms: Vec<&'static Trait>,
    pub(super) reader: CueReader,
}

impl Table {
    fn new(skills: &'static [Trait], own_harms: &'static [Trait]) -> Self {
        let harms: Vec<&'static Trait> = HARMS.iter().chain(own_harms).collect();
        let reader = CueReader::new(skills.iter().chain(harms.iter().copied()), skills.len());
        Self { skills, harms, reader }
    }
}

static REASONING_TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(REASONING, REASONING_HARMS));
static WRITING_TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(WRITING, &[]));

impl Book {
    pub(super) fn table(self) -> &'static Table {
        match self {
            Self::Reasoning => &REASONING_TABLE,
            Self::Writing => &WRITING_TABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{cues::Carried, neutral::NEUTRAL},
        *,
    };

    fn carried(table: &Table, sentence: &str) -> Carried {
        let mut carried = Carried::default();
        table.reader.read(sentence, &mut carried);
        carried
    }

    #[test]
    fn every_phrasing_carries_its_own_trait_and_nothing_else() {
        for book in [Book::Reasoning, Book::Writing] {
            let table = book.table();
            for (i, skill) in table.skills.iter().enumerate() {
                assert!(skill.phrasings.len() >= 4, "{}", skill.name);
                for sentence in skill.phrasings {
                    let found = carried(table, sentence);
                    assert_eq!((found.skills, found.harms), (1 << i, 0), "{book:?} {}: {sentence}", skill.name);
                }
            }
            for (i, harm) in table.harms.iter().enumerate() {
                for sentence in harm.phrasings {
                    let found = carried(table, sentence);
                    assert_eq!((found.skills, found.harms), (0, 1 << i), "{book:?} {}: {sentence}", harm.name);
                }
            }
            for sentence in NEUTRAL {
                let found = carried(table, sentence);
                assert_eq!((found.skills, found.harms), (0, 0), "{book:?}: {sentence}");
            }
        }
    }

    #[test]
    fn bare_prompts_carry_nothing() {
        for prompt in [
            "Solve the problem. Give the final answer after ####.\n\nQuestion: {{question}}\nAnswer:",
            "Answer the question.\n{{question}}",
            "Classify the sentiment of the text as positive or negative.\n\n{{text}}",
            "Write a reply to this message: {{message}}",
        ] {
            for book in [Book::Reasoning, Book::Writing] {
                let found = carried(book.table(), prompt);
                assert_eq!((found.skills, found.harms), (0, 0), "{book:?}: {prompt}");
            }
        }
    }

    #[test]
    fn the_documentation_has_every_table() {
        let page = include_str!("../../../../docs/simulated.md");
        for trait_ in [Book::Reasoning, Book::Writing].iter().flat_map(|book| {
            let table = book.table();
            table.skills.iter().chain(table.harms.iter().copied())
        }) {
            for text in trait_.phrasings.iter().chain([&trait_.name]) {
                assert!(page.contains(text), "{text}");
            }
            for root in trait_.cues.iter().copied().flatten().copied().flatten() {
                assert!(page.contains(&format!("`{root}`")), "{root}");
            }
        }
        for sentence in NEUTRAL {
            assert!(page.contains(&format!("- {sentence}\n")), "{sentence}");
        }
        for (name, _) in super::super::rules::names() {
            assert!(page.contains(&format!("| `simulated:{name}` |")), "{name}");
        }
    }
}
