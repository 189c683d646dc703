use clade_domain::{CandidateId, CellRef, ExampleId, OperatorName, Purpose, RunEvent, SlotId};

/// What the engine is to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Have an operator write a candidate.
    Propose(Box<ProposeCommand>),
    /// Evaluate one cell.
    Evaluate(EvaluateCommand),
    /// Append this to the journal: a decision. Nothing else is commanded until it is applied.
    Record(Box<RunEvent>),
}

/// Have an operator write a candidate. Ends in `CandidateAdmitted` or `ProposalRejected` for the slot.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposeCommand {
    /// The place it is for.
    pub slot: SlotId,
    /// The id it gets when admitted; fixed beforehand, so that ids do not depend on which answer comes first.
    pub candidate: CandidateId,
    /// The generation it belongs to.
    pub generation: u32,
    /// What makes it.
    pub operator: OperatorName,
    /// From whom, the better one first.
    pub parents: Vec<CandidateId>,
    /// Trials that failed, of the first parent or of one of its ancestors, for the operator to look at.
    pub failures: Vec<CellRef>,
    /// Trials of the first parent that passed.
    pub successes: Vec<CellRef>,
    /// Trials whose answers could become demonstrations.
    pub demonstrations: Vec<CellRef>,
    /// Train examples that it is made for ([`clade_domain::Candidate::targets`]).
    pub targets: Vec<ExampleId>,
    /// Words for the operator to go by ([`clade_domain::Candidate::brief`]).
    pub brief: Option<String>,
    /// All the randomness it may use.
    pub seed: u64,
}

/// Evaluate one cell. Ends in `TrialFinished` for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluateCommand {
    /// Which cell.
    pub cell: CellRef,
    /// What for.
    pub purpose: Purpose,
    /// The generation whose models serve it.
    pub generation: u32,
}
