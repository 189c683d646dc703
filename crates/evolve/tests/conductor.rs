//! The laws of a run as a pure machine: the order of answers, kills and replays change nothing; budgets hold; splits never mix.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic")]

#[path = "conductor/choosing.rs"]
mod choosing;
#[path = "conductor/prices.rs"]
mod prices;
#[path = "conductor/strategies.rs"]
mod strategies;

use std::collections::BTreeMap;

use clade_domain::{
    Bill, Budget, Candidate, CandidateId, CellRef, ContentHash, DatasetSummary, Direction, EvalOptions, ExampleId,
    FORMAT_VERSION, GeneticSpec, Limit, ModelRole, ModelSpec, Models, Objective, OptimizeSpec, Prompt, Purpose,
    Recorded, RejectReason, Relation, RunEvent, RunMode, RunSpec, SeedPrompt, SelectionMethod, SlotId, Split,
    SplitSpec, Steering, StopReason, StrategyName, StrategySpec, Timestamp, Trial, TrialOutcome, Usage, Usd, UserId,
};
use clade_evolve::{Command, Conductor, Plan, ProposeCommand, RunState, child_seed};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn spec(mode: RunMode, budget: Budget, genetic: GeneticSpec) -> RunSpec {
    RunSpec {
        mode,
        description: String::new(),
        source: None,
        seed: 11,
        prompts: vec![SeedPrompt { label: "seed".into(), prompt: Prompt::user("Answer: {{question}}") }],
        models: Models {
            task: vec![ModelSpec::named("simulated:test")],
            reflection: None,
            judge: None,
            embedding: None,
            moderation: None,
            program: Vec::new(),
            judges: std::collections::BTreeMap::new(),
            generations: Vec::new(),
        },
        options: EvalOptions::default(),
        program: None,
        sandbox: None,
        library: Vec::new(),
        optimize: OptimizeSpec {
            budget,
            strategy: StrategySpec::Genetic(genetic),
            objectives: vec![Objective { metric: "score".into(), direction: Direction::Maximize, weight: 1.0 }],
            splits: SplitSpec::default(),
            constraints: Default::default(),
            stop: Default::default(),
        },
    }
}

fn started(spec: RunSpec, splits: &str) -> Recorded {
    let dataset = DatasetSummary {
        hash: ContentHash::of(splits.as_bytes()),
        source: "test".into(),
        splits: splits.into(),
        columns: vec!["question".into()],
        duplicates: 0,
        judge_calls: 0,
    };
    let run = "testrun1".parse().unwrap();
    let event = RunEvent::RunStarted {
        format: FORMAT_VERSION,
        run,
        spec: Box::new(spec),
        dataset: Box::new(dataset),
        branch_of: None,
    };
    Recorded { seq: 0, at: Timestamp(0), event }
}

/// A trial that was judged right or wrong.
fn scored(cell: CellRef, purpose: Purpose, split: Split, right: bool) -> Trial {
    Trial {
        cell,
        split,
        purpose,
        model: None,
        outcome: TrialOutcome::Scored {
            answer: ContentHash::of(b"answer"),
            score: f64::from(u8::from(right)),
            pass: right,
            judgements: Vec::new(),
        },
        usage: Usage { input: 10, output: 5, ..Usage::default() },
        cost: Some(Usd(0.001)),
        judge: Bill::default(),
        latency_ms: 1,
        cached: false,
        shared: false,
        cut: false,
        program: None,
        ran: Vec::new(),
    }
}

/// The world outside: what comes of a command depends on the command alone.
struct World {
    prompts: BTreeMap<CandidateId, Prompt>,
    models: Models,
    splits: String,
    /// Nobody writes anything that can be read.
    unreadable: bool,
    /// Who writes leaves a sentence out now and then.
    loses: bool,
    /// So many prompts are written by hand after so many entries.
    by_hand: usize,
    after: usize,
    /// Trials cost as their examples are long.
    unequal: bool,
    /// What a proposal costs.
    proposal_usd: f64,
}

