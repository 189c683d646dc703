//! Figures of the client of Daytona over the fake of `crates/daytona-fake`, which executes in local jails: they are of the client and
//! of this machine, not of Daytona. `cargo run --release -p clade-sandbox --example daytona_figures`

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    // this binary is the helper of its own jails
    if let Some(code) = clade_sandbox::jail_main() {
        return code;
    }
    // and the host that is killed
    if let Some(url) = std::env::args().nth(1) {
        let left = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(leave(&url)));
        eprintln!("{left:?}");
        return std::process::ExitCode::FAILURE;
    }
    let figures = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(figures()));
    match figures {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// How many sandboxes there are in all, and at once.
#[cfg(target_os = "linux")]
const ALL: u32 = 200;
#[cfg(target_os = "linux")]
const AT_ONCE: usize = 50;

#[cfg(target_os = "linux")]
fn settings(url: &str) -> clade_sandbox::DaytonaSettings {
    let key = secrecy::SecretString::from("dtn_figures".to_owned());
    let mut settings = clade_sandbox::DaytonaSettings::new(key).owned_by("figures");
    settings.api_url = url.to_owned();
    settings
}

/// Makes sandboxes, says so, and waits to be killed.
#[cfg(target_os = "linux")]
async fn leave(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    use clade_sandbox::SandboxBackend;
    let backend = clade_sandbox::DaytonaBackend::new(settings(url));
    let spec = clade_sandbox::SandboxSpec::default();
    let held = futures::future::try_join_all((0..AT_ONCE).map(|_| backend.create(&spec, None))).await?;
    println!("{} are up", held.len());
    std::future::pending::<()>().await;
    drop(held);
    Ok(())
}

#[cfg(target_os = "linux")]
async fn figures() -> Result<(), Box<dyn std::error::Error>> {
    use std::time::{Duration, Instant};

    use clade_daytona_fake::{Fake, FakeSettings};
    use clade_sandbox::{
        Command, DaytonaBackend, LocalSettings, SandboxBackend, SandboxSpec, delete_left, left_behind,
    };
    use futures::stream::{self, StreamExt, TryStreamExt};

    let folder = std::env::temp_dir().join(format!("daytona-figures-{}", std::process::id()));
    let fake = Fake::start(FakeSettings {
        local: LocalSettings::new(&folder),
        key: "dtn_figures".to_owned(),
        machines: false,
        address: "127.0.0.1:0".to_owned(),
    })
    .await?;
    let backend = DaytonaBackend::new(settings(&fake.url));
    let began = Instant::now();
    let one = |n: u32| {
        let backend = &backend;
        async move {
            let began = Instant::now();
            let sandbox = backend.create(&SandboxSpec::default(), None).await?;
            let made = began.elapsed();
            let command = Command::new(["echo".to_owned(), n.to_string()]);
            let said = sandbox.start(&command).await?.finish(&[]).await?;
            let ran = began.elapsed() - made;
            sandbox.destroy().await?;
            Ok::<_, clade_sandbox::SandboxError>((made, ran, said.stdout == format!("{n}\n").as_bytes()))
        }
    };
    let figures: Vec<(Duration, Duration, bool)> =
        stream::iter((0..ALL).map(one)).buffer_unordered(AT_ONCE).try_collect().await?;
    let all = began.elapsed();
    let median = |of: fn(&(Duration, Duration, bool)) -> Duration| {
        let mut times: Vec<Duration> = figures.iter().map(of).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    println!("sandboxes: {}, at once at most {}, left {}", fake.made(), fake.most(), fake.living());
    println!("right answers: {}", figures.iter().filter(|figure| figure.2).count());
    println!("together: {:.1} s", all.as_secs_f64());
    println!(
        "median, {AT_ONCE} at once: made in {:.0} ms, a program in {:.0} ms",
        median(|f| f.0).as_secs_f64() * 1e3,
        median(|f| f.1).as_secs_f64() * 1e3
    );
    let mut host = std::process::Command::new(std::env::current_exe()?)
        .arg(&fake.url)
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    let mut said = host.stdout.take().ok_or("no output")?;
    tokio::task::spawn_blocking(move || std::io::Read::read_exact(&mut said, &mut [0])).await??;
    host.kill()?;
    host.wait()?;
    println!("a host was killed with SIGKILL; left {}", fake.living());
    let began = Instant::now();
    let settings = settings(&fake.url);
    delete_left(&settings, &mut left_behind(&settings).await?).await?;
    println!("after a sweep by labels, {:.1} s: left {}", began.elapsed().as_secs_f64(), fake.living());
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {}
