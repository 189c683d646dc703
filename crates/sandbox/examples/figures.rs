//! What the local sandbox costs on this machine. Prints one JSON object; run it with `--release`.
//!
//! ```text
//! cargo build --release -p clade-sandbox --bin clade-jail
//! cargo run --release -p clade-sandbox --example figures
//! ```

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("the local sandbox needs Linux");
}

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    linux::measure().await
}

#[cfg(target_os = "linux")]
mod linux {
    use std::error::Error;
    use std::io::Read;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use bytes::Bytes;
    use clade_sandbox::channel::{Call, NoModels, Pool, RunnerSpec, Source};
    use clade_sandbox::{
        Command, GeneratedCode, InsidePath, Language, Limits, LocalBackend, LocalSettings, Sandbox, SandboxBackend,
        SandboxError, SandboxSpec, find_interpreter,
    };
    use futures::{StreamExt, TryStreamExt};
    use serde_json::{Value, json};

    type Result<T> = std::result::Result<T, Box<dyn Error>>;

    const SCORE: &str = "def get_assert(output, context):\n    words = output.split()\n    return {'pass': len(words) > 3, 'score': min(1.0, len(words) / 10), 'reason': 'words'}\n";

    pub async fn measure() -> Result<()> {
        let python = find_interpreter(Language::Python, "python3")?;
        let folder = std::env::temp_dir().join(format!("clade-figures-{}", std::process::id()));
        let mut settings = LocalSettings::new(folder);
        settings.helper = helper()?;
        settings.read_only.clone_from(&python.read_only);
        let backend = Arc::new(LocalBackend::new(settings));
        let spec = SandboxSpec::default();

        let (mut cold, mut run, mut cold_python, mut destroy) = (vec![], vec![], vec![], vec![]);
        for _ in 0..60 {
            let start = Instant::now();
            let sandbox = backend.create(&spec, None).await?;
            cold.push(start.elapsed());
            run.push(timed(&*sandbox, &Command::new(["true"])).await?);
            let program = python.program.to_string_lossy().into_owned();
            cold_python.push(timed(&*sandbox, &Command::new([program.as_str(), "-I", "-c", "pass"])).await?);
            let start = Instant::now();
            sandbox.destroy().await?;
            destroy.push(start.elapsed());
        }

        let runner = RunnerSpec {
            sandbox: spec.clone(),
            from: None,
            language: Language::Python,
            program: python.program.clone(),
            files: vec![(InsidePath::new("score.py")?, Bytes::from_static(SCORE.as_bytes()))],
        };
        let call = Call {
            source: Source::File { path: InsidePath::new("score.py")?, function: "get_assert".into() },
            args: vec![json!("a fairly short output of some words"), json!({"vars": {"topic": "words"}})],
        };
        let one = Pool::new(backend.clone(), runner.clone(), 1);
        let start = Instant::now();
        one.call(&call, &NoModels).await?;
        let first_call = start.elapsed();
        let mut warm = vec![];
        for _ in 0..2000 {
            let start = Instant::now();
            one.call(&call, &NoModels).await?;
            warm.push(start.elapsed());
        }
        one.close().await?;

        let two = Pool::new(backend.clone(), runner, 2);
        two.warm(2).await?;
        let start = Instant::now();
        let calls = futures::stream::iter(0..6000).map(|_| two.call(&call, &NoModels)).buffer_unordered(8);
        let done = calls.filter(|returned| std::future::ready(returned.is_ok())).count().await;
        let rate = done as f64 / start.elapsed().as_secs_f64();
        two.close().await?;

        let before = cpu_seconds();
        let sandbox = backend.create(&spec, None).await?;
        for _ in 0..300 {
            timed(&*sandbox, &Command::new(["true"])).await?;
        }
        sandbox.destroy().await?;
        let run_cpu = (cpu_seconds() - before) / 300.0;

        let problems = humaneval(&*backend, &python.program).await?;

        let held = held();
        let before = cpu_seconds();
        let start = Instant::now();
        let thousand = futures::stream::iter(0..1000).map(async |_| backend.create(&spec, None).await?.destroy().await);
        let ended = thousand.buffer_unordered(8).filter(|end| std::future::ready(end.is_ok())).count().await;
        let thousand = start.elapsed();
        let thousand_cpu = cpu_seconds() - before;

        let figures = json!({
            "create_ms": spread(&mut cold),
            "run_true_ms": spread(&mut run),
            "run_python_ms": spread(&mut cold_python),
            "destroy_ms": spread(&mut destroy),
            "first_python_call_ms": first_call.as_secs_f64() * 1e3,
            "warm_python_call_ms": spread(&mut warm),
            "python_calls_per_second_two_runners": rate,
            "calls_done": done,
            "run_true_cpu_ms": run_cpu * 1e3,
            "create_and_destroy_cpu_ms": thousand_cpu,
            "thousand_sandboxes_s": thousand.as_secs_f64(),
            "thousand_sandboxes_ended_well": ended,
            "children_descriptors_and_mounts_before": held,
            "children_descriptors_and_mounts_after": self::held(),
            "humaneval": problems,
        });
        println!("{figures:#}");
        Ok(())
    }

