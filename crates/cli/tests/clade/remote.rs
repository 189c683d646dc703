//! `clade --server`: the same commands with the runs of a real `clade serve`.

use std::{collections::BTreeSet, process::Command};

use crate::common::{Place, Ran, Served, Working, essence};

#[test]
fn a_server_is_asked_as_the_own_runs_are() {
    let place = Place::new();
    place.finished("first-one");
    place.ok(&["snapshot", "first-one", "half"]);
    let branched = place.run(&["branch", "first-one@best", "--run-id", "second-one", "--json"]);
    assert!([0, 3].contains(&branched.code), "{}", branched.stderr);
    place.write("p.yaml", std::fs::read_to_string(place.path("p.yaml")).unwrap().replace("sums", "other sums"));
    let evaluated = place.run(&["eval", "p.yaml", "--json", "--run-id", "third-one"]);
    assert_eq!(evaluated.code, 0, "{}", evaluated.stderr);
    let server = Served::start(&place, &[]);
    let elsewhere = Place::new();
    let questions: &[&[&str]] = &[
        &["list"],
        &["list", "--json"],
        &["list", "other"],
        &["list", "--status", "paused"],
        &["list", "--status", "finished", "-n", "1"],
        &["list", "-n", "2", "--json"],
        &["list", "-F", "best > 0.1 and strategy = auto"],
        &["list", "-F", "nonsense > 3"],
        &["show", "first"],
        &["show", "first-one", "--json"],
        &["show", "third-one"],
        &["show", "last", "--json"],
        &["show", "nobody"],
        &["best", "first-one"],
        &["best", "first-one", "--json"],
        // the last run is an evaluation, which these pass over
        &["best", "last", "--json"],
        &["diff", "last"],
        &["lineage", "last"],
        &["export", "last", "-f", "promptfoo"],
        &["lineage", "first-one"],
        &["lineage", "first-one", "--all", "--rejected"],
        &["lineage", "first-one", "--json"],
        &["lineage", "first-one", "--of", "best"],
        &["lineage", "first-one", "--ancestors", "best"],
        &["lineage", "second-one", "--ancestors", "best"],
        &["lineage", "second-one", "--ancestors", "first-one@best"],
        &["lineage", "first-one", "--between", "first-one@best", "seed"],
        &["lineage", "first-one", "--ancestors", "nobody-1@best"],
        &["lineage", "first-one", "--descendants", "seed"],
        &["lineage", "second-one", "--between", "best", "first-one@c0"],
        &["lineage", "first-one", "--common", "best", "c1"],
        &["lineage", "first-one", "--families"],
        &["lineage", "second-one", "--branches"],
        &["lineage", "first-one", "-F", "score > 0.3 and text ~ a"],
        &["lineage", "first-one", "--ancestors", "c9999"],
        &["lineage", "second-one", "--branches", "-F", "generation = 0", "--json"],
        &["diff", "first-one"],
        &["diff", "first-one", "0", "best", "--json"],
        &["snapshot", "first-one", "--list"],
        &["snapshot", "first-one", "--list", "--json"],
        &["compare", "first-one", "second-one"],
        &["compare", "first-one", "--json"],
        &["compare", "third-one"],
        &["report", "first-one", "-o", "-"],
        &["report", "third-one", "-o", "-"],
        &["export", "first-one", "-f", "prompt"],
        &["export", "first-one", "-f", "promptfoo"],
        &["export", "first-one", "-f", "csv"],
        &["export", "first-one", "-f", "jsonl"],
        &["export", "first-one", "-f", "journal"],
        &["export", "first-one", "-f", "dot"],
        &["export", "first-one", "-f", "mermaid"],
        &["export", "first-one", "-f", "graphml"],
        &["export", "first-one", "-f", "cypher"],
        &["export", "first-one", "-f", "tree"],
    ];
    for question in questions {
        let (own, asked) = (place.run(question), server.run(&elsewhere, question));
        assert_eq!(asked.code, own.code, "{question:?}: {}{}", asked.stdout, asked.stderr);
        if own.code == 0 {
            assert_eq!(asked.stdout, own.stdout, "{question:?}");
            assert!(!own.stdout.is_empty() || question.contains(&"other"), "{question:?} says nothing");
        }
    }
    server.stop();
}

