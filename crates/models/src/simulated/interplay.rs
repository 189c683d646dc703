//! How the skills of a prompt work together: pairs, order, and repairs that are only partial.

use super::{
    cues::Carried,
    mixing::{Draw, Mixer},
    world::World,
};

impl World {
    /// The skills of a prompt that work, as bits: those it carries, without halves of pairs and what order undoes.
    pub(super) fn working(&self, carried: Carried) -> u32 {
        let mut working = carried.skills;
        for (a, b) in self.pairs() {
            let both = 1 << a | 1 << b;
            if carried.skills & both != both {
                working &= !both;
            }
        }
        for (lower, upper, overrides) in self.ordered() {
            if carried.is_before(upper, lower) {
                working &= !(1 << upper);
                if !overrides {
                    working &= !(1 << lower);
                }
            }
        }
        working
    }

    /// The skills that a question needs and the prompt does not supply, as bits; `None` where it can never be solved.
    pub(super) fn lacks(&self, carried: Carried, question: u64) -> Option<u32> {
        let needs = self.needs(question)?;
        let weak = if self.rules.partial > 0.0 { needs & !carried.strong } else { 0 };
        let unrepaired = bits(weak).filter(|skill| self.is_stubborn(question, *skill));
        Some(unrepaired.fold(needs & !self.working(carried), |lacking, skill| lacking | 1 << skill))
    }

    /// The skills to say, once more or for the first time, so that lacking ones are supplied: the skill itself, the other
    /// half of its pair, or the one that must stand last.
    pub(super) fn repairs(&self, lacking: u32, carried: Carried) -> u32 {
        let mut wanted = lacking & !carried.skills;
        if self.rules.partial > 0.0 {
            wanted |= lacking & !carried.strong;
        }
        for (a, b) in self.pairs().filter(|(a, b)| lacking & (1 << a | 1 << b) != 0) {
            wanted |= (1 << a | 1 << b) & !carried.skills;
        }
        for (lower, upper, _) in self.ordered().filter(|(a, b, _)| lacking & (1 << a | 1 << b) != 0) {
            if carried.is_before(upper, lower) {
                wanted |= 1 << upper;
            }
        }
        wanted
    }

    /// All that could still be said for a prompt.
    pub(super) fn all_repairs(&self, carried: Carried) -> u32 {
        let all = ((1_u64 << self.rules.skills) - 1) as u32;
        let weak = if self.rules.partial > 0.0 { !carried.strong } else { 0 };
        self.repairs(all & (!self.working(carried) | weak), carried)
    }

    /// Whether one sentence for a skill is not enough for a question.
    fn is_stubborn(&self, question: u64, skill: usize) -> bool {
        Mixer::new(self.seed, Draw::Partial).word(question).word(skill as u64).unit() < self.rules.partial
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.rules.pairs).map(|i| (2 * i, 2 * i + 1))
    }

    /// Lower and upper skill, and whether the lower one overrides the upper one instead of spoiling both.
    fn ordered(&self) -> impl Iterator<Item = (usize, usize, bool)> {
        let (half, conflicts) = (self.rules.skills / 2, self.rules.conflicts);
        (0..conflicts + self.rules.overrides).map(move |i| (i, half + i, i >= conflicts))
    }
}

/// The places of the bits that are set.
fn bits(mut mask: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::simulated::rules::{Book, Rules};

    fn world(config: Value) -> World {
        let config: BTreeMap<String, Value> = serde_json::from_value(config).unwrap();
        World { rules: Rules::new("gentle", &config).unwrap(), seed: 4 }
    }

    fn carried(order: &[usize]) -> Carried {
        let table = Book::Reasoning.table();
        let mut carried = Carried::default();
        for (i, skill) in order.iter().enumerate() {
            table.reader.read(table.skills[*skill].phrasings[i % 4], &mut carried);
        }
        carried
    }

    #[test]
    fn pairs_and_order_decide_what_works_and_what_would_help() {
        let pairs = json!({"pairs": 4});
        let conflicts = json!({"conflicts": 4});
        let overrides = json!({"overrides": 4});
        let mixed = json!({"conflicts": 1, "overrides": 1, "pairs": 1});
        // settings, skills in the order of their sentences, what works, what helps a question that needs 0 and 4
        let table: [(&Value, &[usize], u32, u32); 13] = [
            (&json!({}), &[0, 5], 0b10_0001, 0b1_0000),
            (&pairs, &[0], 0, 0b11_0010),
            (&pairs, &[0, 1, 4], 0b11, 0b10_0000),
            (&pairs, &[5, 4, 1, 0], 0b11_0011, 0),
            (&conflicts, &[0, 4], 0b1_0001, 0),
            (&conflicts, &[4, 0], 0, 0b1_0000),
            (&conflicts, &[4, 0, 4], 0b1_0001, 0),
            (&conflicts, &[4, 1], 0b1_0010, 0b1),
            (&overrides, &[4, 0], 0b1, 0b1_0000),
            (&overrides, &[0, 4], 0b1_0001, 0),
            (&mixed, &[4, 0, 1], 0b10, 0b1_0000),
            (&mixed, &[5, 1, 0], 0b11, 0b1_0000),
            (&mixed, &[4, 5, 1], 0b1_0000, 0b1),
        ];
        for (config, order, works, helps) in table {
            let (world, carried) = (world(config.clone()), carried(order));
            assert_eq!(world.working(carried), works, "{config} {order:?}");
            let lacking = 0b1_0001 & !world.working(carried);
            assert_eq!(world.repairs(lacking, carried), helps, "{config} {order:?}");
        }
        assert_eq!(world(pairs).all_repairs(carried(&[0, 1, 4])), 0b1110_1100);
        assert_eq!(world(conflicts).all_repairs(carried(&[0, 4, 5, 1])), 0b1110_1100);
    }

    #[test]
    fn one_sentence_repairs_a_share_and_two_different_ones_repair_all() {
        let world = world(json!({"partial": 0.4, "needs": [1], "base": 0, "skills": 1}));
        let solved = |order: &[usize]| (0..4000).filter(|q| world.lacks(carried(order), *q) == Some(0)).count();
        assert_eq!(solved(&[]), 0);
        // 60 %, within three and a half standard errors
        assert!((2290..=2510).contains(&solved(&[0])), "{}", solved(&[0]));
        assert_eq!(solved(&[0, 0]), 4000);
        let once = carried(&[0]);
        assert_eq!((world.all_repairs(once), world.all_repairs(carried(&[0, 0]))), (1, 0));
        let stubborn = (0..4000).find(|q| world.lacks(once, *q) == Some(1)).unwrap();
        assert_eq!(world.repairs(1, once), 1, "{stubborn} needs it said once more");
    }
}
