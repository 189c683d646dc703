//! Continuous halving: a circle of contenders that shrinks with every cell.

use crate::racing::{
    belief::AdditiveBelief,
    board::{Board, Cell, best, ranking},
    policy::{Policy, Purse},
};

/// Examples that everybody meets first: with fewer, nothing can be told about examples.
const START: usize = 2;

/// The next cell goes to the one with the fewest cells among the `A` of highest posterior mean, and `A` falls smoothly from all
/// candidates to 2 as the purse empties: A = candidates^(1 - spent/total).
///
/// Nobody is dropped: who stands outside the circle today comes back if others fall. The belief is [`AdditiveBelief`]; all buy in
/// the shared order, so any two are compared on what they have in common. Without a known total, the circle is everybody
/// within 2 standard deviations of the leader, and the race ends when nobody else is.
#[derive(Debug, Clone, Default)]
pub struct ContinuousHalving {
    belief: AdditiveBelief,
}

impl Policy for ContinuousHalving {
    fn learn(&mut self, board: &Board) {
        self.belief.update(board);
    }

    fn plan(&mut self, board: &Board, purse: Purse) -> Vec<Cell> {
        shrinking_circle(board, board, &self.belief, purse)
    }

    fn leader(&self, board: &Board) -> usize {
        first(&self.belief, board)
    }
}

/// The candidate of highest posterior mean.
pub(super) fn first(belief: &AdditiveBelief, board: &Board) -> usize {
    best(&belief.means()[..board.candidates()]).unwrap_or_default()
}

/// The next batch of continuous halving: cells of the `board` that the `assumed` one, which may hold more, does not settle.
pub(super) fn shrinking_circle(board: &Board, assumed: &Board, belief: &AdditiveBelief, purse: Purse) -> Vec<Cell> {
    let first = opening(board);
    if !first.is_empty() {
        return first;
    }
    let order = ranking(belief.means());
    let doubted = purse.total.is_none().then(|| in_doubt(belief, assumed, &order));
    let mut further = Further::new(board, assumed);
    let mut cells = Vec::new();
    for bought in 0..batch_size(board.candidates()).min(purse.left()) {
        let circle = match purse.total {
            Some(total) => alive(board.candidates(), purse.spent + bought, total),
            None => doubted.unwrap_or_default(),
        };
        if circle < 2 {
            break;
        }
        let Some(candidate) = further.fewest(&order, circle) else { break };
        cells.extend(further.next(candidate));
    }
    cells
}

/// How many contend once `spent` of `total` cells are ordered: candidates^(1 - spent/total), at least 2.
#[must_use]
pub fn alive(candidates: usize, spent: usize, total: usize) -> usize {
    let left = 1.0 - spent as f64 / total.max(1) as f64;
    ((candidates as f64).powf(left.max(0.0)).ceil() as usize).max(2).min(candidates)
}

/// Cells between two looks at the belief: 8, or a fifth of the candidates where those are many.
pub(super) fn batch_size(candidates: usize) -> usize {
    (candidates / 5).max(8)
}

/// The first examples for everybody who lacks them.
pub(super) fn opening(board: &Board) -> Vec<Cell> {
    let start = START.min(board.examples());
    let met = |candidate: usize| board.count(candidate) >= start;
    (0..start)
        .flat_map(|example| (0..board.candidates()).map(move |candidate| Cell { candidate, example }))
        .filter(|cell| !met(cell.candidate) && !board.settled(cell.candidate, cell.example))
        .collect()
}

/// How many of the order are within 2 standard deviations of the first.
fn in_doubt(belief: &AdditiveBelief, board: &Board, order: &[usize]) -> usize {
    let means = belief.means();
    let Some(&leader) = order.first() else { return 0 };
    let near = |&&candidate: &&usize| {
        candidate == leader
            || means[leader] - means[candidate] < 2.0 * belief.sd_of_difference(board, leader, candidate)
    };
    order.iter().filter(near).count()
}

/// How far each candidate is along the shared order while a batch is being made up.
#[derive(Debug)]
struct Further<'a> {
    board: &'a Board,
    assumed: &'a Board,
    /// Cells bought, those of this batch included.
    counts: Vec<usize>,
    /// The next place to buy; the number of examples where none is left.
    place: Vec<usize>,
}

impl<'a> Further<'a> {
    fn new(board: &'a Board, assumed: &'a Board) -> Self {
        let counts = (0..board.candidates()).map(|candidate| board.count(candidate)).collect();
        let mut further = Self { board, assumed, counts, place: vec![0; board.candidates()] };
        for candidate in 0..board.candidates() {
            further.skip_settled(candidate);
        }
        further
    }

    fn skip_settled(&mut self, candidate: usize) {
        let place = &mut self.place[candidate];
        while *place < self.board.examples() && self.assumed.settled(candidate, *place) {
            *place += 1;
        }
    }

    /// The one with the fewest cells among the first `circle` of the order; where those have everything, among the others.
    fn fewest(&self, order: &[usize], circle: usize) -> Option<usize> {
        let (inside, outside) = order.split_at(circle.min(order.len()));
        let fewest = |places: &[usize]| {
            let open = places.iter().copied().filter(|&candidate| self.place[candidate] < self.board.examples());
            open.min_by_key(|&candidate| self.counts[candidate])
        };
        fewest(inside).or_else(|| fewest(outside))
    }

    /// The candidate's next example in the shared order.
    fn next(&mut self, candidate: usize) -> Option<Cell> {
        let cell = Cell { candidate, example: self.place[candidate] };
        (cell.example < self.board.examples()).then(|| {
            self.counts[candidate] += 1;
            self.place[candidate] += 1;
            self.skip_settled(candidate);
            cell
        })
    }
}
