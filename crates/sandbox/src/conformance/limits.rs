use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::{Offered, Outcome, run, shell, usual};
use crate::{Ended, Finished, Limit, Limits, Network, SandboxBackend, SandboxError, SandboxSpec, Time};

/// Runs a script under limits, and shows that the sandbox is still good after it.
async fn under(backend: &dyn SandboxBackend, limits: Limits, script: &str) -> Result<Finished, SandboxError> {
    let sandbox = backend.create(&SandboxSpec { limits, ..usual(backend) }, None).await?;
    let finished = run(&*sandbox, script).await?;
    assert!(run(&*sandbox, "rm -rf $HOME/* $TMPDIR/* && true").await?.is_success(), "it goes on after a limit");
    sandbox.destroy().await?;
    Ok(finished)
}

pub async fn ends_after_the_wall_time(backend: &dyn SandboxBackend) -> Outcome {
    let limits = Limits { wall_seconds: 1, ..Limits::default() };
    let finished = under(backend, limits, "trap '' TERM INT HUP XCPU ALRM; echo on; while :; do sleep 5; done").await?;
    assert_eq!((finished.ended, finished.stdout.as_slice()), (Ended::Limit(Limit::Wall), &b"on\n"[..]));
    let sandbox = backend.create(&usual(backend), None).await?;
    let sooner = shell("sleep 20").time(Time::Within(Duration::from_millis(200)));
    assert_eq!(sandbox.start(&sooner).await?.finish(&[]).await?.ended, Ended::Limit(Limit::Wall));
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn ends_after_the_processor_time(backend: &dyn SandboxBackend) -> Outcome {
    let limits = Limits { cpu_seconds: 1, wall_seconds: 60, ..Limits::default() };
    // the time of all processes together, so splitting the work does not help
    let finished = under(backend, limits, "spin() { while :; do :; done; }; spin & spin & spin & spin").await?;
    assert_eq!(finished.ended, Ended::Limit(Limit::Cpu));
    Ok(Offered::Yes)
}

pub async fn tells_the_processor_time(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = backend.create(&usual(backend), None).await?;
    // what has ended counts as what runs
    let script = "n=0; (while [ $n -lt 20000 ]; do n=$((n+1)); done); while :; do :; done";
    let execution = sandbox.start(&shell(script).time(Time::Session)).await?;
    let begun = sandbox.at_work().await?.cpu;
    let used = async {
        while sandbox.at_work().await?.cpu < begun + Duration::from_millis(300) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok::<(), SandboxError>(())
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), used).await;
    assert!(in_time.is_ok(), "the time of a loop is not counted");
    in_time.unwrap_or(Ok(()))?;
    drop(execution);
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn counts_the_processes(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = backend.create(&usual(backend), None).await?;
    // the one that has ended and that nobody waits for is none
    let script =
        "(:) & (sleep 60 &) & sleep 60 & until read line; do :; done; kill $!; wait $!; echo one left; exec sleep 60";
    let mut execution = sandbox.start(&shell(script).time(Time::Session)).await?;
    for (line, processes) in [("", 3), ("on\n", 2)] {
        assert!(execution.stdin.write_all(line.as_bytes()).await.is_ok(), "it listens");
        let counted = async {
            while sandbox.at_work().await?.processes != processes {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok::<(), SandboxError>(())
        };
        let in_time = tokio::time::timeout(Duration::from_secs(30), counted).await;
        assert!(in_time.is_ok(), "there are {processes}, and it says {:?}", sandbox.at_work().await?);
        in_time.unwrap_or(Ok(()))?;
    }
    drop(execution);
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn ends_a_flood_of_output(backend: &dyn SandboxBackend) -> Outcome {
    let limits = Limits { output_kb: 64, ..Limits::default() };
    for flood in ["yes", "yes >&2", "yes >&2 & yes"] {
        let finished = under(backend, limits, flood).await?;
        assert_eq!(finished.ended, Ended::Limit(Limit::Output));
        let read = finished.stdout.len() + finished.stderr.len();
        assert!((60 * 1024..=64 * 1024).contains(&read), "{read} bytes were read");
    }
    let within = under(backend, limits, "head -c 65536 /dev/full").await?;
    assert_eq!((within.ended, within.stdout.len()), (Ended::Exited(0), 65536), "the limit itself is allowed");
    Ok(Offered::Yes)
}

pub async fn bounds_memory(backend: &dyn SandboxBackend) -> Outcome {
    let limits = Limits { memory_mb: 64, ..Limits::default() };
    // input without line ends is kept whole
    let one = under(backend, limits, "head -c 400m /dev/full | tail -n 1 | wc -c").await?;
    assert!(!String::from_utf8_lossy(&one.stdout).contains("419430400"), "one process held 400 MiB: {one:?}");
    let several = "for n in 1 2 3 4 5 6; do (head -c 40m /dev/full; sleep 20) | tail -n 1 >/dev/null & done; wait";
    assert_eq!(under(backend, limits, several).await?.ended, Ended::Limit(Limit::Memory), "six held 40 MiB each");
    Ok(Offered::Yes)
}

pub async fn bounds_processes(backend: &dyn SandboxBackend) -> Outcome {
    let limits = Limits { processes: 16, ..Limits::default() };
    let finished = under(backend, limits, "n=0; while [ $n -lt 200 ]; do sleep 20 & n=$((n+1)); done; wait").await?;
    // whichever is quicker: it is ended, or it fails to start another one
    let failed = matches!(finished.ended, Ended::Exited(code) if code != 0);
    assert!(failed || finished.ended == Ended::Limit(Limit::Processes), "{finished:?}");
    Ok(Offered::Yes)
}

pub async fn bounds_files(backend: &dyn SandboxBackend) -> Outcome {
    let limits = Limits { disk_mb: 4, ..Limits::default() };
    for script in [
        "head -c 20m /dev/full > $HOME/big; sleep 20",
        "cd $TMPDIR; for n in 1 2 3 4 5 6; do head -c 1m /dev/full > $n; done; sleep 20",
        "n=0; while [ $n -lt 20000 ]; do : > $TMPDIR/$n || break; n=$((n+1)); done; sleep 20",
    ] {
        let finished = under(backend, limits, script).await?;
        assert_ne!(finished.ended, Ended::Exited(0), "{script}");
    }
    Ok(Offered::Yes)
}

pub async fn refuses_what_it_cannot_do(backend: &dyn SandboxBackend) -> Outcome {
    let none = SandboxSpec { limits: Limits { memory_mb: 0, ..Limits::default() }, ..usual(backend) };
    assert!(matches!(backend.create(&none, None).await.err(), Some(SandboxError::BadSpec(_))));
    let has = backend.capabilities();
    let wishes = [
        (has.network_hosts, SandboxSpec { network: Network::Hosts(vec!["example.org".into()]), ..usual(backend) }),
        (has.images, SandboxSpec { image: Some("python:3.13".into()), ..usual(backend) }),
    ];
    for (offered, wish) in wishes {
        if !offered {
            assert!(matches!(backend.create(&wish, None).await.err(), Some(SandboxError::Unsupported { .. })));
        }
    }
    Ok(Offered::Yes)
}
