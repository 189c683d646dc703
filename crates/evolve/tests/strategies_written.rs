//! The searches of the literature whose moves a model writes (`de`, `opro`, `promptbreeder`, `mipro`) as pure machines: they end within
//! their budget, neither the order of answers nor a kill changes their path, and they do what their papers publish.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic")]

use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{
    Bill, Budget, Candidate, CandidateId, ContentHash, DatasetSummary, Demonstration, Direction, EvalOptions,
    ExampleId, FORMAT_VERSION, GenerationModels, MiproAuto, MiproSpec, ModelSpec, Models, Objective, OproSpec,
    OptimizeSpec, Prompt, PromptbreederSpec, Purpose, Recorded, RejectReason, Relation, RunEvent, RunMode, RunSpec,
    SeedPrompt, SplitSpec, StopReason, StrategyName, StrategySpec, Timestamp, Trial, TrialOutcome, Usage, Usd, Verdict,
};
use clade_evolve::{Command, Conductor, EvaluateCommand, ProposeCommand, RunState, child_seed, operators};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const WRITTEN: [StrategyName; 4] =
    [StrategyName::De, StrategyName::Opro, StrategyName::Promptbreeder, StrategyName::Mipro];
const TRAIN: usize = 60;

fn spec(strategy: StrategySpec, calls: u64) -> RunSpec {
    RunSpec {
        mode: RunMode::Optimize,
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
            budget: Budget { calls: Some(calls), ..Budget::default() },
            strategy,
            objectives: vec![Objective { metric: "score".into(), direction: Direction::Maximize, weight: 1.0 }],
            splits: SplitSpec::default(),
            constraints: Default::default(),
            stop: Default::default(),
        },
    }
}

fn started(spec: RunSpec) -> Recorded {
    let splits = format!("{}{}{}", "t".repeat(TRAIN), "v".repeat(20), "h".repeat(20));
    let dataset = DatasetSummary {
        hash: ContentHash::of(splits.as_bytes()),
        source: "test".into(),
        splits: splits.as_str().into(),
        columns: vec!["question".into()],
        duplicates: 0,
        judge_calls: 0,
    };
    let event = RunEvent::RunStarted {
        format: FORMAT_VERSION,
        run: "testrun1".parse().unwrap(),
        spec: Box::new(spec),
        dataset: Box::new(dataset),
        branch_of: None,
    };
    Recorded { seq: 0, at: Timestamp(0), event }
}

/// The world outside: what comes of a command depends on the command alone.
#[derive(Default)]
struct World {
    prompts: BTreeMap<CandidateId, Prompt>,
    /// Every proposal is turned away.
    barren: bool,
    /// From this generation on another model serves.
    other_from: Option<u32>,
    /// What was commanded, in order.
    proposed: Vec<ProposeCommand>,
    evaluated: Vec<EvaluateCommand>,
}

impl World {
    fn answer(&mut self, command: &Command) -> RunEvent {
        match command {
            Command::Record(event) => {
                if let RunEvent::CandidateAdmitted { candidate, .. } = &**event {
                    self.prompts.insert(candidate.id, candidate.prompt.clone());
                }
                (**event).clone()
            }
            Command::Evaluate(command) => self.evaluate(*command),
            Command::Propose(command) => self.propose(command),
        }
    }

