use clade_domain::{MessageRole, ModelAnswer, Prompt, RejectReason, Step};

use super::fixtures::{Scene, asked, chat, component, done};
use crate::operators::{Operator, all, by_name, written::request::FIRST_LINE};

fn written() -> Vec<&'static dyn Operator> {
    all().into_iter().filter(|operator| operator.kind().model_written).collect()
}

fn one() -> Scene {
    Scene::of(vec![
        Prompt::user("Answer the question.\n{{question}}"),
        Prompt::user("Think first, then answer.\n{{question}}"),
    ])
}

fn several() -> Scene {
    let prompt = |system: &str| Prompt {
        components: vec![
            component("system", MessageRole::System, system, false),
            component("rules", MessageRole::System, "Never guess.", true),
            component(
                "user",
                MessageRole::User,
                "{% if context %}{{context}}{% endif %}\nQ: {{question}} ({{question}})",
                false,
            ),
        ],
        demonstrations: vec![super::fixtures::demonstration("0?", "0")],
    };
    let mut scene = Scene::of(vec![prompt("Be brief."), prompt("Be kind.")]).freezing(&["Q: ", "not there"]);
    scene.constraints.max_prompt_tokens = Some(200);
    scene
}

#[test]
fn requests_read_as_they_should() {
    for operator in written() {
        insta::assert_snapshot!(operator.name(), asked(operator.step(&one().context(), 1, &[])));
    }
    let reflect = by_name("reflect").unwrap();
    insta::assert_snapshot!("reflect_several_components", asked(reflect.step(&several().context(), 1, &[])));
    let merge = by_name("merge").unwrap();
    insta::assert_snapshot!("merge_several_components", asked(merge.step(&several().context(), 1, &[])));
}

#[test]
fn every_request_has_the_markers() {
    for operator in written() {
        for scene in [one(), several()] {
            let text = asked(operator.step(&scene.context(), 3, &[]));
            let name = operator.name();
            assert!(text.starts_with(&format!("=== System\n{FIRST_LINE}\n")), "{name}");
            assert_eq!(text.matches(&format!("<operation>{name}</operation>")).count(), 1, "{name}");
            let prompts = operator.kind().parents * scene.parents[0].components.iter().filter(|c| !c.frozen).count();
            assert_eq!(text.matches("\n<current_prompt name=").count(), prompts, "{name}");
            assert_eq!(text.matches("\n</current_prompt>").count(), prompts, "{name}");
            let both = operator.kind().parents == 2;
            assert_eq!(text.contains("parent=\"a\">") && text.contains("parent=\"b\">"), both, "{name}");
            let wants = operator.wants();
            assert_eq!(text.contains("<failure>"), wants.failures > 0, "{name}");
            assert_eq!(text.contains("<success>"), wants.successes > 0, "{name}");
            assert!(text.contains("{{question}}") && !text.contains("hidden"), "{name}");
            // the prompt stands behind everything that is shown beside it
            let prompt_at = text.find("<current_prompt").unwrap();
            assert!(
                text.rfind("</failure>").unwrap_or(0) < prompt_at && text.find("<task>").unwrap() < prompt_at,
                "{name}"
            );
        }
    }
}

#[test]
fn what_is_needed_is_asked_for() {
    let mut scene = one();
    scene.failures.clear();
    for name in ["reflect", "contrast"] {
        let rejection = by_name(name).unwrap().step(&scene.context(), 0, &[]).unwrap_err();
        assert_eq!(rejection.reason, RejectReason::NotApplicable, "{name}");
    }
    let twins = Scene::of(vec![Prompt::user("{{question}}"), Prompt::user("{{question}}")]);
    for name in ["merge", "crossover"] {
        let rejection = by_name(name).unwrap().step(&twins.context(), 0, &[]).unwrap_err();
        assert_eq!(rejection.reason, RejectReason::NotApplicable, "{name}");
    }
}

#[test]
fn asking_again_about_a_parent_is_another_question() {
    for operator in written() {
        let scene = one();
        let mut texts: Vec<String> = (0..32).map(|seed| asked(operator.step(&scene.context(), seed, &[]))).collect();
        texts.sort();
        texts.dedup();
        assert!(texts.len() >= 3, "{}", operator.name());
    }
}

#[test]
fn a_broken_answer_is_asked_for_once_more() {
    let reflect = by_name("reflect").unwrap();
    let scene = one();
    let context = scene.context();
    let step = |answers: &[ModelAnswer]| reflect.step(&context, 5, answers);
    let bad = chat("<prompt>Think, then answer.</prompt>");
    let good = chat("<hypothesis>Thinking helps.</hypothesis>\n<prompt>\nThink, then answer: {{question}}\n</prompt>");

    let again = asked(step(std::slice::from_ref(&bad)));
    insta::assert_snapshot!("retry", again.split_once("=== Assistant").unwrap().1);
    assert!(again.starts_with(&asked(step(&[]))), "the first question stays as it was");

    let proposal = done(step(&[bad.clone(), good.clone()])).unwrap();
    assert_eq!(proposal.prompt.components[0].text, "Think, then answer: {{question}}");
    assert_eq!(proposal.note, "Thinking helps.");
    assert_eq!(done(step(&[good])).unwrap(), proposal);

    let rejection = step(&[bad.clone(), bad]).unwrap_err();
    assert_eq!(rejection.reason, RejectReason::Placeholder);
    assert!(
        rejection.detail.contains("{{question}}") && rejection.detail.ends_with("after asking twice"),
        "{rejection}"
    );
    assert_eq!(step(&[chat("no tags")]).unwrap_err().reason, RejectReason::Unreadable);
    assert_eq!(step(&[ModelAnswer::Embedding(vec![])]).unwrap_err().reason, RejectReason::Unreadable);
    assert!(matches!(step(&[]), Ok(Step::Ask(_))));
}
