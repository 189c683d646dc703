use std::collections::{BTreeMap, BTreeSet};

use clade_domain::{
    Candidate, CandidateId, ContentHash, ModelRole, Models, Objective, OperatorName, Purpose, Recorded, Relation,
    RunEvent, RunId, RunMode, Split, Steer, Timestamp, Usd, Verdict, VerdictReason,
};
use serde::{Deserialize, Serialize};

use super::{
    moment::Moment,
    tally::{Tally, set},
};
use crate::{Node, NodeId, Status};

/// The version of what backends keep. One that finds another drops everything and reads the journals anew.
pub const LINEAGE_FORMAT: u32 = 9;

/// A node with what its fold remembers. Whoever stores it gives back the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The node.
    pub node: Node,
    /// What only the fold looks at.
    pub memory: Memory,
}

/// What must be remembered of a candidate to read on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    tally: Tally,
    /// The entry of its verdict, after which closing generations do not change it.
    decided: Option<u64>,
    /// One more than the last entry that changed it: that one and earlier ones change it no more. So a batch that was written
    /// in part may be written again.
    read: u64,
    history: Vec<Moment>,
}

impl Record {
    /// One more than the number of the last entry that changed it. Of two records of a candidate the one with more is the newer.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.memory.read
    }

    /// What became of it, step by step.
    #[must_use]
    pub fn history(&self) -> &[Moment] {
        &self.memory.history
    }

    /// Adds a step.
    fn note(&mut self, entry: &Recorded, generation: Option<u32>) {
        let (status, score) = (self.node.status, self.node.score);
        self.memory.history.push(Moment { entry: entry.seq, at: entry.at, status, generation, score });
    }
}

/// A candidate's record, where an entry that is about it is news to it.
fn news<'r>(
    records: &'r mut BTreeMap<CandidateId, Record>,
    id: CandidateId,
    entry: &Recorded,
    touched: &mut BTreeSet<CandidateId>,
) -> Option<&'r mut Record> {
    let record = records.get_mut(&id)?;
    touched.insert(id);
    if record.memory.read > entry.seq {
        return None;
    }
    record.memory.read = entry.seq + 1;
    Some(record)
}

/// How far a run's journal was read, and what must be remembered of it to read on. Folding a journal in batches of any sizes
/// gives the same nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunFold {
    run: RunId,
    /// Whose journal it is, for people.
    owner: String,
    next: u64,
    /// When the last entry that was read was appended; 0 before there is one.
    last: Timestamp,
    settings: Option<Settings>,
    searching: bool,
    /// Candidates that live without a verdict: closing a generation drops those that do not survive it.
    alive: BTreeSet<CandidateId>,
    best: Option<CandidateId>,
}

/// What the first entry says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Settings {
    split: Split,
    objectives: Vec<Objective>,
    repeat: u32,
    models: Models,
    branch_of: Option<NodeId>,
}

impl RunFold {
    /// Before the first entry.
    #[must_use]
    pub fn new(run: RunId) -> Self {
        Self::of(run, String::new())
    }

