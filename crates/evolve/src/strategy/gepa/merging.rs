use std::collections::BTreeSet;

use clade_domain::{CandidateId, Prompt};
use rand::{RngExt, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::RunState;

/// Examples of D_pareto on which a merged prompt is tried first (gepa-ai's `num_subsample_ids`).
const SUBSAMPLE: usize = 5;
/// Pairs that are drawn before a merge is given up for this time (gepa-ai's `max_attempts`).
const ATTEMPTS: usize = 10;

/// Two members of the frontier that are to be merged.
#[derive(Debug, Clone)]
pub(super) struct Merge {
    /// The better one first.
    pub parents: [CandidateId; 2],
    /// A common ancestor, where components can be exchanged.
    ancestor: Option<CandidateId>,
}

impl Merge {
    /// Draws two of the `members`, neither an ancestor of the other and not merged before. With several components to change they need a
    /// common ancestor that is no better than either, and of which one of them kept a component that the other changed; it is drawn
    /// by its score (Agrawal et al. 2025, system-aware merge).
    pub(super) fn find(
        state: &RunState,
        members: &[CandidateId],
        mean: impl Fn(CandidateId) -> f64,
        merged: &[Self],
        rng: &mut ChaCha8Rng,
    ) -> Option<Self> {
        let mut members = members.to_vec();
        for _ in 0..ATTEMPTS {
            members.shuffle(rng);
            let [a, b, ..] = members.as_slice() else { return None };
            let parents = if mean(*b) > mean(*a) { [*b, *a] } else { [*a, *b] };
            let lines = parents.map(|id| ancestors(state, id));
            let related = lines[0].contains(&parents[1]) || lines[1].contains(&parents[0]);
            if related || merged.iter().any(|merge| parents.iter().all(|id| merge.parents.contains(id))) {
                continue;
            }
            let [Some(first), Some(second)] = parents.map(|id| state.candidate(id).map(|c| &c.prompt)) else {
                continue;
            };
            if first.components.iter().filter(|component| !component.frozen).count() < 2 {
                return Some(Self { parents, ancestor: None });
            }
            let common: Vec<(CandidateId, f64)> = lines[0]
                .intersection(&lines[1])
                .map(|id| (*id, mean(*id)))
                .filter(|(_, value)| *value <= mean(parents[1]))
                .filter(|(id, _)| state.candidate(*id).is_some_and(|base| exchangeable(&base.prompt, first, second)))
                .collect();
            let mut left = rng.random::<f64>() * common.iter().map(|(_, value)| value).sum::<f64>();
            let drawn = common.iter().find(|(_, value)| {
                left -= value;
                left <= 0.0
            });
            if let Some((ancestor, _)) = drawn {
                return Some(Self { parents, ancestor: Some(*ancestor) });
            }
        }
        None
    }

    /// Who merges them.
    pub(super) fn operator(&self) -> &'static str {
        if self.ancestor.is_some() { "component-merge" } else { "merge" }
    }

    /// What the operator is shown.
    pub(super) fn shown(&self) -> Vec<CandidateId> {
        self.parents.into_iter().chain(self.ancestor).collect()
    }
}

/// Whether one of two prompts kept a component of their ancestor that the other changed.
fn exchangeable(base: &Prompt, first: &Prompt, second: &Prompt) -> bool {
    let parts = base.components.iter().zip(&first.components).zip(&second.components);
    parts.into_iter().any(|((base, a), b)| a.text != b.text && (base.text == a.text || base.text == b.text))
}

fn ancestors(state: &RunState, candidate: CandidateId) -> BTreeSet<CandidateId> {
    let mut found = BTreeSet::new();
    let mut open = vec![candidate];
    while let Some(id) = open.pop() {
        for parent in state.candidate(id).map(|c| c.parents.as_slice()).unwrap_or_default() {
            if found.insert(*parent) {
                open.push(*parent);
            }
        }
    }
    found
}

/// Places on D_pareto for a first look at a merged prompt: a third each where the first parent is better, where the second is,
/// and where they are equal; filled up from the rest.
pub(super) fn subsample(scores: &[Vec<f64>; 2], rng: &mut ChaCha8Rng) -> Vec<usize> {
    let [first, second] = scores;
    let mut groups: [Vec<usize>; 3] = Default::default();
    for (place, (a, b)) in first.iter().zip(second).enumerate() {
        let group = if a > b { 0 } else { 1 + usize::from(a == b) };
        groups[group].push(place);
    }
    let each = SUBSAMPLE.div_ceil(3);
    let mut chosen: Vec<usize> = Vec::new();
    let mut rest: Vec<usize> = Vec::new();
    for group in &mut groups {
        group.shuffle(rng);
        let take = each.min(SUBSAMPLE - chosen.len()).min(group.len());
        chosen.extend(group.drain(..take));
        rest.append(group);
    }
    while chosen.len() < SUBSAMPLE && !rest.is_empty() {
        chosen.push(rest.swap_remove(rng.random_range(0..rest.len())));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_subsample_has_something_of_each_kind() {
        // the first is better on 0 to 9, the second on 10 to 19, both are equal on 20 to 29
        let first: Vec<f64> = (0..30).map(|i| if i < 10 { 1.0 } else { 0.0 }).collect();
        let second: Vec<f64> = (0..30).map(|i| if (10..20).contains(&i) { 1.0 } else { 0.0 }).collect();
        for seed in 0..50 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let places = subsample(&[first.clone(), second.clone()], &mut rng);
            let of = |range: std::ops::Range<usize>| places.iter().filter(|place| range.contains(place)).count();
            assert_eq!([of(0..10), of(10..20), of(20..30)], [2, 2, 1]);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let equal = subsample(&[vec![1.0; 9], vec![1.0; 9]], &mut rng);
        assert_eq!(equal.iter().collect::<BTreeSet<_>>().len(), 5, "filled up from the rest, none twice");
        assert_eq!(subsample(&[vec![1.0; 3], vec![0.0; 3]], &mut rng).len(), 3);
    }

    #[test]
    fn components_can_be_exchanged_where_only_one_side_changed() {
        let prompt = |texts: [&str; 2]| {
            let mut prompt = Prompt::user(texts[0]);
            let mut second = prompt.components[0].clone();
            second.name = "rules".into();
            second.text = texts[1].into();
            prompt.components.push(second);
            prompt
        };
        let base = prompt(["a", "b"]);
        let cases = [
            (["x", "b"], ["a", "y"], true),
            (["x", "b"], ["z", "b"], false),
            (["x", "y"], ["z", "w"], false),
            (["x", "y"], ["z", "b"], true),
        ];
        for (first, second, expected) in cases {
            assert_eq!(exchangeable(&base, &prompt(first), &prompt(second)), expected, "{first:?} {second:?}");
        }
    }
}
