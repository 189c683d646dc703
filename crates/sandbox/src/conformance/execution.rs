use futures::future::try_join_all;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::{Offered, Outcome, fresh, run, shell, start};
use crate::{Command, Ended, Isolation, SandboxBackend, SandboxError};

pub async fn gives_both_outputs_and_exit_codes(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    for code in [0, 1, 3, 125, 255] {
        let finished = run(&*sandbox, &format!("echo out; echo err >&2; exit {code}")).await?;
        assert_eq!(finished.ended, Ended::Exited(code));
        assert_eq!((finished.stdout.as_slice(), finished.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    }
    let echoed = start(&*sandbox, "cat").await?.finish(b"\0binary\xff\n").await?;
    assert_eq!(echoed.stdout, b"\0binary\xff\n");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn streams_both_ways(backend: &dyn SandboxBackend) -> Outcome {
    if !backend.capabilities().streaming {
        return Ok(Offered::No);
    }
    let sandbox = fresh(backend).await?;
    let mut execution = start(&*sandbox, "while read -r line; do echo \"got $line\"; done").await?;
    let mut lines = BufReader::new(execution.stdout).lines();
    for word in ["one", "two", "three"] {
        let sent = execution.stdin.write_all(format!("{word}\n").as_bytes()).await;
        let answer = lines.next_line().await;
        assert!(sent.is_ok(), "the program reads while it runs");
        assert_eq!(answer.ok().flatten(), Some(format!("got {word}")));
    }
    drop(execution.stdin);
    assert_eq!(execution.ending.await?.ended, Ended::Exited(0), "the end of the input is seen inside");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn has_the_given_environment_alone(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let command = Command::new(["env"]).env("GREETING", "good day = ü").env("LANG", "C");
    let finished = sandbox.start(&command).await?.finish(&[]).await?;
    let text = String::from_utf8_lossy(&finished.stdout).into_owned();
    let mut names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.sort_unstable();
    assert_eq!(names, ["GREETING", "HOME", "LANG", "PATH", "TMPDIR"], "nothing is inherited");
    assert!(text.contains("GREETING=good day = ü\n") && text.contains("LANG=C\n"), "{text}");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn sees_its_own_processes_alone(backend: &dyn SandboxBackend) -> Outcome {
    if backend.capabilities().isolation == Isolation::MinimumProcess {
        return Ok(Offered::No);
    }
    const MANY: usize = 12;
    let sandboxes = try_join_all((0..MANY).map(|_| fresh(backend))).await?;
    let counted = sandboxes.iter().map(|sandbox| run(&**sandbox, "ls -d /proc/[0-9]* | wc -l"));
    for finished in try_join_all(counted).await? {
        let seen: usize = String::from_utf8_lossy(&finished.stdout).trim().parse().unwrap_or(usize::MAX);
        // each has two at least, so with those of others there would be more
        assert!(seen < 2 * MANY, "{seen} processes are seen: those of others are among them");
    }
    try_join_all(sandboxes.into_iter().map(crate::Sandbox::destroy)).await?;
    Ok(Offered::Yes)
}

pub async fn tells_the_signal(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    assert_eq!(run(&*sandbox, "kill -TERM $$; sleep 20").await?.ended, Ended::Signalled(15));
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn says_what_cannot_be_run(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    for program in ["no-such-program", "/work/no-such-program", ""] {
        let error = sandbox.start(&Command::new([program])).await?.finish(&[]).await.err();
        assert!(matches!(error, Some(SandboxError::NotRunnable { .. })), "{program}: {error:?}");
    }
    assert!(run(&*sandbox, "true").await?.is_success(), "the sandbox is as good as before");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn runs_one_program_at_a_time(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let first = start(&*sandbox, "cat").await?;
    let refused = start(&*sandbox, "echo second").await?.finish(&[]).await.err();
    assert!(matches!(refused, Some(SandboxError::Busy { .. })), "{refused:?}");
    assert_eq!(first.finish(b"still here").await?.stdout, b"still here");
    assert!(run(&*sandbox, "true").await?.is_success());
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn ends_what_is_dropped(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    drop(sandbox.start(&shell("trap '' TERM HUP INT; while :; do sleep 1; done")).await?);
    assert!(run(&*sandbox, "true").await?.is_success(), "the place is free again");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn ends_what_a_program_leaves_behind(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let leaver = "(setsid sh -c 'sleep 1; touch $HOME/outlived' >/dev/null 2>&1 </dev/null &) ; echo left";
    assert_eq!(run(&*sandbox, leaver).await?.stdout, b"left\n");
    let finished = run(&*sandbox, "sleep 1.5; ls $HOME").await?;
    assert_eq!(finished.stdout, b"", "what was left behind went on");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}
