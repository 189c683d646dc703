//! Configs in the shapes that promptfoo's own examples have load, for `eval` and for `run`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use clade_domain::{Direction, Example, MessageRole, RunMode, Split};
use clade_runfile::{Loaded, Overrides};
use common::{load_with, write};
use serde_json::json;
use tempfile::TempDir;

fn load(files: &[(&str, &str)], mode: RunMode) -> (TempDir, Loaded) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let loaded = load_with(&folder.path().join(files[0].0), mode, Overrides::default());
    let loaded = loaded.unwrap_or_else(|problems| panic!("{problems}"));
    (folder, loaded)
}

fn examples(loaded: &Loaded) -> Vec<Example> {
    loaded.data.open().collect::<Result<_, _>>().unwrap()
}

const GETTING_STARTED: &str = r#"
# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json
description: Getting started
prompts:
  - 'Convert this English to {{language}}: {{input}}'
  - 'Translate to {{language}}: {{input}}'
providers: [openai:gpt-5-mini, openai:gpt-5]
tests:
  - vars: {language: French, input: Hello world}
    assert:
      - {type: contains, value: 'Bonjour'}
  - vars: {language: Spanish, input: Where is the library?}
    assert:
      - type: icontains
        value: 'Dónde está la biblioteca'
      - {type: latency, threshold: 5000}
  - vars: {language: Pirate, input: Ahoy}
    assert:
      - {type: llm-rubric, value: does not describe self as an AI, weight: 2}
sharing: true
outputPath: out.json
"#;

#[test]
fn a_pattern_in_vars_makes_an_example_of_each_file() {
    let file = "prompts: ['{{t}}']\nproviders: [simulated:rough]\n\
                tests: [{vars: {t: 'file://texts/*.txt'}, assert: [{type: contains, value: x}]}]\n";
    let texts = [("texts/b.txt", "B\n"), ("texts/a.txt", "A"), ("texts/c.md", "C")];
    let (_folder, loaded) = load(&[&[("p.yaml", file)], &texts[..]].concat(), RunMode::Evaluate);
    let seen: Vec<_> = examples(&loaded).into_iter().map(|example| example.vars["t"].clone()).collect();
    assert_eq!(seen, ["A", "B"]);
}

#[test]
fn a_chat_may_dump_its_texts() {
    let file = "prompts: [file://chat.json, '[{\"role\": \"user\", \"content\": {{ q | dump }}}]']\nproviders: [simulated:rough]\n\
                tests: [{vars: {q: 'say \"hi\"', rules: no}, assert: [{type: contains, value: x}]}]\n";
    let chat = "[{\"role\": \"system\", \"content\": \"Rules: {{ rules }}\"},\n{\"role\": \"user\", \"content\": {{ q | dump }}}]";
    let (_folder, loaded) = load(&[("p.yaml", file), ("chat.json", chat)], RunMode::Evaluate);
    let texts = |n: usize| -> Vec<_> {
        loaded.spec.prompts[n].prompt.components.iter().map(|c| (c.role, c.text.as_str())).collect()
    };
    assert_eq!(texts(0), [(MessageRole::System, "Rules: {{ rules }}"), (MessageRole::User, "{{ q }}")]);
    assert_eq!(texts(1), [(MessageRole::User, "{{ q }}")]);
}

#[test]
fn names_have_letters_of_any_alphabet() {
    let file = "prompts: ['{{größe}} {{ ответ | upper }} {{質問}}']\nproviders: [simulated:rough]\n\
                tests: file://rows.csv\ndefaultTest: {assert: [{type: contains, value: '{{größe}}'}]}\n";
    let rows = "größe,ответ,質問\n1,да,どこ\n2,нет,誰\n";
    let (_folder, loaded) = load(&[("p.yaml", file), ("rows.csv", rows)], RunMode::Evaluate);
    assert_eq!(loaded.dataset.columns, ["größe", "ответ", "質問"]);
    assert_eq!(examples(&loaded)[1].vars["質問"], "誰");
}

