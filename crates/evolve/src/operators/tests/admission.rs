use clade_domain::{MessageRole, Prompt, RejectReason};
use clade_text::template::prompt_tokens;

use super::fixtures::{Scene, component, demonstration, rollout};
use crate::operators::{admit, find};

const PARENT: &str = "Answer {{question}} in {{ lang | upper }}. Keep the rule.\n";

#[test]
fn what_passes_and_what_does_not() {
    use RejectReason::{Duplicate, Frozen, Placeholder, Template, Unreadable};
    let cases = [
        ("Say {{ question }} in {{lang|upper}}... no", Err((Placeholder, "lost {{lang | upper}}"))),
        (
            "In {{ lang | upper }}: {{question}}. Keep the rule.",
            Ok("In {{ lang | upper }}: {{question}}. Keep the rule.\n"),
        ),
        (
            "\n\n{{question}} {{lang  |  upper}} {{question}} Keep the rule.",
            Ok("{{question}} {{lang  |  upper}} {{question}} Keep the rule.\n"),
        ),
        ("In {{ lang | upper }}. Keep the rule.", Err((Placeholder, "component `user` lost {{question}}"))),
        (
            "{{question}} {{ lang | upper }} {{hint}} Keep the rule.",
            Err((Placeholder, "has {{hint}}, which its parent")),
        ),
        (
            "{% if question %}{{question}}{% endif %} {{ lang | upper }} Keep the rule.",
            Err((Placeholder, "template tags [{%if question%} {%endif%}]")),
        ),
        ("{{question}} {{ lang | upper }} Keep the rules.", Ok("{{question}} {{ lang | upper }} Keep the rules.\n")),
        (
            "{{question}} {{ lang | upper }} Keep a rule.",
            Err((Frozen, "`the rule` stands 0 times in component `user` where it must stand 1")),
        ),
        ("{{question}} {{ lang | upper }} Keep the rule. {# open", Err((Template, "component `user`"))),
        ("  \n ", Err((Unreadable, "became empty"))),
        ("{{question}}: {{ lang | upper }}.", Err((Unreadable, "nothing is left of the prompt but its placeholders"))),
        (PARENT, Err((Duplicate, "the same as its parent"))),
        ("  Answer {{question}} in {{ lang | upper }}. Keep the rule.", Err((Duplicate, ""))),
    ];
    let scene = Scene::text(PARENT).freezing(&["the rule"]);
    for (text, expected) in cases {
        match (admit(&scene.context(), Prompt::user(text)), expected) {
            (Ok(prompt), Ok(expected)) => assert_eq!(prompt.components[0].text, expected),
            (Err(rejection), Err((reason, words))) => {
                assert_eq!(rejection.reason, reason, "{text}: {rejection}");
                assert!(rejection.detail.contains(words), "{text}: {rejection}");
            }
            (found, expected) => panic!("{text}: {found:?} where {expected:?}"),
        }
    }
}

#[test]
fn a_placeholder_stands_as_often_as_the_user_put_it() {
    let twice = Scene::text("Sort {{message}}. Name a team.\n\nAgain: {{message}}");
    let short = Prompt::user("Name a team.\n\nAgain: {{message}}");
    let rejection = admit(&twice.context(), short.clone()).unwrap_err();
    assert_eq!(rejection.reason, RejectReason::Placeholder);
    assert!(rejection.detail.contains("{{message}} 1 times where it must stand 2 times"), "{rejection}");
    assert!(admit(&twice.context(), Prompt::user("Name a team for {{message}}.\n\n{{ message }}")).is_ok());
    // what a proposal repeated may go again
    let mut once = Scene::text("Sort {{message}}.");
    once.parents = vec![Prompt::user("Sort {{message}}. Again: {{message}}")];
    assert!(admit(&once.context(), Prompt::user("Sort this: {{message}}")).is_ok());
}

