use bytes::Bytes;

use super::{Offered, Outcome, fresh, run, start};
use crate::{Ended, InsidePath, Sandbox, SandboxBackend, SandboxError};

pub async fn keeps_bytes_as_they_are(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let every_byte: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = (0..16_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (name, content) in [("empty", Vec::new()), ("bytes.bin", every_byte), ("large.bin", large)] {
        let (path, content) = (InsidePath::new(name)?, Bytes::from(content));
        sandbox.put(&path, content.clone()).await?;
        assert!(sandbox.get(&path).await? == content, "{name} came back changed");
        let counted = run(&*sandbox, &format!("wc -c < {name}")).await?;
        let length = String::from_utf8_lossy(&counted.stdout).trim().parse();
        assert_eq!(length, Ok(content.len()), "{name} as the program sees it");
    }
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn lets_scripts_be_run(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let script = Bytes::from_static(b"#!/bin/sh\necho \"$1\"\n");
    sandbox.put(&InsidePath::new("tools/say")?, script).await?;
    let said = run(&*sandbox, "./tools/say hello").await?;
    assert_eq!((said.ended, said.stdout.as_slice()), (Ended::Exited(0), &b"hello\n"[..]));
    sandbox.put(&InsidePath::new("text")?, Bytes::from_static(b"echo hello\n")).await?;
    assert!(!run(&*sandbox, "./text").await?.is_success(), "a text is none");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn makes_folders_and_replaces(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let path = InsidePath::new("a/b c/größe.txt")?;
    for text in ["first", "2"] {
        sandbox.put(&path, Bytes::from(text)).await?;
        assert_eq!(run(&*sandbox, "cat 'a/b c/größe.txt'").await?.stdout, text.as_bytes());
    }
    assert!(run(&*sandbox, "echo more >> 'a/b c/größe.txt'").await?.is_success(), "programs may write what was put");
    assert_eq!(sandbox.get(&path).await?, "2more\n");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn replaces_whatever_is_in_the_way(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let made = "mkdir outer outer/inner folder folder/below; echo kept > outer/inner/it; echo x > folder/below/it; chmod 0 folder; \
                ln -s outer link; ln -s loop loop; mkfifo pipe; echo x > file; ln -s nowhere lost";
    assert!(run(&*sandbox, made).await?.is_success());
    for name in ["folder", "link", "loop", "pipe", "lost", "file/below", "loop2/below"] {
        if name == "loop2/below" {
            assert!(run(&*sandbox, "ln -s outer loop2").await?.is_success());
        }
        let path = InsidePath::new(name)?;
        sandbox.put(&path, Bytes::from(name)).await?;
        assert_eq!(sandbox.get(&path).await?, name);
    }
    let left = run(&*sandbox, "cat outer/inner/it; ls -A; ls -A outer").await?;
    let expected = "kept\nfile\nfolder\nlink\nloop\nloop2\nlost\nouter\npipe\ninner\n";
    assert_eq!(String::from_utf8_lossy(&left.stdout), expected, "nothing else is changed or left over");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn reads_and_writes_while_a_program_runs(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let waiting = start(&*sandbox, "until [ -e go ]; do sleep 0.01; done; echo went; cat go").await?;
    sandbox.put(&InsidePath::new("go")?, Bytes::from("now")).await?;
    assert_eq!(sandbox.get(&InsidePath::new("go")?).await?, "now");
    assert_eq!(waiting.finish(&[]).await?.stdout, b"went\nnow");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn says_what_is_not_there(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    run(&*sandbox, "mkdir folder; mkfifo pipe; echo text > file").await?;
    for name in ["missing", "folder", "pipe", "folder/missing", "file/below"] {
        refused(&*sandbox, name).await?;
    }
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

pub async fn follows_no_links(backend: &dyn SandboxBackend) -> Outcome {
    let sandbox = fresh(backend).await?;
    let made = "ln -s /etc/passwd file; ln -s / root; ln -s .. up; ln -s real alias; echo secret > real; ln -s /dev/full endless";
    assert!(run(&*sandbox, made).await?.is_success());
    for name in ["file", "root/etc/passwd", "up/etc/passwd", "alias", "endless"] {
        refused(&*sandbox, name).await?;
    }
    // a link is replaced, and what it points to stays as it is
    for name in ["root/tmp/x", "up/tmp/x", "alias"] {
        sandbox.put(&InsidePath::new(name)?, Bytes::from("new")).await?;
    }
    assert_eq!(run(&*sandbox, "cat real alias; ls $TMPDIR").await?.stdout, b"secret\nnew");
    sandbox.destroy().await?;
    Ok(Offered::Yes)
}

async fn refused(sandbox: &dyn Sandbox, name: &str) -> Result<(), SandboxError> {
    let error = sandbox.get(&InsidePath::new(name)?).await.err();
    assert!(matches!(error, Some(SandboxError::File { .. })), "{name}: {error:?}");
    Ok(())
}
