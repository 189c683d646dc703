use clade_domain::{Component, MessageRole, Prompt, Step};
use clade_text::{
    protect::{Protection, occurrences, protected},
    template::{PlaceholderKind, PromptTemplate, placeholders},
};
use proptest::prelude::*;

use super::fixtures::{Scene, chat, demonstration};
use crate::operators::{admit, all};

const FROZEN: &str = "Keep this rule exactly.";

/// Pieces of prompts: prose, rules, data, code, broken things.
fn piece() -> impl Strategy<Value = String> {
    let fixed = |texts: &'static [&'static str]| proptest::sample::select(texts).prop_map(str::to_owned);
    prop_oneof![
        4 => fixed(&[
            "Please read the text very carefully.", "Solve it and then give the final answer.", "Then verify the result.",
            "Do not guess, ever.", "You must never use more than 3 sentences.", "Say \"I don't know\" if unsure.",
            "Precisely follow the rules, and write it down.", FROZEN, "Use 'yes' or 'no' only.", "Add 12.5% to $1,000.",
            "It is naïve – über-careful.", "问题。回答！", "Return JSON in <answer> tags.", "Twice, at most two words.",
            "Give the total (see no. 5) in kg.", "e.g. Paris, i.e. a city.",
        ]),
        2 => fixed(&["{{question}}", "{{ question | upper }}", "Q: {{question}}", "{% if context %}With {{context}}.{% endif %}"]),
        1 => fixed(&["# Rules", "Output format:", "**Style**", "- be brief", "- be kind", "1. read it", "2. answer it", "`a and b`"]),
        1 => fixed(&["```\nx = {1: 2}\n# no header\n```", "<rules>", "</rules>", "\"open", "don't", "Answer:", "{ }", "a, and b; c"]),
        1 => "[a-z ,.!?'\"*-]{0,20}|\\PC{0,6}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    let gap = proptest::sample::select(&[" ", " ", " ", "\n", "\n", "\n\n", "\r\n", "\r\n\r\n", "  ", "\t"][..]);
    proptest::collection::vec((piece(), gap), 1..9)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

/// Two parents of one shape with the same placeholders in each component, both of which parse.
fn scene() -> impl Strategy<Value = Scene> {
    (text(), text(), text(), any::<bool>(), any::<bool>(), 0_usize..3)
        .prop_map(|(system, user, other, frozen, crlf, shown)| {
            let component =
                |name: &str, role, text: String, frozen| Component { name: name.into(), role, text, frozen };
            let prompt = |user: String| Prompt {
                components: vec![
                    component("system", MessageRole::System, system.clone(), frozen),
                    component(
                        "user",
                        MessageRole::User,
                        if crlf { user.replace('\n', "\r\n").replace("\r\r", "\r") } else { user },
                        false,
                    ),
                ],
                demonstrations: (0..shown).map(|n| demonstration(&n.to_string(), "x")).collect(),
            };
            // the second parent has the first one's placeholders in another text
            let kept: String = placeholders(&user).iter().map(|p| user[p.span.clone()].to_owned() + " ").collect();
            let prose: String = other.replace(['{', '}'], "");
            Scene::of(vec![prompt(user), prompt(format!("{prose}\n{kept}"))]).freezing(&[FROZEN])
        })
        .prop_filter("parents that parse", |scene| {
            scene
                .parents
                .iter()
                .all(|p| PromptTemplate::compile(p).is_ok() && p.components.iter().all(|c| !c.text.trim().is_empty()))
        })
}

/// What holds for whatever is admitted, checked without the code that admits.
fn assert_kept(scene: &Scene, prompt: &Prompt, who: &str) -> Result<(), TestCaseError> {
    let parent = &scene.parents[0];
    prop_assert_eq!(parent.components.len(), prompt.components.len());
    for (old, new) in parent.components.iter().zip(&prompt.components) {
        prop_assert_eq!((&old.name, old.role, old.frozen), (&new.name, new.role, new.frozen));
        prop_assert!(!old.frozen || old.text == new.text, "{} changed a frozen component", who);
        for placeholder in placeholders(&old.text) {
            if placeholder.kind != PlaceholderKind::Comment {
                let meaning = placeholder.normalised(&old.text);
                let kept = placeholders(&new.text).iter().any(|p| p.normalised(&new.text) == meaning);
                prop_assert!(kept, "{} lost {} in {:?}", who, meaning, new.text);
            }
        }
    }
    for (old, new) in scene.seed_prompt.components.iter().zip(&prompt.components) {
        prop_assert!(
            occurrences(&old.text, FROZEN).len() <= occurrences(&new.text, FROZEN).len(),
            "{} lost frozen text",
            who
        );
    }
    prop_assert!(PromptTemplate::compile(prompt).is_ok());
    prop_assert!(!scene.parents.contains(prompt));
    Ok(())
}

/// How often each protected text is there, in lower case.
fn count(text: &str, part: &str) -> usize {
    text.to_lowercase().matches(&part.to_lowercase()).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn classical_operators_lose_nothing(scene in scene(), seed in any::<u64>()) {
        let context = scene.context();
        for operator in all().into_iter().filter(|operator| !operator.kind().model_written) {
            let step = operator.step(&context, seed, &[]);
            prop_assert_eq!(&step, &operator.step(&context, seed, &[]), "{} is not deterministic", operator.name());
            let Ok(Step::Done(proposal)) = step else { continue };
            let name = operator.name();
            if name != "component-crossover" {
                for (old, new) in scene.parents[0].components.iter().zip(&proposal.prompt.components) {
                    for protected in protected(&old.text, &context.constraints.frozen) {
                        if matches!(protected.kind, Protection::Name | Protection::Code) {
                            continue;
                        }
                        let part = old.text[protected.span].trim();
                        prop_assert!(
                            count(&old.text, part) <= count(&new.text, part),
                            "{} lost {:?} ({:?}):\n{:?}\n{:?}", name, part, protected.kind, old.text, new.text
                        );
                    }
                }
            }
            // their proposals are admitted, unless a frozen text or the first parent stands against it
            if let Ok(prompt) = admit(&context, proposal.prompt) {
                assert_kept(&scene, &prompt, name)?;
            }
        }
    }

    #[test]
    fn classical_proposals_are_admitted(scene in scene(), seed in any::<u64>()) {
        let context = scene.context();
        for operator in all().into_iter().filter(|o| !o.kind().model_written && o.kind().parents == 1) {
            let Ok(Step::Done(proposal)) = operator.step(&context, seed, &[]) else { continue };
            let admitted = admit(&context, proposal.prompt.clone());
            // moving white space alone may end in the same prompt; nothing else may be wrong
            let fine = match &admitted {
                Ok(_) => true,
                Err(rejection) => rejection.reason == clade_domain::RejectReason::Duplicate,
            };
            prop_assert!(fine, "{}: {:?}\n{:?}\n{:?}", operator.name(), admitted, scene.parents[0], proposal.prompt);
        }
    }

    #[test]
    fn no_answer_gets_past_admission(
        scene in scene(),
        seed in any::<u64>(),
        answers in proptest::collection::vec(answer(), 4..5),
    ) {
        let context = scene.context();
        for operator in all().into_iter().filter(|operator| operator.kind().model_written) {
            let Ok(Step::Ask(first)) = operator.step(&context, seed, &[]) else { continue };
            prop_assert_eq!(first.len(), 1);
            let mut given = Vec::new();
            // one question after another, each asked at most twice
            let questions = if operator.name() == "capo-crossover" { 2 } else { 1 };
            let shown = |scene: &Scene| {
                let parents = scene.parents.iter().flat_map(|parent| parent.demonstrations.clone());
                parents.chain(scene.demonstrations.clone()).collect::<Vec<_>>()
            };
            for answer in &answers {
                given.push(chat(answer));
                match operator.step(&context, seed, &given) {
                    Ok(Step::Ask(more)) => {
                        prop_assert!(given.len() < 2 * questions && more.len() == 1, "{} asks too often", operator.name());
                    }
                    Ok(Step::Done(proposal)) => {
                        if operator.name().starts_with("capo") {
                            let known = shown(&scene);
                            prop_assert!(proposal.prompt.demonstrations.iter().all(|one| known.contains(one)));
                        } else {
                            prop_assert_eq!(&proposal.prompt.demonstrations, &scene.parents[0].demonstrations);
                        }
                        if let Ok(prompt) = admit(&context, proposal.prompt) {
                            assert_kept(&scene, &prompt, operator.name())?;
                        }
                        break;
                    }
                    Err(rejection) => {
                        prop_assert!(!rejection.detail.is_empty());
                        break;
                    }
                }
            }
        }
    }
}

/// Answers as models give them, honest and not.
fn answer() -> impl Strategy<Value = String> {
    let tag = proptest::sample::select(
        &[
            "<prompt>",
            "</prompt>",
            "<prompt name=\"user\">",
            "<prompt name='system'>",
            "<prompt name=",
            "<PROMPT>",
            "```",
            "```xml\n",
            "<hypothesis>",
            "</hypothesis>",
            "<current_prompt name=\"user\">",
            "</current_prompt>",
            "{{question}}",
            "{{ question | upper }}",
            "{{invented}}",
            "{% if context %}",
            "{% endif %}",
            "{{context}}",
            "{{",
            "{#",
            FROZEN,
            "{% raw %}",
            "\u{0}",
            "é",
        ][..],
    );
    proptest::collection::vec(prop_oneof![3 => tag.prop_map(str::to_owned), 1 => text()], 0..14)
        .prop_map(|parts| parts.concat())
}
