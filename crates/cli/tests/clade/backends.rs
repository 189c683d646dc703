//! Runs with servers beside the store: what they get, and that a run does not need them.

use std::process::Command;

use clade_store::conformance::service;
use serde_json::Value;

use crate::common::{Place, Ran, essence};

/// `clade` with servers configured by variables.
pub struct With<'p> {
    pub place: &'p Place,
    pub variables: Vec<(&'static str, String)>,
}

impl With<'_> {
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.clade();
        command.args(arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments))
    }

    pub fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }
}

/// What Redis's own client says.
pub fn redis(words: &[&str]) -> String {
    let url = std::env::var("PROMPTCLADE_TEST_REDIS_URL").unwrap();
    let mut command = Command::new(std::env::var("PROMPTCLADE_TEST_REDIS_CLI").unwrap());
    if let Ok(libraries) = std::env::var("PROMPTCLADE_TEST_REDIS_LIBRARIES") {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    let output = command.args(["-u", &url, "--raw"]).args(words).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_run_feeds_neo4j_and_redis_and_is_the_same_as_without() {
    let (Some(neo4j), Some(url)) = (service("PROMPTCLADE_TEST_NEO4J_URL"), service("PROMPTCLADE_TEST_REDIS_URL"))
    else {
        return;
    };
    let _turn = clade_test_servers::turn_at(&neo4j);
    let (plain, place) = (Place::new(), Place::new());
    let with = With { place: &place, variables: vec![("CLADE_LINEAGE_URL", neo4j), ("CLADE_GENERATIONS_URL", url)] };
    with.ok(&["migrate"]);
    with.ok(&["rebuild", "lineage", "--everything"]);
    with.ok(&["rebuild", "generations", "--everything"]);
    let doctor = with.ok(&["doctor"]);
    assert!(doctor.contains("Neo4j at 127.0.0.1") && doctor.contains("Redis at 127.0.0.1"), "{doctor}");
    assert!(!doctor.contains("FAIL") && !doctor.contains("test-password"), "{doctor}");

    let ran = with.run(&["run", "p.yaml", "--json", "--run-id", "journey"]);
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(essence(&ran.result()), essence(&plain.finished("journey").result()));
    // nothing is left to carry over when a run has ended
    let status = with.ok(&["sync", "--status"]);
    assert_eq!(status.matches("nothing is missing").count(), 2, "{status}");

    // the same tree from Neo4j as from the file
    for arguments in [
        &["lineage", "journey", "--all"][..],
        &["lineage", "journey", "--families"],
        &["lineage", "journey", "--of", "best"],
    ] {
        assert_eq!(with.ok(arguments), place.ok(arguments), "{arguments:?}");
    }
    let best = ran.result()["best"]["candidate"].as_str().unwrap().to_owned();
    let number: u32 = best.trim_start_matches('c').parse().unwrap();
    assert_eq!(redis(&["HGET", "clade:{journey}:run", "best"]), format!("{number:010}"));
    let prompt = redis(&["HGET", "clade:{journey}:prompts", &format!("{number:010}")]);
    assert_eq!(prompt, ran.result()["best"]["prompt"].as_str().unwrap().trim());

    with.ok(&["snapshot", "journey", "here"]);
    let rebuilt: Value = serde_json::from_str(&with.ok(&["rebuild", "generations", "--json"])).unwrap();
    assert!(rebuilt["entries"].as_u64().unwrap() > 100, "{rebuilt}");
    assert_eq!(redis(&["HGET", "clade:{journey}:run", "best"]), format!("{number:010}"));
}

#[test]
fn a_run_in_postgres_is_the_same_as_in_a_file_also_when_it_was_killed() {
    let Some(url) = service("PROMPTCLADE_TEST_POSTGRES_URL") else { return };
    let (plain, place) = (Place::new(), Place::new());
    let schema = format!("cli_{}", std::process::id());
    place.write("promptclade.toml", format!("[store]\nurl = '{url}'\nschema = '{schema}'\n"));
    let with = With { place: &place, variables: Vec::new() };
    let doctor = with.ok(&["doctor"]);
    assert!(doctor.contains("PostgreSQL at 127.0.0.1"), "{doctor}");
    assert!(with.ok(&["migrate", "--print"]).contains(&format!("CREATE TABLE \"{schema}\".runs")));

    let mut command = place.clade();
    command.args(["run", "p.yaml", "--quiet", "--run-id", "journey"]);
    let mut child = command.spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    // the holder is gone, and its lease ends by itself
    let resumed = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_secs(1));
        with.run(&["resume", "journey", "--json"])
    });
    let resumed = resumed.take(40).find(|ran| !ran.stderr.contains("is open in another process")).unwrap();
    let result = match resumed.code {
        0 | 3 => resumed.result(),
        // killed before it was there
        _ if resumed.stderr.contains("is not in the store") => {
            with.run(&["run", "p.yaml", "--json", "--run-id", "journey-2"]).result()
        }
        // or after it was through
        code => {
            assert!(resumed.stderr.contains("is finished"), "{code} {}", resumed.stderr);
            let shown: serde_json::Value = serde_json::from_str(&with.ok(&["show", "journey", "--json"])).unwrap();
            shown.get("result").unwrap_or(&shown).clone()
        }
    };
    // who reads the family tree by SQL sees it before anybody asks this program for it
    let run = result["run"].as_str().unwrap();
    let psql = std::process::Command::new(service("PROMPTCLADE_TEST_POSTGRES_PROGRAMS").unwrap() + "/psql")
        .args([
            url.as_str(),
            "-Atc",
            &format!("SELECT count(*) FROM {schema}.lineage_nodes n WHERE n.run::text = '{run}'"),
        ])
        .output()
        .unwrap();
    let nodes: u64 = String::from_utf8(psql.stdout).unwrap().trim().parse().unwrap();
    assert_eq!(Some(nodes), result["counts"]["candidates"].as_u64(), "{result}");
    let expected = plain.finished(result["run"].as_str().unwrap()).result();
    assert_eq!(essence(&result), essence(&expected));
    let listed = with.ok(&["list", "--json"]);
    assert!(listed.contains("journey"), "{listed}");
    for arguments in [&["lineage", "last", "--all"][..], &["best", "last"]] {
        assert_eq!(with.ok(arguments), plain.ok(arguments), "{arguments:?}");
    }
    assert!(!place.path("data/clade.db").exists(), "nothing is in a file beside");
    let refused = with.run(&["backup", "copy.db"]);
    assert!(refused.code == 2 && refused.stderr.contains("pg_dump"), "{}", refused.stderr);
}

