use super::{
    book::{Table, Trait},
    cues::Carried,
    edits::{has_placeholder, is_fixed, pieces, replaced, with_sentence, without},
    mixing::Mixer,
    neutral::NEUTRAL,
    rules::Book,
    world::World,
};

/// Share of the sentences with a known meaning that a paraphrase words anew.
const REWORDED: f64 = 0.8;
/// Share of the sentences that a crossover takes from each parent.
const TAKEN: f64 = 0.75;
/// Share of the other parent's harmful sentences that a merge takes over.
const HARM_TAKEN: f64 = 0.5;

/// A change, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Idea {
    pub(super) hypothesis: String,
    pub(super) text: String,
}

/// Writes proposals; what it does is settled by its draws.
pub(super) struct Writer<'a> {
    world: &'a World,
    table: &'static Table,
    draw: Mixer,
    /// What the whole prompt carries.
    carried: Carried,
}

/// Kinds of draws of one proposal.
enum Part {
    Kind = 1,
    Drop,
    Dropped,
    Trait,
    Phrasing,
    Aim,
    Placeholder,
    Each,
}

impl<'a> Writer<'a> {
    pub(super) fn new(world: &'a World, draw: Mixer, whole: &str) -> Self {
        let table = world.rules.book.table();
        let mut carried = Carried::default();
        table.reader.read(whole, &mut carried);
        Self { world, table, draw, carried }
    }

    /// Loses a sentence or not, then adds one: a skill that a shown failure needs, a harm, or a neutral one.
    pub(super) fn reflect(&self, text: &str, failures: impl Iterator<Item = u64>) -> Idea {
        let all = self.all_skills();
        let needed = match self.world.rules.book {
            Book::Writing => all,
            Book::Reasoning => failures.filter_map(|question| self.world.needs(question)).fold(0, |all, one| all | one),
        };
        let aimless = self.unit(Part::Aim, 0) < self.world.rules.misaim;
        let wanted = if aimless { all } else { needed } & !self.carried.skills;
        self.with_addition(&self.with_loss(text), wanted, 1.0)
    }

    /// Adds a sentence without having seen failures: a useful one half as often as when reflecting.
    pub(super) fn elaborate(&self, text: &str) -> Idea {
        self.with_addition(text, self.all_skills() & !self.carried.skills, 0.5)
    }

    /// Starts from what a prompt has that carries nothing, and elaborates on that.
    pub(super) fn afresh(&self, text: &str) -> Idea {
        let all = pieces(text);
        let carrying = (0..all.len()).rev().filter(|i| !is_fixed(all[*i]) && self.carried_by(all[*i]) != (0, 0));
        self.elaborate(&carrying.fold(text.to_owned(), |text, i| without(&pieces(&text), i)))
    }

    /// Puts what two prompts differ in into the best one, elaborates on that, and crosses the result with the current one.
    pub(super) fn differential(&self, current: &str, [one, other]: [&str; 2], best: &str) -> Idea {
        let step = |n: u64| Self { draw: self.draw.word(n), ..*self };
        let own = |text: &str, not: &str| -> String {
            let all = pieces(text);
            let shared = (0..all.len()).rev().filter(|i| !is_fixed(all[*i]) && not.contains(all[*i].trim()));
            shared.fold(text.to_owned(), |text, i| without(&pieces(&text), i))
        };
        let mixed = step(1).union(best, &own(one, other), TAKEN, TAKEN).text;
        let mixed = step(2).union(&mixed, &own(other, one), TAKEN, TAKEN).text;
        let changed = step(3).elaborate(&mixed).text;
        step(4).crossover(&changed, current)
    }

