//! What a race knows.

/// One candidate on one example, by their numbers in the race.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The candidate's number, in the order of joining.
    pub candidate: usize,
    /// The example's number.
    pub example: usize,
}

/// All cells that are known, as a [`super::Policy`] sees them: examples are numbered in the shuffled order that all
/// candidates of a race share, so that two candidates which went equally far met the same examples.
///
/// Memory: 8 bytes for each pair of candidate and example, and 4 for each known cell.
#[derive(Debug, Clone)]
pub struct Board {
    examples: usize,
    /// Not-a-number where nothing is known.
    scores: Vec<Vec<f64>>,
    /// Cells that were asked for and will never have a score.
    void: Vec<Vec<bool>>,
    columns: Vec<Vec<u32>>,
    sums: Vec<f64>,
    counts: Vec<usize>,
    known: usize,
}

impl Board {
    /// Without candidates.
    #[must_use]
    pub fn new(examples: usize) -> Self {
        Self {
            examples,
            scores: Vec::new(),
            void: Vec::new(),
            columns: vec![Vec::new(); examples],
            sums: vec![0.0; examples],
            counts: Vec::new(),
            known: 0,
        }
    }

    /// A candidate joins; its number is returned.
    pub fn add(&mut self) -> usize {
        self.scores.push(vec![f64::NAN; self.examples]);
        self.void.push(Vec::new());
        self.counts.push(0);
        self.scores.len() - 1
    }

    /// Enters a cell: a score in [0, 1], or `None` where the cell failed for good. The first entry of a cell counts; cells off
    /// the board are left out.
    pub fn enter(&mut self, cell: Cell, score: Option<f64>) {
        let Cell { candidate, example } = cell;
        if candidate >= self.candidates() || example >= self.examples || self.settled(candidate, example) {
            return;
        }
        let Some(score) = score.filter(|score| score.is_finite()) else {
            let void = &mut self.void[candidate];
            void.resize(self.examples, false);
            void[example] = true;
            return;
        };
        let score = score.clamp(0.0, 1.0);
        self.scores[candidate][example] = score;
        self.columns[example].push(u32::try_from(candidate).unwrap_or(u32::MAX));
        self.sums[example] += score;
        self.counts[candidate] += 1;
        self.known += 1;
    }

    /// How many candidates take part.
    #[must_use]
    pub fn candidates(&self) -> usize {
        self.scores.len()
    }

    /// How many examples there are.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// Cells with a score.
    #[must_use]
    pub fn known(&self) -> usize {
        self.known
    }

    /// A cell's score.
    #[must_use]
    pub fn score(&self, candidate: usize, example: usize) -> Option<f64> {
        Some(self.scores[candidate][example]).filter(|score| !score.is_nan())
    }

    /// Whether a cell has its score or will never have one: nothing is to be bought there.
    #[must_use]
    pub fn settled(&self, candidate: usize, example: usize) -> bool {
        !self.scores[candidate][example].is_nan() || self.void[candidate].get(example).copied().unwrap_or(false)
    }

    /// How many examples a candidate has scores on.
    #[must_use]
    pub fn count(&self, candidate: usize) -> usize {
        self.counts[candidate]
    }

    /// Candidates with a score on an example, in the order in which the scores came.
    pub fn seen_by(&self, example: usize) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.columns[example].iter().map(|&candidate| candidate as usize)
    }

    /// The sum of an example's scores.
    #[must_use]
    pub fn sum(&self, example: usize) -> f64 {
        self.sums[example]
    }

    /// A candidate's mean over what is known of it; `None` before its first score.
    #[must_use]
    pub fn mean(&self, candidate: usize) -> Option<f64> {
        let sum: f64 = self.scores[candidate].iter().filter(|score| !score.is_nan()).sum();
        (self.counts[candidate] > 0).then(|| sum / self.counts[candidate] as f64)
    }

    /// Differences, `a` minus `b`, over the first `reach` examples that both have scores on.
    #[must_use]
    pub fn differences(&self, a: usize, b: usize, reach: usize) -> Vec<f64> {
        let pairs = self.scores[a].iter().zip(&self.scores[b]).take(reach);
        pairs.map(|(a, b)| a - b).filter(|difference| !difference.is_nan()).collect()
    }

    /// Cells among the first `reach` examples that the candidate still has to buy.
    pub fn missing(&self, candidate: usize, reach: usize) -> impl Iterator<Item = Cell> + '_ {
        (0..reach.min(self.examples))
            .filter(move |&example| !self.settled(candidate, example))
            .map(move |example| Cell { candidate, example })
    }
}

/// Indices from the highest value down; equal values in the order of joining.
#[must_use]
pub fn ranking(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
    order
}

/// The first of those with the highest value.
#[must_use]
pub fn best(values: &[f64]) -> Option<usize> {
    (0..values.len()).reduce(|best, next| if values[next] > values[best] { next } else { best })
}
