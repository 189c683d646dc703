//! `docs/operators.md` names every operator with what it does and its default weight.

use std::fmt::Write;

use clade_evolve::operators;

#[test]
fn the_page_has_a_row_for_every_operator() {
    let mut table = String::from(
        "| operator | parents | asks a model | weight | what it does |\n| --- | --- | --- | --- | --- |\n",
    );
    for operator in operators::all() {
        let kind = operator.kind();
        let asks = if kind.model_written { "yes" } else { "no" };
        writeln!(
            table,
            "| `{}` | {} | {asks} | {} | {} |",
            operator.name(),
            kind.parents,
            operator.default_weight(),
            operator.description()
        )
        .unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operators.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page.contains(&table), "docs/operators.md needs this table:\n\n{table}");
}