#[test]
fn servers_that_are_down_are_said_and_change_nothing() {
    let (plain, place) = (Place::new(), Place::new());
    let dead = |scheme: &str| format!("{scheme}://127.0.0.1:1");
    let variables = vec![("CLADE_LINEAGE_URL", dead("bolt")), ("CLADE_GENERATIONS_URL", dead("redis"))];
    let with = With { place: &place, variables };
    let ran = with.run(&["run", "p.yaml", "--json", "--run-id", "alone"]);
    assert!([0, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(essence(&ran.result()), essence(&plain.finished("alone").result()));
    let ran = with.run(&["run", "p.yaml", "--run-id", "told"]);
    assert_eq!(ran.stderr.matches("`clade sync` catches up").count(), 2, "each is said, and once: {}", ran.stderr);
    let ran = with.run(&["doctor"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout.matches("FAIL").count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("Redis at 127.0.0.1:1") && ran.stdout.contains("cannot be reached"), "{}", ran.stdout);
    // each by itself: one that is away keeps none of the others waiting
    for arguments in [&["sync"][..], &["sync", "--status"], &["migrate"]] {
        let ran = with.run(arguments);
        assert!(ran.code == 1 && ran.stderr.contains("Neo4j at 127.0.0.1:1 cannot be reached"), "{}", ran.stderr);
        assert!(ran.stderr.contains("Redis at 127.0.0.1:1 cannot be reached"), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_doctor_waits_some_seconds_for_a_store_that_is_away() {
    let place = Place::new();
    let with = With { place: &place, variables: vec![("CLADE_STORE_URL", "postgres://127.0.0.1:1/x".into())] };
    let begin = std::time::Instant::now();
    let ran = with.run(&["doctor"]);
    assert!(ran.code == 1 && ran.stdout.contains("127.0.0.1:1/x cannot be reached"), "{}{}", ran.stdout, ran.stderr);
    assert!(begin.elapsed() < std::time::Duration::from_secs(30), "a run would wait a minute: {:?}", begin.elapsed());
}

#[test]
fn a_table_without_keys_is_said_with_what_to_set() {
    let place = Place::new();
    let url = "dynamodb://eu-central-1/clade?endpoint=http://127.0.0.1:1";
    let with = With { place: &place, variables: vec![("CLADE_GENERATIONS_URL", url.into())] };
    let mut command = with.command(&["doctor"]);
    // neither variables nor a profile, nor a machine whose role gives keys
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"];
    for name in names {
        command.env_remove(name);
    }
    let nowhere = place.path("nowhere");
    for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        command.env(name, &nowhere);
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    let ran = Ran::of(command);
    assert_eq!(ran.code, 1);
    let said = ran.stdout.lines().last().unwrap();
    assert!(said.contains("no keys to sign requests with") && said.contains("set AWS_ACCESS_KEY_ID"), "{said}");
    assert!(!said.contains("ProviderError") && said.len() < 400, "{said}");
    // with keys it is the server that is missing, said in a sentence
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|name| (name, "local".to_owned()));
    let with =
        With { place: &place, variables: [("CLADE_GENERATIONS_URL", url.into())].into_iter().chain(keys).collect() };
    let said = with.run(&["doctor"]).stdout;
    let said = said.lines().last().unwrap();
    assert!(said.contains("cannot be reached (Connection refused") && said.len() < 250, "{said}");
}

#[test]
fn a_configuration_that_is_wrong_is_refused_before_anything_is_spent() {
    let place = Place::new();
    place.write("promptclade.toml", "[lineage]\nurl = 'postgres://db/x'\n");
    let ran = place.run(&["run", "p.yaml"]);
    assert!(ran.code == 2 && ran.stderr.contains("postgres:// is no backend"), "{}", ran.stderr);
    place.write("promptclade.toml", "[linage]\nurl = 'bolt://db'\n");
    let ran = place.run(&["doctor"]);
    assert!(ran.code == 2 && ran.stderr.contains("linage"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty(), "it is said once: {}", ran.stdout);
}

#[test]
fn a_file_of_the_folder_that_one_is_in_gets_no_password_and_replaces_single_sections() {
    let place = Place::new();
    place.write("promptclade.toml", "[lineage]\nurl = 'bolt://127.0.0.1:1'\n");
    let password = ("CLADE_LINEAGE_PASSWORD", "secret".to_owned());
    let with = |more: Option<(&'static str, String)>| With {
        place: &place,
        variables: [password.clone()].into_iter().chain(more).collect(),
    };
    let refused = with(None).run(&["doctor"]);
    assert!(refused.code == 2 && refused.stderr.contains("no password is sent to"), "{}", refused.stderr);
    assert!(refused.stderr.contains("CLADE_CONFIG=") && !refused.stderr.contains("secret"), "{}", refused.stderr);
    let named = ("CLADE_CONFIG", place.path("promptclade.toml").display().to_string());
    for own in [named, ("CLADE_LINEAGE_URL", "bolt://127.0.0.1:1".to_owned())] {
        let asked = with(Some(own)).run(&["doctor"]);
        assert!(asked.stdout.contains("Neo4j at 127.0.0.1:1 cannot be reached"), "{}{}", asked.stdout, asked.stderr);
    }
    // sections that are not in it are those of the data folder
    place.write(
        "data/promptclade.toml",
        "[lineage]\nurl = 'bolt://127.0.0.1:2'\n[generations]\nurl = 'redis://127.0.0.1:2'\n",
    );
    let both = place.run(&["doctor"]);
    assert!(both.stdout.contains("Neo4j at 127.0.0.1:1 cannot"), "{}", both.stdout);
    assert!(both.stdout.contains("Redis at 127.0.0.1:2 cannot"), "{}", both.stdout);
    assert_eq!(both.stderr.matches("come before those of").count(), 1, "{}", both.stderr);
}

#[test]
fn a_file_of_the_folder_that_one_is_in_decides_nothing_about_who_signs_in() {
    let place = Place::new();
    let secret = ("CLADE_OIDC_CLIENT_SECRET", "s3cret".to_owned());
    let with = With { place: &place, variables: vec![secret] };
    let file = place.path("promptclade.toml");
    place.write("promptclade.toml", "\n[accounts.oidc]\nissuer = 'https://id.example'\nclient_id = 'clade'\n");
    for arguments in [&["doctor"][..], &["serve", "--port", "0"], &["list"]] {
        let refused = with.run(arguments);
        let says = refused.stderr.contains("promptclade.toml:2: [accounts] does not count in a file of the folder");
        assert!(refused.code == 2 && says && refused.stderr.contains("CLADE_CONFIG="), "{}", refused.stderr);
        assert!(!refused.stderr.contains("s3cret"), "{}", refused.stderr);
    }
    let named = With { place: &place, variables: vec![("CLADE_CONFIG", file.display().to_string())] };
    assert!(named.run(&["list"]).code == 0);
    place.write("promptclade.toml", "[store]\nurl = 'postgres://127.0.0.1:1/x'\n");
    let refused = place.run(&["serve", "--port", "0"]);
    assert!(refused.code == 2 && refused.stderr.contains("[store] of a file of the folder"), "{}", refused.stderr);
    place.write("promptclade.toml", "[generations]\nurl = 'dynamodb://r/clade?endpoint=http://127.0.0.1:1'\n");
    let refused = place.run(&["doctor"]);
    assert!(refused.code == 2 && refused.stderr.contains("signed with your keys"), "{}", refused.stderr);
    // nor does `.env` of that folder say where a key of this machine goes
    place.write("promptclade.toml", "");
    place.write(".env", "OPENAI_BASE_URL=http://127.0.0.1:1\n");
    let key = With { place: &place, variables: vec![("OPENAI_API_KEY", "s3cret".to_owned())] };
    let refused = key.run(&["serve", "--port", "0"]);
    assert!(
        refused.code == 2 && refused.stderr.contains(".env:1: OPENAI_BASE_URL says where OPENAI_API_KEY goes"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains("s3cret"), "{}", refused.stderr);
}