#[test]
fn components_keep_their_shape() {
    let parent = Prompt {
        components: vec![
            component("system", MessageRole::System, " Fixed. ", true),
            component("user", MessageRole::User, "{{question}}", false),
        ],
        demonstrations: vec![],
    };
    let scene = Scene::of(vec![parent.clone()]);
    let mut good = parent.clone();
    good.components[1].text = "Q: {{question}}".into();
    assert_eq!(admit(&scene.context(), good.clone()).as_ref(), Ok(&good));
    type Break = fn(&mut Prompt);
    let breaks: [(&str, Break, RejectReason); 5] = [
        ("frozen text", |p| p.components[0].text = "Fixed.".into(), RejectReason::Frozen),
        ("frozen mark", |p| p.components[0].frozen = false, RejectReason::Frozen),
        ("missing", |p| drop(p.components.pop()), RejectReason::Unreadable),
        ("order", |p| p.components.reverse(), RejectReason::Unreadable),
        ("role", |p| p.components[1].role = MessageRole::Assistant, RejectReason::Unreadable),
    ];
    for (what, break_it, reason) in breaks {
        let mut bad = good.clone();
        break_it(&mut bad);
        assert_eq!(admit(&scene.context(), bad).unwrap_err().reason, reason, "{what}");
    }
    let mut shown = good.clone();
    shown.demonstrations = vec![demonstration("1?", "1")];
    assert!(admit(&scene.context(), shown.clone()).is_ok());
    shown.demonstrations[0].vars.clear();
    assert_eq!(admit(&scene.context(), shown).unwrap_err().reason, RejectReason::Template);
}

#[test]
fn the_limit_on_tokens_is_exact() {
    let mut scene = Scene::text("{{question}}");
    let prompt = Prompt::user("Answer this one carefully: {{question}}");
    let tokens = prompt_tokens(&prompt);
    scene.constraints.max_prompt_tokens = Some(tokens);
    assert!(admit(&scene.context(), prompt.clone()).is_ok());
    scene.constraints.max_prompt_tokens = Some(tokens - 1);
    let rejection = admit(&scene.context(), prompt).unwrap_err();
    assert_eq!(rejection.reason, RejectReason::TooLong);
    assert_eq!(rejection.detail, format!("the prompt has about {tokens} tokens where {} are allowed", tokens - 1));
}

#[test]
fn names_are_found_or_suggested() {
    assert_eq!(find("reflect").map(|operator| operator.name()).unwrap(), "reflect");
    insta::assert_snapshot!(find("word-insert").err().unwrap(), @"no operator is called `word-insert`; did you mean `word-insertion`?");
    assert!(find("xyz").err().unwrap().to_string().contains("there are word-insertion, word-removal"));
}

#[test]
fn what_is_copied_from_an_example_is_turned_away() {
    let question = "Ann has three red apples and buys two more of them at the market.";
    let mut scene = Scene::text("Solve it: {{question}}");
    scene.failures = vec![rollout(question, "4", false), rollout("Two and two make what?", "5", false)];
    scene.successes = vec![rollout("Ben walks nine miles to school and nine miles back again.", "18", true)];
    let copies = [
        ("If asked about red apples, \"and buys TWO more of them at the market\", say 5.", true),
        ("Ben walks nine miles - to school and nine.", true),
        ("When asked, two and two make what, say 4.", true),
        ("Two and two make four.", false),
        ("Count apples that are bought; miles go there and back again.", false),
    ];
    for (sentence, leaks) in copies {
        let found = admit(&scene.context(), Prompt::user(format!("Solve it. {sentence} {{{{question}}}}")));
        match found {
            Err(rejection) => assert!(leaks && rejection.reason == RejectReason::Leak, "{sentence}: {rejection}"),
            Ok(_) => assert!(!leaks, "{sentence}"),
        }
    }
    // what the parent has is no news, and a demonstration is an example by its nature
    let mut given = Scene::text(&format!("Solve it. {question} {{{{question}}}}"));
    given.failures.clone_from(&scene.failures);
    assert!(admit(&given.context(), Prompt::user(format!("Solve this. {question} {{{{question}}}}"))).is_ok());
    let mut shown = Prompt::user("Solve it, please: {{question}}");
    shown.demonstrations = vec![demonstration(question, "5")];
    assert!(admit(&scene.context(), shown).is_ok());
}
