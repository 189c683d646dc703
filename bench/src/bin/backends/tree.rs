use clade_domain::{CandidateId, Relation, RunEvent, RunId, Timestamp, Verdict, VerdictReason};
use clade_lineage::NodeId;
use clade_store::{Journal, StoreError, conformance::samples};

/// Entries appended in one step.
const PART: usize = 2_000;
/// How many of each generation are kept.
const KEPT: u32 = 40;

/// A run in which every third candidate has two parents, all out of the generation before, and each one trial and a verdict.
#[derive(Clone, Copy)]
pub struct Tree {
    /// The run's name.
    pub name: &'static str,
    pub candidates: u32,
    pub generations: u32,
    /// How many of each generation have children.
    pub survivors: u32,
}

impl Tree {
    /// The run.
    pub fn run(&self) -> Result<RunId, StoreError> {
        samples::run(self.name)
    }

    /// The last candidate of the last generation.
    pub fn deepest(&self) -> Result<NodeId, StoreError> {
        Ok(NodeId::new(self.run()?, CandidateId(self.candidates - 1)))
    }

    /// Writes its journal.
    pub async fn write(&self, journal: &impl Journal) -> Result<(), StoreError> {
        let run = self.run()?;
        let first = vec![samples::started(&run, None)?];
        let mut next = journal.create(samples::summary(&run, 1), Timestamp(1), first).await?;
        let events: Vec<RunEvent> = (0..self.candidates).flat_map(|id| self.entries(id)).collect();
        for part in events.chunks(PART) {
            next = journal.append(run.clone(), next, Timestamp(2), part.to_vec()).await?;
        }
        Ok(())
    }

    fn width(&self) -> u32 {
        (self.candidates / self.generations).max(2)
    }

    /// What the journal says of a candidate, and of its generation where it is the last of it.
    fn entries(&self, id: u32) -> Vec<RunEvent> {
        let (generation, place) = (id / self.width(), id % self.width());
        let mut entries = vec![self.candidate(id), samples::trial(id * 100)];
        if place >= KEPT {
            entries.push(dropped(CandidateId(id)));
        }
        if place + 1 == self.width() {
            let first = generation * self.width();
            let survivors: Vec<CandidateId> = (first..=id).take(KEPT as usize).map(CandidateId).collect();
            let fitness = vec![0.5; survivors.len()];
            entries.push(RunEvent::GenerationClosed { generation, survivors, fitness, spent: None });
        }
        entries
    }

    fn candidate(&self, id: u32) -> RunEvent {
        let width = self.width();
        let mut made = samples::candidate(id);
        let above = |n: u32| CandidateId((id / width - 1) * width + n % width.min(self.survivors));
        made.generation = id / width;
        made.parents = match (id / width, id % 3) {
            (0, _) => Vec::new(),
            (_, 0) => vec![above(id.wrapping_mul(2_654_435_761) >> 7), above(id.wrapping_mul(40_503) >> 3)],
            _ => vec![above(id.wrapping_mul(2_654_435_761) >> 7)],
        };
        made.parents.dedup();
        made.relation = [Relation::Seed, Relation::MutatedFrom, Relation::DerivedFrom][made.parents.len()];
        RunEvent::CandidateAdmitted { candidate: Box::new(made), bill: Default::default() }
    }
}

fn dropped(candidate: CandidateId) -> RunEvent {
    RunEvent::CandidateDecided {
        candidate,
        verdict: Verdict::Dropped,
        reason: VerdictReason::MissedTarget,
        detail: "solves none of 1 targets".to_owned(),
        against: CandidateId(0),
        trials: 1,
        gain: -0.01,
        gain_sd: 0.02,
    }
}
