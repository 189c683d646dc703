use crate::{
    Comparison, Expr, Field, Filter, FilterError, Kind, Operator, Value,
    field::nearest,
    lexer::{Token, tokens},
};

/// Longest filter in bytes: nobody types more, and reading it takes no time.
const LONGEST: usize = 4096;
/// How deep parentheses and `not` may nest.
const DEEPEST: u32 = 64;
const KEYWORDS: [&str; 3] = ["and", "or", "not"];

impl Filter {
    /// Reads a filter over these fields. `not` binds strongest, then `and`, then `or`; names and keywords may be in any case.
    ///
    /// # Errors
    /// Where it cannot be read, or asks for what the fields do not have: with the place and the nearest known name.
    pub fn parse(text: &str, fields: &[Field]) -> Result<Self, FilterError> {
        if text.len() > LONGEST {
            return Err(FilterError::at(text, text.len(), format!("it has over {LONGEST} bytes")));
        }
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Ok(Self::all());
        }
        let mut parser = Parser { text, fields, tokens, next: 0, depth: 0 };
        let expr = parser.or()?;
        match parser.peek() {
            None => Ok(Self { expr }),
            Some(Token::Close) => Err(parser.wrong("this `)` closes nothing")),
            Some(token) => Err(parser.wrong(format!("write `and` or `or` before {}", token.shown()))),
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    fields: &'t [Field],
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: u32,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    /// An error at the next token.
    fn wrong(&self, message: impl Into<String>) -> FilterError {
        let byte = self.tokens.get(self.next).map_or(self.text.len(), |(byte, _)| *byte);
        FilterError::at(self.text, byte, message)
    }

    fn keyword(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.next += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.and()?];
        while self.keyword("or") {
            parts.push(self.and()?);
        }
        Ok(one_or(parts, Expr::Or))
    }

    fn and(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.not()?];
        while self.keyword("and") {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Expr::And))
    }

    fn not(&mut self) -> Result<Expr, FilterError> {
        if self.depth >= DEEPEST {
            return Err(self.wrong(format!("it is nested over {DEEPEST} deep")));
        }
        self.depth += 1;
        let expr = if self.keyword("not") {
            Expr::Not(Box::new(self.not()?))
        } else if self.peek() == Some(&Token::Open) {
            self.next += 1;
            let inner = self.or()?;
            if self.peek() != Some(&Token::Close) {
                return Err(self.wrong("a `)` is missing"));
            }
            self.next += 1;
            inner
        } else {
            Expr::Is(self.comparison()?)
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn comparison(&mut self) -> Result<Comparison, FilterError> {
        let field = self.field()?;
        self.next += 1;
        let operator = match self.peek() {
            Some(Token::Operator(operator)) => *operator,
            _ => {
                let about = format!("write how to compare `{}`: =, !=, <, <=, >, >=, ~ (contains) or !~", field.name);
                return Err(self.wrong(about));
            }
        };
        if let Some(why) = unsuited(field, operator) {
            return Err(self.wrong(why));
        }
        self.next += 1;
        let value = self.value(field, operator)?;
        self.next += 1;
        Ok(Comparison { field, operator, value })
    }

    fn field(&self) -> Result<Field, FilterError> {
        let Some(token) = self.peek() else { return Err(self.wrong("a condition such as `score>0.8` is missing")) };
        let Token::Word(word) = token else {
            return Err(self.wrong(format!("a condition such as `score>0.8` is missing before {}", token.shown())));
        };
        if KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword)) {
            return Err(self.wrong(format!("a condition such as `score>0.8` is missing before `{word}`")));
        }
        if let Some(field) = self.fields.iter().find(|field| word.eq_ignore_ascii_case(field.name)) {
            return Ok(*field);
        }
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        let meant =
            nearest(word, names.iter().copied()).map_or_else(String::new, |name| format!("did you mean `{name}`? "));
        Err(self.wrong(format!("there is no field `{word}`; {meant}the fields are {}", names.join(", "))))
    }

    fn value(&self, field: Field, operator: Operator) -> Result<Value, FilterError> {
        let (text, quoted) = match self.peek() {
            Some(Token::Word(word)) => (word, false),
            Some(Token::Quoted(text)) => (text, true),
            _ => return Err(self.wrong(format!("a value for `{}` is missing", field.name))),
        };
        if !quoted && text == "none" {
            return match operator {
                Operator::Equal | Operator::NotEqual => Ok(Value::None),
                _ => Err(self.wrong("`none` goes with = and != alone")),
            };
        }
        match field.kind {
            Kind::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Value::Number(number)),
                _ => Err(self.wrong(format!("`{}` is compared with numbers, and `{text}` is none", field.name))),
            },
            Kind::Text => Ok(Value::Text(text.clone())),
            Kind::Time => time(text).map(Value::Time).ok_or_else(|| {
                self.wrong(format!("`{}` is compared with a moment such as 2026-11-01 or 2026-11-01T12:30", field.name))
            }),
            Kind::Word(words) => {
                if operator != Operator::Contains && operator != Operator::Lacks && !words.contains(&text.as_str()) {
                    let meant = nearest(text, words.iter().copied());
                    let meant = meant.map_or_else(String::new, |word| format!("did you mean `{word}`? "));
                    let list = words.join(", ");
                    return Err(self.wrong(format!("`{}` is never `{text}`; {meant}it is one of {list}", field.name)));
                }
                Ok(Value::Text(text.clone()))
            }
        }
    }
}

fn one_or(mut parts: Vec<Expr>, several: fn(Vec<Expr>) -> Expr) -> Expr {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            several(parts)
        }
    }
}

/// Why a field is not compared so.
fn unsuited(field: Field, operator: Operator) -> Option<String> {
    let part = matches!(operator, Operator::Contains | Operator::Lacks);
    let order = matches!(operator, Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast);
    let suited = match field.kind {
        Kind::Number | Kind::Time if part => "=, !=, <, <=, > or >=",
        Kind::Text | Kind::Word(_) if order => "=, !=, ~ or !~",
        _ => return None,
    };
    Some(format!("`{}` is compared with {suited}, not with `{operator}`", field.name))
}

/// Milliseconds since 1970-01-01 of a moment in UTC.
fn time(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at = text.parse::<jiff::civil::DateTime>().ok()?;
    at.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|at| at.timestamp().as_millisecond())
}