    /// Words sentences anew: those with a known meaning by another phrasing of it, others by other words.
    pub(super) fn paraphrase(&self, text: &str) -> Idea {
        let mut text = text.to_owned();
        for i in 0..pieces(&text).len() {
            let all = pieces(&text);
            let piece = all[i];
            if is_fixed(piece) || self.unit(Part::Each, i) >= REWORDED {
                continue;
            }
            let sentence = piece.trim();
            let said = match self.known(sentence) {
                Some(known) => self.other(known.phrasings, sentence, i),
                None if NEUTRAL.contains(&sentence) => self.other(NEUTRAL, sentence, i),
                None => reworded(sentence),
            };
            text = replaced(&all, i, &said);
        }
        Idea { hypothesis: "Other words may be understood better.".into(), text }
    }

    /// Drops a sentence that carries nothing; by mistake, with the probability of losing one, any sentence.
    pub(super) fn shorten(&self, text: &str) -> Idea {
        let hypothesis = "A shorter prompt may do as well.".to_owned();
        let all = pieces(text);
        let mistaken = self.unit(Part::Drop, 0) < self.world.rules.drop;
        let idle: Vec<usize> =
            (0..all.len()).filter(|i| !is_fixed(all[*i]) && (mistaken || self.carried_by(all[*i]) == (0, 0))).collect();
        let spare = all.iter().filter(|piece| !is_fixed(piece)).count() > 1;
        match idle.get(self.pick(Part::Dropped, idle.len())) {
            Some(gone) if spare => Idea { hypothesis, text: without(&all, *gone) },
            _ => Idea { hypothesis, text: all.iter().map(|piece| leaner(piece)).collect() },
        }
    }

    /// The first parent with the second's sentences that add a skill; each may be lost, and harms may come along.
    pub(super) fn merge(&self, text: &str, other: &str) -> Idea {
        self.union(text, other, 1.0 - self.world.rules.drop, HARM_TAKEN)
    }

    /// Most sentences of the first parent with most of the second's that add a skill or a harm.
    pub(super) fn crossover(&self, text: &str, other: &str) -> Idea {
        let all = pieces(text);
        let lost = (0..all.len()).rev().filter(|i| !is_fixed(all[*i]) && self.unit(Part::Drop, *i) >= TAKEN);
        let kept = lost.fold(text.to_owned(), |text, i| without(&pieces(&text), i));
        self.union(&kept, other, TAKEN, TAKEN)
    }

    fn union(&self, text: &str, other: &str, keep: f64, keep_harm: f64) -> Idea {
        let mut merged = text.to_owned();
        let mut mine = Carried::default();
        self.table.reader.read(text, &mut mine);
        for (i, piece) in pieces(other).into_iter().enumerate().filter(|(_, piece)| !is_fixed(piece)) {
            let (skills, harms) = self.carried_by(piece);
            let kept = self.unit(Part::Each, i) < if harms == 0 { keep } else { keep_harm };
            if kept && (skills & !mine.skills) | (harms & !mine.harms) != 0 {
                merged = with_sentence(&merged, piece.trim());
                mine.skills |= skills;
                mine.harms |= harms;
            }
        }
        Idea { hypothesis: "Each of the two prompts solves what the other does not.".into(), text: merged }
    }

    fn with_loss(&self, text: &str) -> String {
        let all = pieces(text);
        let loose: Vec<usize> = (0..all.len()).filter(|i| !is_fixed(all[*i])).collect();
        match loose.get(self.pick(Part::Dropped, loose.len())) {
            Some(gone) if self.unit(Part::Drop, 0) < self.world.rules.drop => without(&all, *gone),
            _ => text.to_owned(),
        }
    }

