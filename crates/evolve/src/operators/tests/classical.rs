use clade_domain::{MessageRole, Prompt, RejectReason};

use super::fixtures::{Scene, component, demonstration, done, outcomes};
use crate::operators::{all, by_name};

const GSM: &str =
    "Solve the problem. Show your work and give the answer. Do not guess.\n\nProblem: {{question}}\nAnswer:";

fn texts(name: &str, scene: &Scene) -> Vec<String> {
    let operator = by_name(name).unwrap();
    outcomes(operator, scene).into_iter().map(|prompt| prompt.components[0].text.clone()).collect()
}

#[test]
fn edits_do_what_they_say() {
    let cases = [
        ("word-insertion", "Solve the problem.\n{{question}}", "Solve the problem step by step.\n{{question}}"),
        ("word-insertion", "Solve the problem.\n{{question}}", "Carefully solve the problem.\n{{question}}"),
        (
            "word-insertion",
            "Answer: {{question}}\n- List all parts.",
            "Answer: {{question}}\n- List all parts carefully.",
        ),
        ("word-removal", "Please solve the problem.", "Solve the problem."),
        ("word-removal", "Answer quite clearly and simply now.", "Answer clearly and simply now."),
        ("synonym-replacement", "Precisely follow the rules.", "Exactly follow the rules."),
        ("sentence-order", "Read it. Then think. Answer it.", "Answer it. Read it. Then think."),
        ("paragraph-order", "Read this.\n\nBe brief.\n\n{{question}}", "Be brief.\n\nRead this.\n\n{{question}}"),
        ("paragraph-order", "Read this.\n\n# Style\n\nBe brief.\n", "# Style\n\nBe brief.\n\nRead this.\n"),
        ("sentences-to-list", "Read it. Think.\n\n{{question}}", "- Read it.\n- Think.\n\n{{question}}"),
        ("sentences-to-list", "Q: {{question}}\r\nRead it. Think.", "Q: {{question}}\r\n- Read it.\r\n- Think."),
        ("list-to-sentences", "Rules:\n- be brief\n- Be kind.\nGo.", "Rules:\nBe brief. Be kind.\nGo."),
        ("list-to-sentences", "1. read {{question}}\n2. answer", "(1) read {{question}} (2) answer."),
        ("section-move", "# A\nOne.\n\n# B\n{{question}}\n", "# B\n{{question}}\n\n# A\nOne.\n"),
        ("split-sentence", "Read it carefully and give the answer.", "Read it carefully. Give the answer."),
        ("split-sentence", "Read it, then write a summary.", "Read it. Then write a summary."),
        ("join-sentences", "Read it. Then give the answer.", "Read it, then give the answer."),
        ("join-sentences", "Read it. Give the answer!", "Read it, and give the answer!"),
        ("emphasis", "Be brief. Be kind.", "Be brief. **Be kind.**"),
        ("emphasis", "Important: Be brief.", "Be brief."),
        ("instruction-to-end", "Be brief. Go on.\n\n{{question}}", "Go on.\n\n{{question}}\n\nBe brief."),
        (
            "instruction-to-end",
            GSM,
            "Solve the problem. Show your work and give the answer.\n\nProblem: {{question}}\n\nDo not guess.\n\nAnswer:",
        ),
        ("instruction-to-start", "{{question}}\n\nBe brief.", "Be brief.\n\n{{question}}"),
    ];
    for (name, before, after) in cases {
        let found = texts(name, &Scene::text(before));
        assert!(
            found.iter().any(|text| text.trim() == after.trim()),
            "{name} on {before:?}: no {after:?} in {found:#?}"
        );
    }
}

