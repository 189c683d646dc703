use std::collections::BTreeMap;

use super::case::advice;
use crate::{problem::Problem, text::count};

/// Most further lines that one problem names.
const MOST_LINES: usize = 8;

/// Examples whose values a check cannot use, by evaluator: told once with the lines of all, not once for each.
#[derive(Debug, Default)]
pub(super) struct Unusable {
    found: BTreeMap<(String, String), Rows>,
}

#[derive(Debug)]
struct Rows {
    message: String,
    first: usize,
    more: Vec<usize>,
    n: usize,
}

impl Unusable {
    /// Notes what an evaluator said of the example at this line of the named file.
    pub(super) fn add(&mut self, kind: &str, message: &str, file: &str, line: usize) {
        let rows = self.found.entry((file.to_owned(), kind.to_owned())).or_insert_with(|| Rows {
            message: message.to_owned(),
            first: line,
            more: Vec::new(),
            n: 0,
        });
        rows.n += 1;
        if rows.n > 1 && rows.more.len() < MOST_LINES {
            rows.more.push(line);
        }
    }

    /// A problem for each evaluator and file.
    pub(super) fn problems(self) -> impl Iterator<Item = Problem> {
        self.found.into_iter().map(|((file, _), rows)| {
            let (message, advised) = advice(&rows.message);
            let fix = if advised.starts_with("docs/") {
                "give the example a value that the check can use, or take it out of the data".to_owned()
            } else {
                advised
            };
            let mut message = format!("a check cannot use this example: {message}");
            if rows.n > 1 {
                let mut lines: Vec<String> = rows.more.iter().map(usize::to_string).collect();
                if rows.n - 1 > lines.len() {
                    lines.push("...".to_owned());
                }
                let word = if rows.n == 2 { "line" } else { "lines" };
                message.push_str(&format!(
                    " (so it is with {} more, {word} {})",
                    count(rows.n - 1, "example"),
                    lines.join(", ")
                ));
            }
            Problem::of_line(file, rows.first, None, message, fix)
        })
    }
}