impl World {
    fn of(first: &Recorded) -> Self {
        let RunEvent::RunStarted { spec, dataset, .. } = &first.event else { panic!("no start") };
        let (models, splits) = (spec.models.clone(), dataset.splits.clone());
        Self {
            prompts: BTreeMap::new(),
            models,
            splits,
            unreadable: false,
            loses: false,
            by_hand: 0,
            after: 10,
            unequal: false,
            proposal_usd: 0.005,
        }
    }

    /// The task model of a generation, where it is not the first one.
    fn model(&self, generation: u32) -> Option<String> {
        let id = &self.models.of(ModelRole::Task, generation)?.id;
        (*id != self.models.task[0].id).then(|| id.clone())
    }

    fn answer(&mut self, command: &Command) -> RunEvent {
        match command {
            Command::Record(event) => {
                if let RunEvent::CandidateAdmitted { candidate, .. } = &**event {
                    self.prompts.insert(candidate.id, candidate.prompt.clone());
                }
                (**event).clone()
            }
            Command::Evaluate(command) => {
                let prompt = &self.prompts[&command.cell.candidate];
                let good = prompt.to_text().matches("good").count() as u64;
                let draw = child_seed(prompt.hash().to_u64(), &[u64::from(command.cell.example.0)]) % 10;
                let right = draw < 3 + good;
                let split = split_of(&self.splits, command.cell.example, command.purpose);
                let mut trial = scored(command.cell, command.purpose, split, right);
                if self.unequal {
                    let length = 1 + command.cell.example.0 % 7;
                    trial.cost = Some(Usd(0.0005 * f64::from(length)));
                    trial.usage.input = u64::from(4 * length);
                }
                RunEvent::TrialFinished(Box::new(Trial { model: self.model(command.generation), ..trial }))
            }
            Command::Propose(command) => self.propose(command),
        }
    }

    fn propose(&mut self, command: &ProposeCommand) -> RunEvent {
        let bill = Bill::of(Usage { input: 50, output: 50, ..Usage::default() }, Some(Usd(self.proposal_usd)));
        if self.unreadable || command.seed.is_multiple_of(5) {
            return RunEvent::ProposalRejected {
                slot: command.slot,
                generation: command.generation,
                operator: command.operator.clone(),
                parents: command.parents.clone(),
                reason: RejectReason::Unreadable,
                detail: "test".into(),
                same_as: None,
                bill,
            };
        }
        let word = if command.seed.is_multiple_of(3) { "good" } else { "plain" };
        let mut parent = self.prompts[&command.parents[0]].components[0].text.clone();
        if self.loses && command.seed.is_multiple_of(2) && command.operator.0 != "rebase" {
            parent = parent.replace("Think about it. ", "");
        }
        let end = if self.loses { "." } else { "" };
        let prompt = Prompt::user(format!("{word} {}{end} {parent}", command.seed % 97));
        self.prompts.insert(command.candidate, prompt.clone());
        RunEvent::CandidateAdmitted {
            candidate: Box::new(Candidate {
                id: command.candidate,
                prompt,
                model: None,
                parents: command.parents.clone(),
                relation: Relation::MutatedFrom,
                operator: Some(command.operator.clone()),
                generation: command.generation,
                slot: Some(command.slot),
                note: String::new(),
                targets: command.targets.clone(),
                brief: command.brief.clone(),
            }),
            bill,
        }
    }
}

const SPLITS: &str = "ttttttttttttttttttttttttttttttvvvvvvvvvvvvvvvhhhhhhhhhhhhhhh";

fn split_of(splits: &str, example: ExampleId, purpose: Purpose) -> Split {
    let split = match splits.as_bytes()[example.index()] {
        b't' => Split::Train,
        b'v' => Split::Validation,
        _ => Split::Test,
    };
    let expected = match purpose {
        Purpose::Search | Purpose::Repeat => Split::Train,
        Purpose::Selection => Split::Validation,
        Purpose::Evidence | Purpose::Evaluation => split,
    };
    assert_eq!(split, expected, "an example of another split was handed out for {purpose:?}");
    split
}

