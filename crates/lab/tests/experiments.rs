//! What holds of every experiment, whatever the strategy.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

use std::{collections::BTreeMap, num::NonZeroUsize, sync::Mutex, sync::atomic::AtomicBool};

use clade_lab::{Bench, Counting, Job, Row, Searcher, World, carry_out, groups, names, worlds};

fn world(name: &str) -> World {
    worlds().into_iter().find(|world| world.name == name).unwrap()
}

fn jobs(world: &World, seeds: std::ops::Range<u64>) -> Vec<Job> {
    let job = |name: &str, counting, seed| {
        let searcher = Searcher::new(name, BTreeMap::new()).unwrap();
        Job { world: world.clone(), searcher, budget: 600, counting, seed }
    };
    let ways = [Counting::Task, Counting::AllIn];
    let each = |seed| names().into_iter().flat_map(move |name| ways.map(|counting| (name, counting, seed)));
    seeds.flat_map(each).map(|(name, counting, seed)| job(name, counting, seed)).collect()
}

/// The rows in the order of their jobs, without what a clock says.
fn rows(jobs: &[Job], threads: usize) -> Vec<Row> {
    let rows = Mutex::new(Vec::new());
    let take = |row: clade_lab::Finished| {
        rows.lock().unwrap().push(Row { wall_s: 0.0, cpu_s: None, ..row.unwrap() });
    };
    carry_out(jobs, NonZeroUsize::new(threads).unwrap(), &AtomicBool::new(false), &take);
    let rows = rows.into_inner().unwrap();
    jobs.iter().map(|job| rows.iter().find(|row| row.is_of(job)).unwrap().clone()).collect()
}

#[test]
fn the_same_job_gives_the_same_row_on_any_number_of_threads() {
    let small = World { train: 30, validation: 15, test: 40, ..world("rough") };
    let jobs = jobs(&small, 1..4);
    assert_eq!(rows(&jobs, 1), rows(&jobs, 3));
}

#[test]
fn budgets_are_exact_and_the_test_split_is_met_once() {
    for name in ["gentle", "judge-noise"] {
        let small = World { train: 30, validation: 15, test: 120, ..world(name) };
        let rows = rows(&jobs(&small, 1..3), 2);
        for row in &rows {
            let written = if row.counting == Counting::AllIn { 5 * row.reflection_calls } else { 0 };
            assert!(row.task_calls + written <= 600, "{row:?}");
            // at least a quarter of the whole proves, which is 200 calls here, and what a search leaves of its own
            assert!((90..=240).contains(&row.test_calls), "{row:?}");
            assert!(row.score.is_some_and(|score| (0.0..=1.0).contains(&score)), "{row:?}");
            assert_eq!(row.judge_calls > 0, name == "judge-noise", "{row:?}");
        }
        // where little is solved, none of the questions may be by chance
        let right = rows.iter().filter(|row| row.first > Some(0.0) || row.score > Some(0.0)).count();
        assert!(2 * right > rows.len(), "questions are answered right: {rows:?}");
    }
}

#[test]
fn scores_by_degrees_are_bettered_too() {
    let small = World { train: 30, validation: 15, test: 40, ..world("writing") };
    let auto = Searcher::new("auto", BTreeMap::new()).unwrap();
    let job = |seed| Job { world: small.clone(), searcher: auto.clone(), budget: 600, counting: Counting::Task, seed };
    for row in rows(&[job(1), job(2)], 2) {
        assert!(row.first < Some(0.3) && row.score > Some(0.8), "{row:?}");
    }
}

#[test]
fn a_stopped_crew_begins_nothing() {
    let jobs = jobs(&world("rough"), 1..2);
    let stop = AtomicBool::new(true);
    carry_out(&jobs, NonZeroUsize::MIN, &stop, &|row| panic!("{row:?}"));
}

#[test]
fn groups_are_over_the_runs_that_ended() {
    let small = World { train: 10, validation: 5, test: 20, ..world("null") };
    let jobs = jobs(&small, 1..2);
    let row = Bench::new().unwrap().measure(&jobs[0]).unwrap();
    let with = |score: Option<f64>, seed| Row { score, seed, improved: score == Some(0.75), ..row.clone() };
    let found = groups(&[with(Some(0.25), 1), with(Some(0.75), 2), with(None, 3)]);
    assert_eq!(found.len(), 1);
    let group = &found[0];
    assert_eq!((group.runs, group.unfinished, group.mean, group.min, group.max), (2, 1, 0.5, 0.25, 0.75));
    assert_eq!((group.improved, group.se), (0.5, Some(0.25)));
}
