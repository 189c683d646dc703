use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Ask;

/// Which tools are there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tools {
    /// Those that read.
    #[default]
    Read,
    /// Those that create and control runs, too.
    Write,
}

/// A tool: what an agent is told of it, and the requests of the API that it stands for.
pub(super) struct Tool {
    name: &'static str,
    about: &'static str,
    writes: bool,
    fields: &'static [Field],
    /// Of the answer, only these; all where none is named.
    pub picks: &'static [&'static str],
    asks: fn(&Given) -> Vec<(&'static str, Ask)>,
}

/// An argument.
struct Field {
    name: &'static str,
    kind: Kind,
    needed: bool,
    about: &'static str,
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// One of these.
    Word(&'static [&'static str]),
    Number,
    Flag,
    /// Texts by path.
    Files,
}

const fn needed(name: &'static str, about: &'static str) -> Field {
    Field { name, kind: Kind::Text, needed: true, about }
}

const fn field(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, needed: false, about }
}

const RUN: Field = needed("run", "the run's id, as list_runs gives it");
const WORKSPACE: Field = field("workspace", Kind::Text, "the workspace; the only one, or `local`, where none is named");
const LIMIT: Field = field("limit", Kind::Number, "at most so many, 1 to 500");
const CURSOR: Field = field("cursor", Kind::Text, "the `next` of the answer before, for what comes after it");
const FILE: Field = needed("file", "the run file as text: a promptfoo config with a block `optimize`");
const FILES: Field = field("files", Kind::Files, "texts that it names with file://, by their relative paths");
const MODE: Field =
    field("mode", Kind::Word(&["optimize", "evaluate"]), "search, or only evaluate the prompts as they are");
const QUESTIONS: &[&str] = &["candidates", "ancestors", "descendants", "path", "common", "families"];

