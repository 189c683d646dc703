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
        Prompt::user("Be careful.\n{{question}}"),
        Prompt::user("Check twice.\n{{question}}"),
    ])
    .briefed("Take another approach.")
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
    let parents = ["Be brief.", "Be kind.", "Be careful.", "Check twice."].map(prompt);
    let mut scene = Scene::of(parents.to_vec()).freezing(&["Q: ", "not there"]);
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
    let opro = by_name("opro").unwrap();
    insta::assert_snapshot!("opro_several_components", asked(opro.step(&several().context(), 1, &[])));
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
            let both = operator.kind().parents >= 2;
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
    for name in ["merge", "crossover", "differential"] {
        let rejection = by_name(name).unwrap().step(&twins.context(), 0, &[]).unwrap_err();
        assert_eq!(rejection.reason, RejectReason::NotApplicable, "{name}");
    }
}

#[test]
fn past_prompts_are_shown_from_worse_to_better() {
    let text = asked(by_name("opro").unwrap().step(&one().context(), 0, &[]));
    let places: Vec<usize> = ["score=\"10\"", "score=\"20\"", "score=\"25\"", "scores 50 of 100", "<current_prompt"]
        .iter()
        .map(|part| text.find(part).unwrap())
        .collect();
    assert!(places.is_sorted(), "{text}");
    assert!(text.find("Check twice.").unwrap() < text.find("Be careful.").unwrap());
    for name in ["breed-estimate", "breed-estimate-ranked", "breed-lineage"] {
        let text = asked(by_name(name).unwrap().step(&one().context(), 0, &[]));
        assert_eq!(text.matches("<past_prompt>").count(), 3, "{name}");
    }
}

#[test]
fn mutation_prompts_are_followed_and_rewritten() {
    let (scene, answer) = (one(), chat("<brief>Be\nbold.</brief><prompt>Boldly: {{question}}</prompt>"));
    let broken = chat("<brief>First.</brief><prompt>Boldly.</prompt>");
    let plain = chat("<prompt>Boldly: {{question}}</prompt>");
    for (name, shows, rewrites) in [
        ("breed-zero-order", false, false),
        ("breed-first-order", true, false),
        ("breed-hyper-zero-order", true, true),
        ("breed-hyper-first-order", true, true),
        ("reflect", false, false),
    ] {
        let operator = by_name(name).unwrap();
        let step = |answers: &[ModelAnswer]| operator.step(&scene.context(), 0, answers);
        assert_eq!(asked(step(&[])).contains("<brief>\nTake another approach.\n</brief>"), shows, "{name}");
        let brief = |answers: &[ModelAnswer]| done(step(answers)).unwrap().brief;
        let expected = |text: &str| rewrites.then(|| text.to_owned());
        assert_eq!(brief(std::slice::from_ref(&answer)), expected("Be bold."), "{name}");
        assert_eq!(brief(std::slice::from_ref(&plain)), None, "{name}");
        assert_eq!(brief(&[broken.clone(), plain.clone()]), expected("First."), "{name}");
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
