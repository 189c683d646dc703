use std::collections::{BTreeMap, BTreeSet};

use clade_domain::Direction;
use proptest::prelude::*;

use super::*;

/// Few distinct scores, so that there are many ties.
fn tables() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1usize..7).prop_flat_map(|examples| {
        prop::collection::vec(prop::collection::vec((0u8..4).prop_map(|n| f64::from(n) / 3.0), examples), 1..14)
    })
}

const UP: [Direction; 8] = [Direction::Maximize; 8];

fn frontier(table: &[Vec<f64>], order: &[usize], capacity: usize) -> ExampleFrontier<usize> {
    let mut frontier = ExampleFrontier::new(table[0].len(), capacity);
    for id in order {
        frontier.insert(*id, &table[*id]);
    }
    frontier
}

/// gepa-ai's `remove_dominated_programs`, word for word in its loops: start again after each one that goes.
fn removed_one_by_one(table: &[Vec<f64>]) -> BTreeMap<usize, usize> {
    let examples = table[0].len();
    let best: Vec<f64> = (0..examples).map(|e| table.iter().map(|row| row[e]).fold(f64::MIN, f64::max)).collect();
    let fronts: Vec<BTreeSet<usize>> =
        (0..examples).map(|e| (0..table.len()).filter(|id| table[*id][e] == best[e]).collect()).collect();
    let mut order: Vec<usize> = fronts.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mean = |id: usize| table[id].iter().sum::<f64>() / examples as f64;
    order.sort_by(|a, b| mean(*a).total_cmp(&mean(*b)).then(b.cmp(a)));
    let mut kept: BTreeSet<usize> = order.iter().copied().collect();
    while let Some(gone) = order.iter().copied().filter(|id| kept.contains(id)).find(|id| {
        fronts.iter().filter(|front| front.contains(id)).all(|front| front.iter().any(|o| o != id && kept.contains(o)))
    }) {
        kept.remove(&gone);
    }
    kept.into_iter().map(|id| (id, fronts.iter().filter(|front| front.contains(&id)).count())).collect()
}

proptest! {
    #[test]
    fn a_frontier_is_the_same_whatever_the_order(table in tables(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..table.len()).collect();
        let forwards = frontier(&table, &order, usize::MAX);
        order.sort_by_key(|id| crate::child_seed(seed, &[*id as u64]));
        let shuffled = frontier(&table, &order, usize::MAX);
        prop_assert_eq!(&forwards, &shuffled);
        prop_assert_eq!(forwards.essential(), removed_one_by_one(&table));
    }

    #[test]
    fn no_essential_member_is_dominated_and_every_example_keeps_one(table in tables()) {
        let order: Vec<usize> = (0..table.len()).collect();
        let frontier = frontier(&table, &order, usize::MAX);
        let essential: Vec<usize> = frontier.essential().into_keys().collect();
        for id in &essential {
            let dominated = table.iter().any(|other| dominates(other, &table[*id], &UP[..other.len()]));
            prop_assert!(!dominated, "{id} in {table:?}");
        }
        let held = |example: usize| essential.iter().any(|id| table[*id][example] == frontier.best(example));
        prop_assert!((0..table[0].len()).all(held));
    }

    #[test]
    fn a_frontier_holds_no_more_than_it_may(table in tables(), capacity in 1usize..5) {
        let order: Vec<usize> = (0..table.len()).collect();
        let bounded = frontier(&table, &order, capacity);
        prop_assert!((1..=capacity).contains(&bounded.members().len()));
        let all = frontier(&table, &order, usize::MAX);
        prop_assert!(bounded.members().all(|id| (0..table[0].len()).any(|e| table[id][e] == all.best(e))));
    }

    #[test]
    fn a_front_holds_all_that_are_not_dominated_and_no_others(
        points in prop::collection::vec(prop::collection::vec((0u8..5).prop_map(f64::from), 3), 1..20),
    ) {
        let directions = [Direction::Maximize, Direction::Minimize, Direction::Minimize];
        let mut front = Front::new(directions.to_vec());
        for (id, point) in points.iter().enumerate() {
            front.insert(id, point);
        }
        let expected: Vec<usize> = (0..points.len())
            .filter(|id| !points.iter().any(|other| dominates(other, &points[*id], &directions)))
            .collect();
        prop_assert_eq!(front.members().iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_hall_is_the_beginning_of_the_ranking(values in prop::collection::vec(0u8..6, 1..20), places in 1usize..6) {
        let mut hall = HallOfFame::new(places);
        for (id, value) in values.iter().enumerate() {
            hall.insert(id, f64::from(*value));
        }
        let mut all: Vec<(usize, f64)> = values.iter().map(|v| f64::from(*v)).enumerate().collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        all.truncate(places);
        prop_assert_eq!(hall.ranking(), all.as_slice());
        prop_assert_eq!(hall.first(), all.first().copied());
    }
}

#[test]
fn a_front_weighs_each_objective_in_its_direction() {
    // quality up, tokens down
    let mut front = Front::new(vec![Direction::Maximize, Direction::Minimize]);
    let cases: [(u32, [f64; 2], bool); 6] = [
        (0, [0.5, 100.0], true),
        (1, [0.6, 150.0], true),
        (2, [0.5, 120.0], false),
        (3, [0.6, 90.0], true),
        (4, [0.6, 90.0], true),
        (5, [f64::NAN, 1.0], false),
    ];
    for (id, point, kept) in cases {
        assert_eq!(front.insert(id, &point), kept, "{id}");
    }
    assert_eq!(front.members().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [3, 4]);
    assert!(!front.insert(6, &[1.0]), "a point of another shape");
}

#[test]
fn a_new_value_replaces_the_old_one() {
    let mut hall = HallOfFame::new(2);
    assert!(hall.insert(1, 0.9) && hall.insert(2, 0.5) && !hall.insert(3, 0.1));
    assert!(hall.insert(1, 0.2));
    assert_eq!(hall.ranking(), [(2, 0.5), (1, 0.2)]);
    assert!(!hall.insert(2, f64::NAN));
    assert_eq!(hall.first(), Some((1, 0.2)));
}
