use clade_bundle::{BundleError, Data, Limits};
use serde_json::{Value, json};

use crate::common::{bundle, imported, packed, refusal, unpacked, with_journal};

/// The first line of a kind of event.
fn first<'l>(lines: &'l mut [Value], event: &str) -> &'l mut Value {
    lines.iter_mut().find(|line| line["event"] == event).unwrap()
}

/// The last generation, which states the account.
fn closed(lines: &mut [Value]) -> &mut Value {
    lines.iter_mut().rfind(|line| line["event"] == "generation_closed").unwrap()
}

#[tokio::test]
async fn journals_that_no_run_writes_are_refused() {
    type Change = fn(&mut Vec<Value>);
    let table: [(&str, &str, Change); 28] = [
        ("nothing changed", "it was imported", |_| {}),
        ("a gap", "entry 50 should stand here", |lines| drop(lines.remove(50))),
        ("two entries swapped", "should stand here", |lines| lines.swap(50, 51)),
        ("no beginning", "does not begin", |lines| drop(lines.remove(0))),
        ("a second beginning", "a run starts once", |lines| {
            let mut again = lines[0].clone();
            again["seq"] = json!(lines.len());
            lines.push(again);
        }),
        ("nothing at all", "no journal", |lines| lines.clear()),
        ("an unknown event", "unknown variant", |lines| lines[9]["event"] = json!("reboot")),
        ("a candidate twice", "is there already", |lines| lines[3]["candidate"]["id"] = json!(1)),
        ("a parent from nowhere", "no candidate c77", |lines| lines[3]["candidate"]["parents"] = json!([77])),
        ("its own parent", "no candidate c2", |lines| lines[3]["candidate"]["parents"] = json!([2])),
        ("a generation far ahead", "cannot have been reached", |lines| {
            lines[3]["candidate"]["generation"] = json!(99_999_989)
        }),
        ("a generation that closes far ahead", "cannot have been reached", |lines| {
            closed(lines)["generation"] = json!(4_000_000_000_u32);
        }),
        ("an empty prompt", "empty prompt", |lines| lines[3]["candidate"]["prompt"]["components"] = json!([])),
        ("a trial of nobody", "no candidate c9", |lines| first(lines, "trial_finished")["candidate"] = json!(9)),
        ("no such example", "no example e100", |lines| first(lines, "trial_finished")["example"] = json!(100)),
        ("no such example at all", "no example", |lines| first(lines, "trial_finished")["example"] = json!(u32::MAX)),
        ("no such repeat", "no example", |lines| first(lines, "trial_finished")["sample"] = json!(1)),
        ("a score above one", "7 is no score", |lines| first(lines, "trial_finished")["score"] = json!(7.0)),
        ("a cost below zero", "-1000 USD is no cost", |lines| first(lines, "trial_finished")["cost"] = json!(-1000.0)),
        ("a cost that nobody has", "USD is no cost", |lines| first(lines, "trial_finished")["cost"] = json!(1e300)),
        ("a bill below zero", "it brings the cost", |lines| {
            lines[3]["bill"] = json!({"calls": 1, "usage": {"in": 1, "out": 1}, "cost": -7.0});
        }),
        ("an answer that was bought once and is billed twice", "it was imported", |lines| {
            lines[3]["bill"] = json!({"calls": 1, "usage": {"in": 1, "out": 1}, "cost": 0.5});
            closed(lines)["spent"]["usd"] = json!(0.1);
        }),
        ("a ledger that forgets", "it brings the cost", |lines| {
            closed(lines)["spent"]["usd"] = json!(-7.0);
        }),
        ("other data than there are", "not those that its journal names", |lines| {
            lines[0]["dataset"]["hash"] = json!("00".repeat(16));
        }),
        ("an answer that is not there", "its answer is missing", |lines| {
            first(lines, "trial_finished")["answer"] = json!("00".repeat(16));
        }),
        ("fitness of nobody", "do not pair up", |lines| {
            first(lines, "generation_closed")["fitness"] = json!(vec![0.5; 1_000])
        }),
        ("more cells than there are numbers", "too many cells", |lines| {
            lines[0]["spec"]["options"]["repeat"] = json!(4_000_000_000_u32);
        }),
        ("no models", "no prompt or no model", |lines| lines[0]["spec"]["models"]["task"] = json!([])),
    ];
    for (name, words, change) in table {
        let said = refusal(&with_journal(change).await).await;
        assert!(said.contains(words), "{name}: {said}");
    }
    let newer = with_journal(|lines| lines[0]["format"] = json!(999)).await;
    assert!(matches!(imported(&newer, Limits::default()).await, Err(BundleError::Newer { found: 999, .. })));
}

