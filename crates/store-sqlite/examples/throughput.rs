//! What the store costs: evaluations a second and CPU for each, the latency of a commit, lookups, lists, opening.
//!
//! ```text
//! cargo run --release -p clade-store-sqlite --example throughput -- [evaluations] [at once] [folder]
//! ```
//!
//! An evaluation here is what the engine stores of one: an answer of about 300 bytes and a trial of about 350. As in the
//! engine, many tasks put answers at the same time, and one journalist appends whatever trials have gathered. CPU is of
//! the whole process, this program's own share included, from `/proc/self/stat` (elsewhere it shows as 0).

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use clade_domain::{ContentHash, ModelRole, RunId, Timestamp};
use clade_store::{AnswerLog, Journal, MemoryStore, PaidAnswer, RunFilter, Store, StoreError, conformance::samples};
use clade_store_sqlite::{Durability, SqliteOptions, SqliteStore};
use tokio::sync::mpsc;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Fallible<()> {
    let mut args = std::env::args().skip(1);
    let evaluations: u32 = args.next().map_or(Ok(100_000), |n| n.parse())?;
    let at_once: u32 = args.next().map_or(Ok(100), |n| n.parse())?;
    let folder = args.next().map_or_else(|| std::env::temp_dir().join("clade-throughput"), PathBuf::from);
    println!("{evaluations} evaluations, {at_once} at once");
    for durability in [Durability::Normal, Durability::Full] {
        drop(std::fs::remove_dir_all(&folder));
        measure(&folder, durability, evaluations, at_once).await?;
    }
    lists(&folder.join("lists")).await?;
    // last, because it keeps everything
    println!("\nin memory, for what this program itself costs");
    let (store, run) = (Arc::new(MemoryStore::new()), samples::run("throughput")?);
    store.create(samples::summary(&run, 1), Timestamp(1), Vec::new()).await?;
    let clock = Clock::start();
    evaluate(&store, &run, evaluations, at_once).await?;
    clock.show("evaluations", evaluations);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

async fn measure(folder: &Path, durability: Durability, evaluations: u32, at_once: u32) -> Fallible<()> {
    println!("\n{durability:?}");
    let path = folder.join("store.db");
    let options = SqliteOptions { durability, ..SqliteOptions::default() };
    let store = Arc::new(SqliteStore::open(&path, options.clone()).await?);
    let run = samples::run("throughput")?;
    store.create(samples::summary(&run, 1), Timestamp(1), Vec::new()).await?;

    lone_writes(&store, &run).await?;
    let clock = Clock::start();
    evaluate(&store, &run, evaluations, at_once).await?;
    clock.show("evaluations", evaluations);

    for (what, salt) in [("lookups that hit", ""), ("lookups that miss", "another ")] {
        let clock = Clock::start();
        look_up(&store, salt, evaluations, at_once).await?;
        clock.show(what, evaluations);
    }

    let clock = Clock::start();
    let (mut from, mut read) = (0, 0u32);
    loop {
        let page = store.read(run.clone(), from, 1000).await?;
        let Some(last) = page.last() else { break };
        from = last.seq + 1;
        read += u32::try_from(page.len())?;
    }
    clock.show("entries read", read);
    let clock = Clock::start();
    let spent = store.paid(run).await?;
    clock.show("answers added up", u32::try_from(spent.calls)?);
    println!("  memory at its highest {} MB, file {} MB", peak_memory()? / 1024, std::fs::metadata(&path)?.len() >> 20);
    store.close().await?;
    let started = Instant::now();
    let store = SqliteStore::open(&path, options).await?;
    println!("  open {:?}", started.elapsed());
    store.close().await?;
    Ok(())
}

/// One write after the other, nothing else going on.
async fn lone_writes(store: &SqliteStore, run: &RunId) -> Result<(), StoreError> {
    let mut took: Vec<Duration> = Vec::new();
    for n in 0..500 {
        let answer = PaidAnswer { key: ContentHash::of(format!("lone {n}").as_bytes()), ..answer(run, "lone ", n) };
        let started = Instant::now();
        store.put_answer(answer).await?;
        took.push(started.elapsed());
    }
    took.sort();
    println!("  a lone commit takes {:?} (median), {:?} (99 %)", took[took.len() / 2], took[took.len() * 99 / 100]);
    Ok(())
}

async fn evaluate<S: Store + 'static>(store: &Arc<S>, run: &RunId, evaluations: u32, at_once: u32) -> Fallible<()> {
    let (finished, mut trials) = mpsc::channel(1024);
    let mut tasks = Vec::new();
    for worker in 0..at_once {
        let (store, run, finished) = (Arc::clone(store), run.clone(), finished.clone());
        tasks.push(tokio::spawn(async move {
            for n in (worker..evaluations).step_by(at_once as usize) {
                store.put_answer(answer(&run, "", n)).await?;
                drop(finished.send(samples::trial(n)).await);
            }
            Ok::<(), StoreError>(())
        }));
    }
    drop(finished);
    let mut next = store.length(run.clone()).await?;
    let (mut gathered, mut appends) = (Vec::new(), 0u32);
    while trials.recv_many(&mut gathered, 1024).await > 0 {
        next = store.append(run.clone(), next, Timestamp(2), std::mem::take(&mut gathered)).await?;
        appends += 1;
    }
    for task in tasks {
        task.await??;
    }
    println!("  {} trials for each append", evaluations / appends.max(1));
    Ok(())
}