#[test]
fn edits_leave_alone_what_they_must() {
    let cases = [
        ("word-insertion", "{{question}}"),
        ("word-insertion", "Question: {{question}}\nAnswer:"),
        ("word-removal", "Only \"very good\" counts, not `the rest`."),
        ("word-removal", "Use the_name."),
        ("synonym-replacement", "Answer the question: {{question}}"),
        ("sentence-order", "Read it. Then answer."),
        ("sentence-order", "- Read it.\n- Answer it."),
        ("paragraph-order", "Read it.\n\n{% if a %}\n\nMore.\n\n{% endif %}"),
        ("sentences-to-list", "Read it."),
        ("sentences-to-list", "<rules>Read it. Think of it.</rules>"),
        ("list-to-sentences", "- one\n  more of it\n- two"),
        ("section-move", "# A\nOne."),
        ("split-sentence", "The cat and the dog write."),
        ("split-sentence", "Say \"read it and answer\"."),
        ("join-sentences", "Read {{question}}. Answer."),
        ("emphasis", "{{question}}"),
        ("instruction-to-end", "{{question}}\n\nBe brief."),
        ("instruction-to-start", "Be brief.\n\n{{question}}"),
        ("demonstration-drop", "{{question}}"),
        ("demonstration-reorder", "{{question}}"),
    ];
    for (name, text) in cases {
        let scene = Scene::text(text);
        for seed in 0..16 {
            let rejection = done(by_name(name).unwrap().step(&scene.context(), seed, &[])).unwrap_err();
            assert_eq!(rejection.reason, RejectReason::NotApplicable, "{name} on {text:?}");
            assert!(!rejection.detail.is_empty());
        }
    }
}

#[test]
fn frozen_words_and_components_stay() {
    for operator in all().into_iter().filter(|operator| !operator.kind().model_written) {
        let text = "Please read the text very carefully. Then precisely follow the rules.";
        let frozen = Scene::text(text).freezing(&[text]);
        for prompt in outcomes(operator, &frozen) {
            assert!(prompt.components[0].text.contains(text), "{}: {:?}", operator.name(), prompt.components[0].text);
        }
        let mut whole = Scene::text(text);
        whole.parents[0].components[0].frozen = true;
        whole.seed_prompt = whole.parents[0].clone();
        for prompt in outcomes(operator, &whole) {
            assert_eq!(prompt.components[0].text, text, "{}", operator.name());
        }
    }
}

#[test]
fn what_the_search_added_goes_with_its_numbers_and_negations() {
    let (own, added) = ("Do not guess.", "Use fewer than six words, never more.");
    let mut scene = Scene::text(&format!("Solve it. {own} {added}\n\n{{{{question}}}}"));
    scene.seed_prompt = Prompt::user(format!("Solve it. {own}\n\n{{{{question}}}}"));
    assert_eq!(
        texts("sentence-removal", &scene.clone().briefed(added)),
        [format!("Solve it. {own}\n\n{{{{question}}}}")]
    );
    assert!(texts("sentence-removal", &scene.briefed(own)).is_empty());
}

#[test]
fn a_prohibition_of_the_users_stays_in_any_language() {
    for own in [
        "Erfinde nichts.",
        "Rate niemals.",
        "Nunca adivines.",
        "N'invente rien.",
        "推測しないでください。",
        "不要编造。",
    ] {
        let scene = Scene::text(&format!("Solve it. {own} Think about it.\n\n{{{{question}}}}"));
        assert!(texts("sentence-removal", &scene.clone().briefed(own)).is_empty(), "{own}");
        for text in texts("sentence-removal", &scene) {
            assert!(text.contains(own), "{text}");
        }
        let other = Prompt::user("Check the result. Be polite to everyone.\n\n{{question}}");
        let both = Scene::of(vec![scene.context().parents[0].clone(), other]);
        for text in texts("sentence-crossover", &both) {
            assert!(text.contains(own), "{text}");
        }
    }
}

