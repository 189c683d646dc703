use std::io::{BufRead, BufReader};
use std::time::Duration;

use futures::future::try_join_all;
use tokio::io::AsyncReadExt;

use super::{Offered, Outcome, Surroundings, fresh, run, shell};
use crate::{SandboxBackend, SandboxError, Time};

/// What a host says once its sandboxes are up.
const UP: &str = "sandboxes are up";
/// Sandboxes of a host that is going to die.
const OF_A_HOST: usize = 3;
/// Rounds of sandboxes that come and go, and how many at once.
const ROUNDS: usize = 5;
const AT_ONCE: usize = 10;
/// What is dropped ends without being waited for, as does what a dead host had; only a hang takes so long.
const SOON: Duration = Duration::from_secs(30);

/// Makes sandboxes whose programs ignore what can be ignored, says so on standard output, and waits to be killed: what
/// [`Surroundings::another_host`] starts.
///
/// # Errors
/// Where the sandboxes cannot be made.
pub async fn be_a_host(backend: &dyn SandboxBackend, marker: &str) -> Result<(), SandboxError> {
    let mut held = Vec::new();
    for _ in 0..OF_A_HOST {
        let sandbox = fresh(backend).await?;
        let script = format!("trap '' TERM HUP INT; (setsid sleep 600.{marker} &); echo on; sleep 600.{marker}");
        let mut execution = sandbox.start(&shell(&script).time(Time::Session)).await?;
        let mut on = [0; 3];
        let said = execution.stdout.read_exact(&mut on).await;
        assert!(said.is_ok() && &on == b"on\n", "the program of a sandbox runs: {said:?}");
        held.push((sandbox, execution));
    }
    println!("{UP}");
    std::future::pending().await
}

pub async fn many_leave_nothing_behind(surroundings: &dyn Surroundings) -> Outcome {
    let backend = surroundings.backend();
    // whatever the first one sets up for good is no leak
    fresh(backend).await?.destroy().await?;
    let before = surroundings.held();
    for round in 0..ROUNDS {
        let sandboxes = try_join_all((0..AT_ONCE).map(|_| fresh(backend))).await?;
        for sandbox in &sandboxes {
            assert!(run(&**sandbox, "echo x > file; sleep 100 & echo $!").await?.is_success());
        }
        for (number, sandbox) in sandboxes.into_iter().enumerate() {
            // half are given back in order, the others are dropped
            if (number + round) % 2 == 0 { sandbox.destroy().await? } else { drop(sandbox) }
        }
    }
    is_again(surroundings, &before).await;
    Ok(Offered::Yes)
}

pub async fn a_killed_host_leaves_nothing_behind(surroundings: &dyn Surroundings) -> Outcome {
    let before = surroundings.held();
    let mut host = surroundings.another_host();
    let said = host.stdout.take();
    let is_up = move || {
        said.is_some_and(|said| BufReader::new(said).lines().any(|line| line.is_ok_and(|line| line.contains(UP))))
    };
    let up = tokio::task::spawn_blocking(is_up).await;
    let with_it = surroundings.held();
    let ended = host.kill().and_then(|()| host.wait());
    assert!(up.is_ok_and(|up| up), "the other host did not come up");
    assert!(with_it.len() >= before.len() + OF_A_HOST, "its sandboxes are not seen: {before:?}, {with_it:?}");
    assert!(ended.is_ok(), "the other host was killed: {ended:?}");
    let swept = surroundings.sweep().await?;
    is_again(surroundings, &before).await;
    Ok(if swept { Offered::AfterASweep } else { Offered::Yes })
}

async fn is_again(surroundings: &dyn Surroundings, before: &[String]) {
    let again = async {
        while !more(surroundings.held(), before).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(SOON, again).await;
    assert!(in_time.is_ok(), "left behind: {:?}", more(surroundings.held(), before));
}

/// What is held beyond what was before. What is gone since is no leak: another host's sandbox that was being taken down.
fn more(held: Vec<String>, before: &[String]) -> Vec<String> {
    let mut known = before.to_vec();
    let mut is_new = |thing: &String| match known.iter().position(|one| one == thing) {
        Some(place) => {
            known.swap_remove(place);
            false
        }
        None => true,
    };
    held.into_iter().filter(|thing| is_new(thing)).collect()
}
