//! Rows of odd answers come out whole and harmless.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use clade_domain::{ContentHash, RunEvent, Timestamp, TrialOutcome};
use clade_export::{RowFormat, Rows};
use clade_store::{Journal, MemoryStore, Texts, conformance::samples};

const ANSWERS: [&str; 8] = [
    "plain",
    "two\nlines, \"quoted\"\r\nand, commas",
    "=HYPERLINK(\"http://evil\",\"x\")",
    "+1+cmd|' /C calc'!A0",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "ключ 🧬",
];

/// A run with one trial for each answer, in pages of more than one.
async fn store() -> MemoryStore {
    let store = MemoryStore::new();
    let run = samples::run("odd-one").unwrap();
    let mut events = vec![samples::started(&run, None).unwrap(), samples::admitted(0)];
    for (n, answer) in (0..).zip(ANSWERS) {
        let RunEvent::TrialFinished(mut trial) = samples::trial(n) else { unreachable!() };
        if let TrialOutcome::Scored { answer: hash, .. } = &mut trial.outcome {
            *hash = ContentHash::of(answer.as_bytes());
        }
        events.push(RunEvent::TrialFinished(trial));
    }
    events.push(samples::failed_trial(20));
    // an answer that its check could not judge
    let RunEvent::TrialFinished(mut unjudged) = samples::failed_trial(21) else { unreachable!() };
    if let TrialOutcome::Failed { answer, .. } = &mut unjudged.outcome {
        *answer = Some(ContentHash::of(ANSWERS[0].as_bytes()));
    }
    events.push(RunEvent::TrialFinished(unjudged));
    // a second page without a trial of its own
    events.extend((0..1500).map(|_| RunEvent::SessionStarted { version: "0.1.0".into(), isolation: None }));
    store.create(samples::summary(&run, 1), Timestamp(1), events).await.unwrap();
    store.put_texts(ANSWERS.map(str::to_owned).to_vec()).await.unwrap();
    store
}

async fn all(format: RowFormat) -> String {
    let store = store().await;
    let mut rows = Rows::new(&store, samples::run("odd-one").unwrap(), format);
    let mut text = Vec::new();
    while let Some(part) = rows.next().await.unwrap() {
        text.extend(part);
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn csv_is_read_back_and_holds_no_formula() {
    let text = all(RowFormat::Csv).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next(), Some("candidate"));
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), ANSWERS.len() + 2);
    for (row, answer) in rows.iter().zip(ANSWERS) {
        let found = &row[7];
        assert!(!found.starts_with(['=', '+', '-', '@', '\t', '\r']), "{found}");
        assert_eq!(found.strip_prefix('\'').unwrap_or(found), answer);
    }
    let names = reader.headers().unwrap();
    assert_eq!((&names[13], &names[14], names.get(16)), ("purpose", "model", Some("score:numeric")));
    assert!(rows[..8].iter().all(|row| &row[13] == "search" && row[16].parse::<f64>().is_ok()), "{rows:?}");
    assert!(rows.iter().all(|row| !row[14].is_empty()), "{rows:?}");
    assert_eq!(&rows[8][16], "", "without a score there is no named one");
    assert_eq!(&rows[8][6], "content refused: «политика» 🙅");
    assert_eq!((&rows[8][7], &rows[9][7]), ("", ANSWERS[0]), "what came and could not be judged is there");
}

#[tokio::test]
async fn json_lines_hold_answers_as_they_are() {
    let text = all(RowFormat::Jsonl).await;
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), ANSWERS.len() + 2);
    for (row, answer) in rows.iter().zip(ANSWERS) {
        assert_eq!(row["answer"], answer);
    }
    assert!(rows[8]["answer"].is_null() && rows[8]["trial"]["error"]["kind"] == "refused");
    assert_eq!((&rows[9]["answer"], &rows[9]["trial"]["error"]["kind"]), (&ANSWERS[0].into(), &"refused".into()));
}

#[tokio::test]
async fn the_journal_has_every_entry() {
    let text = all(RowFormat::Journal).await;
    assert_eq!(text.lines().count(), 2 + ANSWERS.len() + 2 + 1500);
}
