//! The `optimize` block with every default filled in, and what contradicts itself in it.

use std::collections::BTreeMap;

use clade_domain::{
    Budget, Constraints, Direction, GeneticSpec, Objective, OptimizeSpec, RunMode, SelectionMethod, SplitSpec,
    StopSpec, StrategyName, StrategySpec,
};

use crate::{
    context::Context,
    schema::{BudgetInput, ObjectiveInput, OptimizeInput, RunFile, SplitsInput, StrategyInput},
    settings::said_at,
    text::{list, nearest},
    yaml::KeyPath,
};

/// Calls that a search may buy where the run file sets no limit at all.
pub const DEFAULT_CALLS: u64 = 2000;

/// The block resolved. Problems go to the context.
pub(crate) fn resolve(context: &mut Context<'_>, file: &RunFile, prompts: usize) -> OptimizeSpec {
    let none = OptimizeInput::default();
    let input = file.optimize.as_ref().unwrap_or(&none);
    let constraints = input.constraints.as_ref();
    OptimizeSpec {
        budget: budget(context, input.budget.unwrap_or_default(), file),
        strategy: strategy(context, input.strategy.as_ref(), prompts),
        objectives: objectives(context, input.objectives.as_deref()),
        splits: splits(context, input.splits.unwrap_or_default()),
        constraints: Constraints {
            max_prompt_tokens: constraints.and_then(|c| c.max_prompt_tokens),
            frozen: constraints.map(|c| c.frozen.clone()).unwrap_or_default(),
        },
        stop: StopSpec {
            no_improvement: input.stop.and_then(|s| s.no_improvement),
            target_score: target(context, input.stop.and_then(|s| s.target_score)),
        },
    }
}

fn budget(context: &mut Context<'_>, input: BudgetInput, file: &RunFile) -> Budget {
    let time = file.evaluate_options.as_ref().and_then(|o| o.max_eval_time_ms).filter(|ms| *ms > 0.0);
    let minutes = match (input.minutes, time.map(|ms| ms / 60_000.0)) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let mut budget = Budget { usd: input.usd, calls: input.calls, tokens: input.tokens, minutes };
    if budget.is_unlimited() && context.options.mode == RunMode::Optimize {
        budget.calls = Some(DEFAULT_CALLS);
    }
    budget
}

fn strategy(context: &mut Context<'_>, input: Option<&StrategyInput>, prompts: usize) -> StrategySpec {
    let spec = match input {
        None => return StrategyName::Auto.spec(),
        Some(StrategyInput::Name(name)) => return name.spec(),
        Some(StrategyInput::Settings(spec)) => spec,
    };
    let root = KeyPath::of("optimize.strategy");
    match spec {
        StrategySpec::Auto(auto) => {
            if auto.lanes == Some(0) {
                context.problem(
                    &root.name("lanes"),
                    "a search with 0 lanes tries nothing",
                    "write 1 or more; 4 is usual",
                );
            }
            operator_weights(context, &auto.operators, prompts);
        }
        StrategySpec::Genetic(genetic) => {
            check_genetic(context, genetic);
            operator_weights(context, &genetic.operators, prompts);
        }
        // each of its children is made of the first prompt alone
        StrategySpec::Random(random) => operator_weights(context, &random.operators, 1),
        // their numbers have ranges in the schema
        StrategySpec::HillClimb(_)
        | StrategySpec::Gepa(_)
        | StrategySpec::Capo(_)
        | StrategySpec::De(_)
        | StrategySpec::Opro(_)
        | StrategySpec::Promptbreeder(_)
        | StrategySpec::Mipro(_) => {}
    }
    spec.clone()
}

fn check_genetic(context: &mut Context<'_>, spec: &GeneticSpec) {
    let root = KeyPath::of("optimize.strategy");
    let population = spec.population;
    if population < 2 {
        context.problem(
            &root.name("population"),
            format!("a population of {population} cannot evolve"),
            "write 2 or more",
        );
    } else if spec.elite >= population {
        let message =
            format!("an elite of {} leaves no place for children in a population of {population}", spec.elite);
        let key =
            if context.root.place(&root.name("elite")) == context.root.place(&root) { "population" } else { "elite" };
        context.problem(
            &root.name(key),
            message,
            format!("write an elite from 0 to {}, or a larger population", population - 1),
        );
    } else if spec.immigrants > population - spec.elite {
        let message = format!(
            "{} immigrants do not fit beside an elite of {} in a population of {population}",
            spec.immigrants, spec.elite
        );
        context.problem(&root.name("immigrants"), message, format!("write at most {}", population - spec.elite));
    }
    if spec.generations == Some(0) {
        let fix = "write 1 or more, or use `clade eval` to evaluate without a search";
        context.problem(&root.name("generations"), "a search of 0 generations changes nothing", fix);
    }
    if spec.examples == Some(0) {
        context.problem(
            &root.name("examples"),
            "candidates that meet 0 examples cannot be compared",
            "write 1 or more",
        );
    }
    let selection = root.name("selection");
    match spec.selection {
        SelectionMethod::Tournament { k: 0 } => {
            context.problem(&selection.name("k"), "a tournament of 0 has no winner", "write 1 or more; 3 is usual");
        }
        SelectionMethod::Truncation { top: 0 } => {
            context.problem(&selection.name("top"), "the best 0 hold no parent", "write 1 or more");
        }
        SelectionMethod::Rank { pressure } if !(1.0..=2.0).contains(&pressure) => {
            let message = format!("a pressure of {pressure} is out of range");
            context.problem(&selection.name("pressure"), message, "write a number from 1 (uniform) to 2 (strongest)");
        }
        _ => {}
    }
}