#[test]
fn keys_that_begin_with_x_are_for_anchors() {
    let file = "x-check: &check {type: contains, value: x}\nprompts: ['{{t}}']\nproviders: [simulated:rough]\n\
                tests: [{vars: {t: a}, assert: [*check]}]\n";
    let (_folder, loaded) = load(&[("p.yaml", file)], RunMode::Evaluate);
    assert_eq!(examples(&loaded)[0].asserts[0].kind, "contains");
}

#[test]
fn the_first_example_evaluates_and_runs() {
    let (_folder, loaded) = load(&[("promptfooconfig.yaml", GETTING_STARTED)], RunMode::Evaluate);
    assert_eq!(loaded.spec.prompts.len(), 2);
    assert_eq!(loaded.spec.models.task.len(), 2);
    assert_eq!(loaded.dataset.splits, "hhh");
    assert_eq!(loaded.dataset.columns, ["input", "language"]);
    assert_eq!(loaded.dataset.judge_calls, 1);
    assert!(loaded.spec.optimize.budget.is_unlimited());
    let ignored: Vec<&str> = loaded.warnings.iter().map(|w| w.key.as_str()).collect();
    assert_eq!(ignored, ["sharing", "outputPath"]);

    // three examples prove nothing; asked to, it searches all the same
    let (folder, _) = load(&[("promptfooconfig.yaml", GETTING_STARTED)], RunMode::Evaluate);
    let path = folder.path().join("promptfooconfig.yaml");
    let refused = load_with(&path, RunMode::Optimize, Overrides::default()).unwrap_err();
    let problem = &refused.0[0];
    assert!(problem.message.contains("no gain can be shown") && problem.fix.contains(NO_EVIDENCE), "{problem}");
    let (key, value) = NO_EVIDENCE.split_once('=').unwrap();
    let overrides = Overrides { set: vec![(key.to_owned(), value.to_owned())], ..Overrides::default() };
    let loaded = load_with(&path, RunMode::Optimize, overrides).unwrap();
    assert_eq!(loaded.spec.optimize.budget.calls, Some(clade_runfile::DEFAULT_CALLS));
    let counts = loaded.dataset.counts();
    assert_eq!((counts.train, counts.validation, counts.test), (2, 1, 0));
    assert_eq!(loaded.spec.optimize.objectives[0].metric, "score");
    assert!(loaded.warnings.iter().any(|w| w.message.contains("no gain can be shown")), "{:?}", loaded.warnings);
}

/// What a user is told to write to search without evidence.
const NO_EVIDENCE: &str = "optimize.splits.test=0";

#[test]
fn a_test_share_of_nothing_leaves_it_to_the_others() {
    let data: String = (0..70).map(|i| format!("{{\"q\": \"question {i}\"}}\n")).collect();
    for (splits, train) in [
        ("{test: 0}", 40),
        ("{train: 0.4, validation: 0.3, test: 0}", 40),
        ("{train: 0.2, validation: 0.2, test: 0}", 35),
        ("{train: 0.5, test: 0}", 35),
    ] {
        let run = format!(
            "prompts: ['{{{{q}}}}']\nproviders: [simulated:rough]\ntests: file://d.jsonl\n\
             defaultTest: {{assert: [{{type: contains, value: x}}]}}\noptimize: {{splits: {splits}}}\n"
        );
        let (_folder, loaded) = load(&[("promptclade.yaml", &run), ("d.jsonl", &data)], RunMode::Optimize);
        let counts = loaded.dataset.counts();
        assert_eq!((counts.train, counts.validation, counts.test), (train, 70 - train, 0), "{splits}");
    }
}

