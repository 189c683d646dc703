use std::{collections::BTreeSet, sync::OnceLock};

use serde_json::{Map, Value};

use super::{ProviderInput, RunFile, TestCase, ignored_note, root, search_called, unsupported};
use crate::{
    settings::not_known,
    source::Span,
    text::{list, nearest},
    yaml::{KeyPath, Node, NodeValue},
};

/// A misfit between a tree and the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub span: Span,
    pub path: KeyPath,
    pub message: String,
    pub fix: String,
    /// Whether it only deserves a note.
    pub note: bool,
}

/// Checks trees against a JSON schema: the part of draft 2020-12 that `schemars` writes for our types.
#[derive(Debug)]
pub(crate) struct Checker {
    root: Value,
    name: &'static str,
}

impl Checker {
    /// For whole run files.
    pub(crate) fn run_file() -> &'static Self {
        static CHECKER: OnceLock<Checker> = OnceLock::new();
        CHECKER.get_or_init(|| Self { root: root::of::<RunFile>(), name: "RunFile" })
    }

    /// For one test of a data file.
    pub(crate) fn test_case() -> &'static Self {
        static CHECKER: OnceLock<Checker> = OnceLock::new();
        CHECKER.get_or_init(|| Self { root: root::of::<TestCase>(), name: "TestCase" })
    }

    /// For an entry of `providers`.
    pub(crate) fn provider() -> &'static Self {
        static CHECKER: OnceLock<Checker> = OnceLock::new();
        CHECKER.get_or_init(|| Self { root: root::of::<ProviderInput>(), name: "ProviderInput" })
    }

    /// Everything that does not fit, in the order of the tree.
    pub(crate) fn check(&self, node: &Node) -> Vec<Finding> {
        self.check_at(node, &KeyPath::default())
    }

    /// The same of a tree that stands at a path.
    pub(crate) fn check_at(&self, node: &Node, path: &KeyPath) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.walk(node, &self.root, self.name, path, &mut findings);
        findings
    }

    fn resolve<'a>(&'a self, mut schema: &'a Value, mut name: &'a str) -> (&'a Value, &'a str) {
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            name = reference.rsplit('/').next().unwrap_or(name);
            match self.root.get("$defs").and_then(|defs| defs.get(name)) {
                Some(found) => schema = found,
                None => break,
            }
        }
        (schema, name)
    }

    fn walk(&self, node: &Node, schema: &Value, name: &str, path: &KeyPath, findings: &mut Vec<Finding>) {
        let (schema, name) = self.resolve(schema, name);
        if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
            self.any_of(node, branches, name, path, findings);
            return;
        }
        if let Some(expected) = schema.get("const") {
            self.one_of(node, std::slice::from_ref(expected), None, path, findings);
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            self.one_of(node, allowed, None, path, findings);
        }
        let types = types(schema);
        if !types.is_empty() && !types.iter().any(|t| fits(node, t)) {
            findings.push(wrong_type(node, path, &[schema]));
            return;
        }
        match &node.value {
            NodeValue::Number(number) => {
                if let Some(n) = number.as_f64() {
                    bounds(node, n, schema, path, findings);
                }
            }
            NodeValue::List(items) => {
                let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
                if (items.len() as u64) < least {
                    let message = format!("`{path}` is an empty list");
                    let fix = "write at least one entry, or remove the key";
                    findings.push(finding(node.span, path, message, fix));
                }
                if let Some(inner) = schema.get("items") {
                    for (i, item) in items.iter().enumerate() {
                        self.walk(item, inner, name, &path.index(i), findings);
                    }
                }
            }
            NodeValue::Map(_) => self.object(node, schema, name, path, findings),
            _ => {}
        }
    }

    fn object(&self, node: &Node, schema: &Value, name: &str, path: &KeyPath, findings: &mut Vec<Finding>) {
        let NodeValue::Map(entries) = &node.value else { return };
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let extra = schema.get("additionalProperties").filter(|s| s.is_object());
        for entry in entries {
            let inner_path = path.name(&entry.key);
            match (properties.get(&entry.key), extra) {
                (Some(inner), _) => {
                    self.walk(&entry.value, inner, name, &inner_path, findings);
                    if let Some(note) = ignored_note(name, &entry.key) {
                        let message = format!("`{inner_path}` is ignored: {note}");
                        findings.push(Finding { note: true, ..finding(entry.key_span, &inner_path, message, "") });
                    }
                }
                (None, Some(inner)) => self.walk(&entry.value, inner, name, &inner_path, findings),
                (None, None) if closed => {
                    findings.push(self.unknown_key(&entry.key, entry.key_span, &inner_path, name, properties));
                }
                (None, None) => {}
            }
        }
        for required in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !entries.iter().any(|e| e.key == required) {
                let place = if path.0.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
                let span = entries.first().map_or(node.span, |e| e.key_span);
                let message = format!("{place} has no `{required}`");
                findings.push(finding(span, path, message, format!("add `{required}`")));
            }
        }
    }

    fn unknown_key(&self, key: &str, span: Span, path: &KeyPath, object: &str, known: &Map<String, Value>) -> Finding {
        if let Some(fix) = unsupported(object, key) {
            return finding(span, path, format!("`{path}` is promptfoo's and not supported yet"), fix);
        }
        // the block of our own is what people forget
        let ours = object == "RunFile"
            && self.root.pointer("/$defs/OptimizeInput/properties").is_some_and(|p| p.get(key).is_some());
        let names = known.keys().map(String::as_str).filter(|k| ignored_note(object, k).is_none());
        let names: Vec<&str> = names.filter(|k| *k != "$schema").collect();
        let fix = match nearest(key, names.iter().copied()) {
            _ if ours => format!("it belongs under `optimize`: `optimize.{key}`"),
            Some(name) => format!("did you mean `{name}`?"),
            None if object == "TestCase" => format!("put variables under `vars`; keys of a test are {}", list(&names)),
            None => format!("known here are {}", list(&names)),
        };
        finding(span, path, not_known(path), fix)
    }

    /// The branch that fits, or the misfits of the branch that comes nearest.
    fn any_of(&self, node: &Node, branches: &[Value], name: &str, path: &KeyPath, findings: &mut Vec<Finding>) {
        let mut resolved = Vec::new();
        self.flatten(branches, name, &mut resolved);
        // names of an enum with a docstring each come as one branch a name
        let names: Vec<Value> = resolved.iter().filter_map(|(schema, _)| schema.get("const").cloned()).collect();
        if !names.is_empty() && matches!(node.value, NodeValue::String(_)) {
            let others =
                resolved.iter().any(|(schema, _)| schema.get("const").is_none() && types(schema).contains(&"string"));
            if !others {
                let list = resolved.iter().find(|(schema, _)| types(schema).contains(&"array"));
                let of = list.and_then(|(schema, _)| schema.get("description")?.as_str());
                self.one_of(node, &names, of, path, findings);
                return;
            }
        }
        if self.tagged(node, &resolved, path, findings) {
            return;
        }
        let mut best: Option<(usize, usize, Vec<Finding>)> = None;
        for (schema, name) in &resolved {
            let types = types(schema);
            if !types.is_empty() && !types.iter().any(|t| fits(node, t)) {
                continue;
            }
            let mut own = Vec::new();
            self.walk(node, schema, name, path, &mut own);
            let wrong = own.iter().filter(|f| !f.note).count();
            let known = known_keys(node, schema);
            let better = best.as_ref().is_none_or(|(least, most, _)| {
                (wrong == 0 && *least > 0)
                    || ((wrong == 0) == (*least == 0) && (known > *most || (known == *most && wrong < *least)))
            });
            if better {
                best = Some((wrong, known, own));
            }
        }
        match best {
            Some((_, _, own)) => findings.extend(own),
            None => {
                let schemas: Vec<&Value> = resolved.iter().map(|(schema, _)| *schema).collect();
                findings.push(wrong_type(node, path, &schemas));
            }
        }
    }

    /// Where a key holds another word in each branch, as `name` of a strategy does: the branch of the word that is written.
    /// False where there is no such key.
    fn tagged(&self, node: &Node, branches: &[(&Value, &str)], path: &KeyPath, findings: &mut Vec<Finding>) -> bool {
        let NodeValue::Map(entries) = &node.value else { return false };
        for entry in entries.iter().filter(|entry| matches!(entry.value.value, NodeValue::String(_))) {
            let word = |schema: &Value| schema.get("properties")?.get(&entry.key)?.get("const").cloned();
            let words: Vec<Value> = branches.iter().filter_map(|(schema, _)| word(schema)).collect();
            if words.len() < 2 {
                continue;
            }
            let written = Some(entry.value.to_json());
            match branches.iter().find(|(schema, _)| word(schema) == written) {
                Some((schema, name)) => self.walk(node, schema, name, path, findings),
                None => self.one_of(&entry.value, &words, None, &path.name(&entry.key), findings),
            }
            return true;
        }
        false
    }

    /// Branches with the branches of branches in their place.
    fn flatten<'a>(&'a self, branches: &'a [Value], name: &'a str, flat: &mut Vec<(&'a Value, &'a str)>) {
        for branch in branches {
            let (schema, name) = self.resolve(branch, name);
            match schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
                Some(inner) => self.flatten(inner, name, flat),
                None => flat.push((schema, name)),
            }
        }
    }

    /// `list_of`: what the items are, where a list would do as well.
    fn one_of(
        &self,
        node: &Node,
        allowed: &[Value],
        list_of: Option<&str>,
        path: &KeyPath,
        findings: &mut Vec<Finding>,
    ) {
        let value = node.to_json();
        if allowed.contains(&value) || !matches!(node.value, NodeValue::String(_)) {
            return;
        }
        let names: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
        let written = node.as_str().unwrap_or_default();
        let meant = search_called(written).filter(|name| names.contains(name));
        let fix = match meant.or_else(|| nearest(written, names.iter().copied())) {
            Some(name) => format!("did you mean `{name}`? known are {}", list(&names)),
            None => match list_of {
                Some(items) => format!("write {}, or a list of {}", list(&names), items.trim_end_matches('.')),
                None => format!("known are {}", list(&names)),
            },
        };
        findings.push(finding(node.span, path, format!("`{path}` cannot be `{written}`"), fix));
    }
}