#[tokio::test]
async fn lines_that_are_none_are_told_with_their_place() {
    let files = unpacked(&bundle(Data::Included).await);
    let deep = format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    for (number, line) in [(1, "{\"id\":0}\n"), (2, "7\n"), (3, "\n"), (4, "{\n"), (4, "\u{0}"), (1, &deep)] {
        let mut changed = files.clone();
        let end = changed[number].1.iter().position(|byte| *byte == b'\n').unwrap();
        changed[number].1.splice(..=end, line.bytes());
        let said = refusal(&packed(changed)).await;
        assert!(said.contains(&format!("{}:1:", files[number].0)), "{line:.20}: {said:.200}");
    }
    let mut poisoned = files.clone();
    let text = String::from_utf8(poisoned[1].1.clone()).unwrap().replacen("\"n\":7", "\"n\":8", 1);
    poisoned[1].1 = text.into_bytes();
    assert!(refusal(&packed(poisoned)).await.contains("not those that its journal names"));
    let mut cheap = files.clone();
    let (_, answers) = cheap.iter_mut().find(|(name, _)| name.starts_with("answers")).unwrap();
    let text = String::from_utf8(answers.clone()).unwrap();
    let cost = text.split("\"cost\":").nth(1).unwrap().split([',', '}']).next().unwrap().to_owned();
    *answers = text.replacen(&format!("\"cost\":{cost}"), "\"cost\":-5.0", 1).into_bytes();
    assert!(refusal(&packed(cheap)).await.contains("no true cost"));
    let mut shuffled = files.clone();
    let line = shuffled[1].1.iter().position(|byte| *byte == b'\n').unwrap();
    shuffled[1].1.drain(..=line);
    assert!(refusal(&packed(shuffled)).await.contains("example 0 is missing"));
}

/// A journal whose hundred test examples both prompts met, with the evidence of that.
async fn proven(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    with_journal(|lines| {
        lines[0]["dataset"]["splits"] = json!("h".repeat(100));
        prove(lines, change);
    })
    .await
}

fn prove(lines: &mut [Value], change: impl FnOnce(&mut Value)) {
    first(lines, "candidate_chosen")["candidate"] = json!(1);
    // every second one is right, for both
    let scores: Vec<f64> = (0..100).map(|n| f64::from(n % 2)).collect();
    let mut evidence = json!(clade_evolve::statistics::evidence(&scores, &scores, 0.95, 1));
    change(&mut evidence);
    let line = first(lines, "sandboxes_kept");
    *line = json!({ "seq": line["seq"], "at": line["at"], "event": "evidence_measured", "evidence": evidence });
}

/// What a bundle claims is what its own trials say.
#[tokio::test]
async fn evidence_that_its_trials_do_not_give_is_refused() {
    assert_eq!(refusal(&proven(|_| {}).await).await, "it was imported");
    let table = [
        ("more examples", "n", json!(1_000)),
        ("a better prompt", "best_score", json!(0.9)),
        ("a worse first prompt", "seed_score", json!(0.1)),
        ("a gain", "difference", json!(0.4)),
        ("wins", "wins", json!(40)),
        ("losses", "losses", json!(40)),
        ("a chance below none", "p_value", json!(-3.0)),
        ("a chance above all", "p_value", json!(2.0)),
        ("a chance that the trials do not give", "p_value", json!(0.001)),
        ("a claim", "improved", json!(true)),
        ("an interval beyond what can be", "ci_high", json!(7.0)),
        ("an interval upside down", "ci_low", json!(0.9)),
        ("an interval of scores beyond what can be", "best_ci", json!([0.4, 3.0])),
        ("errors that nobody made", "seed_errors", json!(50)),
        ("a chance a little lower", "p_value", json!(0.985)),
        ("an interval that is narrower", "ci_high", json!(0.001)),
        ("an interval of scores that is narrower", "seed_ci", json!([0.49, 0.51])),
        ("another level", "confidence", json!(0.5)),
        ("another test", "test", json!("permutation")),
        ("fewer examples that would do", "needed", json!([[0.02, 3]])),
        ("other words", "sentence", json!("improvement shown: 0.1 -> 0.9")),
    ];
    for (name, field, value) in table {
        let said = refusal(&proven(|evidence| evidence[field] = value).await).await;
        assert!(said.contains("evidence is not that of its trials"), "{name}: {said}");
    }
    let unmet = with_journal(|lines| prove(lines, |_| {}));
    assert!(refusal(&unmet.await).await.contains("evidence is not that"), "it has no test examples");
}