#[test]
fn chats_become_components() {
    let chat = r#"[{"role": "system", "content": "You teach {{subject}}."},
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": [{"type": "text", "text": "{{question}}"}]}]"#;
    let yaml = "- role: system\n  content: Be brief.\n- role: user\n  content: |\n    {{question}} in {{subject}}\n";
    let text = format!("First: {{{{question}}}}\n---\n{chat}\n---\nThird {{{{subject}}}}\nof two lines\n");
    let run =
        "prompts: [file://p/chat.json, 'file://p/*.yaml', file://p/many.txt, {id: file://p/one.md, label: The one}]
providers: simulated:rough
tests: [{vars: {subject: maths, question: 'Two and two?'}}]
";
    let files = [
        ("promptclade.yaml", run),
        ("p/chat.json", chat),
        ("p/chat.yaml", yaml),
        ("p/many.txt", &text),
        ("p/one.md", "# Task\n\nAnswer {{question}}\n---\nstill one\n"),
    ];
    let (_folder, loaded) = load(&files, RunMode::Evaluate);
    let labels: Vec<&str> = loaded.spec.prompts.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(labels, ["chat.json", "chat.yaml", "many.txt #1", "many.txt #2", "many.txt #3", "The one"]);
    let first = &loaded.spec.prompts[0].prompt.components;
    let names: Vec<&str> = first.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["system", "user", "assistant", "user-2"]);
    assert_eq!(first[3].text, "{{question}}");
    assert_eq!(loaded.spec.prompts[1].prompt.components[1].text, "{{question}} in {{subject}}\n");
    assert_eq!(loaded.spec.prompts[3].prompt.components.len(), 4);
    assert_eq!(loaded.spec.prompts[4].prompt.components[0].text, "Third {{subject}}\nof two lines");
    assert_eq!(loaded.spec.prompts[5].prompt.components[0].role, MessageRole::User);
    assert!(loaded.spec.prompts[5].prompt.components[0].text.contains("---"));
}

#[test]
fn the_special_columns_of_csv_work() {
    let run = "prompts: ['Q: {{question}}']\nproviders: [simulated:rough]\ntests: file://t.csv\n";
    let csv = "\u{feff}question,__expected1,__expected2,__description,__metadata:kind,__metadata:tags[],__threshold,__metric\r\n\
        \"Two, and \"\"two\"\"?\",contains: 4,not-icontains: five,sum,math,\"a,b\\,c\",0.5,right\r\n\
        \"Line\r\nbreak\",similar(0.7): Hello,,,text,,,\r\n\
        Paris?, Paris ,contains-any: Paris, Rome,,x,,,\r\n";
    let csv = csv.replace("contains-any: Paris, Rome", "\"contains-any: Paris, Rome\"");
    let (_folder, loaded) = load(&[("promptclade.yaml", run), ("t.csv", &csv)], RunMode::Evaluate);
    let all = examples(&loaded);
    assert_eq!(all[0].vars["question"], "Two, and \"two\"?");
    assert_eq!(all[1].vars["question"], "Line\r\nbreak");
    assert_eq!(all[0].description, "sum");
    assert_eq!(all[0].threshold, Some(0.5));
    assert_eq!(all[0].metadata["tags"], json!(["a", "b,c"]));
    let checks = |i: usize| {
        let of =
            |a: &clade_domain::Assertion| (a.kind.clone(), a.negated, a.value.clone(), a.threshold, a.metric.clone());
        all[i].asserts.iter().map(of).collect::<Vec<_>>()
    };
    let right = Some("right".to_owned());
    assert_eq!(
        checks(0),
        [
            ("contains".into(), false, Some(json!("4")), None, right.clone()),
            ("icontains".into(), true, Some(json!("five")), None, right)
        ]
    );
    assert_eq!(checks(1), [("similar".into(), false, Some(json!("Hello")), Some(0.7), None)]);
    assert_eq!(checks(2)[0], ("equals".into(), false, Some(json!("Paris")), None, None));
    assert_eq!(checks(2)[1], ("contains-any".into(), false, Some(json!(["Paris", "Rome"])), None, None));
}

