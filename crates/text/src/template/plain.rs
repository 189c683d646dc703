use serde_json::Value;

use super::value::write_value;

/// A template of literal texts and plain `{{ name }}` alone: no filter, attribute, tag or comment. Most templates are, and
/// filling them needs no engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain {
    pieces: Vec<Piece>,
    /// Bytes of all literals, for the first allocation.
    literal_len: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(Box<str>),
    Variable { name: Box<str>, line: u32 },
}

/// A variable without a value, and the line that needs it.
pub(super) struct Missing<'a> {
    pub(super) name: &'a str,
    pub(super) line: u32,
}

/// Names that the engine does not read as a variable of the example, or not only.
const SPECIAL: [&str; 19] = [
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "not",
    "and",
    "or",
    "if",
    "else",
    "in",
    "is",
    "loop",
    "self",
    "range",
    "dict",
    "namespace",
    "debug",
];

impl Plain {
    /// `None` where the source needs the engine, or does not parse.
    pub(super) fn parse(source: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut literal_len = 0;
        let mut at = 0;
        let mut literal_from = 0;
        let mut line = 1;
        while let Some(start) = source[at..].find('{').map(|i| at + i) {
            match source.as_bytes().get(start + 1) {
                Some(b'{') => {}
                Some(b'%' | b'#') => return None,
                _ => {
                    at = start + 1;
                    continue;
                }
            }
            let inner_len = source[start + 2..].find("}}")?;
            let name = source[start + 2..start + 2 + inner_len].trim_matches([' ', '\t', '\n', '\r']);
            if !is_name(name) {
                return None;
            }
            if start > literal_from {
                literal_len += start - literal_from;
                pieces.push(Piece::Literal(source[literal_from..start].into()));
            }
            line += newlines(&source[literal_from..start]);
            pieces.push(Piece::Variable { name: name.into(), line });
            at = start + 2 + inner_len + 2;
            line += newlines(&source[start..at]);
            literal_from = at;
        }
        if literal_from < source.len() {
            literal_len += source.len() - literal_from;
            pieces.push(Piece::Literal(source[literal_from..].into()));
        }
        Some(Self { pieces, literal_len })
    }

    /// The names of its variables, in order, repeated as they are.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { name, .. } => Some(&**name),
            Piece::Literal(_) => None,
        })
    }

    /// The filled text.
    pub(super) fn render(&self, vars: &clade_domain::Vars) -> Result<String, Missing<'_>> {
        let values: usize = self.names().map(|name| vars.get(name).and_then(Value::as_str).map_or(16, str::len)).sum();
        let mut out = String::with_capacity(self.literal_len + values);
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Variable { name, line } => match vars.get(&**name) {
                    Some(value) => write_value(&mut out, value),
                    None => return Err(Missing { name, line: *line }),
                },
            }
        }
        Ok(out)
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !SPECIAL.contains(&text)
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&b| b == b'\n').count()).unwrap_or(u32::MAX)
}
