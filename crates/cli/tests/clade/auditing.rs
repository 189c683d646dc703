//! `clade audit`: the log of what people did, on this machine and at a real `clade serve`.

use serde_json::Value;

use crate::common::{Place, Ran, Served};

/// Somebody with an account and a token that may do all that they may.
fn person(place: &Place, login: &str, flags: &[&str]) -> String {
    let mut command = place.clade();
    command.args(["user", "add", login]).args(flags).env("CLADE_PASSWORD", "correct horse battery");
    let added = Ran::of(command);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let token = place.json(&["token", "add", "t", "--user", login, "--role", "instance"]);
    token["secret"].as_str().unwrap().to_owned()
}

/// What an entry says: action, target and login.
fn said(entry: &Value) -> [&str; 3] {
    ["action", "target", "login"].map(|name| entry[name].as_str().unwrap())
}

#[test]
fn the_log_is_filtered_and_the_same_here_and_at_a_server() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let keeper = person(&place, "keeper", &["--admin"]);
    let mut server = Served::start(&place, &[]);
    server.token = keeper;
    for name in ["first-one", "second-one"] {
        let ran = server.run(&elsewhere, &["eval", "p.yaml", "--run-id", name]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let snapshot = server.run(&elsewhere, &["snapshot", "first-one", "half"]);
    assert_eq!(snapshot.code, 0, "{}", snapshot.stderr);

    // question, and of each entry what it says, the newest first
    let created = |name| ["run.create", name, "keeper"];
    let table: [(&[&str], &[[&str; 3]]); 11] = [
        (&[], &[["run.snapshot", "first-one", "keeper"], created("second-one"), created("first-one")]),
        (&["-n", "1"], &[["run.snapshot", "first-one", "keeper"]]),
        (&["-n", "0"], &[]),
        (&["--what", "run.create"], &[created("second-one"), created("first-one")]),
        (&["--run", "second"], &[created("second-one")]),
        (&["--what", "run.create", "--run", "first-one", "--who", "Keeper", "--since", "1h"], &[created("first-one")]),
        (&["--who", "nobody"], &[]),
        (&["--since", "2999-01-01"], &[]),
        (&["--what", "member"], &[]),
        (&["--instance", "--what", "user"], &[["user.add", "keeper", "local"]]),
        // made at the machine, the first of them for somebody else
        (&["--instance", "--what", "token"], &[["token.add", "test", "local"], ["token.add", "t", "local"]]),
    ];
    for (question, expected) in table {
        for form in [&["audit", "--json"][..], &["audit"]] {
            let question = [form, question].concat();
            let (own, asked) = (place.run(&question), server.run(&elsewhere, &question));
            assert_eq!((own.code, asked.code), (0, 0), "{question:?}: {}{}", own.stderr, asked.stderr);
            assert_eq!(own.stdout, asked.stdout, "{question:?}");
            if form.len() == 2 {
                let lines = own.lines();
                assert_eq!(lines.iter().map(said).collect::<Vec<_>>(), expected, "{question:?}");
            } else {
                let rows = own.stdout.lines().count();
                assert_eq!(rows, if expected.is_empty() { 1 } else { expected.len() + 1 }, "{}", own.stdout);
            }
        }
    }
    let shown = place.ok(&["audit", "--instance", "--what", "user.add"]);
    assert!(shown.contains("login: keeper") && !shown.contains("argon2"), "{shown}");
    for (wrong, said) in [
        (&["audit", "--run", "no-such-run"][..], "no-such-run"),
        (&["audit", "--since", "yesterday"], "2h, 7d"),
        (&["audit", "--workspace", "others"], "others"),
        (&["audit", "--instance", "--run", "last"], "cannot be used with"),
    ] {
        let own = place.run(wrong);
        assert!(own.code == 2 && own.stderr.contains(said), "{wrong:?}: {}", own.stderr);
        assert_eq!(server.run(&elsewhere, wrong).code, 2, "{wrong:?}");
    }
    server.stop();
}

#[test]
fn a_server_shows_the_log_to_whom_the_table_of_rights_lets_see_it() {
    let place = Place::new();
    person(&place, "first", &["--admin"]);
    // keeps the installation and is in no workspace
    let keeper = person(&place, "keeper", &["--admin"]);
    let stranger = person(&place, "stranger", &[]);
    let mut server = Served::start(&place, &[]);
    // token, question, exit code, what is said
    let table: [(&str, &[&str], i32, &str); 6] = [
        (&keeper, &["audit", "--instance", "--what", "user.add", "-n", "1"], 0, "stranger"),
        (&keeper, &["audit", "--workspace", "local"], 0, "no such entry"),
        (&keeper, &["audit"], 2, "ask an admin to add you"),
        (&stranger, &["audit", "--instance"], 2, "your role does not let you"),
        (&stranger, &["audit", "--workspace", "local"], 2, "no such workspace"),
        ("", &["audit", "--instance"], 2, "sign in"),
    ];
    for (token, question, code, said) in table {
        server.token = token.to_owned();
        let ran = server.run(&place, question);
        assert_eq!(ran.code, code, "{question:?}: {}{}", ran.stdout, ran.stderr);
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains(said), "{question:?}: {}{}", ran.stdout, ran.stderr);
    }
    server.stop();
}