#[test]
fn lists_of_vars_are_combined_and_defaults_merged() {
    let run = "
prompts: ['{{greeting}} {{name}} {{tone}}']
providers: [{id: openai:gpt-5-mini, config: {apiKey: '${TEST_KEY}', temperature: 0}}]
defaultTest:
  vars: {tone: calm, name: nobody}
  threshold: 0.6
  assert: [{type: contains, value: '{{name}}', metric: names}]
  options: {provider: anthropic:claude-sonnet-5, prefix: '>> '}
tests:
  - vars: {greeting: [Hi, Hello], name: [Ann, Bob, Cy]}
    assert: [{type: assert-set, weight: 3, assert: [{type: icontains, value: a}, {type: regex, value: b, weight: 2}]}]
  - vars: {greeting: [a, b]}
    options: {disableVarExpansion: true, disableDefaultAsserts: true}
    threshold: 1
";
    let (_folder, loaded) = load(&[("promptclade.yaml", run)], RunMode::Evaluate);
    let all = examples(&loaded);
    assert_eq!(all.len(), 7);
    let vars = json!({"greeting": "Hi", "name": "Bob", "tone": "calm", "__prefix": ">> ", "__suffix": ""});
    assert_eq!(all[1].vars, serde_json::from_value(vars).unwrap());
    let weights: Vec<f64> = all[0].asserts.iter().map(|a| a.weight).collect();
    assert_eq!(weights, [1.0, 1.0, 2.0]);
    assert_eq!((all[0].threshold, all[6].threshold), (Some(0.6), Some(1.0)));
    assert!(all[6].asserts.is_empty());
    assert_eq!(
        loaded.spec.prompts[0].prompt.components[0].text,
        "{{__prefix}}{{greeting}} {{name}} {{tone}}{{__suffix}}"
    );
    assert_eq!(loaded.spec.models.judge.as_ref().unwrap().id, "anthropic:claude-sonnet-5");
    // the key is taken out of what is stored
    let stored = serde_json::to_string(&loaded.spec).unwrap();
    assert!(!stored.contains("sk-test"), "{stored}");
    assert_eq!(loaded.secrets.keys().collect::<Vec<_>>(), ["openai:gpt-5-mini"]);
    assert!(!format!("{loaded:?}").contains("sk-test"));
}

#[test]
fn headers_keep_their_references_to_the_environment() {
    let run = "
prompts: ['{{q}}']
providers: [{id: openai:chat:m, config: {apiBaseUrl: 'http://{{env.TEST_KEY}}/v1', headers: {X-Auth-Token: '${TEST_KEY}', X-Team: a}}}]
tests: [{vars: {q: a}}]
";
    let (_folder, loaded) = load(&[("promptclade.yaml", run)], RunMode::Evaluate);
    let config = &loaded.spec.models.task[0].config;
    assert_eq!(config["headers"], json!({"X-Auth-Token": "${TEST_KEY}", "X-Team": "a"}));
    assert_eq!(config["apiBaseUrl"], json!("http://sk-test/v1"));
}

#[test]
fn plain_rows_are_vars_in_every_format() {
    let run = |file: &str| {
        format!(
            "prompts: ['{{{{q}}}}']\nproviders: [simulated:rough]\ntests: file://{file}\ndefaultTest: {{assert: [{{type: equals, value: '{{{{a}}}}'}}]}}\n"
        )
    };
    for (name, text) in [
        ("d.jsonl", "{\"q\": \"x\", \"a\": \"1\"}\r\n\r\n{\"q\": \"y\", \"a\": \"2\"}\r\n"),
        ("d.jsonl", "\u{feff}{\"vars\": {\"q\": \"x\", \"a\": \"1\"}}\n{\"q\": \"y\", \"a\": \"2\"}"),
        ("d.json", "[{\"q\": \"x\", \"a\": \"1\"},\n {\"vars\": {\"q\": \"y\", \"a\": \"2\"}}]"),
        ("d.yaml", "- q: x\n  a: '1'\n- vars: {q: y, a: '2'}\n"),
        ("d.csv", "q,a\nx,1\ny,2\n"),
        ("d.csv", "q;a\r\nx;1\r\ny;2"),
        ("d.tsv", "q\ta\nx\t1\ny\t2\n"),
    ] {
        let (_folder, loaded) = load(&[("promptclade.yaml", &run(name)), (name, text)], RunMode::Evaluate);
        let all = examples(&loaded);
        let found: Vec<_> = all.iter().map(|e| (e.vars["q"].clone(), e.vars["a"].clone())).collect();
        assert_eq!(found, [(json!("x"), json!("1")), (json!("y"), json!("2"))], "{name}: {text}");
        assert_eq!(all[1].id.0, 1);
    }
}

