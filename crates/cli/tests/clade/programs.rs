//! Programs under optimisation: a user's function in a sandbox, whose model calls the host makes.

use serde_json::Value;

use crate::{
    code::{clade, has, trials},
    common::{Place, Ran, Working},
};

/// A place with this program. `settings` stand in the provider's `config` beside the model.
fn place(file: &str, program: &str, settings: &str, optimize: &str) -> Place {
    let place = Place::new();
    place.write(file, program);
    place.write(
        "p.yaml",
        format!(
            "prompts: [file://prompt.yaml]\nproviders: [{{id: 'sandbox:file://{file}', config: {{{settings}}}}}]\n\
             tests: file://data.jsonl\n\
             defaultTest: {{assert: [{{type: numeric, value: '{{{{target}}}}', metric: accuracy}}]}}\n\
             optimize: {{{optimize}, objectives: [accuracy], splits: {{train: 0.4, validation: 0.3, test: 0.3, seed: 7}}}}\n"
        ),
    );
    place.write(
        "prompt.yaml",
        "- {role: system, name: rules, content: 'End with the number.'}\n\
         - {role: user, name: solve, content: 'Solve it. Problem: {{question}}'}\n\
         - {role: user, name: check, content: 'Is it right? Problem: {{question}}'}\n",
    );
    place
}

fn eval(place: &Place, name: &str) -> Ran {
    Ran::of(clade(place, &["eval", "p.yaml", "--json", "--run-id", name]))
}

const MODEL: &str = "model: simulated:gsm8k";

/// Asks twice: with one prompt, and with the other and what came.
const TWICE: &str = r#"
import clade
def call_api(prompt, options, context):
    print("solving")
    prompts = context["prompts"]
    rules = {"role": "system", "content": prompts["rules"]}
    solved = clade.chat([rules, {"role": "user", "content": prompts["solve"]}], temperature=0)
    checked = clade.chat([rules, {"role": "user", "content": prompts["check"] + "\n\nSolution: " + solved}])
    # words that no model said
    return {"output": "Checked twice. " + checked}
"#;

#[test]
fn its_model_calls_count_and_the_journal_says_where_it_ran() {
    if !has("python3") {
        return;
    }
    let place = place("app.py", TWICE, MODEL, "budget: {calls: 400}");
    let checked = Ran::of(clade(&place, &["check", "p.yaml"]));
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert!(checked.stdout.contains("program: sandbox:file://app.py:call_api"), "{}", checked.stdout);
    let ran = eval(&place, "program");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let trials = trials(&ran);
    assert_eq!(trials.len(), 60);
    for trial in &trials {
        assert_eq!(trial["program"]["answers"], 2, "{trial}");
        assert_eq!(trial["program"]["bought"]["calls"], 2, "{trial}");
        let at = &trial["ran"][0];
        assert_eq!(
            (&at["backend"], &at["isolation"], &at["said"]),
            (&"local".into(), &"namespaces".into(), &"solving".into())
        );
        assert!(at["sandbox"].as_str().unwrap().starts_with("local-"), "{trial}");
    }
    let result = ran.result();
    assert_eq!((&result["spent"]["calls"], &result["spent"]["task_calls"]), (&120.into(), &120.into()));
    assert_eq!(result["prompts"][0]["errors"], 0);
    assert!(result["spent"]["usd"].as_f64().unwrap() > 0.0);
    let exported = Ran::of(clade(&place, &["export", "program", "-f", "jsonl", "-o", "-"]));
    let said = exported.stdout.lines().filter(|line| line.contains("\"answer\":\"Checked twice. "));
    assert_eq!(said.count(), 60, "{} {}", exported.stdout, exported.stderr);
    // another run of the same program buys nothing
    let again = eval(&place, "again");
    assert_eq!(again.result()["spent"]["calls"], 0, "{}", again.stderr);
    assert_eq!(again.result()["prompts"][0]["score"], result["prompts"][0]["score"]);
    // with another program the equal requests among its calls are known all the same
    place.write("app.py", format!("{TWICE}\n# the same in other words\n"));
    let changed = eval(&place, "changed");
    assert_eq!(changed.result()["spent"]["calls"], 0, "{}", changed.stderr);
}