#[test]
fn crossover_of_sentences_says_nothing_twice() {
    let a = "Read the text. Think about it step by step. Give 2 reasons.\n\n{{question}}";
    let b = "Think about it step by step! Be polite to everyone. Check your result.\n\n{{question}}";
    let scene = Scene::of(vec![Prompt::user(a), Prompt::user(b)]);
    let found = texts("sentence-crossover", &scene);
    insta::assert_snapshot!(found.join("\n---\n"));
    for text in &found {
        assert!(text.contains("Give 2 reasons.") && text.contains("{{question}}"), "{text}");
        assert!(text.matches("step by step").count() <= 1, "{text}");
    }
    assert!(
        found.iter().any(|text| text.contains("Be polite")) && found.iter().any(|text| !text.contains("Be polite"))
    );
    assert!(found.iter().any(|text| !text.contains("Read the text")));
}

#[test]
fn crossover_of_components_takes_from_both() {
    let prompt = |system: &str, user: &str| Prompt {
        components: vec![
            component("system", MessageRole::System, system, false),
            component("user", MessageRole::User, user, false),
            component("rules", MessageRole::User, "Fixed {{question}}", true),
        ],
        demonstrations: vec![],
    };
    let (a, b) = (prompt("A1", "A2 {{question}}"), prompt("B1", "B2 {{question}}"));
    let scene = Scene::of(vec![a.clone(), b.clone()]);
    let operator = by_name("component-crossover").unwrap();
    let found = outcomes(operator, &scene);
    assert_eq!(found, [prompt("A1", "B2 {{question}}"), prompt("B1", "A2 {{question}}")]);
    // a difference in one part leaves nothing to choose
    let near = Scene::of(vec![a.clone(), prompt("B1", "A2 {{question}}")]);
    assert_eq!(outcomes(operator, &near), []);
    let mut shown = b;
    shown.components = a.components.clone();
    shown.components[0].text = "B1".into();
    shown.demonstrations = vec![demonstration("1?", "1")];
    assert_eq!(outcomes(operator, &Scene::of(vec![a, shown])).len(), 2);
}

#[test]
fn demonstrations_come_move_and_go() {
    let mut scene = Scene::text("{{question}}");
    let shown = |scene: &Scene, name: &str| -> Vec<Vec<String>> {
        let answers = |prompt: Prompt| prompt.demonstrations.into_iter().map(|d| d.answer).collect();
        let mut found: Vec<Vec<String>> = outcomes(by_name(name).unwrap(), scene).into_iter().map(answers).collect();
        found.sort();
        found
    };
    assert_eq!(shown(&scene, "demonstration-add"), [["2"], ["5"]]);
    scene.parents[0].demonstrations = vec![demonstration("7-2?", "5"), demonstration("0?", "0")];
    assert_eq!(
        shown(&scene, "demonstration-add"),
        [["2", "5", "0"], ["5", "0", "2"], ["5", "2", "0"]].map(|a| a.map(str::to_owned))
    );
    assert_eq!(shown(&scene, "demonstration-drop"), [["0"], ["5"]]);
    assert_eq!(shown(&scene, "demonstration-reorder"), [["0", "5"]]);
    scene.parents[0].demonstrations = (0..8).map(|n| demonstration(&n.to_string(), "x")).collect();
    assert_eq!(shown(&scene, "demonstration-add"), Vec::<Vec<String>>::new());
}

#[test]
fn edits_of_a_real_prompt_read_well() {
    let text = "You are given a math word problem. Carefully read the problem and identify what is asked. Solve it step by step. \
                Then verify the result. Write only the final number after \"####\".\n\nRules:\n- use whole numbers\n- show your work\n\n\
                Problem: {{question}}\n\nAnswer:";
    let mut all_texts = String::new();
    for operator in all().into_iter().filter(|o| !o.kind().model_written && o.kind().parents == 1) {
        for prompt in outcomes(operator, &Scene::text(text)).into_iter().take(3) {
            if prompt.demonstrations.is_empty() {
                all_texts.push_str(&format!("=== {}\n{}\n", operator.name(), prompt.components[0].text));
            }
        }
    }
    insta::assert_snapshot!(all_texts);
}
