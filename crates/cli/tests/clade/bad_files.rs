use std::fs::{self, OpenOptions};

use crate::common::{Place, example};

const FILE: &str = "file";

/// Spoils a good file and says what the user must be told.
struct Case {
    name: &'static str,
    /// The file that is spoilt, what is replaced in it, and by what; `FILE` replaces all of it.
    spoil: (&'static str, &'static str, &'static [u8]),
    /// What the message must hold: the place and the fix.
    told: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case { name: "empty", spoil: ("p.yaml", FILE, b""), told: &["p.yaml", "empty", "clade init"] },
    Case { name: "not UTF-8", spoil: ("p.yaml", FILE, b"prompts: ['\xff']\n"), told: &["p.yaml:1", "UTF-8", "iconv"] },
    Case { name: "malformed", spoil: ("p.yaml", FILE, b"prompts: [a\nproviders: [x\n"), told: &["p.yaml:2", "YAML"] },
    Case {
        name: "unknown key",
        spoil: ("p.yaml", "strategy: auto", b"stratgy: auto"),
        told: &["p.yaml:10", "stratgy", "did you mean `strategy`?"],
    },
    Case {
        name: "key of promptfoo that is not supported",
        spoil: ("p.yaml", "description: sums", b"redteam: {plugins: [x]}"),
        told: &["p.yaml:1", "redteam", "promptfoo", "remove"],
    },
    Case {
        name: "no such data",
        spoil: ("p.yaml", "data.jsonl", b"gone.jsonl"),
        told: &["p.yaml:4", "gone.jsonl", "relative to the run file"],
    },
    Case {
        name: "malformed line of data",
        spoil: ("data.jsonl", "line 17", b"{\"vars\": {\"question\": \"x\","),
        told: &["data.jsonl:17", "JSON"],
    },
    Case {
        name: "missing column",
        spoil: ("data.jsonl", "line 5", br#"{"vars": {"quest": "x", "target": "1"}}"#),
        told: &["data.jsonl:5", "question", "quest"],
    },
    Case {
        name: "one example",
        spoil: ("data.jsonl", FILE, br#"{"vars": {"question": "1 + 1?", "target": "2"}}"#),
        told: &["p.yaml:4", "1 example", "clade eval"],
    },
    Case {
        name: "too few examples to show anything",
        spoil: (
            "data.jsonl",
            FILE,
            br#"{"vars": {"question": "1 + 1?", "target": "2"}}
{"vars": {"question": "1 + 2?", "target": "3"}}
{"vars": {"question": "1 + 3?", "target": "4"}}
{"vars": {"question": "1 + 4?", "target": "5"}}
"#,
        ),
        told: &["p.yaml:4", "test has 1 example:", "15 different ones in all", "--set optimize.splits.test=0"],
    },
    Case { name: "no example", spoil: ("data.jsonl", FILE, b""), told: &["p.yaml:4", "no examples"] },
    Case {
        name: "no placeholder",
        spoil: ("prompt.txt", FILE, b"Solve it."),
        told: &["p.yaml:2", "prompt.txt", "placeholder", "{{question}}"],
    },
    Case {
        name: "unknown placeholder",
        spoil: ("prompt.txt", FILE, b"{{quetsion}}"),
        told: &["prompt.txt", "quetsion"],
    },
    Case { name: "broken template", spoil: ("prompt.txt", FILE, b"{{question}} {% if"), told: &["prompt.txt"] },
    Case { name: "prompt not UTF-8", spoil: ("prompt.txt", FILE, b"q\xff"), told: &["prompt.txt:1", "UTF-8"] },
    Case {
        name: "unknown simulated model",
        spoil: ("p.yaml", "simulated:gsm8k", b"simulated:gsm9k"),
        told: &["p.yaml:3", "gsm9k", "simulated:gsm8k"],
    },
    Case {
        name: "unknown provider",
        spoil: ("p.yaml", "simulated:gsm8k", b"opnai:gpt-5"),
        told: &["p.yaml:3", "opnai", "did you mean `openai`?"],
    },
    Case {
        name: "missing key",
        spoil: ("p.yaml", "simulated:gsm8k", b"openai:gpt-5-mini"),
        told: &["OPENAI_API_KEY", ".env"],
    },
    Case {
        name: "unknown price",
        spoil: ("p.yaml", "[simulated:gsm8k]", b"['openai:gpt-99']\nenv: {OPENAI_API_KEY: x}"),
        told: &["openai:gpt-99", "price", "inputCost"],
    },
    Case {
        name: "unknown operator",
        spoil: ("p.yaml", "strategy: auto", b"strategy: {name: genetic, operators: {paraphase: 1}}"),
        told: &["p.yaml:10", "paraphase", "paraphrase"],
    },
    Case {
        name: "unknown evaluator",
        spoil: ("p.yaml", "type: numeric", b"type: numerc"),
        told: &["p.yaml:7", "numerc", "did you mean `numeric`?"],
    },
    Case {
        name: "unknown strategy",
        spoil: ("p.yaml", "strategy: auto", b"strategy: genetics"),
        told: &["p.yaml:10", "genetics", "genetic"],
    },
    Case {
        name: "contradictory strategy",
        spoil: ("p.yaml", "strategy: auto", b"strategy: {name: genetic, population: 4, elite: 9}"),
        told: &["p.yaml:10", "elite"],
    },
    Case {
        name: "contradictory shares",
        spoil: ("p.yaml", "train: 0.4", b"train: 0.9"),
        told: &["p.yaml:12", "sum to 1.5"],
    },
    Case {
        name: "objective nobody measures",
        spoil: ("p.yaml", "{metric: accuracy, direction", b"{metric: acuracy, direction"),
        told: &["p.yaml:11", "acuracy", "did you mean `accuracy`?"],
    },
    Case {
        name: "budget of nothing",
        spoil: ("p.yaml", "calls: 400", b"calls: 0"),
        told: &["p.yaml:9", "cannot be 0"],
    },
    Case {
        name: "budget below one evaluation",
        spoil: ("p.yaml", "calls: 400", b"usd: 0.0000001"),
        told: &["p.yaml:9:17", "below", "one evaluation", "raise it to"],
    },
    Case {
        name: "duplicate key",
        spoil: ("p.yaml", "defaultTest:", b"tests: x\ndefaultTest:"),
        told: &["p.yaml:5", "twice"],
    },
];

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_fix() {
    let mut all = String::new();
    for Case { name, spoil: (file, old, new), told } in CASES {
        let place = Place::new();
        // a budget in USD where the case is about prices
        if *name == "unknown price" {
            place.run_file("[simulated:gsm8k]", "{usd: 1}");
        }
        let content = fs::read_to_string(place.path(file)).unwrap();
        let spoilt: Vec<u8> = match old.strip_prefix("line ") {
            _ if *old == FILE => new.to_vec(),
            Some(number) => {
                let mut lines: Vec<&str> = content.lines().collect();
                lines[number.parse::<usize>().unwrap() - 1] = std::str::from_utf8(new).unwrap();
                lines.join("\n").into_bytes()
            }
            None => {
                assert_eq!(content.matches(old).count(), 1, "{name}");
                content.replace(old, std::str::from_utf8(new).unwrap()).into_bytes()
            }
        };
        place.write(file, spoilt);
        let ran = place.run(&["run", "p.yaml"]);
        assert_eq!(ran.code, 2, "{name}: {}{}", ran.stdout, ran.stderr);
        for words in *told {
            assert!(ran.stderr.contains(words), "{name}: `{words}` is not in: {}", ran.stderr);
        }
        let kept = place.path("data/clade.db").exists() && !place.ok(&["list", "--json"]).is_empty();
        assert!(!kept, "{name}: no run is begun");
        all.push_str(&format!("## {name}\n{}\n", ran.stderr));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_huge_run_file_is_not_read() {
    let place = Place::new();
    OpenOptions::new().write(true).open(place.path("p.yaml")).unwrap().set_len(5 << 30).unwrap();
    let ran = place.run(&["check", "p.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("p.yaml") && ran.stderr.contains("larger than"), "{}", ran.stderr);
}

#[test]
fn a_folder_or_nothing_instead_of_a_file() {
    let place = Place::new();
    fs::create_dir(place.path("folder")).unwrap();
    for (arguments, words) in [
        (&["check", "folder"][..], "folder"),
        (&["check", "nothing.yaml"], "clade init"),
        (&["check"], "promptclade.yaml"),
        (&["run", "p.yaml", "--env-file", "nothing.env"], "nothing.env"),
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn byte_order_marks_and_windows_line_ends_are_no_problem() {
    let place = Place::new();
    for name in ["p.yaml", "data.jsonl", "prompt.txt"] {
        let text = fs::read_to_string(place.path(name)).unwrap().replace('\n', "\r\n");
        place.write(name, format!("\u{feff}{text}"));
    }
    let result = place.run(&["eval", "p.yaml", "--json"]).result();
    assert_eq!((&result["prompts"][0]["trials"], &result["prompts"][0]["errors"]), (&60.into(), &0.into()));
    let shown = result["prompts"][0]["prompt"].as_str().unwrap();
    assert!(!shown.contains('\u{feff}') && !shown.contains('\r'), "{shown:?}");
}

#[test]
fn a_run_file_of_another_folder_finds_its_data() {
    let place = Place::new();
    let file = example("gsm8k").join("promptclade.yaml");
    assert_eq!(place.json(&["check", file.to_str().unwrap()])["examples"]["test"], 45);
}
