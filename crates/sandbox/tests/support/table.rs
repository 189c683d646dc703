//! Tables in documents that tests keep true.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may fail loudly, as tests do")]
#![allow(dead_code, reason = "each test uses what it needs")]

use std::{path::Path, sync::Mutex};

use clade_sandbox::conformance::Offered;

const BEGIN: &str = "<!-- written by a test of crates/sandbox -->\n";
const END: &str = "<!-- end -->\n";

/// Tests that write the same document take turns.
static WRITING: Mutex<()> = Mutex::new(());

/// Compares a table with the one in a document of `docs/`, or writes it there with `UPDATE_DOCS=1`.
pub fn compare(document: &str, text: &str, table: &str) {
    let (before, written, after) = parts(text);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        write(document, before, table, after);
    } else {
        assert_eq!(written, table, "write it anew with UPDATE_DOCS=1");
    }
}

/// A rule of the conformance suite and what became of it, for people.
pub fn row(name: &str, offered: Offered) -> (String, String) {
    let words = match offered {
        Offered::Yes => "holds",
        Offered::AfterASweep => "holds after `clade sandbox gc`",
        Offered::No => "not offered",
    };
    (name.replace("::", ": ").replace('_', " "), words.to_owned())
}

/// The same for one column of a table whose first column names the rows. Other columns stay as they are; `text` is the document at
/// build time.
pub fn compare_column(document: &str, text: &str, column: &str, rows: &[(String, String)]) {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let _turn = WRITING.lock().unwrap();
    let now = if update { std::fs::read_to_string(path(document)).unwrap() } else { text.to_owned() };
    let (before, written, after) = parts(&now);
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let mut lines = written.lines();
    let mut head = cells(lines.next().expect("the table has a head"));
    let old: Vec<Vec<String>> = lines.skip(1).map(cells).collect();
    let place = head.iter().position(|name| name == column).unwrap_or_else(|| {
        head.push(column.to_owned());
        head.len() - 1
    });
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = row(&head) + &row(&vec!["---".to_owned(); head.len()]);
    for (name, value) in rows {
        let mut line = old.iter().find(|line| line.first() == Some(name)).cloned().unwrap_or_default();
        line.resize(head.len(), String::new());
        (line[0], line[place]) = (name.clone(), value.clone());
        table += &row(&line);
    }
    if update {
        write(document, before, &table, after);
    } else {
        assert_eq!(written, table, "write it anew with UPDATE_DOCS=1");
    }
}

fn parts(text: &str) -> (&str, &str, &str) {
    let (before, rest) = text.split_once(BEGIN).expect("the document has a place for the table");
    let (written, after) = rest.split_once(END).expect("the table has an end");
    (before, written, after)
}

fn path(document: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(document)
}

fn write(document: &str, before: &str, table: &str, after: &str) {
    std::fs::write(path(document), format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
}
