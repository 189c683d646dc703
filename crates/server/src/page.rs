use std::{cmp::Ordering, fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Problem;

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to pass as `cursor` for the next page; null at the end.
    pub next: Option<String>,
}

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PageQuery {
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// At most so many, 1 to 500; 50 where it is not said.
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
}

/// Most on a page.
const MOST: u32 = 500;
/// On a page where nothing is said.
const USUAL: u32 = 50;

/// How many are asked for.
pub(crate) fn limit(asked: Option<u32>) -> Result<usize, Problem> {
    match asked.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit as usize),
        limit => Err(Problem::bad(format!("`limit` is {limit}, and has to be 1 to {MOST}"))
            .fix("ask for fewer, and for the next page with `cursor`")),
    }
}

/// A page of what is there whole and in the order of a key: the cursor is the key of the last item of the page before, so that what comes or goes
/// meanwhile makes the next page skip nothing.
pub(crate) fn after<T, K: fmt::Display + FromStr>(
    all: Vec<T>,
    page: (Option<&str>, Option<u32>),
    key: impl Fn(&T) -> K,
    order: impl Fn(&K, &K) -> Ordering,
) -> Result<Page<T>, Problem> {
    let limit = limit(page.1)?;
    let behind = page.0.map(str::parse::<K>).transpose().map_err(|_| Problem::cursor())?;
    let comes = |item: &T| behind.as_ref().is_none_or(|behind| order(&key(item), behind).is_gt());
    let mut items: Vec<T> = all.into_iter().filter(comes).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| key(last).to_string());
    Ok(Page { items, next })
}

/// A value by which a list is in order, and the id that decides among equals.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Keyed<V, I>(pub V, pub I);

impl<V: fmt::Display, I: fmt::Display> fmt::Display for Keyed<V, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

impl<V: FromStr, I: FromStr> FromStr for Keyed<V, I> {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (value, id) = text.split_once(' ').ok_or(())?;
        match (value.parse(), id.parse()) {
            (Ok(value), Ok(id)) => Ok(Self(value, id)),
            (Err(_), _) | (_, Err(_)) => Err(()),
        }
    }
}

/// A page of what is there whole: the cursor is a place in it.
pub(crate) fn cut<T>(all: Vec<T>, cursor: Option<&str>, asked: Option<u32>) -> Result<Page<T>, Problem> {
    let limit = limit(asked)?;
    let from: usize = match cursor {
        Some(cursor) => cursor.parse().map_err(|_| Problem::cursor())?,
        None => 0,
    };
    let next = from.checked_add(limit).filter(|next| *next < all.len()).map(|next| next.to_string());
    Ok(Page { items: all.into_iter().skip(from).take(limit).collect(), next })
}