    fn evaluate(&mut self, command: EvaluateCommand) -> RunEvent {
        self.evaluated.push(command);
        let other = self.other_from.is_some_and(|from| command.generation >= from);
        let prompt = &self.prompts[&command.cell.candidate];
        let good =
            prompt.to_text().matches("good").count().min(8) as u64 + 2 * u64::from(!prompt.demonstrations.is_empty());
        let draw = child_seed(prompt.hash().to_u64(), &[u64::from(command.cell.example.0), u64::from(other)]) % 20;
        let right = draw < 5 + good;
        let split = match command.purpose {
            Purpose::Search | Purpose::Repeat => clade_domain::Split::Train,
            Purpose::Selection => clade_domain::Split::Validation,
            Purpose::Evidence | Purpose::Evaluation => clade_domain::Split::Test,
        };
        assert_eq!(split == clade_domain::Split::Train, command.cell.example.index() < TRAIN, "splits never mix");
        RunEvent::TrialFinished(Box::new(Trial {
            cell: command.cell,
            split,
            purpose: command.purpose,
            model: other.then(|| "simulated:other".to_owned()),
            outcome: TrialOutcome::Scored {
                answer: prompt.hash(),
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
        }))
    }

    fn propose(&mut self, command: &ProposeCommand) -> RunEvent {
        self.proposed.push(command.clone());
        let operator = operators::by_name(&command.operator.0).unwrap();
        assert!(command.parents.len() >= operator.kind().parents, "{command:?}");
        let bill = match operator.kind().model_written {
            true => Bill::of(Usage { input: 50, output: 50, ..Usage::default() }, Some(Usd(0.005))),
            false => Bill::default(),
        };
        if self.barren || command.seed.is_multiple_of(5) {
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
        let mut prompt = self.prompts[&command.parents[0]].clone();
        if command.operator.0 == "demonstration-set" {
            let shown = |cell: &clade_domain::CellRef| Demonstration {
                vars: Default::default(),
                answer: format!("{}", cell.example.0),
            };
            prompt.demonstrations = command.demonstrations.iter().map(shown).collect();
            assert!(!prompt.demonstrations.is_empty());
        } else {
            let word = if command.seed.is_multiple_of(3) { "good" } else { "plain" };
            prompt.components[0].text = format!("{word} {} {}", command.seed % 97, prompt.components[0].text);
        }
        self.prompts.insert(command.candidate, prompt.clone());
        let rewritten = command.operator.0.starts_with("breed-hyper").then(|| format!("new {}", command.seed % 97));
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
                targets: Vec::new(),
                brief: rewritten.or_else(|| command.brief.clone()),
            }),
            bill,
        }
    }
}

