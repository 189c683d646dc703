use clade_domain::{ModelAnswer, Prompt, RejectReason};

use super::fixtures::{Scene, asked, chat, demonstration, done};
use crate::operators::by_name;

const CROSSED: &str = "<prompt>Think, then answer the question.\n{{question}}</prompt>";
const REPHRASED: &str = "<prompt>Ponder, and reply: {{question}}</prompt>";

fn scene(shots: [usize; 2]) -> Scene {
    let prompt = |text: &str, salt: usize, count: usize| Prompt {
        demonstrations: (0..count).map(|i| demonstration(&format!("{salt}+{i}?"), "right")).collect(),
        ..Prompt::user(text)
    };
    let mut scene = Scene::of(vec![
        prompt("Answer the question.\n{{question}}", 1, shots[0]),
        prompt("Think first, then answer.\n{{question}}", 2, shots[1]),
    ]);
    scene.demonstrations.clear();
    scene
}

#[test]
fn a_child_is_crossed_and_then_rephrased() {
    let operator = by_name("capo-crossover").unwrap();
    let scene = scene([0, 0]);
    let step = |answers: &[ModelAnswer]| operator.step(&scene.context(), 4, answers);
    let first = asked(step(&[]));
    assert!(first.contains("<operation>capo-crossover</operation>") && first.contains("Solve grade-school problems."));
    assert!(first.contains("Answer the question.") && first.contains("Think first, then answer."));
    let second = asked(step(&[chat(CROSSED)]));
    assert!(
        second.contains("<operation>capo-mutation</operation>") && second.contains("Think, then answer the question.")
    );
    assert!(!second.contains("parent=\"b\"") && second.contains("Solve grade-school problems."));
    let proposal = done(step(&[chat(CROSSED), chat(REPHRASED)])).unwrap();
    assert_eq!(proposal.prompt.components[0].text, "Ponder, and reply: {{question}}");

    // each of the two questions is asked once more where an answer breaks something
    let broken = chat("<prompt>Ponder.</prompt>");
    assert!(asked(step(std::slice::from_ref(&broken))).contains("<operation>capo-crossover</operation>"));
    let answers = [broken.clone(), chat(CROSSED), broken.clone(), chat(REPHRASED)];
    assert!(asked(step(&answers[..2])).contains("<operation>capo-mutation</operation>"));
    assert!(asked(step(&answers[..3])).contains("cannot be used"));
    assert_eq!(done(step(&answers)).unwrap().prompt, proposal.prompt);
    assert_eq!(step(&[broken.clone(), broken]).unwrap_err().reason, RejectReason::Placeholder);
}

#[test]
fn worked_examples_are_inherited_by_half_added_and_dropped() {
    let operator = by_name("capo-crossover").unwrap();
    // parents' examples, whether one is added, and how many the child may show
    let cases =
        [([3, 2], false, vec![1, 2]), ([3, 2], true, vec![3]), ([0, 0], false, vec![0]), ([0, 1], true, vec![1])];
    for (shots, adds, expected) in cases {
        let mut scene = scene(shots);
        if adds {
            scene.demonstrations = vec![demonstration("9-9?", "0")];
        }
        let mut counts = std::collections::BTreeSet::new();
        for seed in 0..60 {
            let answers = [chat(CROSSED), chat(REPHRASED)];
            let shown = done(operator.step(&scene.context(), seed, &answers)).unwrap().prompt.demonstrations;
            counts.insert(shown.len());
            assert_eq!(shown.contains(&demonstration("9-9?", "0")), adds, "{shots:?}");
            let once: std::collections::BTreeSet<String> = shown.iter().map(|one| format!("{:?}", one.vars)).collect();
            assert_eq!(once.len(), shown.len(), "none is shown twice");
        }
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected, "{shots:?} {adds}");
    }
}

#[test]
fn a_mutation_takes_the_examples_it_is_given() {
    let operator = by_name("capo-mutation").unwrap();
    let mut scene = scene([1, 0]);
    scene.demonstrations = vec![demonstration("9-9?", "0"), demonstration("1+0?", "known already")];
    let proposal = done(operator.step(&scene.context(), 1, &[chat(REPHRASED)])).unwrap();
    let mut answers: Vec<&str> = proposal.prompt.demonstrations.iter().map(|one| one.answer.as_str()).collect();
    answers.sort_unstable();
    assert_eq!(answers, ["0", "right"]);
}
