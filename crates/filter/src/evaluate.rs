use std::borrow::Cow;

use crate::{Operator, Value};

/// Something that a filter can be asked about.
pub trait Record {
    /// What it has under a field's name; `Missing` for names it does not know.
    fn find(&self, field: &str) -> Found<'_>;
}

/// What a record has under a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'a> {
    /// Nothing.
    Missing,
    /// A number.
    Number(f64),
    /// A text or a word.
    Text(Cow<'a, str>),
    /// Milliseconds since 1970-01-01 UTC.
    Time(i64),
    /// Several texts: a comparison holds where it holds for one of them.
    Many(Vec<Cow<'a, str>>),
}

impl<'a> Found<'a> {
    /// A text that may be missing.
    pub fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(Cow::Borrowed(text)))
    }

    /// A number that may be missing.
    #[must_use]
    pub fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Missing, Self::Number)
    }

    /// Whether a comparison holds; `!=` and `!~` are turned round by the caller.
    pub(crate) fn holds(&self, operator: Operator, value: &Value) -> bool {
        match (self, value) {
            (found, Value::None) => operator == Operator::Equal && found.is_missing(),
            (Self::Number(a), Value::Number(b)) => compare(a, operator, b),
            (Self::Time(a), Value::Time(b)) => compare(a, operator, b),
            (Self::Text(a), Value::Text(b)) => compare_texts(a, operator, b),
            (Self::Many(many), Value::Text(b)) => many.iter().any(|a| compare_texts(a, operator, b)),
            _ => false,
        }
    }

    fn is_missing(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::Many(many) => many.is_empty(),
            Self::Text(text) => text.is_empty(),
            Self::Number(_) | Self::Time(_) => false,
        }
    }
}

fn compare<T: PartialOrd + ?Sized>(a: &T, operator: Operator, b: &T) -> bool {
    match operator {
        Operator::Equal => a == b,
        Operator::Less => a < b,
        Operator::AtMost => a <= b,
        Operator::Greater => a > b,
        Operator::AtLeast => a >= b,
        Operator::Contains | Operator::NotEqual | Operator::Lacks => false,
    }
}

fn compare_texts(a: &str, operator: Operator, b: &str) -> bool {
    match operator {
        Operator::Contains => a.to_lowercase().contains(&b.to_lowercase()),
        operator => compare(a, operator, b),
    }
}
