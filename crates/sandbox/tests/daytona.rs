//! The client of Daytona over the fake of `crates/daytona-fake`, which executes in local jails: it is not Daytona, and what Daytona
//! itself isolates is not shown here.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly, as tests do")]

mod support;
#[path = "support/table.rs"]
mod table;

use std::process::{Child, Stdio};
use std::time::Duration;

use clade_daytona_fake::{Fake, FakeSettings};
use clade_sandbox::conformance::{self, Offered, Surroundings};
use clade_sandbox::{
    Command, DaytonaBackend, DaytonaSettings, Ended, Language, Limit, Limits, Network, SandboxBackend, SandboxError,
    SandboxSpec,
    channel::{Call, NoModels, Pool, RunnerSpec, Source},
    check_daytona, delete_left, left_behind,
};
use futures::future::{BoxFuture, try_join_all};
use futures::stream::{self, StreamExt, TryStreamExt};
use secrecy::SecretString;
use tempfile::TempDir;

async fn fake(machines: bool) -> (Fake, DaytonaSettings, TempDir) {
    let (local, folder) = support::settings();
    let key = "dtn_fake".to_owned();
    let fake = Fake::start(FakeSettings { local, key: key.clone(), machines, address: "127.0.0.1:0".to_owned() });
    let fake = fake.await.unwrap();
    let mut settings = DaytonaSettings::new(SecretString::from(key)).owned_by("tests");
    settings.api_url = fake.url.clone();
    settings.patience = Duration::from_secs(60);
    (fake, settings, folder)
}

/// Under this name the test starts itself as another host: the address of the fake, and a word for what it starts.
const ROLE: &str = "CLADE_TEST_DAYTONA_HOST";

/// The fake as a service.
struct There {
    fake: Fake,
    backend: DaytonaBackend,
    settings: DaytonaSettings,
}

impl Surroundings for There {
    fn backend(&self) -> &dyn SandboxBackend {
        &self.backend
    }

    fn held(&self) -> Vec<String> {
        let machines = self.fake.labels().into_iter().map(|labels| format!("{labels:?}"));
        machines.chain(self.fake.kept()).collect()
    }

