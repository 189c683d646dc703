use std::{fs, process::Command};

use clade_test_servers::SmallDisk;

use crate::common::Place;

/// Where the header of a SQLite file has `PRAGMA user_version`, as 4 bytes, the highest first (file format, section 1.3).
const USER_VERSION_AT: usize = 60;

#[test]
fn databases_that_are_not_ours_to_read() {
    let place = Place::new();
    place.ok(&["eval", "p.yaml", "--quiet"]);
    let whole = fs::read(place.path("data/clade.db")).unwrap();
    type Spoil = fn(&mut Vec<u8>);
    let cases: [(&str, Spoil, &str); 4] = [
        ("newer", |bytes| bytes[USER_VERSION_AT + 3] = 99, "newer Promptclade"),
        ("no database", |bytes| bytes[..32].fill(b'x'), "backup"),
        ("cut", |bytes| bytes.truncate(4_096), ""),
        ("overwritten inside", |bytes| bytes[4_096..].fill(0xab), ""),
    ];
    for (name, spoil, expected) in cases {
        let other = Place::new();
        fs::create_dir(other.path("data")).unwrap();
        let mut bytes = whole.clone();
        spoil(&mut bytes);
        other.write("data/clade.db", &bytes);
        for arguments in [&["list"][..], &["eval", "p.yaml", "--quiet"]] {
            let ran = other.run(arguments);
            assert_eq!(ran.code, 1, "{name} {arguments:?}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("clade.db") && ran.stderr.contains(expected), "{name}: {}", ran.stderr);
        }
        if name == "newer" {
            assert_eq!(fs::read(other.path("data/clade.db")).unwrap(), bytes, "what we cannot read we do not touch");
        }
    }
}

#[test]
fn an_example_that_the_database_lost_is_no_mistake_of_the_users() {
    let place = Place::new();
    place.ok(&["eval", "p.yaml", "--quiet", "--run-id", "before"]);
    let python = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM examples WHERE (id & 4294967295) = 3'); c.commit()";
    let lost = Command::new("python3").args(["-c", python]).arg(place.path("data/clade.db")).status();
    if !lost.is_ok_and(|status| status.success()) {
        println!("skipped: there is no python3 with sqlite3");
        return;
    }
    let ran = place.run(&["eval", "p.yaml", "--no-cache"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let file = place.path("data/clade.db");
    assert!(ran.stderr.contains(&format!("{} is damaged", file.display())), "{}", ran.stderr);
    assert!(
        ["clade doctor", "clade backup", "--data-dir"].iter().all(|way| ran.stderr.contains(way)),
        "{}",
        ran.stderr
    );
    let runs = place.ok(&["list", "--json"]);
    assert!(runs.lines().count() == 1 && runs.contains("before"), "what could not start is no run: {runs}");
}

#[test]
fn the_doctor_reads_the_whole_database() {
    let place = Place::new();
    place.ok(&["eval", "p.yaml", "--quiet"]);
    let sound = place.run(&["doctor"]);
    assert!(sound.code == 0 && sound.stdout.contains("ok   store"), "{}{}", sound.stdout, sound.stderr);
    let path = place.path("data/clade.db");
    let whole = fs::read(&path).unwrap();
    let page = usize::from(u16::from_be_bytes([whole[16], whole[17]]));
    // one page that opening the file does not look at
    let found = (1..whole.len() / page).rev().any(|number| {
        let mut bytes = whole.clone();
        bytes[number * page..][..page].fill(0xab);
        place.write("data/clade.db", &bytes);
        let ran = place.run(&["doctor"]);
        place.run(&["list"]).code == 0
            && ran.code == 1
            && ran.stdout.contains("FAIL store")
            && ran.stdout.contains("clade.db is damaged")
    });
    assert!(found, "of no page is it the doctor alone who says that it is damaged");
}

#[test]
fn a_file_where_the_data_folder_should_be() {
    let place = Place::new();
    place.write("data", "");
    let ran = place.run(&["list"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains(place.path("data").to_str().unwrap()), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files() {
    let place = Place::new();
    let clade = env!("CARGO_BIN_EXE_clade");
    let limited = |limit: &str, order: &str| {
        let mut command = place.clade();
        let path = std::env::var("PATH").unwrap_or_default();
        let script = format!("ulimit -f {limit}; exec {clade} {order}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(place.path("")).env_clear().env("PATH", path);
        shell.envs(command.env("HOME", place.path("")).get_envs().filter_map(|(key, value)| Some((key, value?))));
        shell.output().unwrap()
    };
    // in blocks of 512 bytes
    let stopped = limited("400", "run p.yaml --quiet --run-id limited");
    let said = String::from_utf8_lossy(&stopped.stderr);
    assert_eq!(stopped.status.code(), Some(1), "{said}");
    assert!(said.contains("clade.db") && said.contains("clade resume limited"), "{said}");
    let resumed = place.run(&["resume", "limited", "--json"]);
    assert!([0, 3].contains(&resumed.code), "{}", resumed.stderr);
}

#[test]
fn a_folder_that_may_not_be_written() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    let chmod =
        |mode: &str| assert!(Command::new("chmod").arg(mode).arg(place.path("data")).status().unwrap().success());
    chmod("555");
    let may_still = fs::write(place.path("data/probe"), "").is_ok();
    if may_still {
        chmod("755");
        eprintln!("skipped: this user may write into read-only folders");
        return;
    }
    let ran = place.run(&["eval", "p.yaml"]);
    chmod("755");
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("data"), "{}", ran.stderr);
}

#[test]
fn what_may_not_be_written_can_be_read() {
    let place = Place::new();
    let disk = place.path("data");
    fs::create_dir(&disk).unwrap();
    let Some(mounted) = SmallDisk::at(&disk, "size=50m") else { return };
    place.ok(&["eval", "p.yaml", "--quiet", "--run-id", "kept"]);
    let before = place.run(&["show", "kept", "--json"]).stdout;
    // what is read leaves a log beside the file; what writes carries it in
    place.ok(&["eval", "p.yaml", "--quiet", "--run-id", "later"]);
    mounted.again("ro");
    assert_eq!(place.run(&["show", "kept", "--json"]).stdout, before);
    for arguments in [&["list"][..], &["best", "kept"], &["diff", "kept", "kept"]] {
        let ran = place.run(arguments);
        assert!(!ran.stderr.contains("cannot be written"), "{arguments:?}: {}", ran.stderr);
    }
    assert!(place.run(&["list"]).stdout.contains("kept"));
    // the family tree too, which is otherwise kept in the folder
    let tree = place.json(&["lineage", "kept"]);
    assert_eq!(tree["nodes"].as_array().map(Vec::len), Some(1), "{tree}");
    assert!(place.ok(&["export", "kept", "-f", "dot"]).contains("c0"));
    assert_eq!(place.ok(&["export", "kept", "-f", "jsonl"]).lines().count(), 60);
    place.ok(&["report", "kept"]);
    let ran = place.run(&["eval", "p.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("clade.db") && ran.stderr.contains("--data-dir"), "{}", ran.stderr);
}

#[test]
fn a_full_disk_stops_a_run_which_then_goes_on() {
    let place = Place::new();
    let disk = place.path("data");
    fs::create_dir(&disk).unwrap();
    let Some(mounted) = SmallDisk::at(&disk, "size=900k") else { return };
    let ran = place.run(&["run", "p.yaml", "--run-id", "cramped"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("full") && ran.stderr.contains("clade.db"), "{}", ran.stderr);
    mounted.again("size=50m");
    let ran = place.run(&["resume", "cramped", "--json"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    let whole = Place::new().finished("cramped").result();
    assert_eq!(
        crate::common::essence(&ran.result()),
        crate::common::essence(&whole),
        "nothing that was paid for is lost"
    );
}
