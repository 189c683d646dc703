use clade_domain::{CandidateId, ExampleId, Recorded, RunEvent, Split, Timestamp};

use super::samples;
use crate::{Journal, StoreError, TrialQuery};

/// A trial of one candidate on an example of a split.
fn trial(candidate: u32, example: u32, split: Split) -> RunEvent {
    let mut event = samples::trial(example);
    if let RunEvent::TrialFinished(trial) = &mut event {
        trial.cell.candidate = CandidateId(candidate);
        trial.cell.example = ExampleId(example);
        trial.split = split;
    }
    event
}

/// Pages are those of a reader of the whole journal, at every length that it had when somebody asked.
pub(super) async fn finds_the_trials_of_a_candidate(store: &impl Journal) -> Result<(), StoreError> {
    let (run, other) = (samples::run("trials")?, samples::run("trials-2")?);
    let made = |from: u32, to: u32| {
        (from..to).map(|n| match n % 10 {
            0 => samples::admitted(n),
            1 => samples::failed_trial(n % 300),
            _ if n < 6_000 => trial(n % 3, n % 100, Split::Train),
            _ => trial(n % 4, n % 50, Split::Test),
        })
    };
    for id in [&run, &other] {
        store.create(samples::summary(id, 1), Timestamp(1), made(0, 20).collect()).await?;
    }
    for (from, to) in [(20, 20), (20, 700), (700, 6_500)] {
        store.append(run.clone(), u64::from(from), Timestamp(2), made(from, to).collect()).await?;
        let whole = store.read(run.clone(), 0, to).await?;
        for candidate in [0, 2, 3, 9] {
            for (split, example) in
                [(None, None), (Some(Split::Train), None), (Some(Split::Test), Some(7)), (None, Some(50))]
            {
                let mut query = TrialQuery {
                    candidate: CandidateId(candidate),
                    split,
                    example: example.map(ExampleId),
                    from: 0,
                    limit: 97,
                };
                let expected: Vec<&Recorded> = whole.iter().filter(|entry| query.matches(entry)).collect();
                let mut found = Vec::new();
                loop {
                    let page = store.trials(run.clone(), query.clone()).await?;
                    let Some(last) = page.last() else { break };
                    query.from = last.seq + 1;
                    found.extend(page);
                }
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?} of {to} entries");
            }
        }
    }
    let of_other = TrialQuery { candidate: CandidateId(0), split: None, example: None, from: 0, limit: 500 };
    let found = store.trials(other, of_other.clone()).await?;
    assert!(!found.is_empty() && found.iter().all(|entry| entry.seq < 20), "{found:?}");
    let unknown = store.trials(samples::run("nobody")?, of_other.clone()).await;
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })), "{unknown:?}");
    assert!(store.trials(run, TrialQuery { from: u64::MAX, ..of_other }).await?.is_empty());
    Ok(())
}
