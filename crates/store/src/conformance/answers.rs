use clade_domain::{ContentHash, ModelRole, Spent, Usage, Usd};

use super::samples;
use crate::{AnswerLog, PaidAnswer, StoreError, Texts};

pub(super) async fn keeps_the_first(store: &impl AnswerLog) -> Result<(), StoreError> {
    let run = samples::run("first")?;
    let first = PaidAnswer { body: "großes \u{0} 🧬".into(), ..samples::answer(&run, 1, ModelRole::Judge) };
    store.put_answer(first.clone()).await?;
    let second = PaidAnswer { body: "later".into(), cost: Some(Usd(9.0)), ..first.clone() };
    store.put_answer(second).await?;
    assert_eq!(store.answers(vec![first.key]).await?, [Some(first.clone())]);
    assert_eq!(store.paid(run).await?.calls, 1, "what is there already is not paid for again");
    Ok(())
}

pub(super) async fn finds_many_at_once(store: &impl AnswerLog) -> Result<(), StoreError> {
    let run = samples::run("many")?;
    assert_eq!(store.answers(vec![ContentHash::of(b"nothing yet")]).await?, [None]);
    let answers: Vec<PaidAnswer> = (0..500).map(|n| samples::answer(&run, n, ModelRole::Task)).collect();
    futures::future::try_join_all(answers.iter().cloned().map(|answer| store.put_answer(answer))).await?;
    let keys: Vec<ContentHash> =
        answers.iter().rev().flat_map(|answer| [answer.key, ContentHash::of(&answer.key.0)]).collect();
    let expected: Vec<Option<PaidAnswer>> =
        answers.iter().rev().flat_map(|answer| [Some(answer.clone()), None]).collect();
    assert_eq!(store.answers(keys.clone()).await?, expected, "in the order asked for, with gaps");
    let single = keys.iter().map(|key| store.answers(vec![*key, *key]));
    let single = futures::future::try_join_all(single).await?;
    for (found, expected) in single.iter().zip(&expected) {
        assert_eq!(found, &[expected.clone(), expected.clone()], "the same one by one, all at the same time");
    }
    assert!(store.answers(Vec::new()).await?.is_empty());
    Ok(())
}

pub(super) async fn shares_texts(store: &(impl AnswerLog + Texts)) -> Result<(), StoreError> {
    let run = samples::run("shared")?;
    let hash = ContentHash::of(b"yes");
    for n in 0..3 {
        let answer = PaidAnswer { body: "yes".into(), ..samples::answer(&run, n, ModelRole::Task) };
        store.put_answer(answer).await?;
    }
    assert_eq!(store.texts(vec![hash]).await?, ["yes"], "an answer's text is found by its content");
    let hashes = store.put_texts(vec!["put first".into()]).await?;
    let answer = PaidAnswer { body: "put first".into(), ..samples::answer(&run, 3, ModelRole::Task) };
    store.put_answer(answer.clone()).await?;
    assert_eq!(store.answers(vec![answer.key]).await?, [Some(answer)]);
    assert_eq!(store.texts(hashes).await?, ["put first"]);
    Ok(())
}

pub(super) async fn adds_up_by_role(store: &impl AnswerLog) -> Result<(), StoreError> {
    let (run, other) = (samples::run("payer")?, samples::run("other-payer")?);
    assert_eq!(store.paid(run.clone()).await?, Spent::default(), "an unknown run has paid nothing");
    use ModelRole::{Judge, Reflection, Task};
    for (n, role) in (0..).zip([Task, Task, Task, Reflection, Judge, Judge]) {
        store.put_answer(samples::answer(&run, n, role)).await?;
    }
    store.put_answer(samples::answer(&other, 100, Task)).await?;
    let code = PaidAnswer { role: None, ..samples::answer(&run, 7, Task) };
    store.put_answer(code.clone()).await?;
    assert_eq!(store.answers(vec![code.key]).await?, [Some(code)], "an answer of code is kept, and is no call");
    let expected = Spent {
        usd: Usd(0.75),
        calls: 6,
        task_calls: 3,
        reflection_calls: 1,
        judge_calls: 2,
        tokens_in: 75,
        tokens_out: 12,
        unpriced_calls: 3,
        ..Spent::default()
    };
    assert_eq!(store.paid(run).await?, expected);
    assert_eq!(store.paid(other).await?.task_calls, 1);
    Ok(())
}

pub(super) async fn pages_by_key(store: &impl AnswerLog) -> Result<(), StoreError> {
    let (run, other) = (samples::run("pages")?, samples::run("pages-2")?);
    let usage = Usage { input: u64::from(u32::MAX) * 3, output: 0, cache_read: 5, cache_write: 7 };
    let mut own = Vec::new();
    for n in 0..20 {
        let payer = if n % 4 == 3 { &other } else { &run };
        let answer = PaidAnswer { usage, ..samples::answer(payer, n, ModelRole::Task) };
        store.put_answer(answer.clone()).await?;
        if payer == &run {
            own.push(answer);
        }
    }
    own.sort_by_key(|answer| answer.key);
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(|answer: &PaidAnswer| answer.key);
        let page = store.answers_of(run.clone(), after, 4).await?;
        assert!(page.len() <= 4);
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, own, "all of the run's answers, each once, in order of key");
    Ok(())
}