static TOOLS: [Tool; 11] = [
    Tool {
        name: "list_runs",
        about: "List runs, newest first, with status, scores and cost.",
        writes: false,
        fields: &[
            WORKSPACE,
            field("filter", Kind::Text, "such as `status = running and score > 0.8`"),
            field("text", Kind::Text, "only runs whose id, description, strategy or model contains this"),
            LIMIT,
            CURSOR,
        ],
        picks: &[],
        asks: |given| {
            let path = ["workspaces", given.or("workspace", "{workspace}"), "runs"];
            only(given.query(Ask::get(&path), &["filter", "text", "limit", "cursor"]))
        },
    },
    Tool {
        name: "get_run",
        about: "A run: how it stands, its best prompt, its evidence on test examples, its cost, and what you may do with it.",
        writes: false,
        fields: &[RUN],
        picks: &[],
        asks: |given| {
            let run = given.text("run");
            vec![("state", Ask::get(&["runs", run])), ("report", Ask::get(&["runs", run, "report"]))]
        },
    },
    Tool {
        name: "best_prompt",
        about: "The best prompt of a run as text and by component, with its scores.",
        writes: false,
        fields: &[RUN],
        picks: &["node", "prompt", "text"],
        asks: |given| only(Ask::get(&["runs", given.text("run"), "candidates", "best"])),
    },
    Tool {
        name: "lineage",
        about: "The family tree of a run: its candidates by score, or the ancestors, descendants, way, common ancestor of candidates, or all families.",
        writes: false,
        fields: &[
            RUN,
            field("question", Kind::Word(QUESTIONS), "`candidates` where it is not said"),
            field(
                "of",
                Kind::Text,
                "the candidate: `c12`, `seed`, `best`, RUN@c12 or RUN@best; `best` where it is not said",
            ),
            field("to", Kind::Text, "the other candidate of `path` and `common`; `seed` where it is not said"),
            field("filter", Kind::Text, "of candidates, such as `score > 0.8 and operator = reflect`"),
            LIMIT,
            CURSOR,
        ],
        picks: &[],
        asks: |given| {
            let (run, of, to) = (given.text("run"), given.or("of", "best"), given.or("to", "seed"));
            let ask = |question: &'static str, pairs: &[(&'static str, &str)]| {
                let query = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
                let ask = Ask { query, ..Ask::get(&["runs", run, "lineage", question]) };
                // there is one nearest ancestor at most
                let page: &[&str] = if question == "common" { &[] } else { &["limit", "cursor"] };
                only(given.query(ask, page))
            };
            match given.or("question", "candidates") {
                "ancestors" => ask("ancestors", &[("of", of)]),
                "descendants" => ask("descendants", &[("of", of)]),
                "path" => ask("path", &[("from", of), ("to", to)]),
                "common" => ask("common", &[("a", of), ("b", to)]),
                "families" => ask("families", &[]),
                _ => {
                    let query = vec![("sort", "score".to_owned()), ("desc", "1".to_owned())];
                    let ask = Ask { query, ..Ask::get(&["runs", run, "candidates"]) };
                    only(given.query(ask, &["filter", "limit", "cursor"]))
                }
            }
        },
    },
    Tool {
        name: "diff",
        about: "What changed from one candidate's prompt to another's, word by word, and how their scores differ.",
        writes: false,
        fields: &[
            RUN,
            field("candidate", Kind::Text, "the new one: `c12`, `seed` or `best`; `best` where it is not said"),
            field("with", Kind::Text, "the old one, or `parent`; `seed` where it is not said"),
        ],
        picks: &[],
        asks: |given| {
            let path = ["runs", given.text("run"), "candidates", given.or("candidate", "best"), "diff"];
            only(Ask { query: vec![("with", given.or("with", "seed").to_owned())], ..Ask::get(&path) })
        },
    },
    Tool {
        name: "validate",
        about: "Check a run file and its data; spends nothing. What is wrong comes with line and fix.",
        writes: false,
        fields: &[FILE, FILES, MODE, WORKSPACE],
        picks: &["ok", "ready", "unready", "examples", "duplicates", "warnings"],
        asks: |given| checked(given),
    },
    Tool {
        name: "estimate",
        about: "Estimate the calls, tokens, USD and time of a run file; spends nothing.",
        writes: false,
        fields: &[FILE, FILES, MODE, WORKSPACE],
        picks: &["estimate", "ready", "unready"],
        asks: |given| checked(given),
    },
    Tool {
        name: "create_run",
        about: "Create a run from a run file. It waits for start_run unless `start` is true; once started it spends up to its budget.",
        writes: true,
        fields: &[
            FILE,
            FILES,
            MODE,
            field("start", Kind::Flag, "whether it starts at once; false where it is not said"),
            field("run", Kind::Text, "its id; one is drawn where none is given"),
            WORKSPACE,
        ],
        picks: &[],
        asks: |given| {
            let mut body = given.body(&["file", "files", "mode", "start", "run"]);
            body.entry("start").or_insert(Value::Bool(false));
            let path = ["workspaces", given.or("workspace", "{workspace}"), "runs"];
            only(Ask { body: Some(Value::Object(body)), ..Ask::new(Method::POST, &path) })
        },
    },
    Tool {
        name: "start_run",
        about: "Start a run, or go on with one that is paused. It spends up to its budget.",
        writes: true,
        fields: &[RUN],
        picks: &[],
        asks: |given| only(Ask::new(Method::POST, &["runs", given.text("run"), "start"])),
    },
    Tool {
        name: "pause_run",
        about: "Put a run down: calls in flight end, and start_run goes on with it.",
        writes: true,
        fields: &[RUN],
        picks: &[],
        asks: |given| only(Ask::new(Method::POST, &["runs", given.text("run"), "pause"])),
    },
    Tool {
        name: "branch",
        about: "Create a run that starts from a candidate or snapshot of another. It waits for start_run unless `start` is true.",
        writes: true,
        fields: &[
            RUN,
            field(
                "from",
                Kind::Text,
                "a candidate such as `c3`, `seed`, `best`, or a snapshot's name; `best` where it is not said",
            ),
            field("calls", Kind::Number, "its limit on calls; the limits of the run where it is not said"),
            field("seed", Kind::Number, "the seed of all its randomness"),
            field("start", Kind::Flag, "whether it starts at once; false where it is not said"),
        ],
        picks: &[],
        asks: |given| {
            let mut body = given.body(&["seed", "start"]);
            body.insert("from".into(), Value::from(given.or("from", "best")));
            body.entry("start").or_insert(Value::Bool(false));
            if let Some(calls) = given.0.get("calls") {
                body.insert("budget".into(), json!({ "calls": calls }));
            }
            let path = ["runs", given.text("run"), "branches"];
            only(Ask { body: Some(Value::Object(body)), ..Ask::new(Method::POST, &path) })
        },
    },
];