    /// The same, with the installation that keeps the journal, as people know it.
    #[must_use]
    pub fn of(run: RunId, owner: String) -> Self {
        let last = Timestamp(0);
        Self { run, owner, next: 0, last, settings: None, searching: true, alive: BTreeSet::new(), best: None }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The installation whose journal was read first, as people know it; empty where nobody said.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// When the last entry that was read was appended. Two runs of one name have hardly ever the same there.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// The number of the next entry to read: the checkpoint.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The chosen candidate, else the best survivor of the last generation; `None` before there is one.
    #[must_use]
    pub fn best(&self) -> Option<CandidateId> {
        self.best
    }

    /// The candidate of another run that this one started from, where one was named.
    #[must_use]
    pub fn branch_of(&self) -> Option<&NodeId> {
        self.settings.as_ref()?.branch_of.as_ref()
    }

    /// The candidates whose records [`Self::apply`] needs for these entries.
    #[must_use]
    pub fn needs(&self, entries: &[Recorded]) -> BTreeSet<CandidateId> {
        let mut needed = BTreeSet::new();
        for entry in entries {
            match &entry.event {
                RunEvent::TrialFinished(trial) => drop(needed.insert(trial.cell.candidate)),
                RunEvent::CandidateAdmitted { candidate, .. } => drop(needed.insert(candidate.id)),
                RunEvent::ProposalRejected { parents, .. } => needed.extend(parents.first()),
                RunEvent::Steered { wish: Steer::Reject { candidate }, .. } => drop(needed.insert(*candidate)),
                RunEvent::CandidateDecided { candidate, .. } | RunEvent::CandidateChosen { candidate } => {
                    needed.insert(*candidate);
                }
                RunEvent::GenerationClosed { survivors, .. } => {
                    needed.extend(survivors);
                    needed.extend(&self.alive);
                }
                RunEvent::SearchEnded { finalists, .. } => needed.extend(finalists),
                _ => {}
            }
        }
        needed
    }

    /// Takes the next entries in, in order. `records` holds what [`Self::needs`] named, as far as it is stored; afterwards it
    /// also holds what is new. Returns whose records the entries are about. Entries that were taken in already change nothing, and a
    /// record that has read further than this fold is left as it is until the fold is there too, but named: what a backend
    /// keeps beside records (which generation is the latest) was perhaps not kept with it.
    pub fn apply(
        &mut self,
        entries: &[Recorded],
        records: &mut BTreeMap<CandidateId, Record>,
    ) -> BTreeSet<CandidateId> {
        let mut touched = BTreeSet::new();
        for entry in entries {
            if entry.seq >= self.next {
                (self.next, self.last) = (entry.seq + 1, entry.at);
                self.take(entry, records, &mut touched);
            }
        }
        touched
    }

    fn take(
        &mut self,
        entry: &Recorded,
        records: &mut BTreeMap<CandidateId, Record>,
        touched: &mut BTreeSet<CandidateId>,
    ) {
        match &entry.event {
            RunEvent::RunStarted { spec, branch_of, .. } => {
                let evaluates = spec.mode == RunMode::Evaluate;
                let from = branch_of.clone().and_then(|(run, _, candidate)| Some(NodeId::new(run, candidate?)));
                self.settings = Some(Settings {
                    split: if evaluates { Split::Test } else { Split::Train },
                    objectives: spec.optimize.objectives.clone(),
                    repeat: spec.options.repeat.max(1),
                    models: spec.models.clone(),
                    branch_of: from.filter(|from| from.run != self.run),
                });
            }
            RunEvent::CandidateAdmitted { candidate, bill } => {
                // what a person wrote is no member of a generation: it waits for validation, whoever survives
                if candidate.operator.as_ref().is_none_or(|operator| operator.0 != OperatorName::BY_HAND) {
                    self.alive.insert(candidate.id);
                }
                touched.insert(candidate.id);
                if records.get(&candidate.id).is_some_and(|record| record.memory.read > entry.seq) {
                    return;
                }
                let node = self.node(candidate, entry, bill.cost);
                let mut record = Record { node, memory: Memory { read: entry.seq + 1, ..Memory::default() } };
                record.note(entry, None);
                records.insert(candidate.id, record);
            }
            RunEvent::ProposalRejected { parents, .. } => {
                let parent = parents.first().and_then(|parent| news(records, *parent, entry, touched));
                if let Some(record) = parent {
                    record.node.turned_away += 1;
                }
            }
            RunEvent::TrialFinished(trial) => {
                let Some(record) = news(records, trial.cell.candidate, entry, touched) else { return };
                record.node.cost += trial.task_bill().cost;
                record.node.cost += trial.judge.cost;
                // the state that a branch is to start from may not be there
                if let Some(from) = trial.ran.iter().find_map(|ran| ran.from.clone()) {
                    record.node.state = Some(from);
                }
                // a second answer tells of noise, and what comes after the search ended counts no more: as in a run's state
                let late = trial.purpose == Purpose::Search && !self.searching;
                let Some(settings) = self.settings.as_ref().filter(|_| !late && trial.purpose != Purpose::Repeat)
                else {
                    return;
                };
                record.memory.tally.add(
                    trial,
                    trial.score_in(Objective::primary(&settings.objectives)),
                    settings.repeat,
                );
                record.node.scores = record.memory.tally.estimates();
                record.node.score = record.node.scores.get(&settings.split).copied();
                // who answered is who the scores are of, whoever was to serve its generation
                match trial.model.as_deref().and_then(|scorer| scorer.split(", judged by ").next()) {
                    Some(name) => name.clone_into(&mut record.node.model),
                    None => record.node.model = first(&settings.models),
                }
            }
            RunEvent::CandidateDecided { candidate, verdict, reason, detail, .. } => {
                self.alive.remove(candidate);
                let Some(record) = news(records, *candidate, entry, touched) else { return };
                record.memory.decided = record.memory.decided.or(Some(entry.seq));
                record.node.status = match verdict {
                    Verdict::Kept => Status::Kept,
                    Verdict::Dropped => Status::Dropped,
                };
                record.node.reason = format!("{}: {detail}", words(*reason));
                record.note(entry, None);
            }
            RunEvent::GenerationClosed { generation, survivors, .. } => {
                self.close(entry, *generation, survivors, records, touched);
            }
            RunEvent::SearchEnded { finalists, .. } => {
                self.searching = false;
                for finalist in finalists {
                    if let Some(record) = news(records, *finalist, entry, touched) {
                        record.node.status = Status::Finalist;
                        record.note(entry, None);
                    }
                }
            }
            RunEvent::CandidateChosen { candidate } => {
                self.best = Some(*candidate);
                if let Some(record) = news(records, *candidate, entry, touched) {
                    record.node.status = Status::Chosen;
                    record.note(entry, None);
                }
            }
            RunEvent::Steered { wish: Steer::Reject { candidate }, .. } => {
                if let Some(record) = news(records, *candidate, entry, touched) {
                    record.node.status = Status::Dropped;
                    record.node.reason = "rejected by hand".to_owned();
                    record.note(entry, None);
                }
            }
            RunEvent::Steered { wish: Steer::Model { role, model, from }, .. } => {
                if let Some(settings) = &mut self.settings {
                    settings.models.serve_from(*from, *role, (**model).clone());
                }
            }
            RunEvent::Steered { .. }
            | RunEvent::SessionStarted { .. }
            | RunEvent::SessionEnded { .. }
            | RunEvent::HeadroomMeasured { .. }
            | RunEvent::EvidenceMeasured { .. }
            | RunEvent::BudgetChanged { .. }
            | RunEvent::SandboxesKept { .. }
            | RunEvent::RunFinished { .. } => {}
        }
    }

    fn close(
        &mut self,
        entry: &Recorded,
        generation: u32,
        survivors: &[CandidateId],
        records: &mut BTreeMap<CandidateId, Record>,
        touched: &mut BTreeSet<CandidateId>,
    ) {
        self.best = survivors.first().copied().or(self.best);
        let surviving = set(survivors);
        for id in self.alive.difference(&surviving) {
            if let Some(record) = news(records, *id, entry, touched) {
                if record.node.operator.as_ref().is_some_and(|operator| operator.0 == OperatorName::BY_HAND) {
                    record.node.status = Status::Open;
                    continue;
                }
                record.node.status = Status::Dropped;
                record.node.reason = format!("not among the survivors of generation {generation}");
                record.note(entry, Some(generation));
            }
        }
        self.alive.clear();
        for id in &surviving {
            let open = |record: &Record| record.memory.decided.is_none_or(|decided| decided > entry.seq);
            if !records.get(id).is_some_and(open) {
                continue;
            }
            self.alive.insert(*id);
            if let Some(record) = news(records, *id, entry, touched) {
                record.node.status = Status::Kept;
                record.node.reason.clear();
                record.note(entry, Some(generation));
            }
        }
    }

    fn node(&self, candidate: &Candidate, entry: &Recorded, cost: Usd) -> Node {
        let settings = self.settings.as_ref();
        let branch = settings.and_then(|s| s.branch_of.clone()).filter(|_| candidate.id == CandidateId(0));
        // ids grow with admission: what does not come before it cannot be a parent, whatever a journal says
        let mut parents: Vec<NodeId> = Vec::new();
        for parent in candidate.parents.iter().filter(|parent| **parent < candidate.id) {
            let parent = NodeId::new(self.run.clone(), *parent);
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        let relation = if branch.is_some() { Relation::BranchOf } else { candidate.relation };
        parents.extend(branch);
        Node {
            id: NodeId::new(self.run.clone(), candidate.id),
            entry: entry.seq,
            at: entry.at,
            prompt: ContentHash::of(candidate.prompt.to_text().as_bytes()),
            generation: candidate.generation,
            operator: candidate.operator.clone(),
            model: candidate.model.clone().unwrap_or_else(|| model(settings, candidate.generation)),
            relation,
            parents,
            note: candidate.note.clone(),
            status: Status::Open,
            reason: String::new(),
            score: None,
            scores: BTreeMap::new(),
            cost,
            state: None,
            targets: candidate.targets.clone(),
            turned_away: 0,
        }
    }
}

/// The task model that serves a generation.
fn model(settings: Option<&Settings>, generation: u32) -> String {
    let Some(Settings { models, .. }) = settings else { return String::new() };
    models.of(ModelRole::Task, generation).map(|model| model.id.clone()).unwrap_or_default()
}

fn first(models: &Models) -> String {
    models.task.first().map(|model| model.id.clone()).unwrap_or_default()
}

fn words(reason: VerdictReason) -> &'static str {
    match reason {
        VerdictReason::Improves => "improves",
        VerdictReason::Simpler => "simpler",
        VerdictReason::MissedTarget => "missed its target",
        VerdictReason::Breaks => "breaks what worked",
        VerdictReason::Unclear => "unclear",
        VerdictReason::Outranked => "outranked",
        VerdictReason::Replaced => "replaced",
        VerdictReason::NothingNew => "nothing new",
    }
}