#[test]
fn a_bundle_goes_to_a_server_and_comes_back() {
    let (place, elsewhere) = (Place::new(), Place::new());
    elsewhere.finished("travels");
    elsewhere.ok(&["export", "travels"]);
    let server = Served::start(&place, &[]);
    let imported = server.run(&elsewhere, &["import", "travels.clade.tar.zst", "--run-id", "arrived", "--json"]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    assert_eq!(imported.lines()[0]["run"], "arrived");
    let again = server.run(&elsewhere, &["import", "travels.clade.tar.zst", "--run-id", "arrived"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    let exported = server.run(&elsewhere, &["export", "arrived", "-o", "back.clade.tar.zst"]);
    assert_eq!(exported.code, 0, "{}", exported.stderr);
    elsewhere.ok(&["import", "back.clade.tar.zst", "--run-id", "came-back"]);
    let own = elsewhere.json(&["show", "travels"]);
    let back = elsewhere.json(&["show", "came-back"]);
    assert_eq!(back["result"]["evidence"], own["result"]["evidence"]);
    server.stop();
}

#[test]
fn a_run_at_a_server_is_shown_as_one_here() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let own = elsewhere.finished("same-name");
    let server = Served::start(&place, &[]);
    let checked = server.run(&elsewhere, &["check", "p.yaml", "--budget-calls", "300", "--json"]);
    assert_eq!(checked.stdout, elsewhere.run(&["check", "p.yaml", "--budget-calls", "300", "--json"]).stdout);
    let ran = server.run(&elsewhere, &["run", "p.yaml", "--json", "--run-id", "same-name"]);
    assert_eq!(ran.code, own.code, "{}", ran.stderr);
    assert_eq!(essence(&ran.result()), essence(&own.result()));
    let kinds = |ran: &Ran| {
        let lines = ran.lines();
        assert_eq!(lines[0], serde_json::json!({ "event": "run_started", "run": "same-name" }));
        let numbers: Vec<u64> = lines.iter().filter_map(|line| line["seq"].as_u64()).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "every entry, once, in order");
        let mut kinds: Vec<String> = lines.iter().map(|line| line["event"].to_string()).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(&ran), kinds(&own));
    let gate = ["eval", "p.yaml", "--min-score", "1", "--set", "description=by hand"];
    let (asked, here) = (server.run(&elsewhere, &gate), elsewhere.run(&gate));
    assert_eq!((asked.code, here.code), (100, 100), "{}{}", asked.stderr, here.stderr);
    let listed = server.run(&elsewhere, &["list", "by hand", "--json"]).lines();
    assert_eq!(listed.len(), 1, "what the command line sets reaches the server");
    let again = server.run(&elsewhere, &["resume", "same-name"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    server.stop();
}

#[test]
fn whoever_stops_watching_stops_no_run() {
    let (place, elsewhere) = (Place::new(), Place::new());
    elsewhere.slow(10);
    let server = Served::start(&place, &[]);
    let mut watching = Working::start(server.clade(&elsewhere, &["run", "p.yaml", "--json", "--run-id", "watched"]));
    watching.until_trials(20);
    watching.signal("INT");
    let (code, ..) = watching.end();
    assert_eq!(code, Some(130));
    let still = server.run(&elsewhere, &["list", "--json"]).lines();
    assert_eq!(still[0]["status"], "running", "{still:?}");
    let mut command = server.clade(&elsewhere, &["resume", "watched"]);
    let mut again = Working::start(server.clade(&elsewhere, &["resume", "watched", "--json"]));
    again.until_trials(5);
    let paused = server.run(&elsewhere, &["pause", "watched"]);
    assert_eq!(paused.code, 0, "{}", paused.stderr);
    let (code, rest, _) = again.end();
    assert_eq!(code, Some(130), "{rest}");
    assert!(rest.lines().last().unwrap().contains("\"status\":\"paused\""), "{rest}");
    command.args(["--budget-calls", "500", "--json"]);
    let ran = Ran::of(command);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    assert_eq!(ran.result()["status"], "finished");
    assert!(ran.stdout.contains("\"event\":\"budget_changed\"") || ran.lines()[1]["seq"].as_u64() > Some(20));
    let branched = server.run(&elsewhere, &["branch", "watched@best", "--run-id", "a-branch", "--no-start"]);
    assert_eq!((branched.code, branched.stdout.contains("a-branch")), (0, true), "{}", branched.stderr);
    assert!(!branched.stderr.contains("proof"), "{}", branched.stderr);
    let poor = ["branch", "watched@best", "--budget-calls", "20", "--no-start"];
    for poor in [server.run(&elsewhere, &poor), place.run(&poor)] {
        let says = "a budget of 20 calls does not pay for a proof";
        assert!(poor.code == 0 && poor.stderr.contains(says), "{}", poor.stderr);
    }
    server.stop();
}

#[test]
fn people_and_their_tokens_are_kept_over_a_server() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let with = |mut command: Command| {
        command.env("CLADE_PASSWORD", "correct horse battery");
        Ran::of(command)
    };
    let mut first = place.clade();
    first.args(["user", "add", "ada", "--admin"]);
    assert_eq!(with(first).code, 0);
    let token = place.json(&["token", "--user", "ada", "add", "keep", "--role", "instance"]);
    let mut serve = place.clade();
    serve.args(["serve", "--port", "0", "--json"]);
    let mut server = Served::with(serve, token["secret"].as_str().unwrap().to_owned());
    let alike = |server: &Served| {
        for question in [&["user", "list"][..], &["user", "list", "--json"], &["token", "--user", "ada", "list"]] {
            let (own, asked) = (place.run(question), server.run(&elsewhere, question));
            assert_eq!((asked.code, &asked.stdout), (0, &own.stdout), "{question:?} {}", asked.stderr);
            assert!(!own.stdout.is_empty(), "{question:?}");
        }
    };
    let added = with(server.clade(&elsewhere, &["user", "add", "Ben", "--name", "Ben B"]));
    assert_eq!((added.code, added.stdout.as_str()), (0, "added ben\n"), "{}", added.stderr);
    alike(&server);
    // what is done, what is said of it, what the list says then
    let table = [
        ("disable", "may sign in no more", "disabled"),
        ("enable", "ben may sign in", "Ben B"),
        ("password", "has a new password", "Ben B"),
    ];
    for (done, said, listed) in table {
        let ran = with(server.clade(&elsewhere, &["user", done, "ben"]));
        assert!(ran.code == 0 && ran.stderr.contains(said), "{done}: {}", ran.stderr);
        let list = server.run(&elsewhere, &["user", "list"]).stdout;
        let ben = list.lines().find(|line| line.contains("ben")).unwrap();
        assert!(ben.contains(listed) && ben.contains("disabled") == (done == "disable"), "{ben}");
        alike(&server);
    }
    let refused = |server: &Served, arguments: &[&str], says: &str| {
        let ran = with(server.clade(&elsewhere, arguments));
        assert!(ran.code == 2 && ran.stderr.contains(says), "{arguments:?}: {} {}", ran.code, ran.stderr);
        assert_eq!(ran.stdout, "");
    };
    refused(&server, &["user", "elsewhere", "ben"], "people sign in nowhere beside this server");
    refused(&server, &["user", "disable", "ada"], "make somebody an admin first");
    refused(&server, &["user", "disable", "eve"], "there is no user `eve`");
    refused(&server, &["user", "add", "ben"], "choose another login");
    refused(&server, &["token", "--user", "ben", "list"], "the tokens of somebody else");

    let made = server.run(&elsewhere, &["token", "add", "small", "--role", "user", "--days", "3", "--json"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let made = made.lines().remove(0);
    alike(&server);
    let keeper = std::mem::replace(&mut server.token, made["secret"].as_str().unwrap().to_owned());
    assert_eq!(server.run(&elsewhere, &["token", "list"]).stdout.lines().count(), 1, "not the one that opens more");
    refused(&server, &["user", "list"], "your role does not let you");
    refused(&server, &["token", "add", "more", "--role", "admin"], "may do more than itself");
    server.token = keeper;
    let revoked = server.run(&elsewhere, &["token", "revoke", made["id"].as_str().unwrap()]);
    assert!(revoked.code == 0 && revoked.stderr.contains("opens nothing any more"), "{}", revoked.stderr);
    assert_eq!(server.run(&elsewhere, &["token", "list"]).stdout.lines().count(), 1);
    server.stop();
}

#[test]
fn what_keeps_one_out_is_said() {
    let place = Place::new();
    let server = Served::start(&place, &[]);
    let mut wrong = server.clade(&place, &["list"]);
    let ran = Ran::of({
        wrong.env("CLADE_TOKEN", "clade_nobody");
        wrong
    });
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("token is unknown") && ran.stderr.contains("make a new one"), "{}", ran.stderr);
    let mut none = server.clade(&place, &["list"]);
    none.env_remove("CLADE_TOKEN");
    let ran = Ran::of(none);
    assert!(ran.code == 2 && ran.stderr.contains("CLADE_TOKEN"), "{}", ran.stderr);
    place.write("token", format!("{}\n", server.token));
    let mut file = server.clade(&place, &["list", "--token-file", "token"]);
    file.env_remove("CLADE_TOKEN");
    assert_eq!(Ran::of(file).code, 0);
    let other = server.run(&place, &["list", "--workspace", "others"]);
    assert!(other.code == 2 && other.stderr.contains("no such workspace"), "{}", other.stderr);
    place.write("sub/p.yaml", std::fs::read_to_string(place.path("p.yaml")).unwrap().replace("file://", "file://../"));
    let outside = server.run(&place, &["check", "sub/p.yaml"]);
    assert!(outside.code == 2 && outside.stderr.contains("outside of its folder"), "{}", outside.stderr);
    let lost = place.run(&["pause", "last"]);
    assert!(lost.code == 2 && lost.stderr.contains("--server"), "{}", lost.stderr);
    for url in ["ftp://x", "nonsense"] {
        let ran = place.run(&["list", "--server", url]);
        assert!(ran.code == 2 && ran.stderr.contains("http://127.0.0.1:8400"), "{}", ran.stderr);
    }
    let url = server.url.clone();
    server.stop();
    let gone = place.run(&["list", "--server", &url]);
    assert!(gone.code == 1 && gone.stderr.contains("cannot reach the server"), "{}", gone.stderr);
}

/// Every command either asks the server or says that it cannot, so none does something else than was meant.
#[test]
fn a_command_that_works_on_this_machine_alone_says_so() {
    // none of them reaches anything, so nobody has to be there
    const NOBODY: &str = "http://127.0.0.1:9";
    let here: &[&[&str]] = &[
        &["bench", "run", "--strategies", "auto"],
        &["serve"],
        &["backup", "copy"],
        &["doctor"],
        &["sync"],
        &["rebuild", "lineage"],
        &["migrate"],
        &["sandbox", "doctor"],
    ];
    let asking: &[&[&str]] = &[
        &["check", "p.yaml"],
        &["run", "p.yaml"],
        &["eval", "p.yaml"],
        &["resume"],
        &["pause"],
        &["list"],
        &["show"],
        &["best"],
        &["lineage"],
        &["diff", "last"],
        &["snapshot", "last"],
        &["branch", "last@best"],
        &["export"],
        &["import", "data.jsonl"],
        &["compare", "last"],
        &["report"],
        &["mcp"],
        &["audit"],
        &["library", "list"],
        &["user", "list"],
        &["token", "list"],
    ];
    let alike = ["schema", "completions", "help", "init", "simulate"];
    let place = Place::new();
    let help = place.ok(&["--help"]);
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: BTreeSet<&str> = listed
        .lines()
        .filter(|line| !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    let tried = here.iter().chain(asking).map(|command| command[0]).chain(alike);
    assert_eq!(tried.collect::<BTreeSet<_>>(), listed, "a command that this test does not know");
    for (commands, code, said) in [(here, 2, "works on this machine"), (asking, 1, "cannot reach the server")] {
        for command in commands {
            let ran = place.run(&[&["--server", NOBODY][..], *command].concat());
            assert!(ran.code == code && ran.stderr.contains(said), "{command:?}: {} {}", ran.code, ran.stderr);
            assert_eq!(ran.stdout, "", "{command:?}");
        }
    }
    assert!(!place.path("copy").exists() && !place.path("data").exists());
    place.ok(&["--server", NOBODY, "init", "x"]);
    assert!(place.path("x/promptclade.yaml").exists());
    assert_eq!(place.ok(&["--server", NOBODY, "schema"]), place.ok(&["schema"]));
}
