use clade_domain::{
    Candidate, CandidateId, ExampleId, Limit, Purpose, Recorded, Relation, RunEvent, RunMode, Split, Steering,
    StopReason, UserId,
};

use crate::{
    Command, Plan, RunState, child_seed,
    choice::Choice,
    first_look::FirstLook,
    state::{BY_HAND, Phase, ReplayError, fitness},
    statistics, steer,
    steer::SteerError,
    strategy::{self, Grid, Strategy, Wish},
};

/// A whole run as a pure machine: events in, commands out. It admits the user's prompts, lets the strategy search, has the
/// finalists meet validation, and has the chosen and the first prompt meet the test split, once.
pub struct Conductor {
    state: RunState,
    plan: Plan,
    strategy: Box<dyn Strategy>,
    /// What the search waits for before it begins.
    first_look: Option<FirstLook>,
    grid: Option<Grid>,
    choice: Option<Choice>,
    /// Candidates that were written by hand meet a sample of train examples, so that people see how they do.
    by_hand: Option<Grid>,
    /// Decisions handed out and not applied yet: nothing else is commanded before.
    recording: usize,
    spent_limit: Option<Limit>,
}

impl Conductor {
    /// The machine after the first entry of a journal.
    ///
    /// # Errors
    /// Where the entry starts no run, or a newer version wrote it.
    pub fn start(first: &Recorded) -> Result<Self, ReplayError> {
        let state = RunState::start(first)?;
        let plan = Plan::of(&state);
        let strategy = strategy::build(state.spec());
        let mut conductor = Self {
            state,
            plan,
            strategy,
            first_look: None,
            grid: None,
            choice: None,
            by_hand: None,
            recording: 0,
            spent_limit: None,
        };
        conductor.enter_phase();
        Ok(conductor)
    }

    /// Takes an event in. Events come in order of their numbers.
    pub fn apply(&mut self, recorded: &Recorded) {
        let before = self.state.phase();
        self.state.apply(recorded);
        match &recorded.event {
            RunEvent::TrialFinished(trial) => {
                if let Some(grid) = &mut self.grid {
                    grid.apply(trial);
                }
                if let Some(choice) = &mut self.choice {
                    choice.apply(&self.state);
                }
                if let Some(by_hand) = &mut self.by_hand {
                    by_hand.apply(trial);
                }
                if trial.cell.candidate.0 >= BY_HAND && self.state.phase() == Phase::Search {
                    // the search did not ask for it
                    return;
                }
            }
            RunEvent::CandidateAdmitted { candidate, .. } if candidate.id.0 >= BY_HAND => {
                self.look_at(candidate.id);
                return;
            }
            RunEvent::Steered { .. } => return,
            RunEvent::BudgetChanged { .. } => {
                self.spent_limit = None;
                if self.state.phase() == Phase::Search {
                    self.plan = Plan::of(&self.state);
                }
            }
            RunEvent::SessionStarted { .. } | RunEvent::SessionEnded { .. } | RunEvent::SandboxesKept { .. } => return,
            _ => self.recording = self.recording.saturating_sub(usize::from(is_decision(&recorded.event))),
        }
        if self.state.phase() != before {
            self.enter_phase();
        }
        if self.state.phase() == Phase::Search {
            match (self.state.spec().mode, &mut self.grid, &recorded.event) {
                (RunMode::Evaluate, Some(grid), RunEvent::CandidateAdmitted { candidate, .. }) => {
                    grid.add(&self.state, candidate.id);
                }
                (RunMode::Optimize, ..) => self.tell(&recorded.event),
                _ => {}
            }
        }
    }

    /// Tells the search of an event; of none as long as the look before it goes on.
    fn tell(&mut self, event: &RunEvent) {
        if let Some(look) = &mut self.first_look {
            let RunEvent::TrialFinished(trial) = event else { return };
            if let Some(held) = look.apply(trial) {
                self.first_look = None;
                self.strategy.apply(&self.state, &self.plan, &held);
            }
            return;
        }
        if self.strategy.lays_itself_out() {
            self.first_look = FirstLook::before(event, &self.state, &self.plan);
        }
        if self.first_look.is_none() {
            self.strategy.apply(&self.state, &self.plan, event);
        }
    }

    /// Tells that a limit is spent for the stage that goes on: a search ends with what it has, and so does the choice among finalists.
    pub fn limit_spent(&mut self, limit: Limit) {
        self.spent_limit.get_or_insert(limit);
    }

    /// At most `capacity` commands. An empty answer means: wait for something under way, or the run is complete
    /// ([`Self::is_finished`]).
    pub fn next(&mut self, capacity: usize) -> Vec<Command> {
        let mut commands = Vec::new();
        while commands.len() < capacity && self.recording == 0 && !self.is_finished() {
            let Some(command) = self.next_one() else { break };
            if matches!(command, Command::Record(_)) {
                self.recording = 1;
            }
            commands.push(command);
        }
        commands
    }

