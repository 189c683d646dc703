/// The best few candidates by one number, best first; among equals the one with the lower id.
#[derive(Debug, Clone, PartialEq)]
pub struct HallOfFame<I> {
    places: usize,
    best: Vec<(I, f64)>,
}

impl<I: Ord + Copy> HallOfFame<I> {
    /// An empty hall with so many places.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self { places, best: Vec::new() }
    }

    /// Takes a candidate in with its value, a higher one being better; a candidate that is there already gets the new value.
    /// Returns whether it has a place. Not-a-number has none.
    pub fn insert(&mut self, candidate: I, value: f64) -> bool {
        self.best.retain(|(other, _)| *other != candidate);
        if value.is_nan() {
            return false;
        }
        self.best.push((candidate, value));
        self.best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.best.truncate(self.places);
        self.best.iter().any(|(other, _)| *other == candidate)
    }

    /// Who has a place, with their values, best first.
    #[must_use]
    pub fn ranking(&self) -> &[(I, f64)] {
        &self.best
    }

    /// The best one with its value.
    #[must_use]
    pub fn first(&self) -> Option<(I, f64)> {
        self.best.first().copied()
    }
}