/// Operators by name with their weights, of which one can be used on so many prompts.
fn operator_weights(context: &mut Context<'_>, weights: &BTreeMap<String, f64>, prompts: usize) {
    let operators = KeyPath::of("optimize.strategy.operators");
    for (name, weight) in weights {
        let path = operators.name(name);
        let known: Vec<&str> = context.options.operators.iter().map(|(o, _)| o.0.as_str()).collect();
        if !known.contains(&name.as_str()) {
            let fix = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", list(&known)),
            };
            context.problem(&path, said_at(&path, &format!("there is no operator `{name}`")), fix);
        }
        if *weight < 0.0 {
            context.problem(&path, format!("the weight {weight} is negative"), "write 0 or more; 0 turns it off");
        }
    }
    if !weights.is_empty() && weights.values().all(|w| *w <= 0.0) {
        context.problem(&operators, "every operator is turned off", "give one a weight above 0");
        return;
    }
    let parents = |name: &str| context.options.operators.iter().find(|(known, _)| known.0 == name).map_or(1, |o| o.1);
    let used = weights.iter().filter(|(_, weight)| **weight > 0.0);
    if used.map(|(name, _)| parents(name)).min().is_some_and(|least| least > prompts) {
        let message = "every operator here makes one prompt of several, and there is one to begin with: nothing new can come of it";
        let fix = "give one a weight that makes a prompt of one, such as `reflect` or `paraphrase`";
        context.warn(&operators, message, fix);
    }
}

fn target(context: &mut Context<'_>, target: Option<f64>) -> Option<f64> {
    if target.is_some_and(|target| target <= 0.0) {
        let path = KeyPath::of("optimize.stop.target_score");
        context.problem(
            &path,
            "every prompt reaches a target of 0, so nothing would be searched",
            "write one above 0, up to 1",
        );
    }
    target
}

fn objectives(context: &mut Context<'_>, input: Option<&[ObjectiveInput]>) -> Vec<Objective> {
    let root = KeyPath::of("optimize.objectives");
    let mut objectives: Vec<Objective> = Vec::new();
    for (i, input) in input.unwrap_or_default().iter().enumerate() {
        let (metric, direction, weight) = match input {
            ObjectiveInput::Metric(metric) => (metric, None, None),
            ObjectiveInput::Object(o) => (&o.metric, o.direction, o.weight),
        };
        let usual =
            if Objective::MEASURED.contains(&metric.as_str()) { Direction::Minimize } else { Direction::Maximize };
        let direction = direction.unwrap_or(usual);
        let weight = weight.unwrap_or(if direction == Direction::Maximize { 1.0 } else { 0.1 });
        if objectives.iter().any(|o| o.metric == *metric) {
            let message = format!("the metric `{metric}` is listed twice");
            context.problem(&root.index(i), message, "keep one entry; a metric has one direction and one weight");
        }
        objectives.push(Objective { metric: metric.clone(), direction, weight });
    }
    if objectives.is_empty() {
        objectives.push(Objective { metric: "score".to_owned(), direction: Direction::Maximize, weight: 1.0 });
    } else if objectives.iter().all(|o| o.weight <= 0.0) {
        context.problem(&root, "every objective has weight 0, so nothing counts", "give one a weight above 0");
    } else if !objectives.iter().any(Objective::raises_a_score) {
        let message =
            "no objective is a score to raise, so there is nothing that the search or the evidence could go by";
        let fix = "list `score` beside the others, as in `[score, {metric: prompt_tokens, weight: 0.2}]`; for a score that \
                   is to fall, turn its check round with `not-` in front of its type";
        context.problem(&root.index(0), message, fix);
    }
    objectives
}

/// Shares that are left out take what the others leave, in the proportion of the defaults. A test of 0 leaves its share to
/// the others, so that one word is enough to search without evidence.
fn splits(context: &mut Context<'_>, input: SplitsInput) -> SplitSpec {
    let root = KeyPath::of("optimize.splits");
    let usual = SplitSpec::default();
    let usual = [usual.train, usual.validation, usual.test];
    let mut given = [input.train, input.validation, input.test];
    let seed = input.seed.unwrap_or(0);
    let mut sum: f64 = given.iter().flatten().sum();
    if let ([Some(train), Some(validation), Some(0.0)], true) = (given, sum > 0.0 && sum < 1.0) {
        given = [Some(train / sum), Some(validation / sum), Some(0.0)];
        sum = 1.0;
    }
    let open: f64 = given.iter().zip(usual).filter(|(g, _)| g.is_none()).map(|(_, u)| u).sum();
    if sum > 1.0 + 1e-9 || (open <= 0.0 && (sum - 1.0).abs() > 1e-9) {
        let message = format!("the shares sum to {}, not to 1", (sum * 1e6).round() / 1e6);
        context.problem(&root, message, "write shares that sum to 1, such as train 0.4, validation 0.3, test 0.3");
        return SplitSpec { seed, ..SplitSpec::default() };
    }
    let rest = (1.0 - sum).max(0.0);
    let share = |i: usize| given[i].unwrap_or(if open > 0.0 { rest * usual[i] / open } else { 0.0 });
    let spec = SplitSpec { train: share(0), validation: share(1), test: share(2), seed };
    if context.options.mode == RunMode::Optimize {
        for (name, share, use_) in [("train", spec.train, "learn from"), ("validation", spec.validation, "choose by")] {
            if share < 1e-9 {
                let message = format!("the share of {name} is 0, so that a search has nothing to {use_}");
                context.problem(&root.name(name), message, format!("give {name} a share above 0"));
            }
        }
        if spec.test < 1e-9 {
            let fix = "give test a share, such as 0.3, where you want evidence";
            context.warn(&root.name("test"), "the share of test is 0: no gain can be shown at the end", fix);
        }
    }
    spec
}
