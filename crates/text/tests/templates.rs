//! What templates mean: values, errors with their place, demonstrations, and the plain form against the engine.

use clade_domain::{Component, Demonstration, MessageRole, Prompt, Vars};
use clade_text::template::{
    CompiledTemplate, PromptTemplate, TemplateError, fill, literal, placeholders, prompt_tokens, variables,
};
use proptest::prelude::*;
use serde_json::json;

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn vars(value: serde_json::Value) -> Vars {
    serde_json::from_value(value).unwrap()
}

fn component(name: &str, role: MessageRole, text: &str) -> Component {
    Component { name: name.into(), role, text: text.into(), frozen: false }
}

#[test]
fn filled_texts() {
    let vars = vars(json!({
        "name": "A <b> & {{ name }}", "n": 3, "x": 3.0, "f": 0.5, "yes": true, "nil": null,
        "list": ["a", "b"], "o": {"k": [1, 2.0]}, "json": "{\"deep\": {\"er\": 7}}",
        "größe": 173, "ответ": "да", "質問": "どこ",
    }));
    let cases = [
        ("plain {text} with } braces {", "plain {text} with } braces {"),
        ("{{name}}", "A <b> & {{ name }}"),
        ("{{ n }}/{{ x }}/{{ f }}/{{yes}}/[{{ nil }}]", "3/3/0.5/true/[]"),
        ("{{ list }} {{ o }}", r#"["a","b"] {"k":[1,2]}"#),
        ("ends with a line break\n", "ends with a line break\n"),
        ("\r\n{{ n }}\r\n", "\r\n3\r\n"),
        ("{{ name | upper }}", "A <B> & {{ NAME }}"),
        ("{{ x + 1 }} {{ n / 2 }} {{ 6 / 2 }}", "4 1.5 3"),
        ("{% if yes %}on{% else %}off{% endif %}", "on"),
        ("{% if missing %}on{% else %}off{% endif %}", "off"),
        ("{% for i in list %}{{ loop.index }}.{{ i }} {% endfor %}", "1.a 2.b "),
        ("{{ missing | default('none') }}", "none"),
        ("{{ o.k[1] }}", "2"),
        ("{{ list | join(', ') }}", "a, b"),
        ("{{ o | dump }}", r#"{"k":[1,2]}"#),
        ("{{ (json | load).deep.er }}", "7"),
        ("{% raw %}{{ n }}{% endraw %}{# gone #}", "{{ n }}"),
        ("{{- n -}}   .", "3."),
        ("{{ range(2) }}", "[0,1]"),
        ("{{größe}} {{ ответ | upper }} {{ 質問 }}", "173 ДА どこ"),
    ];
    for (source, expected) in cases {
        assert_eq!(fill(source, &vars).as_deref(), Ok(expected), "{source}");
        assert_eq!(CompiledTemplate::compile("c", source).unwrap().render(&vars).as_deref(), Ok(expected), "{source}");
    }
}

#[test]
fn variables_are_found_in_both_forms() {
    let cases: &[(&str, &[&str])] = &[
        ("none", &[]),
        ("{{ b }} {{a}} {{ b }}", &["a", "b"]),
        ("{% for x in xs %}{{ x }}{{ y | default(z) }}{% endfor %}", &["xs", "y", "z"]),
        ("{% set q = w %}{{ q }}{{ range(3) }}{{ o.k }}", &["o", "w"]),
        ("{{ range }}", &["range"]),
        ("{{ größe }}{{ a | upper }}", &["a", "größe"]),
        ("{# {{ a }} #}{% raw %}{{ b }}{% endraw %}{{ c }}", &["c"]),
    ];
    for (source, expected) in cases {
        assert_eq!(variables(source).unwrap().iter().map(String::as_str).collect::<Vec<_>>(), *expected, "{source}");
    }
}

#[test]
fn errors_say_where_and_what() {
    let prompt = Prompt {
        components: vec![
            component("system", MessageRole::System, "Be brief."),
            component("user", MessageRole::User, "Line one.\n\nQuestion: {{ question }}\n{{ hint }}"),
        ],
        demonstrations: vec![],
    };
    let template = PromptTemplate::compile(&prompt).unwrap();
    let error = template.render(&vars(json!({"question": "?"}))).unwrap_err();
    assert_eq!(error, TemplateError::Missing { component: "user".into(), line: 4, variable: "hint".into() });
    insta::assert_snapshot!(error, @"component `user`: line 4 needs the variable `hint`, which the example does not have; add it to the data or remove it from the template");

    let cases = [("a\n{{ b c }}", 2), ("{% if x %}", 1), ("a\n\n{{ open", 3), ("{% endfor %}", 1)];
    for (source, line) in cases {
        match PromptTemplate::compile(&Prompt::user(source)) {
            Err(TemplateError::Syntax { component, line: found, detail }) => {
                assert_eq!((component.as_str(), found), ("user", line), "{source}: {detail}");
                assert!(!detail.is_empty());
            }
            other => panic!("{source}: {other:?}"),
        }
    }

    let cases = [
        ("a\n{{ x | nofilter }}", 2),
        ("{{ x.y.z }}", 1),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", 1),
    ];
    for (source, line) in cases {
        let error = fill(source, &vars(json!({"x": "text"}))).unwrap_err();
        assert!(matches!(error, TemplateError::Render { .. } | TemplateError::Syntax { .. }), "{source}: {error:?}");
        assert_eq!(error.line(), Some(line), "{source}");
    }
    // what is asked for with a word for its absence is not to blame
    for (source, variable) in [
        ("{{ hint | default('none') }} {{ q }}", Some("q")),
        ("{% if hint %}{{ more }}{% endif %}{{ q.a.b }}", Some("q")),
        ("{{ hint | default('none') }}\n{{ x.y.z }}", None),
        ("{{ hint | default('none') }} {{ x.y.z }}", None),
        ("{{ p | upper }} {{ q | lower }} {{ hint | default(1) }}", Some("p`, `q")),
        ("{{ q | upper }}\n{{ x.y.z }}", Some("q")),
    ] {
        match (fill(source, &vars(json!({"x": "text"}))), variable) {
            (Err(TemplateError::Missing { variable: found, .. }), Some(expected)) => {
                assert_eq!(found, expected, "{source}")
            }
            (Err(TemplateError::Render { detail, .. }), None) => {
                assert!(detail.contains("no such attribute"), "{source}")
            }
            (found, expected) => panic!("{source}: {found:?} where {expected:?}"),
        }
    }
    let missing = fill("x {% for a in xs %}{% endfor %}", &Vars::new()).unwrap_err();
    insta::assert_snapshot!(missing, @"the template's line 1 needs the variable `xs`, which the example does not have; add it to the data or remove it from the template");
}

#[test]
fn demonstrations_stand_before_the_last_user_component() {
    let prompt = Prompt {
        components: vec![
            component("system", MessageRole::System, "Solve {{ subject }}."),
            component("user", MessageRole::User, "Q: {{ q }}\n"),
            component("prefill", MessageRole::Assistant, "A:"),
        ],
        demonstrations: vec![Demonstration { vars: vars(json!({"q": "1+1"})), answer: "2".into() }],
    };
    let messages =
        PromptTemplate::compile(&prompt).unwrap().render(&vars(json!({"q": "2+2", "subject": "sums"}))).unwrap();
    let found: Vec<_> = messages.iter().map(|m| (m.role, m.content.as_str())).collect();
    use MessageRole::{Assistant, System, User};
    assert_eq!(
        found,
        [(System, "Solve sums."), (User, "Q: 1+1\n"), (Assistant, "2"), (User, "Q: 2+2\n"), (Assistant, "A:")]
    );
    let shorter = Prompt { demonstrations: vec![], ..prompt.clone() };
    assert!(prompt_tokens(&prompt) > prompt_tokens(&shorter));

    let bad = Prompt {
        demonstrations: vec![Demonstration { vars: vars(json!({"other": 1})), answer: String::new() }],
        ..prompt.clone()
    };
    assert!(matches!(PromptTemplate::compile(&bad), Err(TemplateError::Missing { .. })));
    let no_user = Prompt { components: prompt.components[..1].to_vec(), ..prompt };
    assert_eq!(PromptTemplate::compile(&no_user).unwrap_err(), TemplateError::NoUserComponent);
}

#[test]
fn the_table_of_differences_in_the_docs_is_true() {
    let vars =
        vars(json!({"t": "a b", "l": [3, 1.0], "o": {"k": [1]}, "r": [{"n": 1}], "big": 9_007_199_254_740_993_u64}));
    let there = "abs(1) batch(2) capitalize default dictsort(o) escape first(l) float(1) groupby indent int(1) join(l) last length list \
                 lower reject rejectattr replace reverse round(1) safe select selectattr slice sort(l) string sum(l) title trim upper";
    let arguments = |name: &str| match name {
        "batch" => "{{ l | batch(2) }}".to_owned(),
        "slice" => "{{ l | slice(1) }}".to_owned(),
        "groupby" | "rejectattr" | "selectattr" => format!("{{{{ r | {name}('n') | length }}}}"),
        "reject" | "select" => format!("{{{{ l | {name}('odd') | list }}}}"),
        "replace" => "{{ t | replace('a', 'b') }}".to_owned(),
        "indent" => "{{ t | indent(2) }}".to_owned(),
        "abs" | "float" | "int" | "round" => format!("{{{{ 1 | {name} }}}}"),
        "dictsort" => "{{ o | dictsort }}".to_owned(),
        "first" | "join" | "sort" | "sum" => format!("{{{{ l | {name} }}}}"),
        _ => format!("{{{{ t | {name} }}}}"),
    };
    for name in there.split_whitespace().map(|name| name.split('(').next().unwrap_or(name)) {
        let source = arguments(name);
        assert!(fill(&source, &vars).is_ok(), "{source}: {:?}", fill(&source, &vars));
    }
    for name in "forceescape random urlize".split(' ') {
        let error = fill(&format!("{{{{ t | {name} }}}}"), &vars).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    for source in
        ["{% include 'x' %}", "{% extends 'x' %}", "{{ t.length }}", "{% if t === 'a' %}{% endif %}", "{{ t && l }}"]
    {
        assert!(fill(source, &vars).is_err(), "{source}: {:?}", fill(source, &vars));
    }
    let same = [
        ("{{ big }}", "9007199254740993"),
        ("{{ range(1, 4) }}", "[1,2,3]"),
        ("{{ t if l }}", "a b"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(t) }}", "<a b>"),
        ("{% set x = 1 %}{{ x }}", "1"),
    ];
    for (source, expected) in same {
        assert_eq!(fill(source, &vars).as_deref(), Ok(expected), "{source}");
    }
}

#[test]
fn templates_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<PromptTemplate>();
}

/// Pieces of templates, good and broken.
fn source() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z{}%# .\n\r]{0,6}",
        "\\PC{0,4}",
        Just("{{ a }}".to_owned()),
        Just("{{b}}".to_owned()),
        Just("{{\n a\t}}".to_owned()),
        Just("{{ missing }}".to_owned()),
        Just("{{ true }}".to_owned()),
        Just("{{ a.b }}".to_owned()),
        Just("{{- a }}".to_owned()),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_plain_form_means_what_the_engine_means(source in source(), a in "\\PC{0,10}", b in -5.0..5.0_f64) {
        let vars = vars(json!({"a": a, "b": b}));
        match (CompiledTemplate::compile("c", &source), CompiledTemplate::compile_with_engine("c", &source)) {
            (Ok(plain), Ok(engine)) => {
                prop_assert_eq!(plain.variables(), engine.variables());
                prop_assert_eq!(plain.render(&vars), engine.render(&vars));
            }
            (plain, engine) => prop_assert_eq!(plain.is_err(), engine.is_err()),
        }
    }

    #[test]
    fn a_quoted_text_is_filled_to_itself(text in source(), after in source()) {
        let quoted = literal(&text);
        prop_assert_eq!(fill(&quoted, &Vars::new()).unwrap(), text.clone());
        // also in front of whatever comes
        let after = literal(&after);
        prop_assert_eq!(fill(&format!("{quoted}{after}"), &Vars::new()).unwrap(), fill(&quoted, &Vars::new()).unwrap() + &fill(&after, &Vars::new()).unwrap());
    }

    #[test]
    fn texts_outside_placeholders_stay(source in "[a-zA-Z .\n]{0,40}", value in "\\PC{0,20}") {
        let template = format!("{source}{{{{ v }}}}{source}");
        prop_assert_eq!(placeholders(&template).len(), 1);
        let vars = vars(json!({"v": value}));
        prop_assert_eq!(fill(&template, &vars).unwrap(), format!("{source}{value}{source}"));
    }
}