async fn look_up(store: &Arc<SqliteStore>, salt: &'static str, lookups: u32, at_once: u32) -> Fallible<()> {
    let tasks: Vec<_> = (0..at_once)
        .map(|worker| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let mut found = 0;
                for n in (worker..lookups).step_by(at_once as usize) {
                    let answers = store.answers(vec![key(salt, n)]).await?;
                    found += answers.into_iter().flatten().count();
                }
                Ok::<usize, StoreError>(found)
            })
        })
        .collect();
    let mut found = 0;
    for task in tasks {
        found += task.await??;
    }
    assert_eq!(found, if salt.is_empty() { lookups as usize } else { 0 });
    Ok(())
}

async fn lists(folder: &Path) -> Fallible<()> {
    println!();
    let store = SqliteStore::open(&folder.join("store.db"), SqliteOptions::default()).await?;
    for runs in [1_000u32, 10_000] {
        for n in 0..runs {
            let run = samples::run(&format!("run-{runs}-{n}"))?;
            store.create(samples::summary(&run, i64::from(n)), Timestamp(1), Vec::new()).await?;
        }
        let all = RunFilter { limit: Some(runs), ..RunFilter::default() };
        let mut took = Vec::new();
        for _ in 0..21 {
            let started = Instant::now();
            let listed = store.summaries(all.clone()).await?.len();
            took.push(started.elapsed());
            assert_eq!(listed, runs as usize);
        }
        took.sort();
        println!("list of {runs} runs: {:?} (median)", took[took.len() / 2]);
    }
    store.close().await?;
    Ok(())
}

fn key(salt: &str, n: u32) -> ContentHash {
    ContentHash::of(format!("{salt}key {n}").as_bytes())
}

fn answer(run: &RunId, salt: &str, n: u32) -> PaidAnswer {
    let mut answer = samples::answer(run, n, ModelRole::Task);
    answer.key = key(salt, n);
    answer.body = format!(
        "{salt}To find the total, first count the apples of each child and then add them: {n} apples for the first one, \
         twice as many for the second, and three fewer for the third, which makes {} in all. Half of them are eaten, so \
         the rest is shared evenly among the remaining friends. #### {}",
        u64::from(n) * 4,
        u64::from(n) * 2,
    );
    answer
}

struct Clock {
    started: Instant,
    cpu: Duration,
}

impl Clock {
    fn start() -> Self {
        Self { started: Instant::now(), cpu: cpu_time() }
    }

    fn show(&self, what: &str, count: u32) {
        let (wall, cpu) = (self.started.elapsed(), cpu_time() - self.cpu);
        let rate = f64::from(count) / wall.as_secs_f64();
        let each = cpu.as_secs_f64() * 1e6 / f64::from(count.max(1));
        println!("  {count} {what}: {rate:.0}/s, {each:.1} microseconds of CPU each");
    }
}

/// User and system time of this process, in steps of 10 ms.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // after the name in brackets: state is field 3, utime 14, stime 15, in ticks of which Linux has 100 a second
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    Duration::from_millis(fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// `VmHWM` in kilobytes.
fn peak_memory() -> Fallible<u64> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