    fn another_host(&self) -> Child {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["daytona_over_the_fake_conforms", "--exact", "--nocapture"]).env(ROLE, &self.fake.url);
        command.stdout(Stdio::piped()).spawn().unwrap()
    }

    fn sweep(&self) -> BoxFuture<'_, Result<bool, SandboxError>> {
        Box::pin(async {
            let gone = |error: clade_sandbox::ApiError| SandboxError::Gone(error.to_string());
            let mut left = left_behind(&self.settings).await.map_err(gone)?;
            delete_left(&self.settings, &mut left).await.map_err(gone)?;
            Ok(!left.is_empty())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn daytona_over_the_fake_conforms() {
    if let Ok(url) = std::env::var(ROLE) {
        let mut settings = DaytonaSettings::new(SecretString::from("dtn_fake".to_owned())).owned_by("tests");
        settings.api_url = url;
        conformance::be_a_host(&DaytonaBackend::new(settings), "1").await.unwrap();
    }
    let (fake, settings, _folder) = fake(false).await;
    let there = There { fake, backend: DaytonaBackend::new(settings.clone()), settings };
    let outcomes = conformance::all(&there).await.unwrap();
    assert!(outcomes.iter().all(|(_, offered)| *offered != Offered::No), "{outcomes:?}");
    assert_eq!(there.fake.living(), 0, "every sandbox was destroyed");
    let rows: Vec<(String, String)> = outcomes.iter().map(|(name, offered)| table::row(name, *offered)).collect();
    table::compare_column("sandboxes.md", include_str!("../../../docs/sandboxes.md"), "daytona, over the fake", &rows);
}

/// A virtual machine has to be stopped to be kept. Its fork is, and where it cannot be forked, itself: what runs inside ends then.
#[tokio::test(flavor = "multi_thread")]
async fn machines_are_kept_and_go_on() {
    for forks in [true, false] {
        let (fake, settings, _folder) = fake(true).await;
        if !forks {
            fake.forbid_forks();
        }
        let backend = DaytonaBackend::new(settings.clone());
        let sandbox = backend.create(&SandboxSpec::default(), None).await.unwrap();
        let run = |script: &'static str| {
            let sandbox = &sandbox;
            async move { sandbox.start(&Command::new(["sh", "-c", script])).await.unwrap().finish(&[]).await.unwrap() }
        };
        assert!(run("echo kept > state").await.is_success());
        let (before, at_work) =
            (fake.labels(), sandbox.start(&Command::new(["sh", "-c", "read x; echo $x"])).await.unwrap());
        let snapshot = sandbox.snapshot().await.unwrap();
        assert_eq!((fake.forked(), fake.labels()), (u32::from(forks), before), "nothing is left of a fork");
        let ended = at_work.finish(b"went on\n").await.map(|ended| ended.stdout);
        assert_eq!(ended.ok(), forks.then(|| b"went on\n".to_vec()), "forks: {forks}");
        assert_eq!(run("cat state").await.stdout, b"kept\n", "the sandbox goes on");
        let again = backend.create(&SandboxSpec::default(), Some(&snapshot)).await.unwrap();
        let seen = again.start(&Command::new(["cat", "state"])).await.unwrap().finish(&[]).await.unwrap();
        assert_eq!(seen.stdout, b"kept\n");
        again.destroy().await.unwrap();
        sandbox.destroy().await.unwrap();
        backend.delete_snapshot(&snapshot).await.unwrap();
    }
}

/// The agent looks behind a first thread that has ended, as the jail does.
#[tokio::test(flavor = "multi_thread")]
async fn memory_counts_where_the_first_thread_has_ended() {
    let (_fake, settings, _folder) = fake(false).await;
    let limits = Limits { memory_mb: 128, ..Limits::default() };
    let spec = SandboxSpec { limits, ..SandboxSpec::default() };
    let sandbox = DaytonaBackend::new(settings).create(&spec, None).await.unwrap();
    let hides = Command::new(["python3", "-c", include_str!("attempts/ended_first_thread.py")]);
    let finished = sandbox.start(&hides).await.unwrap().finish(&[]).await.unwrap();
    assert_eq!(finished.ended, Ended::Limit(Limit::Memory), "{finished:?}");
    sandbox.destroy().await.unwrap();
}

/// Code inside is root there and can end the process that watches it. That is an error of its sandbox, soon, and nothing that waits.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_its_watcher_has_lost_its_sandbox() {
    let (_fake, settings, _folder) = fake(false).await;
    let sandbox = DaytonaBackend::new(settings).create(&SandboxSpec::default(), None).await.unwrap();
    let execution = sandbox.start(&Command::new(["sh", "-c", "kill -9 $PPID; sleep 600"])).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(120), execution.finish(&[])).await;
    let error = ended.expect("it is noticed").expect_err("there is no ending").to_string();
    assert!(error.contains("watches"), "{error}");
    sandbox.destroy().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_waited_for_and_bad_keys_are_said() {
    let (fake, settings, _folder) = fake(false).await;
    fake.refuse(3);
    let sandbox = DaytonaBackend::new(settings.clone()).create(&SandboxSpec::default(), None).await.unwrap();
    assert_eq!(fake.made(), 1);
    sandbox.destroy().await.unwrap();
    assert_eq!(check_daytona(&settings).await, Ok(()));
    let stranger = DaytonaSettings { key: SecretString::from("wrong".to_owned()), ..settings.clone() };
    assert_eq!(check_daytona(&stranger).await.unwrap_err().status, Some(401));
    let error = DaytonaBackend::new(stranger).create(&SandboxSpec::default(), None).await.err();
    assert!(matches!(error, Some(SandboxError::CannotIsolate { .. })), "{error:?}");
    let nowhere = DaytonaSettings { api_url: "http://127.0.0.1:1/api".to_owned(), ..settings };
    let error = DaytonaBackend::new(nowhere).create(&SandboxSpec::default(), None).await.err();
    assert!(matches!(error, Some(SandboxError::Create { .. })), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_are_called_as_in_a_local_jail() {
    let (fake, settings, _folder) = fake(false).await;
    let spec = RunnerSpec {
        sandbox: SandboxSpec { network: Network::Hosts(vec!["example.org".into()]), ..SandboxSpec::default() },
        from: None,
        language: Language::Python,
        program: "python3".into(),
        files: Vec::new(),
    };
    let pool = Pool::new(std::sync::Arc::new(DaytonaBackend::new(settings)), spec, 2);
    for n in 0..4 {
        let call = Call {
            source: Source::Inline { code: "print('seen') or output * 2".into(), names: vec!["output".into()] },
            args: vec![n.into()],
        };
        let returned = pool.call(&call, &NoModels).await.unwrap();
        assert_eq!((returned.value, returned.said.as_str()), ((2 * n).into(), "seen\n"));
    }
    assert_eq!(fake.living(), 1, "one warm runner served them all");
    pool.close().await.unwrap();
    assert_eq!(fake.living(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_behind_is_found_by_its_labels() {
    let (fake, settings, _folder) = fake(false).await;
    let of_run = |run: &str| SandboxSpec {
        labels: [(DaytonaSettings::RUN.to_owned(), run.to_owned())].into(),
        ..SandboxSpec::default()
    };
    let backend = DaytonaBackend::new(settings.clone());
    let (one, other) = (of_run("one"), of_run("other"));
    let made = try_join_all([backend.create(&one, None), backend.create(&other, None)]).await.unwrap();
    let strangers = DaytonaBackend::new(settings.clone().owned_by("somebody else"));
    let theirs = strangers.create(&one, None).await.unwrap();
    // as if the process had been killed: nobody is left to end them
    made.into_iter().for_each(std::mem::forget);
    let mut left = left_behind(&settings).await.unwrap();
    delete_left(&settings, left.iter_mut().filter(|left| left.run == "one")).await.unwrap();
    let runs: Vec<String> = left_behind(&settings).await.unwrap().into_iter().map(|left| left.run).collect();
    assert_eq!((runs, fake.living()), (vec!["other".to_owned()], 2));
    theirs.destroy().await.unwrap();
}

/// A parent cannot be deleted before its forks, and nobody says in which order they are found.
#[tokio::test(flavor = "multi_thread")]
async fn forks_that_are_left_behind_are_deleted_before_their_parents() {
    let (fake, settings, _folder) = fake(true).await;
    let backend = DaytonaBackend::new(settings.clone());
    let client = reqwest::Client::new();
    for _ in 0..3 {
        let parent = backend.create(&SandboxSpec::default(), None).await.unwrap();
        let mut id = parent.id().to_owned();
        std::mem::forget(parent);
        for _ in 0..2 {
            let of = |id: &str, what: &str| format!("{}/sandbox/{id}/{what}", fake.url);
            let made = client.post(of(&id, "fork")).bearer_auth("dtn_fake").json(&serde_json::json!({})).send();
            let made: serde_json::Value = made.await.unwrap().json().await.unwrap();
            id = made["id"].as_str().unwrap().to_owned();
            let labels = serde_json::json!({ "labels": settings.labels });
            client.put(of(&id, "labels")).bearer_auth("dtn_fake").json(&labels).send().await.unwrap();
        }
    }
    let mut left = left_behind(&settings).await.unwrap();
    assert_eq!((left.len(), fake.living()), (9, 9));
    delete_left(&settings, &mut left).await.unwrap();
    assert!(left.iter().all(|left| left.deleted) && fake.living() == 0, "{left:?}");
}

/// The address of a server that answers everything with 200 and this.
async fn answering(body: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 8192];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut head).await.unwrap();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await.unwrap();
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_taken_by_daytona_alone() {
    let (_fake, settings, _folder) = fake(false).await;
    for (body, words) in [
        ("<!doctype html>\n<html>Welcome</html>", "`<!doctype html> <html>Welcome</html>`"),
        ("", "nothing"),
        ("null", "`null`"),
        ("{\"status\": \"ok\"}", "`{\"status\": \"ok\"}`"),
        ("[]", "`[]`"),
    ] {
        let elsewhere = DaytonaSettings { api_url: answering(body.to_owned()).await, ..settings.clone() };
        let error = check_daytona(&elsewhere).await.unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("DAYTONA_API_URL"), "{body}: {error}");
    }
}

/// What is swept is deleted, so a list is not believed that has others in it, or things without a name.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_has_of_others_is_left_alone() {
    let (_fake, mut settings, _folder) = fake(false).await;
    let owner = settings.labels[DaytonaSettings::OWNER].clone();
    let items = serde_json::json!({"items": [
        {"id": "of-nobody"},
        {"id": "of-somebody", "labels": {DaytonaSettings::OWNER: "somebody else"}},
        {"labels": {DaytonaSettings::OWNER: owner}},
        {"id": "ours", "labels": {DaytonaSettings::OWNER: owner}},
    ]});
    settings.api_url = answering(items.to_string()).await;
    let left: Vec<String> = left_behind(&settings).await.unwrap().into_iter().map(|left| left.id).collect();
    assert_eq!(left, ["ours"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sandboxes_leave_nothing_behind() {
    let (fake, settings, _folder) = fake(false).await;
    let backend = DaytonaBackend::new(settings);
    let limits = Limits::default();
    let one = |n: u32| {
        let backend = &backend;
        async move {
            let sandbox = backend.create(&SandboxSpec { limits, ..SandboxSpec::default() }, None).await?;
            let said = sandbox.start(&Command::new(["echo".to_owned(), n.to_string()])).await?.finish(&[]).await?;
            assert_eq!(said.stdout, format!("{n}\n").as_bytes());
            sandbox.destroy().await
        }
    };
    stream::iter((0..24).map(one)).buffer_unordered(12).try_collect::<Vec<()>>().await.unwrap();
    assert_eq!((fake.made(), fake.living()), (24, 0));
    assert!(fake.most() > 1, "several were there at once");
}
