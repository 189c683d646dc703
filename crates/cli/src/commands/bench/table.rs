use clade_lab::{Counting, Group, World};

use crate::{
    display::result::thousands,
    output::{Ink, Output},
};

/// Prints a table for each world and way of counting.
pub fn print(groups: &[Group], worlds: &[World], output: &Output) {
    let mut last: Option<(&str, Counting)> = None;
    for group in groups {
        let here = (group.world.as_str(), group.counting);
        if last != Some(here) {
            head(group, worlds, output);
            last = Some(here);
        }
        output.line(line(group));
    }
}

fn head(group: &Group, worlds: &[World], output: &Output) {
    let counted = match group.counting {
        Counting::Task => "task calls alone",
        Counting::AllIn => "all in: a model-written proposal counts as 5 task calls",
    };
    output.line("");
    let title = format!("{} (simulated model), {counted}", group.world);
    output.line(output.paint(Ink::Strong, title));
    if let Some(world) = worlds.iter().find(|world| world.name == group.world) {
        let World { about, train, validation, test, .. } = world;
        let about = format!("{about}; {train} train, {validation} validation, {test} test examples");
        output.line(output.paint(Ink::Faint, about));
    }
    let names = format!(
        "{:>7}  {:<16} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8} {:>6} {:>9} {:>7} {:>5}",
        "CALLS", "STRATEGY", "SCORE", "SE", "MIN", "MAX", "FIRST", "CLAIMED", "TRIED", "WRITTEN", "TOKENS", "RUNS"
    );
    output.line(output.paint(Ink::Faint, names));
}

fn line(group: &Group) -> String {
    let se = group.se.map_or_else(|| "-".to_owned(), |se| format!("{se:.3}"));
    let runs = match group.unfinished {
        0 => group.runs.to_string(),
        n => format!("{} ({n} unfinished)", group.runs),
    };
    if group.runs == 0 {
        let budget = thousands(u64::from(group.budget));
        return format!("{budget:>7}  {:<16} {:>6}  nothing was measured: {runs}", group.strategy, "-");
    }
    format!(
        "{:>7}  {:<16} {:>6.3} {:>6} {:>6.3} {:>6.3} {:>6.3} {:>6.0} % {:>6.0} {:>9.0} {:>7.0} {:>5}",
        thousands(u64::from(group.budget)),
        group.strategy,
        group.mean,
        se,
        group.min,
        group.max,
        group.first,
        100.0 * group.improved,
        group.proposals,
        group.reflection_calls,
        group.prompt_tokens,
        runs,
    )
}
