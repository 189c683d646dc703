use crate::common::{Place, SECRET, Simulator};

/// A run against a server that misbehaves: it ends by itself, says why, keeps the key to itself, and goes on where the
/// server does.
fn stops_and_goes_on(flags: &[&str], config: &str, expected: &[&str]) -> u64 {
    let place = Place::new();
    let simulator = Simulator::start(&place, flags);
    place.run_file(&simulator.providers(config), "{calls: 100}");
    let ran = place.run(&["run", "p.yaml", "--run-id", "troubled"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for words in [expected, &["clade resume troubled", "p.yaml:", "fix: "]].concat() {
        assert!(ran.stderr.contains(words), "`{words}` is not in: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains(SECRET) && !ran.stdout.contains(SECRET));
    // for machines the result stays the last word, and what went wrong comes before it
    let again = place.run(&["resume", "troubled", "--json"]);
    assert_eq!((again.code, again.result()["status"].as_str()), (1, Some("failed")), "{}", again.stdout);
    let error = again.lines().into_iter().find(|line| line["error"].is_object()).unwrap();
    assert_eq!(error["error"]["exit_code"], 1);
    let shown = place.json(&["show", "troubled"]);
    assert_eq!(shown["result"]["status"], "failed");
    let spent = shown["result"]["spent"]["calls"].as_u64().unwrap();
    let port = simulator.url.rsplit_once(':').unwrap().1.to_owned();
    drop(simulator);
    let _mended = Simulator::at(&place, &port, &["--answers", "p.yaml", "--require-key", SECRET]);
    let ran = place.run(&["resume", "troubled", "--json"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    assert_eq!(ran.result()["status"], "finished");
    spent
}

#[test]
fn nonsense() {
    let expected = &["has not answered once", "cannot be read", "check the address"];
    let spent = stops_and_goes_on(&["--garbage-rate", "1"], "", expected);
    assert!((8..40).contains(&spent), "nonsense behind a 200 is most likely paid for, and soon ends it: {spent}");
}

#[test]
fn a_key_that_is_refused() {
    assert_eq!(stops_and_goes_on(&["--require-key", "another"], "", &["key"]), 0);
}

#[test]
fn silence() {
    let expected = &["has not answered once", "no answer within 0.1 s"];
    assert_eq!(stops_and_goes_on(&["--hang-rate", "1"], ", timeoutMs: 100, maxRetries: 5", expected), 0);
}