/// Runs to the end with answers coming back in an order drawn from `order`, killed and replayed at random where asked.
fn run(first: &Recorded, order: u64, kills: bool) -> Vec<Recorded> {
    run_in(World::of(first), first, order, kills)
}

fn run_in(mut world: World, first: &Recorded, order: u64, kills: bool) -> Vec<Recorded> {
    let mut rng = ChaCha8Rng::seed_from_u64(order);
    let mut journal = vec![first.clone()];
    let mut conductor = Conductor::start(first).unwrap();
    let mut under_way: Vec<Command> = Vec::new();
    let window = rng.random_range(1..64usize);
    for _ in 0..100_000 {
        under_way.extend(conductor.next(window.saturating_sub(under_way.len())));
        if conductor.is_finished() {
            return journal;
        }
        assert!(!under_way.is_empty(), "stuck after {} entries", journal.len());
        let place = match under_way.iter().position(|command| matches!(command, Command::Record(_))) {
            Some(decision) => decision,
            None => rng.random_range(0..under_way.len()),
        };
        let event = world.answer(&under_way.swap_remove(place));
        let entry = Recorded { seq: journal.len() as u64, at: Timestamp(0), event };
        conductor.apply(&entry);
        journal.push(entry);
        while journal.len() > world.after && world.by_hand > 0 {
            world.by_hand -= 1;
            let name = world.prompts[&CandidateId(0)].components[0].name.clone();
            let components = BTreeMap::from([(name, format!("written {} {{{{question}}}}", world.by_hand))]);
            let parent = CandidateId(0);
            let write = Steering::Write { parent, components, note: String::new() };
            let event = conductor.steer(UserId::default(), write).unwrap();
            let RunEvent::CandidateAdmitted { candidate, .. } = &event else { panic!("{event:?}") };
            world.prompts.insert(candidate.id, candidate.prompt.clone());
            let entry = Recorded { seq: journal.len() as u64, at: Timestamp(0), event };
            conductor.apply(&entry);
            journal.push(entry);
        }
        if kills && rng.random_range(0..40) == 0 {
            under_way.clear();
            conductor = Conductor::start(&journal[0]).unwrap();
            journal[1..].iter().for_each(|entry| conductor.apply(entry));
        }
    }
    panic!("the run does not end");
}

fn fold(journal: &[Recorded]) -> RunState {
    let mut state = RunState::start(&journal[0]).unwrap();
    journal.iter().for_each(|entry| state.apply(entry));
    state
}

/// What must not depend on the order: everything but journal numbers and the order of sums.
fn result(state: &RunState) -> String {
    let candidates: Vec<_> = state
        .candidates()
        .map(|c| format!("{} {:?} {:?} {}", c.id, c.operator, c.parents, c.prompt.to_text()))
        .collect();
    let generations: Vec<_> = state.generations().iter().map(|g| (g.generation, g.survivors.clone())).collect();
    format!(
        "{candidates:#?}\n{generations:#?}\n{:?}\n{:?}\n{:?}\n{}",
        state.stop(),
        state.chosen(),
        state.evidence(),
        state.accounted().calls
    )
}

