use clade_lab::{Counting, Group};

use crate::chart::{Chart, Line, Panel, Point, Shape, Ticks};

/// Test score against budget: a row of panels for each world, a panel for each way of counting.
pub fn chart(groups: &[Group]) -> Chart {
    let series = firsts(groups.iter().map(|group| group.strategy.clone()));
    let worlds = firsts(groups.iter().map(|group| group.world.clone()));
    let ways = firsts(groups.iter().map(|group| group.counting));
    let panel = |world: &String, counting: Counting| {
        let here: Vec<&Group> = groups
            .iter()
            .filter(|group| group.world == *world && group.counting == counting && group.runs > 0)
            .collect();
        let mut ticks: Vec<f64> = firsts(here.iter().map(|group| group.budget)).into_iter().map(f64::from).collect();
        ticks.sort_by(f64::total_cmp);
        let lines = series.iter().enumerate().map(|(place, name)| {
            let mut points: Vec<Point> = here
                .iter()
                .filter(|group| group.strategy == *name)
                .map(|group| Point { x: f64::from(group.budget), y: group.mean, interval: Some(group.ci) })
                .collect();
            points.sort_by(|a, b| a.x.total_cmp(&b.x));
            Line { series: place, points, shape: Shape::Marks }
        });
        Panel {
            title: world.clone(),
            x: match counting {
                Counting::Task => "budget in task calls".to_owned(),
                Counting::AllIn => "budget, all in: a written proposal counts as 5 task calls".to_owned(),
            },
            ticks: Ticks::At(ticks),
            lines: lines.filter(|line| !line.points.is_empty()).collect(),
        }
    };
    Chart {
        title: "Test score of the chosen prompt against the budget".to_owned(),
        notes: vec![format!(
            "Simulated model: compares searches under one set of rules, says nothing of a real model. Means of {} with 95 % \
             intervals.",
            runs(groups)
        )],
        rows: worlds.iter().map(|world| ways.iter().map(|counting| panel(world, *counting)).collect()).collect(),
        series,
    }
}

/// How many runs a mean is over.
fn runs(groups: &[Group]) -> String {
    let counts = groups.iter().map(|group| group.runs);
    let (least, most) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
    if least == most { format!("{most} runs") } else { format!("{least} to {most} runs") }
}

/// Each value once, in the order of its first appearance.
fn firsts<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once
}
