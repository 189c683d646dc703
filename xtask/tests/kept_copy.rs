//! `.ci/run` checks a copy of the checkout that stays: whatever differs is carried over, and nothing else is written.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

use std::{
    env, fs,
    fs::FileTimes,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, SystemTime},
};

/// What stands for cargo: it says where it was started with what.
const CARGO: &str = "#!/bin/sh\necho \"$PWD $CARGO_TARGET_DIR $*\"\n";

/// A folder with programs, a cache and checkouts; goes with it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let place = Self(env::temp_dir().join(format!("clade-kept-copy-{name}-{}", std::process::id())));
        place.write("bin/cargo", CARGO);
        fs::set_permissions(place.path("bin/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn copy(&self, name: &str) -> PathBuf {
        self.path("cache/ci/tree").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A checkout with these files, the script among them.
    fn checkout(&self, name: &str, files: &[(&str, &str)]) {
        let script = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/run")).unwrap();
        self.write(&format!("{name}/.ci/run"), &script);
        self.write(&format!("{name}/.gitignore"), "ignored\nnode_modules\n");
        for (file, text) in files {
            self.write(&format!("{name}/{file}"), text);
        }
    }

    fn check(&self, checkout: &str) -> Output {
        let mut command = Command::new("bash");
        command.arg(self.path(checkout).join(".ci/run")).arg("--fast").env("CARGO_TARGET_DIR", self.path("cache"));
        let path = env::var_os("PATH").unwrap();
        let paths = [self.path("bin")].into_iter().chain(env::split_paths(&path));
        command.env("PATH", env::join_paths(paths).unwrap()).output().unwrap()
    }

    /// Checks, and gives what cargo said last.
    fn checked(&self, checkout: &str) -> String {
        let output = self.check(checkout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

fn set_changed(path: &Path, time: SystemTime) {
    fs::File::options().write(true).open(path).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
}

#[test]
fn what_differs_is_carried_over_and_nothing_else_is_written() {
    let place = Place::new("differs");
    place.checkout("one", &[("a.rs", "same"), ("b.rs", "left"), ("c/d.rs", "goes"), ("ignored", "not of it")]);
    let started = place.checked("one");
    let cache = place.path("cache/ci").canonicalize().unwrap();
    assert_eq!(started, format!("{0}/tree {0}/target xtask test --fast", cache.display()));
    assert_eq!(
        fs::read_to_string(place.copy("c/d.rs")).unwrap(),
        "goes",
        "files that nobody has committed are checked"
    );
    assert!(!place.copy("ignored").exists());

    // what was made there stays, what does not belong there goes; a test has written into a file
    let before = SystemTime::now() - Duration::from_secs(3600);
    for name in ["a.rs", "b.rs"] {
        set_changed(&place.copy(name), before);
    }
    place.write("cache/ci/tree/ui/node_modules/package.js", "installed");
    place.write("cache/ci/tree/left.rs", "left behind");
    // another checkout, older, with a file of the same length and the same time
    place.checkout("two", &[("a.rs", "same"), ("b.rs", "righ"), ("c", "a file now")]);
    for name in ["two/a.rs", "two/b.rs"] {
        set_changed(&place.path(name), before);
    }
    place.checked("two");
    assert_eq!(fs::read_to_string(place.copy("b.rs")).unwrap(), "righ");
    assert!(changed(&place.copy("b.rs")) > before + Duration::from_secs(60), "cargo must see that it changed");
    assert_eq!(changed(&place.copy("a.rs")), before, "cargo must not see a change where there is none");
    assert_eq!(fs::read_to_string(place.copy("c")).unwrap(), "a file now");
    assert!(!place.copy("left.rs").exists());
    assert!(place.copy("ui/node_modules/package.js").exists());

    // the same again, where a test has written into a file and kept its time
    fs::write(place.copy("b.rs"), "left").unwrap();
    set_changed(&place.copy("b.rs"), before);
    place.checked("two");
    assert_eq!(fs::read_to_string(place.copy("b.rs")).unwrap(), "righ");
}

#[test]
fn one_check_at_a_time_has_the_copy() {
    let place = Place::new("turns");
    // whoever is alone sees the same twice
    let slow = "#!/bin/sh\ncat a.rs >> ../seen\nfor i in 1 2 3 4 5 6 7 8; do git --version > /dev/null; done\ncat a.rs >> ../seen\n";
    fs::write(place.path("bin/cargo"), slow).unwrap();
    place.checkout("one", &[("a.rs", "1")]);
    place.checkout("two", &[("a.rs", "2")]);
    std::thread::scope(|scope| {
        for name in ["one", "two", "one", "two"] {
            let place = &place;
            scope.spawn(move || place.checked(name));
        }
    });
    let seen = fs::read_to_string(place.path("cache/ci/seen")).unwrap();
    assert!(seen.as_bytes().chunks(2).all(|pair| pair[0] == pair[1]), "{seen}");
    assert_eq!(seen.len(), 8);
}

#[test]
fn a_target_folder_within_the_checkout_is_refused() {
    let place = Place::new("within");
    place.checkout(".", &[]);
    let output = place.check(".");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("name a folder outside of it"));
}