/// One request, whose answer is the tool's.
fn only(ask: Ask) -> Vec<(&'static str, Ask)> {
    vec![("", ask)]
}

fn checked(given: &Given) -> Vec<(&'static str, Ask)> {
    let path = ["workspaces", given.or("workspace", "{workspace}"), "runs", "check"];
    let body = given.body(&["file", "files", "mode"]);
    only(Ask { body: Some(Value::Object(body)), ..Ask::new(Method::POST, &path) })
}

/// Arguments that were checked.
struct Given<'a>(&'a Map<String, Value>);

impl Given<'_> {
    fn text(&self, name: &str) -> &str {
        self.or(name, "")
    }

    fn or<'t>(&'t self, name: &str, usual: &'t str) -> &'t str {
        self.0.get(name).and_then(Value::as_str).unwrap_or(usual)
    }

    /// A request with those of these arguments that are given, as its query.
    fn query(&self, mut ask: Ask, names: &[&'static str]) -> Ask {
        for name in names {
            match self.0.get(*name) {
                Some(Value::String(text)) => ask.query.push((name, text.clone())),
                Some(Value::Number(number)) => ask.query.push((name, number.to_string())),
                _ => {}
            }
        }
        ask
    }

    fn body(&self, names: &[&str]) -> Map<String, Value> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.0.get(*name)?.clone()))).collect()
    }
}

impl Tool {
    /// The requests that it stands for.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub fn asks(&self, arguments: &Map<String, Value>) -> Result<Vec<(&'static str, Ask)>, String> {
        let names = || self.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
        if let Some(other) = arguments.keys().find(|name| self.fields.iter().all(|field| field.name != **name)) {
            return Err(format!("{} has no argument `{other}`\nfix: it takes {}", self.name, names()));
        }
        for field in self.fields {
            match arguments.get(field.name) {
                None if field.needed => {
                    return Err(format!("{} needs `{}`\nfix: {}", self.name, field.name, field.about));
                }
                Some(value) if !field.kind.fits(value) => {
                    return Err(format!("`{}` is not {}\nfix: {}", field.name, field.kind.words(), field.about));
                }
                _ => {}
            }
        }
        Ok((self.asks)(&Given(arguments)))
    }
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.as_str().is_some_and(|text| !text.is_empty()),
            Self::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Number => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::Files => value.as_object().is_some_and(|files| files.values().all(Value::is_string)),
        }
    }

    /// What it takes, in words.
    fn words(self) -> String {
        match self {
            Self::Text => "a text with something in it".to_owned(),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Number => "a number from 0 on".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Files => "an object of texts".to_owned(),
        }
    }

    fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string", "minLength": 1 }),
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Number => json!({ "type": "integer", "minimum": 0 }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Files => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        }
    }
}

/// What an agent is told of the tools.
pub(super) fn list(tools: Tools) -> Vec<Value> {
    let here = TOOLS.iter().filter(|tool| !tool.writes || tools == Tools::Write);
    let told = |tool: &Tool| {
        let properties: Map<String, Value> = tool
            .fields
            .iter()
            .map(|field| {
                let mut schema = field.kind.schema();
                schema["description"] = Value::from(field.about);
                (field.name.to_owned(), schema)
            })
            .collect();
        let needed: Vec<&str> = tool.fields.iter().filter(|field| field.needed).map(|field| field.name).collect();
        json!({
            "name": tool.name,
            "description": tool.about,
            "inputSchema": { "type": "object", "properties": properties, "required": needed, "additionalProperties": false },
            "annotations": { "readOnlyHint": !tool.writes, "destructiveHint": false, "openWorldHint": tool.writes },
        })
    };
    here.map(told).collect()
}

/// A tool that is there.
///
/// # Errors
/// Where there is none of that name, or it writes and that was not switched on.
pub(super) fn find(name: &str, tools: Tools) -> Result<&'static Tool, String> {
    let tool = TOOLS.iter().find(|tool| tool.name == name).ok_or_else(|| format!("there is no tool `{name}`"))?;
    if tool.writes && tools == Tools::Read {
        return Err(format!(
            "`{name}` changes something, and tools that do are switched off here; whoever keeps the server starts it with --mcp-write, or \
             `clade mcp` with --write"
        ));
    }
    Ok(tool)
}