#[test]
fn a_search_improves_its_prompts() {
    if !has("python3") {
        return;
    }
    let settings = format!("{MODEL}, calls: 2");
    let place = place("app.py", TWICE, &settings, "budget: {calls: 900}, strategy: auto, seed: 3");
    let ran = Ran::of(clade(&place, &["run", "p.yaml", "--json", "--run-id", "program"]));
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    let result = ran.result();
    let calls = |role: &str| result["spent"][role].as_u64().unwrap();
    assert!(calls("calls") <= 900 && calls("reflection_calls") > 0, "{result}");
    let score = |name: &str| result["evidence"][name].as_f64().unwrap();
    assert!(score("best_score") > score("seed_score"), "{result}");
    let best = result["best"]["prompt"].as_str().unwrap();
    assert!(["[rules]", "[solve]", "[check]"].iter().all(|name| best.contains(name)), "{best}");
    let billed: u64 = ran
        .lines()
        .iter()
        .filter(|line| line["event"] == "trial_finished")
        .map(|trial| trial["program"]["bought"]["calls"].as_u64().unwrap())
        .sum();
    assert!(billed >= calls("task_calls"), "every bought answer is on a bill: {billed} {result}");
}

#[test]
fn a_killed_run_goes_on_without_buying_again() {
    if !has("python3") {
        return;
    }
    let settings = "model: {id: 'simulated:gsm8k', config: {latency_ms: 40}}";
    let place = place("app.py", TWICE, settings, "budget: {calls: 400}");
    let mut working = Working::start(clade(&place, &["eval", "p.yaml", "--json", "--run-id", "killed", "-j", "4"]));
    working.until_trials(20);
    working.signal("KILL");
    drop(working);
    // it goes on with the program as it was
    place.write("app.py", "def call_api(prompt, options, context):\n    raise RuntimeError('another file')\n");
    let resumed = Ran::of(clade(&place, &["resume", "killed", "--json"]));
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    let result = resumed.result();
    assert_eq!((&result["spent"]["calls"], &result["prompts"][0]["errors"]), (&120.into(), &0.into()), "{result}");
}

/// Goes round the library: writes its own messages to the channel, hundreds of them, and catches whatever comes of it.
const FORGER: &str = r#"
import __main__, json
def call_api(prompt, options, context):
    for n in range(500):
        text = "Problem %d: %s" % (n, context["vars"]["question"])
        ask = {"id": n, "messages": [{"role": "user", "content": text}], "options": {}}
        __main__.outbox.write(json.dumps({"ask": ask}) + "\n")
    __main__.outbox.flush()
    return "The answer is 18."
"#;

#[test]
fn forged_calls_over_the_budget_are_refused() {
    if !has("python3") {
        return;
    }
    let place = self::place("app.py", FORGER, &format!("{MODEL}, max_calls: 500"), "budget: {calls: 50}");
    let ran = eval(&place, "forged");
    assert_eq!(ran.code, 3, "the budget is spent: {}{}", ran.stdout, ran.stderr);
    let spent = ran.result()["spent"]["calls"].as_u64().unwrap();
    assert_eq!(spent, 50, "not one call more");
    // and those over what one call of the program may make, with a budget that would bear them
    let place = self::place("app.py", FORGER, &format!("{MODEL}, max_calls: 3"), "budget: {calls: 1000}");
    let ran = eval(&place, "forged");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.result()["spent"]["calls"], 180, "three for each of 60 examples");
}

/// Looks for what a program must not find.
const SPY: &str = r#"
import os, socket
def call_api(prompt, options, context):
    found = [name for name in os.environ if "KEY" in name]
    for address in ("127.0.0.1", "169.254.169.254", "1.1.1.1"):
        try:
            socket.create_connection((address, 80), 1)
            found.append(address)
        except OSError:
            pass
    return str(len(found))
"#;

#[test]
fn inside_is_neither_a_key_nor_a_network() {
    if !has("python3") {
        return;
    }
    let place = place("app.py", SPY, MODEL, "budget: {calls: 400}");
    place.write("data.jsonl", "{\"vars\": {\"question\": \"how much is found?\", \"target\": \"0\"}}\n");
    let mut command = clade(&place, &["eval", "p.yaml", "--json", "--run-id", "sealed"]);
    command.env("OPENAI_API_KEY", "sk-never-inside");
    let ran = Ran::of(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.result()["prompts"][0]["score"], 1.0, "{}", ran.stdout);
    assert_eq!(ran.result()["spent"]["calls"], 0, "it asked nothing");
}

/// Asks once, and then does what the example says.
const WAYWARD: &str = r#"
import clade
def call_api(prompt, options, context):
    clade.chat(context["prompts"]["solve"])
    case = context["vars"]["question"]
    if case == "raise":
        raise ValueError("no tool fits")
    if case == "error":
        return {"error": "gave up"}
    if case == "die":
        import os
        os._exit(7)
    if case == "unknown model":
        clade.chat("x", model="openai:gpt-5")
    if case == "bad option":
        clade.chat("x", logprobs=True)
    if case == "well":
        return "1"
    return None
"#;

