//! Tables in documents that tests keep true.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may fail loudly, as tests do")]

use std::path::Path;

const BEGIN: &str = "<!-- written by a test of crates/sandbox -->\n";
const END: &str = "<!-- end -->\n";

/// Compares a table with the one in a document of `docs/`, or writes it there with `UPDATE_DOCS=1`.
pub fn compare(document: &str, text: &str, table: &str) {
    let (before, rest) = text.split_once(BEGIN).expect("the document has a place for the table");
    let (written, after) = rest.split_once(END).expect("the table has an end");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(document);
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(written, table, "write it anew with UPDATE_DOCS=1");
    }
}