    /// The 164 problems of HumanEval with their canonical solutions, each in an interpreter of its own, two at a time.
    async fn humaneval(backend: &dyn SandboxBackend, python: &Path) -> Result<Value> {
        let packed: &[u8] = include_bytes!("../tests/data/humaneval/HumanEval.jsonl.gz");
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed).read_to_string(&mut text)?;
        let problems: Vec<Value> = text.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
        let part = |problem: &Value, name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        let start = Instant::now();
        let judged = problems.iter().map(async |problem| {
            let code = GeneratedCode {
                code: part(problem, "prompt") + &part(problem, "canonical_solution"),
                tests: format!("{}\ncheck({})", part(problem, "test"), part(problem, "entry_point")),
            };
            let sandbox = backend.create(&SandboxSpec::default(), None).await?;
            let verdict = code.judge(&*sandbox, python, &Limits::default(), "b5f1-end").await?;
            sandbox.destroy().await?;
            Ok::<_, SandboxError>(verdict.passed)
        });
        let passed: Vec<bool> = futures::stream::iter(judged).buffer_unordered(2).try_collect().await?;
        Ok(json!({
            "problems": passed.len(),
            "passed": passed.iter().filter(|passed| **passed).count(),
            "seconds": start.elapsed().as_secs_f64(),
        }))
    }

    fn helper() -> Result<PathBuf> {
        let own = std::env::current_exe()?;
        let folder = own.parent().and_then(|examples| examples.parent()).ok_or("no build folder")?;
        Ok(folder.join("clade-jail"))
    }

    async fn timed(sandbox: &dyn Sandbox, command: &Command) -> Result<Duration> {
        let start = Instant::now();
        let finished = sandbox.start(command).await?.finish(&[]).await?;
        if finished.is_success() { Ok(start.elapsed()) } else { Err(format!("{finished:?}").into()) }
    }

    /// Processor time of this process and of all that it has waited for: fields 14 to 17 of proc(5), `/proc/pid/stat`.
    fn cpu_seconds() -> f64 {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().skip(11).take(4);
        let ticks: f64 = fields.filter_map(|field| field.parse::<f64>().ok()).sum();
        ticks / rustix::param::clock_ticks_per_second() as f64
    }

    fn spread(times: &mut [Duration]) -> Value {
        times.sort_unstable();
        let at = |share: f64| times.get((share * times.len() as f64) as usize).map(|time| time.as_secs_f64() * 1e3);
        json!({"median": at(0.5), "p95": at(0.95)})
    }

    /// How many processes that this one has started are still there, dead ones included, how many descriptors are open, and how many
    /// file systems are mounted.
    fn held() -> [usize; 3] {
        let own = std::process::id();
        let path = format!("/proc/{own}/task/{own}/children");
        let children = std::fs::read_to_string(path).map_or(0, |text| text.split_whitespace().count());
        let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").map_or(0, |text| text.lines().count());
        [children, descriptors, mounts]
    }
}