/// Runs to the end with answers coming back in an order drawn from `order`, killed and replayed at random where asked.
fn run(first: &Recorded, mut world: World, order: u64, kills: bool) -> (Vec<Recorded>, World) {
    let mut rng = ChaCha8Rng::seed_from_u64(order);
    let mut journal = vec![first.clone()];
    let mut conductor = Conductor::start(first).unwrap();
    let mut under_way: Vec<Command> = Vec::new();
    let window = rng.random_range(1..64usize);
    for _ in 0..100_000 {
        under_way.extend(conductor.next(window.saturating_sub(under_way.len())));
        if conductor.is_finished() {
            return (journal, world);
        }
        assert!(!under_way.is_empty(), "stuck after {} entries", journal.len());
        let decision = under_way.iter().position(|command| matches!(command, Command::Record(_)));
        let place = decision.unwrap_or_else(|| rng.random_range(0..under_way.len()));
        let event = world.answer(&under_way.swap_remove(place));
        let entry = Recorded { seq: journal.len() as u64, at: Timestamp(0), event };
        conductor.apply(&entry);
        journal.push(entry);
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

fn searched(strategy: StrategySpec, calls: u64) -> (RunState, World) {
    let (journal, world) = run(&started(spec(strategy, calls)), World::default(), 1, false);
    (fold(&journal), world)
}

/// What must not depend on the order: everything but journal numbers.
fn result(state: &RunState) -> String {
    let candidates: Vec<_> = state
        .candidates()
        .map(|c| format!("{} {:?} {:?} {:?} {}", c.id, c.operator, c.parents, c.brief, c.prompt.to_text()))
        .collect();
    let generations: Vec<_> = state.generations().iter().map(|g| (g.generation, &g.survivors, &g.fitness)).collect();
    format!(
        "{candidates:#?}\n{generations:#?}\n{:#?}\n{:?}\n{:?}\n{:?}\n{}",
        state.decisions(),
        state.stop(),
        state.chosen(),
        state.evidence(),
        state.accounted().calls
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_kills_and_window_change_nothing(order in any::<u64>()) {
        for name in WRITTEN {
            let first = started(spec(name.spec(), 900));
            let expected = result(&fold(&run(&first, World::default(), 0, false).0));
            prop_assert_eq!(&result(&fold(&run(&first, World::default(), order, false).0)), &expected, "{:?}", name);
            prop_assert_eq!(&result(&fold(&run(&first, World::default(), order, true).0)), &expected, "{:?}", name);
        }
    }

    #[test]
    fn a_change_of_the_model_changes_nothing_about_that(order in any::<u64>()) {
        for name in WRITTEN {
            let mut spec = spec(name.spec(), 1500);
            let task = Some(ModelSpec::named("simulated:other"));
            spec.models.generations = vec![GenerationModels { from: 3, task, reflection: None, judge: None }];
            let first = started(spec);
            let world = || World { other_from: Some(3), ..World::default() };
            let expected = fold(&run(&first, world(), 0, false).0);
            prop_assert!(expected.generations().len() > 3, "{:?}", name);
            prop_assert_eq!(&result(&fold(&run(&first, world(), order, true).0)), &result(&expected), "{:?}", name);
        }
    }

    #[test]
    fn a_budget_of_calls_holds(calls in 120u64..2_500, order in any::<u64>()) {
        for name in WRITTEN {
            let state = fold(&run(&started(spec(name.spec(), calls)), World::default(), order, false).0);
            prop_assert!(state.accounted().calls <= calls, "{:?}: {} of {calls}", name, state.accounted().calls);
            prop_assert!(state.evidence().is_some());
        }
    }
}

#[test]
fn they_gain_and_decide_and_close_what_they_begin() {
    for name in WRITTEN {
        let (state, world) = searched(name.spec(), 3_000);
        let train = |id| state.score(id, clade_domain::Split::Train).unwrap();
        // whether one of them is better by more than chance is for validation to say, which has 20 examples here
        assert!(state.finalists().iter().any(|id| train(*id) > train(CandidateId(0))), "{name:?}");
        let numbers: Vec<u32> = state.generations().iter().map(|g| g.generation).collect();
        assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>(), "{name:?}");
        let decided = state.decisions().keys().copied().collect::<BTreeSet<_>>();
        let met: BTreeSet<CandidateId> = world.evaluated.iter().map(|e| e.cell.candidate).collect();
        let undecided: Vec<_> = met.difference(&decided).filter(|id| id.0 != 0).collect();
        assert!(undecided.is_empty(), "{name:?}: {undecided:?}");
    }
}

#[test]
fn where_nothing_can_be_written_they_end() {
    for name in WRITTEN {
        let world = World { barren: true, ..World::default() };
        let (journal, _) = run(&started(spec(name.spec(), 5_000)), world, 1, false);
        let state = fold(&journal);
        let ends = [Some(StopReason::NothingNew), Some(StopReason::MaxGenerations)];
        assert!(ends.contains(&state.stop()), "{name:?}: {:?}", state.stop());
        assert_eq!(state.chosen(), Some(CandidateId(0)));
    }
}

#[test]
fn without_a_limit_on_calls_they_end_as_published() {
    for name in [StrategyName::De, StrategyName::Mipro] {
        let mut spec = spec(name.spec(), 1);
        spec.optimize.budget = Budget::default();
        let state = fold(&run(&started(spec), World::default(), 1, false).0);
        assert_eq!(state.stop(), Some(StopReason::MaxGenerations), "{name:?}");
        // de: ten generations and the one that fills; mipro: the trials of `heavy`, max(4 log2 18, 27), after writing
        let expected = if name == StrategyName::De { 11 } else { 1 + 27 };
        assert_eq!(state.generations().last().unwrap().generation, expected, "{name:?}");
    }
}

#[test]
fn differential_evolution_challenges_each_prompt_with_its_own_child() {
    let (state, world) = searched(StrategyName::De.spec(), 4_000);
    let first: Vec<_> = world.proposed.iter().filter(|p| p.generation == 1).collect();
    assert_eq!(first.len(), 9, "nine paraphrases beside the user's prompt");
    assert!(first.iter().all(|p| p.operator.0 == "paraphrase"));
    let survivors = |generation: u32| &state.generations()[generation as usize].survivors;
    let mut challenges = 0;
    for command in world.proposed.iter().filter(|p| p.generation > 1) {
        let members = survivors(command.generation - 1);
        let [current, one, other, best] = command.parents.as_slice() else { panic!("{command:?}") };
        assert_eq!(command.operator.0, "differential");
        assert_eq!(best, &members[0]);
        assert!(members.contains(one) && members.contains(other) && one != other && one != current && other != current);
        // either of the two lives on, never both
        if state.candidate(command.candidate).is_some() {
            let after = survivors(command.generation);
            assert_ne!(after.contains(current), after.contains(&command.candidate));
            challenges += 1;
        }
    }
    assert!(challenges > 20, "{challenges}");
}

#[test]
fn opro_shows_the_best_past_prompts_and_three_examples() {
    let (state, world) = searched(StrategyName::Opro.spec(), 4_000);
    let last = state.generations().last().unwrap().generation;
    for generation in 1..last {
        let step: Vec<_> = world.proposed.iter().filter(|p| p.generation == generation).collect();
        assert_eq!(step.len(), 8);
        let members = &state.generations()[generation as usize - 1].survivors;
        for command in step {
            assert_eq!(&command.parents, members, "the best first");
            assert_eq!(command.successes.len() + command.failures.len(), 3);
        }
    }
    let closed = &state.generations()[last as usize];
    assert_eq!(closed.survivors.len(), 20);
    assert!(closed.fitness.is_sorted_by(|a, b| a >= b));
    let few = OproSpec { history: 3, exemplars: 0, proposals: 2, steps: Some(4), examples: Some(25) };
    let (state, world) = searched(StrategySpec::Opro(few), 4_000);
    assert_eq!(state.stop(), Some(StopReason::MaxGenerations));
    assert!(world.proposed.iter().all(|p| p.parents.len() <= 3 && p.failures.is_empty() && p.successes.is_empty()));
}

#[test]
fn promptbreeder_overwrites_losers_and_evolves_mutation_prompts() {
    let settings = PromptbreederSpec { population: Some(16), generations: None, examples: Some(20) };
    let (state, world) = searched(StrategySpec::Promptbreeder(settings), 8_000);
    let first: Vec<_> = world.proposed.iter().filter(|p| p.generation == 1).collect();
    assert_eq!(first.len(), 15);
    let words: BTreeSet<_> = first.iter().filter_map(|p| p.brief.clone()).collect();
    assert_eq!(words.len(), 15, "each first unit has a mutation prompt of its own");
    for closed in &state.generations()[2..] {
        let before = &state.generations()[closed.generation as usize - 1].survivors;
        let born = closed.survivors.iter().filter(|id| !before.contains(id)).count();
        assert_eq!(closed.survivors.len(), before.len());
        assert!(born <= before.len() / 2, "one of each pair lives on");
        assert!(closed.survivors.contains(&before[0]), "the best one wins its tournament");
    }
    let used: BTreeSet<_> = world.proposed.iter().map(|p| p.operator.0.clone()).collect();
    for name in operators::all().iter().map(|o| o.name()).filter(|name| name.starts_with("breed-")) {
        assert!(used.contains(name), "{name} was not drawn: {used:?}");
    }
    assert!(used.contains("sentence-crossover") && used.contains("demonstration-set"));
    let leaders: BTreeSet<CandidateId> = state.generations().iter().map(|g| g.survivors[0]).collect();
    let lines = world.proposed.iter().filter(|p| p.operator.0 == "breed-lineage").map(|p| &p.parents);
    let mut ancestors = 0;
    for line in lines {
        let parent = |id: &CandidateId| state.candidate(*id)?.parents.first().copied();
        let before: Vec<_> = std::iter::successors(parent(&line[0]), parent).collect();
        assert!(line[1..].iter().all(|id| before.contains(id) && leaders.contains(id)), "{line:?} of {before:?}");
        ancestors += line.len() - 1;
    }
    assert!(ancestors > 0, "leaders of a unit's own line are shown");
    let inherits = |c: &Candidate| {
        let parent = state.candidate(*c.parents.first()?)?;
        let own = parent.brief.as_ref()?;
        Some((own.starts_with("new "), c.brief.as_ref()? == own, c.operator.as_ref()?.0.starts_with("breed-hyper")))
    };
    let passed: Vec<_> = state.candidates().filter_map(inherits).collect();
    assert!(passed.iter().any(|(new, same, _)| *new && *same), "a new mutation prompt is passed on");
}

#[test]
fn mipro_tries_minibatches_and_proves_the_best_on_all_examples() {
    let settings = MiproSpec { auto: Some(MiproAuto::Light), ..MiproSpec::default() };
    let (state, world) = searched(StrategySpec::Mipro(settings), 6_000);
    assert_eq!(state.stop(), Some(StopReason::MaxGenerations));
    let written: Vec<_> = world.proposed.iter().filter(|p| p.operator.0 == "mipro").collect();
    assert_eq!(written.len(), 5, "six instructions, the first one is the user's");
    assert!(written.iter().all(|p| p.successes.len() + p.failures.len() == 10 && p.generation == 1));
    let by_round = |round: u32| {
        let mut met: BTreeMap<CandidateId, BTreeSet<ExampleId>> = BTreeMap::new();
        for command in world.evaluated.iter().filter(|e| e.purpose == Purpose::Search && e.generation == round) {
            met.entry(command.cell.candidate).or_default().insert(command.cell.example);
        }
        met
    };
    assert_eq!(by_round(0)[&CandidateId(0)].len(), TRAIN);
    // demonstrations come from examples that choose nothing
    let shown: BTreeSet<ExampleId> =
        world.proposed.iter().flat_map(|p| &p.demonstrations).map(|cell| cell.example).collect();
    let chosen_on: BTreeSet<ExampleId> = (1..)
        .map_while(|round| (round < 20).then(|| by_round(round)))
        .flat_map(|met| met.into_values().flatten())
        .collect();
    assert!(!shown.is_empty() && shown.is_disjoint(&chosen_on));
    assert!(world.proposed.iter().all(|p| p.demonstrations.len() <= 4));
    // 10 trials (max(4 log2 6, 9)); after the fifth and the last one the best combination meets all 48 examples
    assert_eq!(state.generations().last().unwrap().generation, 11);
    let full: Vec<_> = state.decisions().iter().filter(|(_, d)| d.detail.ends_with("on all 48 examples")).collect();
    assert!((1..=2).contains(&full.len()), "{full:?}");
    for (id, decision) in full {
        let improves = state.generations().last().unwrap().survivors.iter().position(|s| s == id);
        assert!(improves.is_some(), "what met all examples is in the ranking: {decision:?}");
        assert!(decision.verdict == Verdict::Kept || decision.gain <= 0.0);
    }
    let alone = MiproSpec { auto: Some(MiproAuto::Light), demonstrations: 0, ..MiproSpec::default() };
    let (_, world) = searched(StrategySpec::Mipro(alone), 6_000);
    assert!(world.proposed.iter().all(|p| p.operator.0 == "mipro"), "instructions alone");
}