#[test]
fn what_fails_is_an_error_of_its_trial_and_its_calls_are_billed() {
    if !has("python3") {
        return;
    }
    let place = place("app.py", WAYWARD, MODEL, "budget: {calls: 400}");
    let cases = [
        ("raise", "ValueError: no tool fits"),
        ("error", "the program says: gave up"),
        ("die", "ended with exit code 7"),
        ("unknown model", "names no model `openai:gpt-5`"),
        ("bad option", "no option `logprobs`"),
        ("nothing", "returned nothing"),
    ];
    let row = |case: &str| format!("{{\"vars\": {{\"question\": \"{case}\", \"target\": \"1\"}}}}\n");
    let rows = cases.map(|(case, _)| row(case));
    place.write("data.jsonl", rows.concat() + &row("well"));
    let ran = eval(&place, "wayward");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut trials: Vec<Value> = trials(&ran);
    trials.sort_by_key(|trial| trial["example"].as_u64());
    assert_eq!(trials.len(), cases.len() + 1);
    assert_eq!(trials.pop().unwrap()["pass"], true, "one goes well");
    for (trial, (case, words)) in trials.iter().zip(cases) {
        assert_eq!(trial["error"]["kind"], "program", "{case}: {trial}");
        assert!(trial["error"]["message"].as_str().unwrap().contains(words), "{case}: {trial}");
        assert_eq!(trial["program"]["bought"]["calls"], 1, "{case}: {trial}");
        assert_eq!(trial["ran"][0]["backend"], "local", "{case}: {trial}");
    }
    assert_eq!(ran.result()["spent"]["calls"], 7);
}

#[test]
fn javascript_asks_at_the_same_time() {
    if !has("node") {
        return;
    }
    let program = "module.exports = async (prompt, options, context) => {\n\
                   const asked = [1, 2, 3].map(() => clade.chat(context.messages, {temperature: 1}));\n\
                   const answers = await Promise.all(asked);\n\
                   return {output: answers[options.config.which]};\n};\n";
    let place = place("app.js", program, &format!("{MODEL}, which: 1"), "budget: {calls: 400}");
    let data = std::fs::read_to_string(place.path("data.jsonl")).unwrap();
    place.write("data.jsonl", data.lines().take(8).map(|line| format!("{line}\n")).collect::<String>());
    let ran = eval(&place, "node");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.result()["spent"]["calls"], 24, "equal requests of one call are samples of their own");
}

#[test]
fn what_is_wrong_with_a_program_is_said_before_anything_is_spent() {
    for (providers, words) in [
        ("['sandbox:file://gone.py']", "no such file"),
        ("['sandbox:file://app.py']", "names no model"),
        ("['sandbox:app.py']", "names no file"),
        ("['sandbox:file://app.rb']", "neither Python nor JavaScript"),
        ("[{id: 'sandbox:file://app.py', config: {model: 'nobody:x'}}]", "nobody"),
        ("[{id: 'sandbox:file://app.py', config: {model: 'simulated:gsm8k', calls: 0}}]", "`calls`"),
        ("[{id: 'sandbox:file://app.py', config: {model: 'simulated:gsm8k', apiKey: x}}]", "secret"),
        ("[{id: 'sandbox:file://app.py', config: {model: 'simulated:gsm8k'}}, 'simulated:gsm8k']", "only provider"),
        ("[{id: 'sandbox:file://app.py', config: {model: 'sandbox:file://app.py'}}]", "answers examples"),
    ] {
        let place = place("app.py", TWICE, MODEL, "budget: {calls: 400}");
        let text = std::fs::read_to_string(place.path("p.yaml")).unwrap();
        let from = text.find("providers: ").unwrap();
        let to = from + text[from..].find('\n').unwrap();
        place.write("p.yaml", format!("{}providers: {providers}{}", &text[..from], &text[to..]));
        let ran = eval(&place, "code");
        assert_eq!(ran.code, 2, "{providers}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{providers}: {}", ran.stderr);
        assert_eq!(place.run(&["show", "code"]).code, 2, "no run was made");
    }
}

#[test]
fn a_program_that_cannot_be_called_is_told_before_anything_is_spent() {
    if !has("python3") {
        return;
    }
    for (file, program, words) in [
        ("app.py", "def call_api(\n", "the provider cannot use `call_api` of app.py: SyntaxError"),
        ("app.py", "x = 1\n", "the provider cannot use `call_api` of app.py: AttributeError: app.py has no function"),
        ("app.py:nofn", TWICE, "the provider cannot use `nofn` of app.py: AttributeError: app.py has no function"),
    ] {
        let place = place(file, "", MODEL, "budget: {calls: 400}");
        place.write("app.py", program);
        for command in [["check", "p.yaml"], ["run", "p.yaml"]] {
            let ran = Ran::of(clade(&place, &command));
            assert_eq!(ran.code, 2, "{command:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("p.yaml:2:") && ran.stderr.contains(words), "{words}: {}", ran.stderr);
        }
    }
}
