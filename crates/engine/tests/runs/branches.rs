//! A run that starts from a candidate of another.

use clade_domain::{CandidateId, Relation};
use clade_engine::{EngineError, Owner, Point, branch_run};

use crate::common::{Rig, calls, spec};

#[tokio::test]
async fn a_branch_starts_from_the_candidate_and_leaves_the_old_run_alone() {
    let rig = Rig::new(spec("simulated:gentle", calls(400))).await;
    rig.finish().await;
    let old = rig.state().await;
    let (events, row) = (rig.events().await, rig.store.summary(rig.run.to_string()).await.unwrap());
    let from = old.candidates().last().unwrap().clone();
    assert_ne!(from.id, CandidateId(0));
    let branch = Rig { run: "run-two".parse().unwrap(), asked: Default::default(), ..rig.clone() };
    branch_run(&rig.store, &rig.run, &Point::of(&old, from.id), branch.run.clone(), Owner::default(), |spec| {
        spec.optimize.budget = calls(300)
    })
    .await
    .unwrap();
    let report = branch.finish().await;
    assert!(report.evidence.is_some() && report.spent.calls <= 300);

    let state = branch.state().await;
    let first = state.candidate(CandidateId(0)).unwrap();
    assert_eq!((&first.prompt, first.relation), (&from.prompt, Relation::BranchOf));
    assert_eq!(state.branch_of(), Some(&(rig.run.clone(), old.length(), Some(from.id))));
    let listed = branch.store.summary(branch.run.to_string()).await.unwrap();
    assert_eq!(listed.branch_of.as_ref(), Some(&rig.run));
    assert_eq!(rig.events().await, events);
    assert_eq!(rig.store.summary(rig.run.to_string()).await.unwrap(), row);

    let missing = branch_run(
        &rig.store,
        &rig.run,
        &Point::of(&old, CandidateId(9_999)),
        "run-three".parse().unwrap(),
        Owner::default(),
        |_| {},
    )
    .await;
    assert!(matches!(missing, Err(EngineError::NoCandidate { .. })), "{missing:?}");
}