#[test]
fn keys_of_promptfoo_without_anything_in_them_mean_nothing() {
    for nothing in ["", "[]", "{}", "null"] {
        let file = format!(
            "prompts: ['{{{{q}}}}']\nproviders: ['simulated:rough']\ntests: [{{vars: {{q: a}}}}]\nscenarios: {nothing}\n"
        );
        let (_folder, loaded) = load(&[("promptclade.yaml", &file)], RunMode::Evaluate);
        assert_eq!(loaded.dataset.len(), 1, "{nothing:?}");
    }
}

#[test]
fn anchors_and_merge_keys_work() {
    let run = "
prompts: ['{{q}}']
providers: [simulated:rough]
defaultTest: &base
  assert: &checks [{type: contains, value: yes}]
tests:
  - {vars: {q: a}, assert: *checks}
  - <<: *base
    vars: {q: b}
    threshold: 0.5
";
    let (_folder, loaded) = load(&[("promptclade.yaml", run)], RunMode::Evaluate);
    let all = examples(&loaded);
    assert_eq!((all[0].asserts.len(), all[1].asserts.len(), all[1].threshold), (2, 2, Some(0.5)));
}

#[test]
fn the_users_splits_hold() {
    let run = "
prompts: ['{{q}}']
providers: [simulated:rough]
defaultTest: {assert: [{type: contains, value: yes}]}
tests: {train: file://a.jsonl, validation: file://b.jsonl, test: [file://c.jsonl]}
";
    let files = [
        ("promptclade.yaml", run),
        ("a.jsonl", "{\"q\":\"1\"}\n{\"q\":\"2\"}\n"),
        ("b.jsonl", "{\"q\":\"3\"}\n"),
        ("c.jsonl", "{\"q\":\"4\"}\n{\"q\":\"1\"}\n{\"q\":\"5\"}\n{\"q\":\"6\"}\n{\"q\":\"7\"}\n"),
    ];
    let (_folder, loaded) = load(&files, RunMode::Optimize);
    assert_eq!(loaded.dataset.splits, "htvhchhh");
    assert!(loaded.warnings.iter().any(|w| w.message.contains("in several splits")));

    let run = "prompts: ['{{q}}']\nproviders: [simulated:rough]\ntests: file://d.csv\n";
    let csv = "q,split,__expected\na,train,x\nb,dev,y\nc,test,z\nd,test,z\ne,test,z\nf,test,z\ng,test,z\n";
    let (_folder, loaded) = load(&[("promptclade.yaml", run), ("d.csv", csv)], RunMode::Optimize);
    assert_eq!(loaded.dataset.splits, "tvhhhhh");
    assert_eq!(loaded.dataset.columns, ["q"]);
    assert_eq!(loaded.dataset.examples(Split::Validation).len(), 1);
}

#[test]
fn settings_go_to_the_search_that_the_file_names() {
    let folder = tempfile::tempdir().unwrap();
    // and to the default where it names none
    for named in ["optimize: {strategy: auto, budget: {calls: 5}}\n", "optimize: {budget: {calls: 5}}\n", ""] {
        let run = format!(
            "prompts: ['{{{{q}}}}']\nproviders: [simulated:rough]\n{named}\
             tests: [{{vars: {{q: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]}}, assert: [{{type: contains, value: x}}]}}]\n"
        );
        write(folder.path(), &[("promptclade.yaml", &run)]);
        let set = vec![("optimize.strategy.lanes".to_owned(), "4".to_owned())];
        let overrides = Overrides { set, budget_calls: Some(99), ..Overrides::default() };
        let loaded = load_with(&folder.path().join("promptclade.yaml"), RunMode::Optimize, overrides).unwrap();
        let clade_domain::StrategySpec::Auto(auto) = &loaded.spec.optimize.strategy else { panic!("auto") };
        assert_eq!(auto.lanes, Some(4), "{named}");
    }
}

#[test]
fn overrides_win_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = "prompts: ['{{q}}']\nproviders: [simulated:rough]\noptimize: {strategy: genetic, budget: {calls: 5}}\n\
        tests: [{vars: {q: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]}, assert: [{type: contains, value: x}]}]\n";
    write(folder.path(), &[("promptclade.yaml", run)]);
    let overrides = Overrides {
        set: [
            ("optimize.strategy.population", "12"),
            ("optimize.objectives", "[score, cost]"),
            ("optimize.splits.seed", "9"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .to_vec(),
        seed: Some(7),
        concurrency: Some(3),
        budget_calls: Some(99),
        budget_usd: Some(1.5),
        budget_tokens: None,
        budget_minutes: None,
    };
    let loaded = load_with(&folder.path().join("promptclade.yaml"), RunMode::Optimize, overrides).unwrap();
    let clade_domain::StrategySpec::Genetic(genetic) = &loaded.spec.optimize.strategy else { panic!("genetic") };
    assert_eq!(genetic.population, 12);
    assert_eq!(loaded.spec.optimize.objectives[1].direction, Direction::Minimize);
    assert_eq!(loaded.spec.optimize.splits.seed, 9);
    assert_eq!((loaded.spec.seed, loaded.spec.options.max_concurrency), (7, Some(3)));
    assert_eq!((loaded.spec.optimize.budget.calls, loaded.spec.optimize.budget.usd), (Some(99), Some(1.5)));
}

#[test]
fn prefixes_of_single_rows_become_variables() {
    let run = "prompts: ['{{q}}?']\nproviders: [simulated:rough]\ntests: [file://t.csv, {vars: {q: c}}]\n";
    let csv = "q,__prefix,__suffix\na,Please: ,\nb,,!\n";
    let (_folder, loaded) = load(&[("promptclade.yaml", run), ("t.csv", csv)], RunMode::Evaluate);
    assert_eq!(loaded.spec.prompts[0].prompt.components[0].text, "{{__prefix}}{{q}}?{{__suffix}}");
    let all = examples(&loaded);
    assert_eq!(
        (&all[0].vars["__prefix"], &all[1].vars["__suffix"], &all[2].vars["__prefix"]),
        (&json!("Please: "), &json!("!"), &json!(""))
    );
    // what `clade best` prints of such a run is a prompt for the same data
    let again = run.replace("{{q}}?", "{{__prefix}}{{q}}?{{__suffix}}");
    let (_folder, again) = load(&[("promptclade.yaml", &again), ("t.csv", csv)], RunMode::Evaluate);
    assert_eq!(again.spec.prompts[0].prompt, loaded.spec.prompts[0].prompt);
}

#[test]
fn the_same_file_gives_the_same_summary() {
    let run = "prompts: ['{{q}}']\nproviders: [simulated:rough]\ntests: file://d.jsonl\ndefaultTest: {assert: [{type: contains, value: x}]}\n";
    let data: String = (0..50).map(|i| format!("{{\"q\": \"question {i}\"}}\n")).collect();
    let summary = || load(&[("promptclade.yaml", run), ("d.jsonl", &data)], RunMode::Optimize).1.dataset;
    let (a, b) = (summary(), summary());
    assert_eq!((a.hash, &a.splits), (b.hash, &b.splits));
    assert_eq!((a.counts().train, a.counts().validation, a.counts().test), (20, 15, 15));
    let other = data.replace("question 7", "question seven");
    let changed = load(&[("promptclade.yaml", run), ("d.jsonl", &other)], RunMode::Optimize).1.dataset;
    assert_ne!(a.hash, changed.hash);
}
