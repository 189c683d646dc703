use std::fmt;

use crate::{Field, Found, Record, lexer::is_bare};

/// A filter that was read and checked. The empty one matches everything.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub(crate) expr: Expr,
}

impl Filter {
    /// The filter that matches everything.
    #[must_use]
    pub fn all() -> Self {
        Self { expr: Expr::And(Vec::new()) }
    }

    /// Its tree. Nested at most 64 deep.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether it can tell anything apart.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.expr == Expr::And(Vec::new())
    }

    /// Whether it asks for a field: what is expensive to read is then read only where it is asked for.
    #[must_use]
    pub fn asks_for(&self, field: &str) -> bool {
        self.expr.asks_for(field)
    }

    /// Whether it matches.
    #[must_use]
    pub fn matches(&self, record: &impl Record) -> bool {
        self.expr.matches(record)
    }
}

/// A tree of conditions.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// All of them hold; true where there are none.
    And(Vec<Expr>),
    /// One of them holds.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// A comparison holds.
    Is(Comparison),
}

/// A field against a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The field.
    pub field: Field,
    /// How they are compared.
    pub operator: Operator,
    /// The value, of the field's kind.
    pub value: Value,
}

/// How a field is compared. With what is missing only `=` and `!=` against [`Value::None`] tell anything: every other comparison is
/// false, except `!=` and `!~`, which are the opposites of `=` and `~`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`, also written `==`.
    Equal,
    /// `!=`, the opposite of `=`.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `~`: contains, in any case.
    Contains,
    /// `!~`, the opposite of `~`.
    Lacks,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// A text or a word.
    Text(String),
    /// Milliseconds since 1970-01-01 UTC.
    Time(i64),
    /// `none`: the field has no value.
    None,
}

impl Expr {
    fn matches(&self, record: &impl Record) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(record)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(record)),
            Self::Not(part) => !part.matches(record),
            Self::Is(comparison) => comparison.holds(&record.find(comparison.field.name)),
        }
    }

    fn asks_for(&self, field: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.asks_for(field)),
            Self::Not(part) => part.asks_for(field),
            Self::Is(comparison) => comparison.field.name == field,
        }
    }

    /// Writes it so that reading it gives the same tree.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(comparison) => write!(f, "{comparison}"),
            Self::Not(part) => {
                f.write_str("not ")?;
                part.write_as_part(f)
            }
            Self::And(parts) | Self::Or(parts) => {
                let word = if matches!(self, Self::And(_)) { " and " } else { " or " };
                parts.iter().enumerate().try_for_each(|(place, part)| {
                    if place > 0 {
                        f.write_str(word)?;
                    }
                    part.write_as_part(f)
                })
            }
        }
    }

    fn write_as_part(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(_) | Self::Not(_) => self.write(f),
            Self::And(_) | Self::Or(_) => {
                f.write_str("(")?;
                self.write(f)?;
                f.write_str(")")
            }
        }
    }
}

impl Comparison {
    fn holds(&self, found: &Found<'_>) -> bool {
        match self.operator {
            Operator::NotEqual => !found.holds(Operator::Equal, &self.value),
            Operator::Lacks => !found.holds(Operator::Contains, &self.value),
            operator => found.holds(operator, &self.value),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.write(f)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.field.name, self.operator, self.value)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Contains => "~",
            Self::Lacks => "!~",
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) if !text.is_empty() && text.chars().all(is_bare) && text != "none" => f.write_str(text),
            Self::Text(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Time(at) => match jiff::Timestamp::from_millisecond(*at) {
                Ok(at) => write!(f, "{at}"),
                Err(_) => write!(f, "{at}"),
            },
            Self::None => f.write_str("none"),
        }
    }
}
