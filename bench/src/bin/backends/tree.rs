use clade_domain::{CandidateId, Relation, RunEvent, RunId, Timestamp};
use clade_lineage::NodeId;
use clade_store::{Journal, StoreError, conformance::samples};

/// Entries appended in one step.
const PART: usize = 2_000;

/// A run in which every third candidate has two parents, all out of the generation before, and each one trial.
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
        let events: Vec<RunEvent> =
            (0..self.candidates).flat_map(|id| [self.candidate(id), samples::trial(id * 100)]).collect();
        for part in events.chunks(PART) {
            next = journal.append(run.clone(), next, Timestamp(2), part.to_vec()).await?;
        }
        Ok(())
    }

    fn candidate(&self, id: u32) -> RunEvent {
        let width = (self.candidates / self.generations).max(2);
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