fn calls(n: u64) -> Budget {
    Budget { calls: Some(n), ..Budget::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_kills_and_window_change_nothing(order in any::<u64>()) {
        let first = started(spec(RunMode::Optimize, calls(900), GeneticSpec::default()), SPLITS);
        let expected = result(&fold(&run(&first, 0, false)));
        prop_assert_eq!(&result(&fold(&run(&first, order, false))), &expected);
        prop_assert_eq!(&result(&fold(&run(&first, order, true))), &expected);
    }

    #[test]
    fn fold_of_prefix_then_rest_is_fold_of_all(order in any::<u64>(), cut in 1usize..400) {
        let first = started(spec(RunMode::Optimize, calls(600), GeneticSpec::default()), SPLITS);
        let journal = run(&first, order, false);
        let cut = cut.min(journal.len());
        let mut state = fold(&journal[..cut]);
        journal[cut..].iter().for_each(|entry| state.apply(entry));
        prop_assert_eq!(state, fold(&journal));
    }

    #[test]
    fn a_budget_of_calls_holds(budget in 150u64..2_000, order in any::<u64>(), population in 2u32..12) {
        let genetic = GeneticSpec { population, elite: 1, ..GeneticSpec::default() };
        let journal = run(&started(spec(RunMode::Optimize, calls(budget), genetic), SPLITS), order, false);
        let state = fold(&journal);
        // proposals that are written again after a rejection may cost a few calls more than planned
        prop_assert!(state.accounted().calls <= budget + u64::from(population) * 5, "{} of {budget}", state.accounted().calls);
        prop_assert!(state.evidence().is_some());
    }
}

#[test]
fn where_every_trial_costs_the_same_nothing_is_kept_back_for_dearer_ones() {
    for usd in [0.2, 1.0] {
        let budget = Budget { usd: Some(usd), ..Budget::default() };
        let journal = run(&started(spec(RunMode::Optimize, budget, GeneticSpec::default()), SPLITS), 3, false);
        let state = fold(&journal[..60]);
        // 15 test examples for two prompts, and as many of validation for six; choosing has a tenth of what proving leaves at most
        let trial = 0.001 * (1.0 + 2.0 * 3.0 / (100.0 + state.accounted().calls as f64));
        let proving = 2.0 * 15.0 * trial;
        let choosing = f64::min(6.0 * 15.0 * trial, 0.1 * (usd - proving));
        let left = (usd - state.accounted().usd.0 - proving - choosing) / 0.001;
        let allowance = Plan::of(&state).allowance(&state);
        assert!((allowance.trials - left).abs() < 1e-6, "{} of {left}", allowance.trials);
    }
}

#[test]
fn a_budget_that_is_raised_during_the_search_brings_choosing_and_proving_more_examples() {
    let first = started(spec(RunMode::Optimize, calls(40), GeneticSpec::default()), SPLITS);
    let mut conductor = Conductor::start(&first).unwrap();
    let shares = |conductor: &Conductor| [conductor.plan().validation.len(), conductor.plan().test.len()];
    assert_eq!(shares(&conductor), [5, 5]);
    let event = RunEvent::BudgetChanged { budget: calls(3_000) };
    conductor.apply(&Recorded { seq: first.seq + 1, at: first.at, event });
    assert_eq!(shares(&conductor), [15, 15]);
}

#[test]
fn same_events_give_the_same_commands_byte_for_byte() {
    let first = started(spec(RunMode::Optimize, calls(900), GeneticSpec::default()), SPLITS);
    let journal = run(&first, 3, false);
    let mut machines = [Conductor::start(&first).unwrap(), Conductor::start(&first).unwrap()];
    for entry in &journal[1..] {
        let [a, b] = &mut machines;
        assert_eq!(format!("{:?}", a.next(16)), format!("{:?}", b.next(16)));
        a.apply(entry);
        b.apply(entry);
    }
}

#[test]
fn test_examples_are_met_once_and_only_at_the_end() {
    let journal = run(&started(spec(RunMode::Optimize, calls(900), GeneticSpec::default()), SPLITS), 5, false);
    let ended = journal.iter().position(|e| matches!(e.event, RunEvent::CandidateChosen { .. })).unwrap();
    let mut cells = std::collections::BTreeSet::new();
    for (place, entry) in journal.iter().enumerate() {
        if let RunEvent::TrialFinished(trial) = &entry.event {
            assert!(cells.insert(trial.cell), "{:?} was evaluated twice", trial.cell);
            assert_eq!(trial.split == Split::Test, place > ended);
        }
    }
}

#[test]
fn an_evaluation_meets_every_cell_once() {
    let mut spec = spec(RunMode::Evaluate, Budget::default(), GeneticSpec::default());
    spec.options.repeat = 3;
    spec.prompts.push(SeedPrompt { label: "other".into(), prompt: Prompt::user("good {{question}}") });
    let state = fold(&run(&started(spec, SPLITS), 9, true));
    assert_eq!(state.trials(), 2 * 3 * SPLITS.len() as u64);
    assert_eq!(state.stop(), Some(StopReason::Evaluated));
}

#[test]
fn stopping_rules_end_the_search_with_their_reason() {
    type Change = fn(&mut RunSpec);
    let cases: [(&str, Change, StopReason); 3] = [
        (
            "generations",
            |s| {
                s.optimize.strategy =
                    StrategySpec::Genetic(GeneticSpec { generations: Some(2), ..GeneticSpec::default() })
            },
            StopReason::MaxGenerations,
        ),
        ("target", |s| s.optimize.stop.target_score = Some(0.1), StopReason::TargetReached),
        ("patience", |s| s.optimize.stop.no_improvement = Some(1), StopReason::NoImprovement),
    ];
    for (name, change, reason) in cases {
        let mut spec =
            spec(RunMode::Optimize, calls(100_000), GeneticSpec { examples: Some(20), ..GeneticSpec::default() });
        change(&mut spec);
        let state = fold(&run(&started(spec, SPLITS), 1, false));
        assert_eq!(state.stop(), Some(reason), "{name}");
    }
}

#[test]
fn every_selection_method_improves_on_the_first_prompt() {
    let methods = [
        SelectionMethod::Tournament { k: 3 },
        SelectionMethod::Roulette,
        SelectionMethod::Rank { pressure: 1.8 },
        SelectionMethod::Truncation { top: 3 },
    ];
    for selection in methods {
        let genetic = GeneticSpec { selection, examples: Some(30), ..GeneticSpec::default() };
        let state = fold(&run(&started(spec(RunMode::Optimize, calls(3_000), genetic), SPLITS), 2, false));
        let gain =
            state.score(state.best(), Split::Train).unwrap() - state.score(CandidateId(0), Split::Train).unwrap();
        assert!(gain > 0.2, "{selection:?} gained {gain}");
    }
}

#[test]
fn prompts_that_people_write_by_the_dozen_leave_enough_to_choose_and_prove() {
    let first = started(spec(RunMode::Optimize, calls(400), GeneticSpec::default()), SPLITS);
    let journal = run_in(World { by_hand: 60, ..World::of(&first) }, &first, 3, false);
    let state = fold(&journal);
    assert!(state.evidence().is_some_and(|evidence| evidence.n == 15));
    assert!(state.accounted().calls <= 400, "{:?}", state.accounted());
}

#[test]
fn what_is_written_before_the_first_prompt_is_evaluated_stops_no_search() {
    for name in StrategyName::ALL {
        let mut settings = spec(RunMode::Optimize, calls(900), GeneticSpec::default());
        settings.optimize.strategy = name.spec();
        settings.models.reflection = Some(ModelSpec::named("simulated:writer"));
        let first = started(settings, SPLITS);
        for after in [1, 2, 20] {
            let state = fold(&run_in(World { by_hand: 1, after, ..World::of(&first) }, &first, 5, true));
            let written = state.cells(CandidateId(1_000_000)).map_or(0, |cells| cells.trials(Split::Train));
            assert!(state.evidence().is_some() && written > 0, "{name:?}, written after {after} entries");
        }
    }
}

#[test]
fn a_trial_of_the_search_that_comes_after_its_end_is_paid_for_and_does_not_count() {
    let first = started(spec(RunMode::Optimize, calls(900), GeneticSpec::default()), SPLITS);
    let journal = run(&first, 4, false);
    let ended = journal.iter().position(|e| matches!(e.event, RunEvent::SearchEnded { .. })).unwrap();
    let mut state = fold(&journal[..=ended]);
    let trial = |e: &Recorded| matches!(&e.event, RunEvent::TrialFinished(t) if t.cell.candidate == CandidateId(0));
    let RunEvent::TrialFinished(mut late) = journal.iter().find(|e| trial(e)).unwrap().event.clone() else { return };
    late.model = Some("simulated:later".into());
    let (score, paid) = (state.score(CandidateId(0), Split::Train), state.accounted().calls);
    assert!(score.is_some());
    state.apply(&Recorded { seq: state.length(), at: Timestamp(0), event: RunEvent::TrialFinished(late) });
    assert_eq!(state.score(CandidateId(0), Split::Train), score, "another model's answer pushes no score out");
    assert_eq!(state.accounted().calls, paid + 1);
}