fn finding(span: Span, path: &KeyPath, message: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding { span, path: path.clone(), message: message.into(), fix: fix.into(), note: false }
}

fn wrong_type(node: &Node, path: &KeyPath, schemas: &[&Value]) -> Finding {
    let needed = needed(schemas);
    let maps = schemas.iter().filter_map(|schema| schema.get("properties")?.as_object());
    let keys: BTreeSet<&String> = maps.clone().flat_map(|map| map.keys()).collect();
    // the word that tells one of several maps from the others, without its map
    let tagged = node.as_str().and_then(|word| {
        let tag = |(_, inner): &(&String, &Value)| inner.get("const").and_then(Value::as_str) == Some(word);
        maps.clone().find_map(|map| Some((word, map.iter().find(tag)?.0, map)))
    });
    let place = if path.0.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
    let message = format!("{place} is {} where {needed} is needed", node.kind());
    let number = node.as_str().is_some_and(|t| t.parse::<f64>().is_ok_and(f64::is_finite)) && needed.contains("number");
    let fix = if number {
        "remove the quotes".to_owned()
    } else if path.0.is_empty() {
        "write keys such as `prompts:`, `providers:` and `tests:`".to_owned()
    } else if let Some((word, tag, map)) = tagged {
        let more: String = map.keys().filter(|key| *key != tag).map(|key| format!(", {key}: ...")).collect();
        format!("write `{{{tag}: {word}{more}}}`")
    } else if !keys.is_empty() {
        format!("write {needed}; known keys are {}", list(&keys.into_iter().collect::<Vec<_>>()))
    } else {
        format!("write {needed}")
    };
    finding(node.span, path, message, fix)
}

