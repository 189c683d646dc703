use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use serde_json::Number;

use super::node::{Entry, Node, NodeValue};
use crate::{
    problem::Problem,
    source::{Sources, Span},
};

/// Deepest nesting that is read. Walks over a tree recurse, so this bounds the stack.
const MAX_DEPTH: usize = 96;

const BRACES: &str = "put quotes around a text that begins with `{{`";

/// Most values of a file: some 100 bytes of memory each.
const MAX_VALUES: usize = 1_000_000;
/// Most of them that aliases repeat, against files that blow up by aliases of aliases.
const MAX_REPEATED: usize = 100_000;
/// Bytes of a text that count as one value more.
const VALUE_BYTES: usize = 64;

/// Reads the one document of a source.
pub(crate) fn read(sources: &Sources, source: usize) -> Result<Node, Vec<Problem>> {
    let mut documents = Reader::new(sources, source).run()?;
    if documents.len() > 1 {
        let second = documents[1].span;
        return Err(vec![sources.problem(
            Span { length: 0, ..second },
            "",
            "the file holds several YAML documents",
            "keep one document in the file: remove the `---` between them",
        )]);
    }
    documents.pop().ok_or_else(|| {
        vec![Problem::of_file(
            sources.name(source),
            "the file is empty",
            "write at least `prompts`, `providers` and `tests`; `clade init` writes an example",
        )]
    })
}

/// Reads every document of a source.
pub(crate) fn read_all(sources: &Sources, source: usize) -> Result<Vec<Node>, Vec<Problem>> {
    Reader::new(sources, source).run()
}

/// A list or map under construction.
struct Open {
    node: Node,
    anchor: usize,
    key: Option<(String, Span)>,
    merges: Vec<Node>,
    size: usize,
}

struct Reader<'a> {
    sources: &'a Sources,
    source: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    documents: Vec<Node>,
    problems: Vec<Problem>,
    values: usize,
    repeated: usize,
}

impl<'a> Reader<'a> {
    fn new(sources: &'a Sources, source: usize) -> Self {
        Self {
            sources,
            source,
            open: Vec::new(),
            anchors: HashMap::new(),
            documents: Vec::new(),
            problems: Vec::new(),
            values: 0,
            repeated: 0,
        }
    }

    fn run(mut self) -> Result<Vec<Node>, Vec<Problem>> {
        let mut parser = Parser::new_from_str(self.sources.text(self.source));
        loop {
            match parser.next_event() {
                None => break,
                Some(Ok((Event::StreamEnd, _))) => break,
                Some(Ok((event, span))) => {
                    if !self.take(event, span) {
                        break;
                    }
                }
                Some(Err(error)) => {
                    // what was found on the same line says it better
                    let line = error.marker().line();
                    if self.problems.last().is_none_or(|p| p.line != line) {
                        self.problems.push(self.scan_problem(&error));
                    }
                    break;
                }
            }
        }
        if self.problems.is_empty() { Ok(self.documents) } else { Err(self.problems) }
    }

    /// Whether to go on.
    fn take(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> bool {
        let place = self.span(span);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => true,
            Event::DocumentEnd => {
                self.anchors.clear();
                true
            }
            Event::Alias(id) => match self.anchors.get(&id).cloned() {
                Some((node, size)) => {
                    self.repeated += size;
                    if self.repeated > MAX_REPEATED {
                        let message = format!("aliases repeat more than {MAX_REPEATED} values");
                        return self.stop(place, message, "write the values out instead of repeating them by aliases");
                    }
                    self.add(node, size, 0)
                }
                None => {
                    let fix = "put the anchor (`&name`) before the alias (`*name`), and not round it";
                    self.stop(place, "this alias names no anchor that is complete", fix)
                }
            },
            Event::Scalar(text, style, anchor, tag) => {
                let value = match scalar(&text, style, tag.as_deref()) {
                    Ok(value) => value,
                    Err(message) => {
                        self.problem(place, message, "write a plain value: tags and infinite numbers have no use here");
                        NodeValue::Null
                    }
                };
                self.add(Node { span: place, value }, 1 + text.len() / VALUE_BYTES, anchor)
            }
            Event::SequenceStart(anchor, tag) => self.begin(NodeValue::List(Vec::new()), place, anchor, tag.as_deref()),
            Event::MappingStart(anchor, tag) => self.begin(NodeValue::Map(Vec::new()), place, anchor, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(done) => {
                    let (node, size, anchor) = self.close(done);
                    self.add(node, size, anchor)
                }
                None => true,
            },
        }
    }

