//! The book-keeping that every policy shares.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{
    board::{Board, Cell},
    policies::PolicyKind,
    policy::{Policy, Purse},
};

/// A race between candidates: it says which cells to buy next and who leads.
///
/// Results may come late and in any order: they are held back until their batch is complete and taken in the order of ordering,
/// so the same calls of [`Race::add`] and [`Race::observe`] between the same batches give the same race. Cells that nobody
/// ordered (bought before, or elsewhere) are welcome at any time and join with the next batch. Candidates may join at any
/// time; nobody has to leave for that, the leader included.
#[derive(Debug)]
pub struct Race {
    policy: Box<dyn Policy>,
    board: Board,
    /// The example at each place of the shared order, and the reverse.
    order: Vec<usize>,
    place: Vec<usize>,
    total: Option<usize>,
    spent: usize,
    batch: Vec<Cell>,
    handed: usize,
    /// Results of the batch, then results that nobody ordered; both by place.
    arrived: BTreeMap<Cell, Option<f64>>,
    given: BTreeMap<Cell, Option<f64>>,
    changed: bool,
    exhausted: bool,
}

impl Race {
    /// A race of `candidates` (more may join) over `examples`, which are met in an order drawn from `seed`.
    ///
    /// `total` is how many cells the race will buy in all, where that is known: schedules are made for it, and no more are ever
    /// handed out. Without it, a policy goes on until it is sure or everything is known.
    #[must_use]
    pub fn new(kind: PolicyKind, candidates: usize, examples: usize, total: Option<usize>, seed: u64) -> Self {
        Self::with(kind.build(), candidates, examples, total, seed)
    }

    /// The same with a policy of one's own.
    #[must_use]
    pub fn with(policy: Box<dyn Policy>, candidates: usize, examples: usize, total: Option<usize>, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..examples).collect();
        shuffle(&mut order, &mut ChaCha8Rng::seed_from_u64(seed));
        let mut place = vec![0; examples];
        for (at, &example) in order.iter().enumerate() {
            place[example] = at;
        }
        let mut race = Self {
            policy,
            board: Board::new(examples),
            order,
            place,
            total,
            spent: 0,
            batch: Vec::new(),
            handed: 0,
            arrived: BTreeMap::new(),
            given: BTreeMap::new(),
            changed: true,
            exhausted: false,
        };
        for _ in 0..candidates {
            race.add();
        }
        race
    }

    /// A candidate joins; its number is returned.
    pub fn add(&mut self) -> usize {
        self.changed = true;
        self.exhausted = false;
        self.board.add()
    }

    /// A result: a score in [0, 1], or `None` for a cell that failed for good and will not be asked for again. The first result
    /// of a cell counts; what lies outside the race is left out.
    pub fn observe(&mut self, candidate: usize, example: usize, score: Option<f64>) {
        let Some(&example) = self.place.get(example) else { return };
        let cell = Cell { candidate, example };
        if self.batch.contains(&cell) {
            self.arrived.entry(cell).or_insert(score);
            if self.arrived.len() == self.batch.len() {
                self.close_batch();
            }
        } else {
            self.given.entry(cell).or_insert(score);
        }
    }

    /// Up to `capacity` cells to buy now. Empty while a batch waits for its results, and when the race is over.
    pub fn next(&mut self, capacity: usize) -> Vec<Cell> {
        self.plan();
        let end = self.batch.len().min(self.handed.saturating_add(capacity));
        let cells: Vec<Cell> = self.batch[self.handed..end]
            .iter()
            .filter(|cell| !self.arrived.contains_key(cell))
            .map(|&Cell { candidate, example }| Cell { candidate, example: self.order[example] })
            .collect();
        self.handed = end;
        cells
    }

    /// The candidate to name now, by all complete batches; `None` without candidates.
    pub fn leader(&mut self) -> Option<usize> {
        self.learn();
        (self.board.candidates() > 0).then(|| self.policy.leader(&self.board))
    }

    /// Whether nothing more is to be bought: the total is spent, everything worth knowing is known, or the policy is sure.
    pub fn is_over(&mut self) -> bool {
        self.plan();
        self.batch.is_empty()
    }

    /// Cells ordered so far.
    #[must_use]
    pub fn spent(&self) -> usize {
        self.spent
    }

    /// Candidates that the policy dropped for good.
    #[must_use]
    pub fn dropped(&self) -> Vec<usize> {
        self.policy.dropped()
    }

    /// The batch's results reach the board together.
    fn close_batch(&mut self) {
        for cell in std::mem::take(&mut self.batch) {
            if let Some(score) = self.arrived.remove(&cell) {
                self.board.enter(cell, score);
            }
        }
        self.handed = 0;
        self.changed = true;
    }

    /// Between batches, everything given joins the board and the policy learns.
    fn learn(&mut self) {
        if !self.batch.is_empty() {
            return;
        }
        for (cell, score) in std::mem::take(&mut self.given) {
            self.changed = true;
            self.exhausted = false;
            self.board.enter(cell, score);
        }
        if self.changed && self.board.candidates() > 0 {
            self.policy.learn(&self.board);
            self.changed = false;
        }
    }

    fn plan(&mut self) {
        if !self.batch.is_empty() {
            return;
        }
        self.learn();
        if self.exhausted {
            return;
        }
        let purse = Purse { spent: self.spent, total: self.total };
        // one candidate is the best of one
        if self.board.candidates() > 1 && purse.left() > 0 {
            self.batch = self.policy.plan(&self.board, purse);
            self.batch.truncate(purse.left());
            self.spent += self.batch.len();
        }
        self.exhausted = self.batch.is_empty();
    }
}

fn shuffle(order: &mut [usize], rng: &mut ChaCha8Rng) {
    use rand::RngExt;
    for last in (1..order.len()).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
}