fn bounds(node: &Node, n: f64, schema: &Value, path: &KeyPath, findings: &mut Vec<Finding>) {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let (least, most, above) = (bound("minimum"), bound("maximum"), bound("exclusiveMinimum"));
    let low = least.is_some_and(|least| n < least) || above.is_some_and(|above| n <= above);
    if !low && most.is_none_or(|most| n <= most) {
        return;
    }
    let fix = match (least, most, above) {
        (_, _, Some(above)) => format!("write a number above {above}"),
        (Some(least), Some(most), _) if most < f64::from(u32::MAX) => format!("write a number from {least} to {most}"),
        (Some(least), ..) if n < least => format!("write a number from {least}"),
        (_, Some(most), _) => format!("write a number up to {most}"),
        _ => "write another number".to_owned(),
    };
    findings.push(finding(node.span, path, format!("`{path}` cannot be {n}"), fix));
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn fits(node: &Node, kind: &str) -> bool {
    match (&node.value, kind) {
        (NodeValue::Null, "null")
        | (NodeValue::Bool(_), "boolean")
        | (NodeValue::Number(_), "number")
        | (NodeValue::String(_), "string")
        | (NodeValue::List(_), "array")
        | (NodeValue::Map(_), "object") => true,
        (NodeValue::Number(n), "integer") => n.is_u64() || n.is_i64(),
        _ => false,
    }
}

fn known_keys(node: &Node, schema: &Value) -> usize {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return 0 };
    match &node.value {
        NodeValue::Map(entries) => entries.iter().filter(|e| properties.contains_key(&e.key)).count(),
        _ => 0,
    }
}

/// What would fit, for people.
fn needed(schemas: &[&Value]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for schema in schemas {
        for kind in types(schema) {
            let name = match kind {
                "string" => "a text",
                "integer" => "a whole number",
                "number" => "a number",
                "boolean" => "`true` or `false`",
                "array" => "a list",
                "object" => "a map of keys",
                _ => continue,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "another value".to_owned(),
    }
}
