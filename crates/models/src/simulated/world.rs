use super::{
    cues::Carried,
    mixing::{Draw, Mixer},
    rules::Rules,
};

/// The hidden side of a simulated model: what questions need, and what comes of a prompt on a question.
#[derive(Debug)]
pub(super) struct World {
    pub(super) rules: Rules,
    pub(super) seed: u64,
}

/// What one answer depends on beside the rules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// What the instructions carry.
    pub(super) carried: Carried,
    /// The identity of the instructions' text.
    pub(super) prompt: u64,
    /// The identity of the question.
    pub(super) question: u64,
    /// Which repeat, mixed with the request's sampling seed.
    pub(super) sample: u64,
    /// Which repeat, for the drift.
    pub(super) repeat: u32,
    /// Whether the prompt has this very question with its answer.
    pub(super) memorised: bool,
}

impl World {
    /// The skills that a question needs, as bits; `None` where it can never be solved.
    pub(super) fn needs(&self, question: u64) -> Option<u32> {
        let draw = |draw| Mixer::new(self.seed, draw).word(question);
        if draw(Draw::Base).unit() < self.rules.base {
            return Some(0);
        }
        let skills = self.rules.skills;
        if skills == 0 {
            return None;
        }
        let mut left = draw(Draw::Count).unit() * self.rules.needs.iter().sum::<f64>();
        let mut count = 0;
        for (i, weight) in self.rules.needs.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            count = i + 1;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        let mut needed = 0_u32;
        for i in 0..count.min(skills) {
            // the n-th skill that is not needed yet
            let mut nth = draw(Draw::Pick).word(i as u64).below(skills - i);
            for skill in 0..skills {
                if needed & (1 << skill) == 0 {
                    if nth == 0 {
                        needed |= 1 << skill;
                        break;
                    }
                    nth -= 1;
                }
            }
        }
        Some(needed)
    }

    /// Whether harms or length spoil a question, before noise.
    pub(super) fn is_spoiled(&self, carried: Carried, question: u64) -> bool {
        let draw = |draw| Mixer::new(self.seed, draw).word(question);
        let harmed = (0..u32::BITS)
            .filter(|harm| carried.harms & (1 << harm) != 0)
            .any(|harm| draw(Draw::Spoil).word(u64::from(harm)).unit() < self.rules.spoil);
        let excess = carried.words.saturating_sub(self.rules.word_limit);
        harmed || (excess > 0 && draw(Draw::Long).unit() < excess as f64 / 100.0 * self.rules.long_loss)
    }

    /// Whether the question is answered right.
    pub(super) fn solves(&self, attempt: Attempt) -> bool {
        let able = attempt.memorised || self.lacks(attempt.carried, attempt.question) == Some(0);
        let right = able && !self.is_spoiled(attempt.carried, attempt.question);
        right != self.is_flipped(attempt, 0) && !self.has_drifted(attempt)
    }

    /// Whether noise turns an outcome round; `part` tells several outcomes of one attempt apart.
    pub(super) fn is_flipped(&self, attempt: Attempt, part: u64) -> bool {
        let draw = |draw| Mixer::new(self.seed, draw).word(attempt.question).word(attempt.prompt).word(part);
        let noise = self.rules.noise > 0.0 && draw(Draw::Noise).unit() < self.rules.noise;
        let sampled = self.rules.sample_noise > 0.0
            && draw(Draw::SampleNoise).word(attempt.sample).unit() < self.rules.sample_noise;
        noise != sampled
    }

    fn has_drifted(&self, attempt: Attempt) -> bool {
        let probability = (self.rules.drift * f64::from(attempt.repeat)).min(0.5);
        let draw = Mixer::new(self.seed, Draw::Drift).word(attempt.question).word(u64::from(attempt.repeat));
        probability > 0.0 && draw.unit() < probability
    }
}