    /// The event that steers the search as somebody wishes.
    ///
    /// # Errors
    /// Why that cannot be, and what to do instead.
    pub fn steer(&self, by: UserId, steering: Steering) -> Result<RunEvent, SteerError> {
        steer::event(&self.state, by, steering)
    }

    /// Everything known of the run.
    #[must_use]
    pub fn state(&self) -> &RunState {
        &self.state
    }

    /// Everything known of the run, where nothing more is to come.
    #[must_use]
    pub fn into_state(self) -> RunState {
        self.state
    }

    /// How the data is laid out.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.state.phase() == Phase::Finished
    }

    fn enter_phase(&mut self) {
        self.spent_limit = None;
        let generation = self.last_generation();
        self.choice =
            (self.state.phase() == Phase::Selection).then(|| Choice::new(&self.state, &self.plan, generation));
        self.grid = match (self.state.phase(), self.state.spec().mode) {
            (Phase::Search, RunMode::Evaluate) => {
                let all = (0..u32::try_from(self.state.dataset().len()).unwrap_or(u32::MAX)).map(ExampleId).collect();
                Some(Grid::new(Purpose::Evaluation, 0, all))
            }
            (Phase::Evidence, _) => {
                self.plan.cut_proof(&self.state);
                let mut grid = Grid::new(Purpose::Evidence, generation, self.plan.test.clone());
                grid.add(&self.state, CandidateId(0));
                grid.add(&self.state, self.state.best());
                Some(grid)
            }
            (Phase::Search | Phase::Selection | Phase::Finished, _) => None,
        };
    }

    fn last_generation(&self) -> u32 {
        self.state.generations().last().map_or(0, |g| g.generation)
    }

    fn next_one(&mut self) -> Option<Command> {
        if let Some(seed) = self.missing_seed() {
            return Some(record(RunEvent::CandidateAdmitted { candidate: Box::new(seed), bill: Default::default() }));
        }
        match self.state.phase() {
            Phase::Search if self.state.spec().mode == RunMode::Evaluate => {
                let grid = self.grid.as_mut()?;
                match grid.next(&self.state) {
                    Some(command) => Some(Command::Evaluate(command)),
                    None if grid.is_complete() => Some(record(RunEvent::RunFinished { reason: StopReason::Evaluated })),
                    None => None,
                }
            }
            Phase::Search => self.search(),
            Phase::Selection => {
                let choice = self.choice.as_mut()?;
                let next = if self.spent_limit.is_none() { choice.next(&self.state, &self.plan) } else { None };
                match next {
                    Some(command) => Some(Command::Evaluate(command)),
                    None if choice.is_over() || self.spent_limit.is_some() => {
                        Some(record(RunEvent::CandidateChosen { candidate: choice.chosen(&self.state) }))
                    }
                    None => None,
                }
            }
            Phase::Evidence => self.prove(),
            Phase::Finished => None,
        }
    }

    fn search(&mut self) -> Option<Command> {
        if let Some(limit) = self.spent_limit {
            let reason = StopReason::BudgetSpent { limit };
            let leaders = self.strategy.leaders();
            let leaders = if leaders.is_empty() { self.best_so_far() } else { leaders };
            return Some(record(RunEvent::SearchEnded { reason, finalists: self.with_first(leaders) }));
        }
        // what people write by hand is looked at as long as choosing and proving stay paid for
        if self.by_hand.is_some()
            && self.plan.allowance(&self.state).trials >= 1.0
            && let Some(command) = self.by_hand.as_mut().and_then(|grid| grid.next(&self.state))
        {
            return Some(Command::Evaluate(command));
        }
        if let Some(look) = &mut self.first_look {
            return look.next(&self.state).map(Command::Evaluate);
        }
        match self.strategy.next(&self.state, &self.plan) {
            Wish::Propose(command) => Some(Command::Propose(command)),
            Wish::Evaluate(command) => Some(Command::Evaluate(command)),
            Wish::Record(event) => Some(Command::Record(event)),
            Wish::Finish { reason, finalists } => {
                Some(record(RunEvent::SearchEnded { reason, finalists: self.with_first(finalists) }))
            }
            Wish::Wait => None,
        }
    }

    fn prove(&mut self) -> Option<Command> {
        let grid = self.grid.as_mut()?;
        if let Some(command) = grid.next(&self.state) {
            return Some(Command::Evaluate(command));
        }
        if !grid.is_complete() {
            return None;
        }
        if self.state.evidence().is_some() {
            let reason = self.state.stop().unwrap_or(StopReason::Stopped);
            return Some(record(RunEvent::RunFinished { reason }));
        }
        let scores = |candidate: CandidateId| -> Vec<f64> {
            let cells = self.state.cells(candidate);
            let mean = |example: &ExampleId| cells.and_then(|c| c.mean(*example, self.state.repeat()));
            self.plan.test.iter().filter_map(mean).collect()
        };
        let chosen = self.state.best();
        let seed = child_seed(self.state.spec().seed, &[u64::MAX]);
        let first = scores(CandidateId(0));
        let evidence = if chosen == CandidateId(0) {
            statistics::unchanged(&first, statistics::CONFIDENCE, seed)
        } else {
            statistics::evidence(&first, &scores(chosen), statistics::CONFIDENCE, seed)
        };
        let errors = |candidate| self.state.cells(candidate).map_or(0, |cells| cells.failed(Split::Test));
        let chosen_errors = if chosen == CandidateId(0) { 0 } else { errors(chosen) };
        let evidence = statistics::with_errors(evidence, errors(CandidateId(0)), chosen_errors);
        Some(record(RunEvent::EvidenceMeasured { evidence: Box::new(evidence) }))
    }

    /// The user's prompts become the first candidates, in order; in `clade eval` once for each task model.
    fn missing_seed(&self) -> Option<Candidate> {
        let spec = self.state.spec();
        let models: Vec<Option<String>> = match spec.mode {
            RunMode::Evaluate if spec.models.task.len() > 1 => {
                (0..spec.models.task.len()).map(|place| spec.models.task_name(place)).collect()
            }
            _ => vec![None],
        };
        let total = spec.prompts.len() * models.len();
        let place = (0..total).find(|n| self.state.candidate(CandidateId(*n as u32)).is_none())?;
        let prompt = &spec.prompts[place % spec.prompts.len()];
        let model = models[place / spec.prompts.len()].clone();
        let relation = if self.state.branch_of().is_some() { Relation::BranchOf } else { Relation::Seed };
        Some(Candidate {
            id: CandidateId(u32::try_from(place).unwrap_or(u32::MAX)),
            prompt: prompt.prompt.clone(),
            model,
            parents: Vec::new(),
            relation,
            operator: None,
            generation: 0,
            slot: None,
            note: prompt.label.clone(),
            targets: Vec::new(),
            brief: None,
        })
    }

    /// Everyone evaluated on train, best first: what a search that was cut short hands on.
    fn best_so_far(&self) -> Vec<CandidateId> {
        let full = |id: &CandidateId| self.state.cells(*id).map_or(0, |c| c.trials(Split::Train)) as usize;
        let most = self.state.candidates().map(|c| full(&c.id)).max().unwrap_or(0);
        let mut ranked: Vec<(f64, CandidateId)> = self
            .state
            .candidates()
            .filter(|c| full(&c.id) * 2 >= most)
            .filter_map(|c| fitness(&self.state, c.id, Split::Train).map(|value| (value, c.id)))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(_, id)| id).collect()
    }

    /// Has a candidate that was written by hand meet a sample of train examples.
    fn look_at(&mut self, candidate: CandidateId) {
        let generation = self.last_generation();
        let sample = || self.plan.train.iter().copied().take(LOOK).collect();
        let grid = self.by_hand.get_or_insert_with(|| Grid::new(Purpose::Search, generation, sample()));
        grid.add(&self.state, candidate);
    }

    /// The first few of these, with the first prompt always among them, those that people pinned beside them, and none that they rejected:
    /// who meets validation, whatever ended the search.
    #[must_use]
    pub fn with_first(&self, leaders: Vec<CandidateId>) -> Vec<CandidateId> {
        let mut finalists: Vec<CandidateId> = self.state.hand().pinned().collect();
        let places = Plan::finalists(&self.state) - 1;
        for leader in leaders {
            if finalists.len() < places && !finalists.contains(&leader) && !self.state.hand().rejects(leader) {
                finalists.push(leader);
            }
        }
        if !finalists.contains(&CandidateId(0)) {
            finalists.push(CandidateId(0));
        }
        finalists
    }
}

/// Train examples that a candidate written by hand meets.
const LOOK: usize = 30;

fn record(event: RunEvent) -> Command {
    Command::Record(Box::new(event))
}

/// Whether an event is one that the conductor itself has recorded. Candidates that an operator wrote come from the engine.
fn is_decision(event: &RunEvent) -> bool {
    match event {
        RunEvent::CandidateAdmitted { candidate, .. } => candidate.slot.is_none() && candidate.id.0 < BY_HAND,
        RunEvent::HeadroomMeasured { .. }
        | RunEvent::CandidateDecided { .. }
        | RunEvent::GenerationClosed { .. }
        | RunEvent::SearchEnded { .. }
        | RunEvent::CandidateChosen { .. }
        | RunEvent::EvidenceMeasured { .. }
        | RunEvent::RunFinished { .. } => true,
        _ => false,
    }
}
