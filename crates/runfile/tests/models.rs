//! Who is asked: models by name and by label, and the models that checks need.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use clade_domain::{ModelSpec, RunMode};
use clade_runfile::{Loaded, Overrides, Problems};
use common::{load_with, write};

fn try_load(file: &str) -> Result<Loaded, Problems> {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..30).map(|n| format!("{{\"q\": \"number {n}?\", \"a\": \"{n}\"}}\n")).collect();
    write(folder.path(), &[("p.yaml", &format!("prompts: ['Answer {{{{q}}}}']\n{file}")), ("rows.jsonl", &rows)]);
    load_with(&folder.path().join("p.yaml"), RunMode::Optimize, Overrides::default())
}

fn load(file: &str) -> Loaded {
    try_load(file).unwrap_or_else(|problems| panic!("{problems}"))
}

fn warnings(loaded: &Loaded) -> String {
    loaded.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_label_names_its_model_wherever_a_model_is_named() {
    let file = "providers: [{id: openai:a, label: cheap, config: {temperature: 0.5}}]\n\
                tests: file://rows.jsonl\n\
                defaultTest:\n\
                \u{20} options: {provider: {id: anthropic:j, label: strict, config: {max_tokens: 7}}}\n\
                \u{20} assert: [{type: equals, value: '{{a}}'}, {type: llm-rubric, value: good, provider: strong}]\n\
                optimize:\n\
                \u{20} models:\n\
                \u{20}   reflection: strict\n\
                \u{20}   judge: {openai:s: {label: strong, config: {temperature: 1}}}\n\
                \u{20}   generations: [{from: 1, task: cheap, judge: strict, reflection: strong}]\n";
    let models = load(file).spec.models;
    let shown = |model: Option<&ModelSpec>| model.map(|m| format!("{} {} {}", m.id, m.label, m.config.len()));
    let [cheap, strong, strict] = ["openai:a cheap 1", "openai:s strong 1", "anthropic:j strict 1"].map(str::to_owned);
    assert_eq!(shown(models.task.first()), Some(cheap.clone()));
    assert_eq!(shown(models.reflection.as_ref()), Some(strict.clone()));
    assert_eq!(shown(models.judge.as_ref()), Some(strong.clone()));
    assert_eq!(shown(models.judges.get("strong")), Some(strong.clone()));
    let later = &models.generations[0];
    let later = [&later.task, &later.judge, &later.reflection].map(|model| shown(model.as_ref()));
    assert_eq!(later, [Some(cheap), Some(strict), Some(strong)]);
}

#[test]
fn a_label_of_two_models_names_neither() {
    let file = "providers: [{id: openai:a, label: it}]\ntests: file://rows.jsonl\n\
                defaultTest: {assert: [{type: equals, value: '{{a}}'}]}\n\
                optimize: {models: {reflection: {id: openai:b, label: it}, judge: it}}\n";
    let problems = try_load(file).unwrap_err().to_string();
    assert!(problems.contains("p.yaml:5:67: several models are called `it`"), "{problems}");
    assert_eq!(problems.matches("fix:").count(), 1, "{problems}");
}

#[test]
fn a_check_that_names_who_embeds_needs_nobody_else() {
    let file = |provider: &str| {
        format!(
            "providers: [openai:a]\ntests: file://rows.jsonl\ndefaultTest:\n  assert:\n\
             \u{20}   - {{type: similar, value: '{{{{a}}}}'{provider}}}\n"
        )
    };
    let own = load(&file(", provider: 'ollama:embedding:nomic'"));
    assert_eq!(own.spec.models.embedding, None);
    assert!(!warnings(&own).contains("embedding"), "{}", warnings(&own));
    // one that only answers in words does not embed
    for other in ["", ", provider: 'anthropic:messages:m'"] {
        let usual = load(&file(other));
        assert_eq!(usual.spec.models.embedding.as_ref().unwrap().id, "openai:embedding:text-embedding-3-small");
        assert!(warnings(&usual).contains("some checks need a model for embedding"), "{}", warnings(&usual));
    }
}

/// What is said of a model whose key is missing.
fn without_key(loaded: &Loaded, id: &str) -> String {
    loaded.places.unusable(id, (format!("{id} needs an API key"), "set KEY".to_owned())).to_string()
}

#[test]
fn a_missing_key_is_told_where_a_check_needs_the_model() {
    const USUAL: &str = "openai:embedding:text-embedding-3-small";
    let folder = tempfile::tempdir().unwrap();
    let rows: String =
        (0..30).map(|n| format!("number {n}?,{n},{}\n", if n == 6 { "similar: six" } else { "" })).collect();
    let file = "prompts: ['Answer {{q}}']\nproviders: [openai:a]\ntests: file://rows.csv\n\
                defaultTest: {assert: [{type: equals, value: '{{a}}'}]}\noptimize: {budget: {usd: 1}}\n";
    write(folder.path(), &[("p.yaml", file), ("rows.csv", &format!("q,a,__expected\n{rows}"))]);
    let loaded = load_with(&folder.path().join("p.yaml"), RunMode::Optimize, Overrides::default()).unwrap();
    assert!(warnings(&loaded).contains("rows.csv:8: some checks need a model for embedding"), "{}", warnings(&loaded));
    let told = without_key(&loaded, USUAL);
    assert!(
        told.contains("rows.csv:8: a check here needs a model for embedding, none is named, and openai:emb"),
        "{told}"
    );
    assert!(told.contains("name one as `optimize.models.embedding`, or set KEY"), "{told}");

    let shared = load(
        "providers: [openai:a]\ntests: file://rows.jsonl\ndefaultTest:\n  assert:\n\
                       \u{20}   - {type: equals, value: '{{a}}'}\n    - {type: similar, value: '{{a}}'}\n",
    );
    assert!(without_key(&shared, USUAL).contains("p.yaml:7:"), "{}", without_key(&shared, USUAL));

    let tests: String = (0..30)
        .map(|n| format!("  - vars: {{q: 'number {n}?'}}\n    assert:\n      - {{type: equals, value: '{n}'}}\n"))
        .collect();
    let own = format!(
        "providers: [openai:a]\ntests:\n{tests}      - {{type: llm-rubric, value: good, provider: 'anthropic:j'}}\n"
    );
    let told = without_key(&load(&own), "anthropic:j");
    assert!(told.contains("p.yaml:94:51: anthropic:j needs an API key"), "{told}");
    assert!(told.contains("set KEY, or name another model as `provider` of this check"), "{told}");
    // what the run file names for a role needs no more words
    let task = without_key(&load(&own), "openai:a");
    assert!(task.contains("p.yaml:2:13: openai:a needs an API key") && task.ends_with("fix: set KEY"), "{task}");
}

#[test]
fn a_name_means_the_model_of_the_run_file_with_its_settings() {
    let file = |spelling: &str, role: &str| {
        format!(
            "providers: [{{id: 'openai:chat:e', config: {{apiBaseUrl: 'http://127.0.0.1:8961/v1', apiKey: own, temperature: 0}}}}]\n\
             tests: file://rows.jsonl\ndefaultTest: {{assert: [{{type: llm-rubric, value: good}}]}}\n\
             optimize: {{models: {{{role}: {spelling}}}}}\n"
        )
    };
    for spelling in ["'openai:chat:e'", "openai:e"] {
        let loaded = load(&file(spelling, "judge"));
        assert_eq!(loaded.spec.models.judge.as_ref(), loaded.spec.models.task.first(), "{spelling}");
        let loaded = load(&file(&format!("openai:x, generations: [{{from: 1, task: {spelling}}}]"), "reflection"));
        assert_eq!(loaded.spec.models.generations[0].task.as_ref(), loaded.spec.models.task.first(), "{spelling}");
    }
}

#[test]
fn a_key_goes_to_no_other_address_than_its_own() {
    let other = |judge: &str| {
        let file = format!(
            "providers: [{{id: 'openai:chat:e', config: {{apiBaseUrl: 'http://127.0.0.1:8961/v1', apiKey: own}}}}]\n\
             tests: file://rows.jsonl\ndefaultTest: {{assert: [{{type: llm-rubric, value: good}}]}}\n\
             optimize: {{models: {{judge: {judge}}}}}\n"
        );
        try_load(&file)
    };
    for config in ["{temperature: 0}", "{apiBaseUrl: 'http://127.0.0.1:9000/v1'}"] {
        let problems = other(&format!("{{id: 'openai:chat:e', config: {config}}}")).unwrap_err().to_string();
        assert!(problems.contains("p.yaml:5") && problems.contains("have different addresses"), "{problems}");
        assert!(problems.contains("a `label` of its own"), "{problems}");
    }
    let labelled =
        other("{id: 'openai:chat:e', label: other, config: {apiBaseUrl: 'http://127.0.0.1:9000/v1'}}").unwrap();
    assert_eq!(labelled.secrets.keys().collect::<Vec<_>>(), ["openai:chat:e"]);
    let same =
        other("{id: 'openai:chat:e', config: {apiBaseUrl: 'http://127.0.0.1:8961/v1', temperature: 0}}").unwrap();
    assert_eq!(same.secrets.len(), 1);
}

#[test]
fn a_header_of_the_connection_is_refused_at_its_line() {
    let headers = ["Host", "content-length", "Transfer_Encoding", "TE", "Proxy-Authorization", "Keep-Alive", "Expect"];
    for header in headers {
        let file = format!(
            "providers:\n  - id: openai:a\n    config:\n      headers:\n        X-Team: a\n        {header}: a\n\
             tests: file://rows.jsonl\ndefaultTest: {{assert: [{{type: equals, value: '{{{{a}}}}'}}]}}\n"
        );
        let problems = try_load(&file).map(drop).unwrap_err().to_string();
        let place = format!("p.yaml:7:{}: the header `{header}` belongs to the connection", header.len() + 11);
        assert!(problems.contains(&place), "{problems}");
        assert_eq!(problems.matches("fix:").count(), 1, "{problems}");
    }
}