    fn begin(&mut self, value: NodeValue, span: Span, anchor: usize, tag: Option<&Tag>) -> bool {
        let usual = |tag: &&Tag| tag.is_yaml_core_schema() && matches!(&*tag.suffix, "seq" | "map");
        if let Some(tag) = tag.filter(|tag| !usual(tag)) {
            let message = unknown_tag(tag);
            self.problem(span, message, "write a plain value: tags have no use here");
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("lists and maps nest deeper than {MAX_DEPTH} levels");
            return self.stop(span, message, "flatten the file");
        }
        let node = Node { span: Span { length: 0, ..span }, value };
        self.open.push(Open { node, anchor, key: None, merges: Vec::new(), size: 1 });
        true
    }

    fn add(&mut self, node: Node, size: usize, anchor: usize) -> bool {
        // what a list or a map holds was counted as it came
        if matches!(node.value, NodeValue::List(_) | NodeValue::Map(_)) {
            self.values += 1;
        } else {
            self.values += size;
        }
        if self.values + self.repeated > MAX_VALUES {
            let message = format!("the file has more than {MAX_VALUES} values");
            return self.stop(node.span, message, "keep data in files of JSON lines");
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(top) = self.open.last_mut() else {
            if !matches!(node.value, NodeValue::Null) || node.span.length > 0 {
                self.documents.push(node);
            }
            return true;
        };
        top.size += size;
        let problem = match (&mut top.node.value, top.key.take()) {
            (NodeValue::List(items), _) => {
                items.push(node);
                None
            }
            (NodeValue::Map(_), None) => match key_text(&node) {
                Some(key) => {
                    top.key = Some((key, node.span));
                    None
                }
                None => {
                    top.key = Some((String::new(), node.span));
                    let braces = matches!(node.value, NodeValue::Map(_));
                    let fix = if braces { BRACES } else { "put quotes around it" };
                    Some((node.span, "a key of a map must be a text".to_owned(), fix.to_owned()))
                }
            },
            (NodeValue::Map(_), Some((key, span))) if key == "<<" => {
                let fits = match &node.value {
                    NodeValue::Map(_) => true,
                    NodeValue::List(items) => items.iter().all(|n| matches!(n.value, NodeValue::Map(_))),
                    _ => false,
                };
                top.merges.push(node);
                let message = "`<<` merges a map or a list of maps, and this is neither".to_owned();
                (!fits).then(|| (span, message, "name an anchor of a map, as in `<<: *name`".to_owned()))
            }
            (NodeValue::Map(entries), Some((key, span))) => {
                let first = entries.iter().find(|e| e.key == key && !key.is_empty()).map(|e| e.key_span.line);
                let problem = first.map(|line| {
                    let fix = "keep one of the two".to_owned();
                    (span, format!("the key `{key}` is here twice, first on line {line}"), fix)
                });
                entries.push(Entry { key, key_span: span, value: node });
                problem
            }
            _ => None,
        };
        if let Some((span, message, fix)) = problem {
            self.problem(span, message, fix);
        }
        true
    }

    /// Applies merge keys: what a map says itself wins over what it merges, and earlier merges over later ones.
    fn close(&self, mut done: Open) -> (Node, usize, usize) {
        if let NodeValue::Map(entries) = &mut done.node.value {
            let mut merge = |map: Node| {
                if let NodeValue::Map(more) = map.value {
                    for entry in more {
                        if !entries.iter().any(|e| e.key == entry.key) {
                            entries.push(entry);
                        }
                    }
                }
            };
            for node in done.merges {
                match node.value {
                    NodeValue::List(maps) => maps.into_iter().for_each(&mut merge),
                    _ => merge(node),
                }
            }
        }
        // most lists and maps are small, and room for more would be half of what a tree takes
        match &mut done.node.value {
            NodeValue::Map(entries) => entries.shrink_to_fit(),
            NodeValue::List(items) => items.shrink_to_fit(),
            _ => {}
        }
        (done.node, done.size, done.anchor)
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let length = if span.start.line() == span.end.line() {
            span.end.col().saturating_sub(span.start.col())
        } else {
            let line = self.sources.line(self.source, span.start.line());
            line.chars().count().saturating_sub(span.start.col())
        };
        Span { source: self.source, line: span.start.line(), column: span.start.col(), length }
    }

    fn problem(&mut self, span: Span, message: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(self.sources.problem(span, "", message, fix));
    }

    fn stop(&mut self, span: Span, message: impl Into<String>, fix: impl Into<String>) -> bool {
        self.problem(span, message, fix);
        false
    }

    fn scan_problem(&self, error: &ScanError) -> Problem {
        let marker = error.marker();
        let line = self.sources.line(self.source, marker.line());
        let tabbed = |n: usize| {
            let text = self.sources.line(self.source, n);
            text[..text.len() - text.trim_start().len()].contains('\t').then_some(n)
        };
        let near = tabbed(marker.line()).or_else(|| tabbed(marker.line() + 1));
        if let Some(number) = near {
            let text = self.sources.line(self.source, number);
            let column = text.chars().take_while(|c| *c != '\t').count();
            let span = Span { source: self.source, line: number, column, length: 1 };
            return self.sources.problem(
                span,
                "",
                "a tab indents this line",
                "indent by spaces: YAML has no tabs there",
            );
        }
        let json = self.sources.name(self.source).ends_with(".json");
        let fix = if !json && line.contains(": ") && line.matches(": ").count() > 1 {
            "put quotes around a text that holds `: `"
        } else if line.contains("{{") {
            BRACES
        } else if error.info().contains("recursion") {
            "flatten the file: lists and maps nest too deep"
        } else if json {
            "mend the JSON here: look for a missing quote, bracket or comma"
        } else {
            "mend the YAML here: look for a missing quote, bracket or colon, or for wrong indentation above"
        };
        let length = usize::from(marker.col() < line.chars().count());
        let span = Span { source: self.source, line: marker.line(), column: marker.col(), length };
        let kind = if json { "JSON" } else { "YAML" };
        self.sources.problem(span, "", format!("this is no {kind}: {}", error.info()), fix)
    }
}

/// A key's text: numbers and truth values are taken as they are written.
fn key_text(node: &Node) -> Option<String> {
    match &node.value {
        NodeValue::String(text) => Some(text.clone()),
        NodeValue::Number(n) => Some(n.to_string()),
        NodeValue::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

fn unknown_tag(tag: &Tag) -> String {
    let handle = if tag.is_yaml_core_schema() { "!!" } else { &tag.handle };
    format!("the tag `{handle}{}` is not known", tag.suffix)
}

/// The value of a scalar by the core schema (YAML 1.2.2, section 10.3.2).
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<NodeValue, String> {
    let as_text = || NodeValue::String(text.to_owned());
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => return Ok(as_text()),
        Some(tag) if !tag.is_yaml_core_schema() && tag.suffix.is_empty() && tag.handle == "!" => return Ok(as_text()),
        Some(tag) if !tag.is_yaml_core_schema() => {
            return Err(unknown_tag(tag));
        }
        Some(tag) if !matches!(&*tag.suffix, "int" | "float" | "bool" | "null") => {
            return Err(unknown_tag(tag));
        }
        _ => {}
    }
    if style != ScalarStyle::Plain {
        return Ok(as_text());
    }
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
        "true" | "True" | "TRUE" => NodeValue::Bool(true),
        "false" | "False" | "FALSE" => NodeValue::Bool(false),
        _ => match number(text)? {
            Some(number) => NodeValue::Number(number),
            None => as_text(),
        },
    })
}

fn number(text: &str) -> Result<Option<Number>, String> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(format!("`{text}` is no finite number"));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return Ok(i64::from_str_radix(hex, 16).ok().map(Number::from));
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return Ok(i64::from_str_radix(octal, 8).ok().map(Number::from));
    }
    if !body.bytes().any(|b| b.is_ascii_digit()) || !body.bytes().all(|b| b"0123456789.eE+-".contains(&b)) {
        return Ok(None);
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    if let Ok(n) = plain.parse::<i64>() {
        return Ok(Some(n.into()));
    }
    if let Ok(n) = plain.parse::<u64>() {
        return Ok(Some(n.into()));
    }
    Ok(plain.parse::<f64>().ok().and_then(Number::from_f64))
}
