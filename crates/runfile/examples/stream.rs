//! Generates a data set, loads it and streams it once more, and says how long each took and how much memory was held.
//!
//! `cargo run --release -p clade-runfile --example stream -- 200` (megabytes; `csv` as a second argument for CSV)

use std::{
    fs,
    io::{BufWriter, Write},
    time::Instant,
};

use clade_domain::RunMode;
use clade_runfile::{LoadOptions, Overrides, load};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let megabytes: u64 = arguments.next().map_or(Ok(200), |n| n.parse())?;
    let csv = arguments.next().is_some_and(|kind| kind == "csv");
    let folder = std::env::temp_dir().join("promptclade-stream");
    fs::create_dir_all(&folder)?;
    let data = folder.join(if csv { "data.csv" } else { "data.jsonl" });
    let mut out = BufWriter::new(fs::File::create(&data)?);
    let words = "the quick brown fox jumps over the lazy dog and then some more of it ".repeat(5);
    let (mut written, mut rows) = (0u64, 0u64);
    if csv {
        writeln!(out, "question,answer")?;
    }
    while written < megabytes * 1024 * 1024 {
        let line = if csv {
            format!("\"question {rows}: {words}\",{rows}\n")
        } else {
            format!("{{\"question\": \"question {rows}: {words}\", \"answer\": \"{rows}\"}}\n")
        };
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        rows += 1;
    }
    out.flush()?;
    drop(out);
    let run = folder.join("promptclade.yaml");
    let kind = if csv { "csv" } else { "jsonl" };
    let text = format!(
        "prompts: ['{{{{question}}}}']\nproviders: [simulated:rough]\ntests: file://data.{kind}\n\
         defaultTest: {{assert: [{{type: contains, value: '{{{{answer}}}}'}}]}}\n"
    );
    fs::write(&run, text)?;
    println!("{rows} examples, {megabytes} MB of {kind}; resident before: {}", status("VmRSS:"));

    let start = Instant::now();
    let options = LoadOptions {
        mode: RunMode::Optimize,
        overrides: Overrides::default(),
        env: &|_| None,
        check_model: &|model| Ok(model.id.clone()),
        operators: &[],
        reach: clade_runfile::Reach::Anywhere,
        library: &clade_runfile::Library::default(),
    };
    let loaded = load(&run, &options)?;
    println!("load (check, hash, part): {:.2} s, peak {}", start.elapsed().as_secs_f64(), status("VmHWM:"));
    let start = Instant::now();
    let mut examples = 0u64;
    for example in loaded.data.open() {
        examples += u64::from(!example?.vars.is_empty());
    }
    println!("stream of {examples}: {:.2} s, peak {}", start.elapsed().as_secs_f64(), status("VmHWM:"));
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// A line of the kernel's account of this process; `unknown` where there is none.
fn status(name: &str) -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
