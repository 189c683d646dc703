use std::collections::BTreeSet;

use bytes::Bytes;
use futures::future::{try_join, try_join_all};

use super::{Offered, Outcome, fresh, run, usual};
use crate::{InsidePath, Keeps, SandboxBackend, SandboxError, SnapshotId};

/// How many there are at once.
const MANY: usize = 12;

pub async fn many_at_once_share_nothing(backend: &dyn SandboxBackend) -> Outcome {
    let sandboxes = try_join_all((0..MANY).map(|_| fresh(backend))).await?;
    let ids: BTreeSet<&str> = sandboxes.iter().map(|sandbox| sandbox.id()).collect();
    assert_eq!(ids.len(), MANY, "each has a name of its own");
    let written =
        sandboxes.iter().map(|sandbox| run(&**sandbox, "touch mine $TMPDIR/mine; ls $HOME $TMPDIR | grep -c mine"));
    for finished in try_join_all(written).await? {
        assert_eq!(finished.stdout, b"2\n", "each sees its own files alone");
    }
    try_join_all(sandboxes.into_iter().map(crate::Sandbox::destroy)).await?;
    Ok(Offered::Yes)
}

pub async fn snapshots_keep_files(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    if backend.capabilities().snapshot == Keeps::Nothing {
        assert!(matches!(sandbox.snapshot().await.err(), Some(SandboxError::Unsupported { .. })));
        sandbox.destroy().await?;
        return Ok(Offered::No);
    }
    let made = "mkdir -p a/b; printf 'x\\000y' > a/b/bytes; printf '#!/bin/sh\\necho ran' > run; chmod 755 run; ln -s a/b/bytes link; mkfifo pipe";
    assert!(run(&*sandbox, made).await?.is_success());
    let snapshot = sandbox.snapshot().await?;
    assert!(backend.has_snapshot(&snapshot).await?);
    assert!(run(&*sandbox, "rm -r a run link pipe; echo later > later").await?.is_success(), "the sandbox goes on");
    sandbox.destroy().await?;

    let again = backend.create(&usual(backend), Some(&snapshot)).await?;
    let seen = run(&*again, "ls; ./run; od -An -c link | tr -s ' '").await?;
    assert_eq!(String::from_utf8_lossy(&seen.stdout), "a\nlink\nrun\nran\n x \\0 y\n");
    again.destroy().await?;

    backend.delete_snapshot(&snapshot).await?;
    backend.delete_snapshot(&snapshot).await?;
    for missing in [snapshot, SnapshotId("../../etc/passwd".to_owned())] {
        assert!(!backend.has_snapshot(&missing).await?);
        let error = backend.create(&usual(backend), Some(&missing)).await.err();
        assert!(matches!(error, Some(SandboxError::NoSnapshot(_))), "{error:?}");
    }
    Ok(Offered::Yes)
}

pub async fn forks_go_their_own_ways(backend: &dyn SandboxBackend) -> Outcome {
    if backend.capabilities().snapshot == Keeps::Nothing {
        return Ok(Offered::No);
    }
    let (sandbox, state) = (fresh(backend).await?, InsidePath::new("state")?);
    sandbox.put(&state, Bytes::from("common")).await?;
    let snapshot = sandbox.snapshot().await?;
    let spec = usual(backend);
    let (left, right) =
        try_join(backend.create(&spec, Some(&snapshot)), backend.create(&spec, Some(&snapshot))).await?;
    assert!(run(&*left, "echo left >> state").await?.is_success());
    assert!(run(&*right, "rm state").await?.is_success());
    assert_eq!(left.get(&state).await?, "commonleft\n");
    assert!(right.get(&state).await.is_err());
    assert_eq!(sandbox.get(&state).await?, "common");
    for sandbox in [sandbox, left, right] {
        sandbox.destroy().await?;
    }
    backend.delete_snapshot(&snapshot).await?;
    Ok(Offered::Yes)
}

pub async fn destroying_one_leaves_the_others(backend: &dyn SandboxBackend) -> Outcome {
    let (one, other) = (fresh(backend).await?, fresh(backend).await?);
    let running = super::start(&*one, "sleep 60").await?;
    let working = super::start(&*other, "sleep 0.3; echo done").await?;
    one.destroy().await?;
    assert!(running.finish(&[]).await.is_err(), "what ran in a destroyed sandbox has no ending");
    assert_eq!(working.finish(&[]).await?.stdout, b"done\n");
    other.destroy().await?;
    Ok(Offered::Yes)
}
