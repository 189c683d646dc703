use super::{
    book::{Table, Trait},
    cues::{Carried, MOST},
    edits::{has_placeholder, is_fixed, pieces, replaced, with_sentence, without},
    memory,
    mixing::Mixer,
    neutral::NEUTRAL,
    opaque,
    rules::Book,
    world::World,
};

/// Stands for the place of a sentence that is added.
const NEW: usize = usize::MAX;
/// Share of the sentences with a known meaning that a paraphrase words anew.
const REWORDED: f64 = 0.8;
/// Share of the sentences that a crossover takes from each parent.
const TAKEN: f64 = 0.75;
/// Share of the other parent's harmful sentences that a merge takes over.
const HARM_TAKEN: f64 = 0.5;

/// A failure that an operator shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The question's identity.
    pub(super) question: u64,
    /// Its words.
    pub(super) text: String,
    /// The right answer, where there is one.
    pub(super) answer: Option<String>,
}

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
    Rewrite,
    Opening,
    Closing,
    Opaque,
}

/// What a sentence is added for.
struct Aim<'a> {
    /// The skills that would help, as bits.
    wanted: u32,
    useful: f64,
    harm: f64,
    memorise: f64,
    failures: &'a [Shown],
}

impl<'a> Writer<'a> {
    pub(super) fn new(world: &'a World, draw: Mixer, whole: &str) -> Self {
        let table = world.rules.book.table();
        let mut carried = Carried::default();
        table.reader.read(whole, &mut carried);
        Self { world, table, draw, carried }
    }

    /// Loses a sentence or not, then adds one: a skill that a shown failure needs, a harm, a copied example, or a neutral
    /// one.
    pub(super) fn reflect(&self, text: &str, failures: &[Shown]) -> Idea {
        let rules = &self.world.rules;
        let all = self.world.all_repairs(self.carried);
        let helps: Vec<u32> = failures.iter().map(|failure| self.helps(failure)).collect();
        let sharing = |skill: usize| helps.iter().filter(|helps| *helps & (1 << skill) != 0).count();
        let mut wanted = match rules.book {
            Book::Writing => all,
            Book::Reasoning => helps.iter().fold(0, |all, one| all | one),
        };
        let mut useful = rules.useful;
        if rules.generalise > 0.0 {
            let most = skills_of(wanted).map(sharing).max().unwrap_or(0);
            wanted = skills_of(wanted).filter(|skill| sharing(*skill) == most).fold(0, |mask, skill| mask | 1 << skill);
            let grown = useful + rules.generalise * most.saturating_sub(1) as f64;
            useful = grown.min(1.0 - rules.harm - rules.memorise);
        }
        if self.unit(Part::Aim, 0) < rules.misaim {
            wanted = all;
        }
        let (harm, memorise) = (rules.harm, rules.memorise);
        self.with_addition(&self.with_loss(text), &Aim { wanted, useful, harm, memorise, failures })
    }

    /// The skills that would help a shown failure.
    fn helps(&self, failure: &Shown) -> u32 {
        match self.world.rules.book {
            Book::Writing => self.world.all_repairs(self.carried),
            Book::Reasoning => {
                let lacking = self.world.lacks(self.carried, failure.question).unwrap_or(0);
                self.world.repairs(lacking, self.carried)
            }
        }
    }

    /// Adds a sentence without having seen failures: a useful one half as often as when reflecting.
    pub(super) fn elaborate(&self, text: &str) -> Idea {
        let (useful, harm) = (self.world.rules.useful / 2.0, self.world.rules.harm / 2.0);
        let wanted = self.world.all_repairs(self.carried);
        self.with_addition(text, &Aim { wanted, useful, harm, memorise: 0.0, failures: &[] })
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
        let text = self.worded_anew(text, Part::Each, REWORDED);
        Idea { hypothesis: "Other words may be understood better.".into(), text }
    }

    /// What becomes of a proposal's sentences where the model words them anew with everything that it writes.
    pub(super) fn rewritten(&self, idea: Idea) -> Idea {
        match self.world.rules.rewrite {
            0.0 => idea,
            share => Idea { text: self.worded_anew(&idea.text, Part::Rewrite, share), ..idea },
        }
    }

