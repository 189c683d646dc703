//! Of an interpreter's folder a sandbox shows what the interpreter needs, and nothing that lies beside it: also below `/tmp`, where the sandbox has
//! a folder of its own.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clade_sandbox::{
    Command, Isolation, Language, LocalBackend, SandboxBackend, SandboxSpec, find_interpreter, find_interpreter_at,
};

/// What a program of this interpreter prints in a sandbox.
async fn prints(language: Language, program: &Path, flag: &str, code: &str) -> String {
    let (mut settings, _folder) = support::settings();
    let path = program.to_string_lossy();
    let found = find_interpreter_at(&settings, Isolation::Namespaces, language, &path).await.unwrap();
    settings.read_only.extend(found.read_only);
    let sandbox = LocalBackend::new(settings).create(&SandboxSpec::default(), None).await.unwrap();
    let command = Command::new([found.program.to_string_lossy().as_ref(), flag, code]);
    let finished = sandbox.start(&command).await.unwrap().finish(&[]).await.unwrap();
    sandbox.destroy().await.unwrap();
    assert!(finished.is_success(), "{}", String::from_utf8_lossy(&finished.stderr));
    String::from_utf8_lossy(&finished.stdout).trim().to_owned()
}

#[tokio::test]
async fn a_virtual_environment_in_a_project_does_not_show_the_project() {
    for place in ["/var/tmp", "/tmp"] {
        of_a_virtual_environment_below(place).await;
    }
}

async fn of_a_virtual_environment_below(place: &str) {
    let folder = tempfile::tempdir_in(place).unwrap();
    let project = folder.path().join("project");
    let made = std::process::Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&project).status();
    if !made.is_ok_and(|made| made.success()) {
        eprintln!("skipped: there is no python3 that makes virtual environments");
        return;
    }
    std::fs::write(project.join(".env"), "KEY=secret").unwrap();
    let libraries = std::fs::read_dir(project.join("lib")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(libraries.join("site-packages/installed.py"), "WORD = 'installed'").unwrap();
    let code = format!(
        "import ssl, json, ctypes, installed, os\nprint(installed.WORD, os.path.exists({:?}), sorted(os.listdir({:?})))",
        project.join(".env"),
        project
    );
    let said = prints(Language::Python, &project.join("bin/python3"), "-c", &code).await;
    assert_eq!(said, "installed False ['bin', 'lib', 'pyvenv.cfg']");
}

#[tokio::test]
async fn an_interpreter_among_the_files_of_a_user_does_not_show_them() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let local = folder.path().join("local");
    std::fs::create_dir_all(local.join("bin")).unwrap();
    std::fs::create_dir_all(local.join("share/keyrings")).unwrap();
    std::fs::write(local.join("share/keyrings/login"), "SECRET").unwrap();
    let Ok(node) = find_interpreter(Language::JavaScript, "node") else {
        eprintln!("skipped: there is no node");
        return;
    };
    std::fs::copy(node.program, local.join("bin/node")).unwrap();
    std::os::unix::fs::symlink("node", local.join("bin/js")).unwrap();
    let code = format!("console.log(require('fs').readdirSync('{}').join())", local.display());
    assert_eq!(prints(Language::JavaScript, &local.join("bin/js"), "-e", &code).await, "bin");
}

/// What is in every sandbox anyway is not shown once more.
#[tokio::test]
async fn an_interpreter_of_the_system_is_found_by_its_path() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    for (language, path, flag, code) in [
        (Language::Python, "/usr/bin/python3", "-c", "print('here')"),
        (Language::Python, "/bin/python3", "-c", "print('here')"),
        (Language::JavaScript, "/usr/bin/node", "-e", "console.log('here')"),
    ] {
        if !Path::new(path).exists() {
            eprintln!("skipped: there is no {path}");
            continue;
        }
        assert_eq!(prints(language, Path::new(path), flag, code).await, "here", "{path}");
        // an environment whose interpreter leads there
        let bin = folder.path().join(path.replace('/', "-")).join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        std::os::unix::fs::symlink(path, bin.join("own")).unwrap();
        assert_eq!(prints(language, &bin.join("own"), flag, code).await, "here", "a link to {path}");
    }
}

/// Whoever wrote the run file chose it: it gets no further than any other code of a run.
#[tokio::test]
async fn an_interpreter_of_a_run_file_is_asked_in_a_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("venv/bin");
    std::fs::create_dir_all(&bin).unwrap();
    let secrets = tempfile::tempdir().unwrap();
    std::fs::write(secrets.path().join("key"), "sk-secret").unwrap();
    std::os::unix::fs::symlink(secrets.path(), bin.join("link")).unwrap();
    let (settings, _folder) = support::settings();
    let ask = async |script: String| {
        let evil = bin.join("python");
        std::fs::write(&evil, format!("#!/bin/sh\n{script}")).unwrap();
        std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = evil.to_string_lossy().into_owned();
        let found = find_interpreter_at(&settings, Isolation::Namespaces, Language::Python, &path).await;
        found.map_err(|error| error.to_string())
    };
    let tries = format!(
        "echo > {}; cat {} && env >&2; exit 3",
        folder.path().join("PWNED").display(),
        secrets.path().join("key").display()
    );
    let error = ask(tries).await.unwrap_err();
    assert!(error.contains("ended with exit code 3") && !error.contains("PATH="), "{error}");
    assert!(!folder.path().join("PWNED").exists());
    for named in [secrets.path().to_owned(), bin.join("link")] {
        let said = format!("echo '[\"3\", \"{}\", \"{}\"]'", bin.join("python").display(), named.display());
        let error = ask(said).await.unwrap_err();
        assert!(error.contains("which is not beside it"), "{error}");
    }
}
