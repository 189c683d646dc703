//! Estimates stay inside the budget, know what they do not know, and name a budget below one evaluation.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use clade_domain::{ModelSpec, RunMode};
use clade_runfile::{Estimate, Limit, Loaded, Overrides, Price, estimate};
use common::{load_with, write};

fn load(run: &str, mode: RunMode) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let data: String = (0..200).map(|i| format!("{{\"q\": \"question number {i} with some words\"}}\n")).collect();
    let checks =
        "tests: file://d.jsonl\ndefaultTest: {assert: [{type: contains, value: x}, {type: llm-rubric, value: good}]}\n";
    let run =
        format!("prompts: ['Answer {{{{q}}}}', 'Again {{{{q}}}}']\nproviders: ['openai:a', 'openai:b']\n{checks}{run}");
    write(folder.path(), &[("promptclade.yaml", &run), ("d.jsonl", &data)]);
    load_with(&folder.path().join("promptclade.yaml"), mode, Overrides::default()).unwrap_or_else(|p| panic!("{p}"))
}

fn priced(model: &ModelSpec) -> Option<Price> {
    (model.id != "openai:unknown").then_some(Price { input: 1.0, output: 4.0, request: 0.0 })
}

fn of(run: &str, mode: RunMode) -> Estimate {
    estimate(&load(run, mode), &priced)
}

#[test]
fn an_evaluation_is_counted_exactly() {
    let found = of("evaluateOptions: {repeat: 3, maxConcurrency: 10}\n", RunMode::Evaluate);
    // 200 examples, 2 prompts, 2 models, 3 repeats; one judge call for each
    assert_eq!((found.calls.low, found.calls.high), (4800.0, 4800.0));
    let names: Vec<&str> = found.phases.iter().map(|p| p.phase).collect();
    assert_eq!(names, ["evaluation", "judge"]);
    assert_eq!(found.concurrency, 10);
    assert!(found.usd.unwrap().likely > 0.0 && found.seconds.low < found.seconds.high);
    let by_request = |_: &ModelSpec| Some(Price { request: 0.5, ..Price::default() });
    let flat = estimate(&load("evaluateOptions: {repeat: 3}\n", RunMode::Evaluate), &by_request);
    assert_eq!(flat.usd.unwrap().likely, 2400.0);
}

#[test]
fn a_search_stays_inside_its_budget() {
    for (run, most) in [
        ("", 2000.0),
        ("optimize: {budget: {calls: 300}}\n", 300.0),
        ("optimize: {budget: {calls: 50000}, strategy: {name: genetic, generations: 3}}\n", 50_000.0),
    ] {
        let found = of(run, RunMode::Optimize);
        assert!(
            found.calls.low <= found.calls.likely && found.calls.likely <= found.calls.high,
            "{run}: {:?}",
            found.calls
        );
        assert!(found.calls.high <= most && found.calls.likely > 100.0, "{run}: {:?}", found.calls);
        let ranges = found.phases.iter().flat_map(|p| [Some(p.calls), Some(p.tokens_in), Some(p.tokens_out), p.usd]);
        for range in ranges.flatten().chain([found.seconds]) {
            assert!(
                range.low <= range.likely && range.likely <= range.high,
                "the likely figure lies outside: {found:?}"
            );
        }
    }
    // three generations end long before fifty thousand calls
    let short =
        of("optimize: {budget: {calls: 50000}, strategy: {name: genetic, generations: 3}}\n", RunMode::Optimize);
    assert!(short.calls.high < 20_000.0, "{:?}", short.calls);
    let usd = of("optimize: {budget: {usd: 0.05}}\n", RunMode::Optimize).usd.unwrap();
    assert!(usd.high <= 0.05 && usd.low <= usd.likely);
}

#[test]
fn a_limit_that_pays_for_a_part_alone_is_told() {
    let of = |budget: &str| of(&format!("optimize: {{budget: {{{budget}}}}}\n"), RunMode::Optimize).shortfall;
    // ample ones, and calls, within which the phases are reckoned
    assert_eq!([of("calls: 200"), of("usd: 1000"), of("tokens: 90000000")], [None, None, None]);
    let short = of("usd: 0.01").unwrap();
    assert!(short.limit == Limit::Usd && short.most == 0.01 && short.needed > 0.015, "{short:?}");
    let short = of("tokens: 5000").unwrap();
    assert!(short.limit == Limit::Tokens && short.most == 5000.0 && short.needed > 7500.0, "{short:?}");
    // the tighter of two
    assert_eq!(of("usd: 0.0001, tokens: 5000").unwrap().limit, Limit::Usd);
    let unknown = load("optimize: {budget: {usd: 0.01}, models: {judge: 'openai:unknown'}}\n", RunMode::Optimize);
    assert_eq!(estimate(&unknown, &priced).shortfall, None);
}

#[test]
fn a_small_limit_leaves_few_test_examples() {
    // 60 test examples, two prompts that meet each, a judge call for each trial
    for (run, expected) in [
        ("optimize: {budget: {calls: 5000}}\n", 60),
        ("optimize: {budget: {usd: 1}}\n", 60),
        ("optimize: {budget: {calls: 160}}\n", 10),
        ("evaluateOptions: {repeat: 3}\noptimize: {budget: {calls: 160}}\n", 3),
        ("optimize: {budget: {calls: 4}}\n", 1),
        ("optimize: {budget: {calls: 160}, splits: {test: 0}}\n", 0),
    ] {
        assert_eq!(of(run, RunMode::Optimize).test_examples, expected, "{run}");
    }
    assert_eq!(of("", RunMode::Evaluate).test_examples, 200);
}

#[test]
fn unknown_prices_are_unknown_not_zero() {
    let found = of("optimize: {models: {reflection: 'openai:unknown', judge: 'openai:b'}}\n", RunMode::Optimize);
    assert_eq!(found.usd, None);
    assert_eq!(found.unpriced, ["openai:unknown"]);
    let search = found.phases.iter().find(|p| p.phase == "search").unwrap();
    assert!(search.usd.is_some());
}

#[test]
fn a_budget_below_one_evaluation_is_named() {
    for (budget, expected) in [
        ("{calls: 1}", Some("call")),
        ("{tokens: 10}", Some("tokens")),
        // it would pay the question, and not what is set aside for the answer
        ("{tokens: 1000}", Some("tokens")),
        ("{usd: 0.0000001}", Some("USD")),
        ("{usd: 1, calls: 100, tokens: 100000}", None),
    ] {
        let loaded = load(&format!("optimize: {{budget: {budget}}}\n"), RunMode::Optimize);
        let found = estimate(&loaded, &priced).below_one_evaluation(
            &loaded,
            1_000,
            loaded.spec.models.task.first().and_then(priced),
        );
        assert_eq!(found.is_some(), expected.is_some(), "{budget}: {found:?}");
        let Some(found) = found else { continue };
        assert!(expected.is_some_and(|word| found.message.contains(word)), "{found}");
        assert!(found.line > 0 && found.key.starts_with("optimize.budget.") && found.fix.contains("raise"), "{found}");
    }
}