    fn worded_anew(&self, text: &str, part: Part, share: f64) -> String {
        let draw = self.draw.word(part as u64);
        let mut text = text.to_owned();
        for i in 0..pieces(&text).len() {
            let all = pieces(&text);
            let piece = all[i];
            if is_fixed(piece) || draw.word(i as u64).unit() >= share {
                continue;
            }
            let sentence = piece.trim();
            let core = opaque::core(sentence);
            let said = match self.known(sentence) {
                Some(known) => self.other(known.phrasings, &core, i),
                None if NEUTRAL.contains(&core.as_str()) => self.other(NEUTRAL, &core, i),
                None => reworded(&core),
            };
            let said = self.in_own_words(said, i);
            // words that carry something else are none for this sentence
            if self.carried_by(&said) == self.carried_by(sentence) {
                text = replaced(&all, i, &said);
            }
        }
        text
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

    fn with_addition(&self, text: &str, aim: &Aim<'_>) -> Idea {
        let kind = self.unit(Part::Kind, 0);
        let harmful = aim.useful + aim.harm;
        if kind < aim.useful && aim.wanted != 0 {
            let skills: Vec<usize> = skills_of(aim.wanted).collect();
            let skill = &self.table.skills[skills[self.pick(Part::Trait, skills.len())]];
            let sentence = self.in_own_words(self.fresh(skill.phrasings, text), NEW);
            let hypothesis = format!("The failures shown need to be told to {}.", skill.name);
            return Idea { hypothesis, text: with_sentence(text, &sentence) };
        }
        if (aim.useful..harmful).contains(&kind) {
            let harms = &self.table.harms;
            let fresh: Vec<usize> = (0..harms.len()).filter(|i| self.carried.harms & (1 << i) == 0).collect();
            if let Some(harm) = fresh.get(self.pick(Part::Trait, fresh.len())) {
                let sentence = self.in_own_words(self.other(harms[*harm].phrasings, "", 0), NEW);
                let hypothesis = format!("It may help to {}.", harms[*harm].name);
                return Idea { hypothesis, text: with_sentence(text, &sentence) };
            }
        }
        if (harmful..harmful + aim.memorise).contains(&kind) {
            let shown: Vec<(&str, &str)> =
                aim.failures.iter().filter_map(|shown| Some((shown.text.as_str(), shown.answer.as_deref()?))).collect();
            if let Some((question, answer)) = shown.get(self.pick(Part::Trait, shown.len())) {
                let hypothesis = "An example with its answer shows what is meant.".to_owned();
                return Idea { hypothesis, text: with_sentence(text, &memory::copied(question, answer)) };
            }
        }
        let sentence = self.in_own_words(self.fresh(NEUTRAL, text), NEW);
        Idea { hypothesis: "A clearer tone may help.".into(), text: with_sentence(text, &sentence) }
    }

    /// One of the phrasings that a text does not have yet, or any where it has them all.
    fn fresh(&self, phrasings: &[&str], text: &str) -> String {
        let fresh: Vec<&str> = phrasings.iter().copied().filter(|sentence| !text.contains(sentence)).collect();
        self.other(if fresh.is_empty() { phrasings } else { &fresh }, "", 0)
    }

    /// The sentence in words that no table has, where this is how the model writes.
    fn in_own_words(&self, sentence: String, salt: usize) -> String {
        if self.unit(Part::Opaque, salt) >= self.world.rules.opaque {
            return sentence;
        }
        let draw = |part: Part, n| self.draw.word(part as u64).word(salt as u64).below(n);
        opaque::framed(
            &sentence,
            draw(Part::Opening, opaque::OPENINGS.len()),
            draw(Part::Closing, opaque::CLOSINGS.len()),
        )
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

/// The skills of a mask, in order.
fn skills_of(mask: u32) -> impl Iterator<Item = usize> {
    (0..MOST).filter(move |skill| mask & (1 << skill) != 0)
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
