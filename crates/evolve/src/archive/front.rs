use clade_domain::Direction;

/// Whether one point is at least as good as another in every objective and better in one. Points hold one value for each
/// direction.
#[must_use]
pub fn dominates(one: &[f64], other: &[f64], directions: &[Direction]) -> bool {
    let mut better = false;
    for ((one, other), direction) in one.iter().zip(other).zip(directions) {
        let (one, other) = match direction {
            Direction::Maximize => (one, other),
            Direction::Minimize => (other, one),
        };
        if one < other {
            return false;
        }
        better |= one > other;
    }
    better
}

/// The Pareto front over objectives with directions, such as quality up, tokens, cost and latency down: the candidates that no
/// other dominates. Equal points stay side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Front<I> {
    directions: Vec<Direction>,
    members: Vec<(I, Vec<f64>)>,
}

impl<I: Ord + Copy> Front<I> {
    /// An empty front over these objectives.
    #[must_use]
    pub fn new(directions: Vec<Direction>) -> Self {
        Self { directions, members: Vec::new() }
    }

    /// Takes a candidate in with its value of each objective, in their order. Returns whether it is on the front. A point with
    /// too few values, or one that is not a number, is not.
    pub fn insert(&mut self, candidate: I, point: &[f64]) -> bool {
        if point.len() != self.directions.len() || point.iter().any(|value| value.is_nan()) {
            return false;
        }
        let directions = &self.directions;
        if self.members.iter().any(|(_, other)| dominates(other, point, directions)) {
            return false;
        }
        self.members.retain(|(id, other)| *id != candidate && !dominates(point, other, directions));
        let place = self.members.partition_point(|(id, _)| *id < candidate);
        self.members.insert(place, (candidate, point.to_vec()));
        true
    }

    /// Who is on the front, by id, with their points.
    #[must_use]
    pub fn members(&self) -> &[(I, Vec<f64>)] {
        &self.members
    }
}