    fn with_addition(&self, text: &str, wanted: u32, share: f64) -> Idea {
        let kind = self.unit(Part::Kind, 0);
        let useful = self.world.rules.useful * share;
        let harm = self.world.rules.harm * share;
        if kind < useful && wanted != 0 {
            let skills: Vec<usize> = (0..self.table.skills.len()).filter(|i| wanted & (1 << i) != 0).collect();
            let skill = &self.table.skills[skills[self.pick(Part::Trait, skills.len())]];
            let sentence = self.other(skill.phrasings, "", 0);
            let hypothesis = format!("The failures shown need to be told to {}.", skill.name);
            return Idea { hypothesis, text: with_sentence(text, &sentence) };
        }
        if (useful..useful + harm).contains(&kind) {
            let harms = &self.table.harms;
            let fresh: Vec<usize> = (0..harms.len()).filter(|i| self.carried.harms & (1 << i) == 0).collect();
            if let Some(harm) = fresh.get(self.pick(Part::Trait, fresh.len())) {
                let sentence = self.other(harms[*harm].phrasings, "", 0);
                let hypothesis = format!("It may help to {}.", harms[*harm].name);
                return Idea { hypothesis, text: with_sentence(text, &sentence) };
            }
        }
        let fresh: Vec<&str> = NEUTRAL.iter().copied().filter(|sentence| !text.contains(sentence)).collect();
        let sentence = self.other(if fresh.is_empty() { NEUTRAL } else { &fresh }, "", 0);
        Idea { hypothesis: "A clearer tone may help.".into(), text: with_sentence(text, &sentence) }
    }

    fn all_skills(&self) -> u32 {
        (1_u64 << self.world.rules.skills).wrapping_sub(1) as u32
    }

    fn carried_by(&self, sentence: &str) -> (u32, u32) {
        let mut carried = Carried::default();
        self.table.reader.read(sentence, &mut carried);
        (carried.skills, carried.harms)
    }

    /// The one trait that a sentence carries.
    fn known(&self, sentence: &str) -> Option<&'static Trait> {
        match self.carried_by(sentence) {
            (skills, 0) if skills.is_power_of_two() => self.table.skills.get(skills.trailing_zeros() as usize),
            (0, harms) if harms.is_power_of_two() => self.table.harms.get(harms.trailing_zeros() as usize).copied(),
            _ => None,
        }
    }

    /// One of the phrasings, another than the present one.
    fn other(&self, phrasings: &[&str], present: &str, salt: usize) -> String {
        let others: Vec<&str> = phrasings.iter().copied().filter(|phrasing| *phrasing != present).collect();
        let draw = self.draw.word(Part::Phrasing as u64).word(salt as u64);
        others.get(draw.below(others.len())).copied().unwrap_or(present).to_owned()
    }

    fn unit(&self, part: Part, salt: usize) -> f64 {
        self.draw.word(part as u64).word(salt as u64).unit()
    }

    fn pick(&self, part: Part, n: usize) -> usize {
        self.draw.word(part as u64).below(n)
    }
}

/// With a small probability the text loses what holds its first placeholder, so that the proposal must be rejected.
pub(super) fn maybe_lose_placeholder(world: &World, draw: Mixer, text: String) -> String {
    if draw.word(Part::Placeholder as u64).unit() >= world.rules.lose_placeholder {
        return text;
    }
    let all = pieces(&text);
    match all.iter().position(|piece| has_placeholder(piece)) {
        Some(gone) => without(&all, gone),
        None => text,
    }
}

/// Words that mean the same in instructions, replaced both ways.
const SYNONYMS: [(&str, &str); 8] = [
    ("Give", "State"),
    ("Solve", "Work out"),
    ("Answer", "Respond to"),
    ("Classify", "Categorise"),
    ("Write", "Compose"),
    ("following", "given"),
    ("Make sure", "See to it"),
    ("must", "should"),
];

fn reworded(sentence: &str) -> String {
    for (a, b) in SYNONYMS {
        for (from, to) in [(a, b), (b, a)] {
            if sentence.contains(from) {
                return sentence.replacen(from, to, 1);
            }
        }
    }
    sentence.to_owned()
}

/// Words that a shorter text does without.
const FILLERS: [&str; 6] = ["please ", "Please ", "very ", "really ", "kindly ", "just "];

fn leaner(piece: &str) -> String {
    if is_fixed(piece) {
        return piece.to_owned();
    }
    FILLERS.iter().fold(piece.to_owned(), |text, filler| text.replace(filler, ""))
}
