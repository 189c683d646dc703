//! Replaying outcomes that were paid for.

use crate::racing::{
    PolicyKind,
    policies::alive,
    replay::{Claim, Draw, Pool, PoolError, all_known, claim, race_closed, race_open},
};

use super::table::table;

/// Twelve prompts, from poor to good; held-out accuracies are the chances.
fn pool(seed: u64) -> Pool {
    let chances: Vec<f64> = (0..12).map(|prompt| 0.3 + 0.05 * f64::from(prompt)).collect();
    let mut pool = Pool::new();
    for (row, chance) in table(&chances, 100, seed).iter().zip(&chances) {
        let outcomes: String = row.iter().map(|score| if *score > 0.5 { '1' } else { '0' }).collect();
        pool.push(&outcomes, *chance).unwrap();
    }
    pool
}

#[test]
fn draws_are_different_prompts_and_depend_on_the_seed_alone() {
    let pool = pool(1);
    let draw = Draw::new(&pool, 5, 3);
    let mut sorted = draw.prompts.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), 5);
    assert_eq!(draw.prompts, Draw::new(&pool, 5, 3).prompts);
    assert_ne!(draw.prompts, Draw::new(&pool, 5, 4).prompts);
    assert_eq!(Draw::new(&pool, 40, 3).prompts.len(), 12);
    assert_eq!(draw.cells(0.05), 25);
    assert_eq!(Draw::new(&pool, 40, 3).cells(1e-9), 1);
}

#[test]
fn regret_is_what_the_named_prompt_lacks() {
    let pool = pool(1);
    let draw = Draw::new(&pool, 40, 3);
    let of = |prompt: usize| draw.prompts.iter().position(|&other| other == prompt).unwrap();
    assert!(draw.regret(of(11)).abs() < 1e-9);
    assert!((draw.regret(of(9)) - 10.0).abs() < 1e-9);
}

#[test]
fn more_cells_and_better_policies_name_better_prompts() {
    let mean = |race: &dyn Fn(&Draw<'_>) -> usize| {
        let regrets = (0..60).map(|seed| {
            let pool = pool(seed);
            let draw = Draw::new(&pool, 40, seed);
            draw.regret(race(&draw))
        });
        regrets.sum::<f64>() / 60.0
    };
    let known = mean(&|draw| all_known(draw));
    let uniform = mean(&|draw| race_closed(draw, PolicyKind::Uniform, 0.1));
    for kind in [PolicyKind::SuccessiveHalving, PolicyKind::ContinuousHalving] {
        let few = mean(&|draw| race_closed(draw, kind, 0.1));
        let more = mean(&|draw| race_closed(draw, kind, 0.5));
        assert!(few < uniform && more < few && known < few, "{kind:?}: {few} {more}, {uniform} {known}");
        let open = mean(&|draw| race_open(draw, kind, 0.3, 0.3));
        assert!(open < uniform, "{kind:?}: {open}");
    }
}

#[test]
fn lines_that_do_not_fit_are_refused() {
    let mut pool = Pool::new();
    assert_eq!(pool.push("", 0.5), Err(PoolError::Empty));
    assert_eq!(pool.push("01x", 0.5), Err(PoolError::Outcome { place: 3, found: 'x' }));
    assert_eq!(pool.push("011", 1.5), Err(PoolError::Heldout { found: "1.5".into() }));
    assert_eq!(pool.push("011", f64::NAN), Err(PoolError::Heldout { found: "NaN".into() }));
    pool.push("011", 0.5).unwrap();
    assert_eq!(pool.push("0111", 0.5), Err(PoolError::Length { found: 4, expected: 3 }));
    assert_eq!((pool.prompts(), pool.examples()), (1, 3));
}

#[test]
fn claims_are_made_for_real_gains_and_rarely_for_coins() {
    let claims: Vec<Claim> = (0..200)
        .map(|seed| claim(&pool(seed), PolicyKind::ContinuousHalving, 40, 0.2, &[25, 50], 0.05, seed))
        .collect();
    let count = |which: &dyn Fn(&Claim) -> bool| claims.iter().filter(|claim| which(claim)).count();
    let (few, many) = (count(&|claim| claim.claimed[0]), count(&|claim| claim.claimed[1]));
    assert!(few < many && many > 100, "{few} {many}");
    for at in 0..2 {
        // 10 expected at most, 19 is three standard deviations above
        assert!(count(&|claim| claim.claimed_of_coins[at]) < 19);
    }
}

#[test]
fn the_circle_shrinks_from_all_to_two() {
    let cases = [
        ((40, 0, 600), 40),
        ((40, 300, 600), 7),
        ((40, 600, 600), 2),
        ((40, 900, 600), 2),
        ((1, 0, 10), 1),
        ((3, 0, 0), 3),
    ];
    for ((candidates, spent, total), expected) in cases {
        assert_eq!(alive(candidates, spent, total), expected, "{candidates} {spent} {total}");
    }
}
