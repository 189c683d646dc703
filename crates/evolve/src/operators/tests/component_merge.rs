use clade_domain::{MessageRole, Prompt, RejectReason};

use super::fixtures::{Scene, component, demonstration, done};
use crate::operators::by_name;

fn prompt(system: &str, user: &str, shows: bool) -> Prompt {
    Prompt {
        components: vec![
            component("system", MessageRole::System, system, false),
            component("user", MessageRole::User, user, false),
        ],
        demonstrations: if shows { vec![demonstration("1+1?", "2")] } else { vec![] },
    }
}

#[test]
fn each_component_comes_from_whoever_changed_it() {
    let operator = by_name("component-merge").unwrap();
    let base = prompt("s", "u", false);
    // the better one, the other one, what comes of them
    let cases = [
        (prompt("S1", "u", false), prompt("s", "U2", false), Some(prompt("S1", "U2", false))),
        (prompt("S1", "u", false), prompt("S2", "U2", false), Some(prompt("S1", "U2", false))),
        (prompt("S1", "U1", false), prompt("s", "u", true), Some(prompt("S1", "U1", true))),
        (prompt("S1", "U1", false), prompt("S2", "U2", false), None),
        (prompt("S1", "u", false), prompt("s", "u", false), None),
    ];
    for (first, second, expected) in cases {
        let scene = Scene::of(vec![first, second, base.clone()]);
        match (done(operator.step(&scene.context(), 0, &[])), expected) {
            (Ok(proposal), Some(expected)) => assert_eq!(proposal.prompt, expected),
            (Err(rejection), None) => assert_eq!(rejection.reason, RejectReason::NotApplicable),
            (step, expected) => panic!("{step:?} for {expected:?}"),
        }
    }
}
