use std::collections::HashMap;

use clade_filter::Filter;
use clade_lineage::{
    FIELDS, Graph, NodeId, Searched,
    formats::{Drawing, cypher, dot, graphml, json, mermaid},
};

use crate::common::{dropped, id, node, two_runs};

/// Texts that try to end strings of every format.
fn hostile(graph: &Graph) -> HashMap<NodeId, String> {
    let text = "'; MATCH (n) DETACH DELETE n; //\"]]></data><script>\\\" \\u0027 \u{0}\u{8}\r\n{{x}}";
    graph.nodes().iter().map(|node| (node.id.clone(), text.to_owned())).collect()
}

#[test]
fn small_trees_in_every_format() {
    let mut nodes = two_runs();
    nodes[2] = dropped(nodes[2].clone());
    let graph = Graph::new(nodes);
    let texts: HashMap<NodeId, String> =
        graph.nodes().iter().map(|node| (node.id.clone(), format!("Say \"{}\".", node.id.candidate))).collect();
    let best = id(2, 1);
    let drawing = Drawing::new(&graph, &texts, "run1", Some(&best));
    insta::assert_snapshot!("dot", dot(&drawing));
    insta::assert_snapshot!("mermaid", mermaid(&drawing));
    insta::assert_snapshot!("graphml", graphml(&drawing));
    insta::assert_snapshot!("cypher", cypher(&drawing));
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&json(&drawing)).unwrap());
}

#[test]
fn texts_end_no_string() {
    let graph = Graph::new(two_runs());
    let texts = hostile(&graph);
    let drawing = Drawing::new(&graph, &texts, "a\"b\\", None);
    assert!(dot(&drawing).starts_with("digraph \"a\\\"b\\\\\" {"));
    let xml = graphml(&drawing);
    assert!(!xml.contains("<script>") && !xml.contains('\u{0}') && xml.contains("&lt;script&gt;"));
    let statements = cypher(&drawing);
    // taking away escaped characters and then whole strings leaves no word of a text
    let unescaped = statements.replace("\\\\", "").replace("\\'", "");
    let outside: String = unescaped.split('\'').step_by(2).collect();
    assert!(!outside.contains("DELETE") && outside.contains("MERGE"), "{outside}");
    assert!(!statements.contains('\u{0}') && statements.contains("\\u0000"));
}

#[test]
fn mermaid_keeps_within_its_caps() {
    let mut nodes = vec![node(1, 0, 0, &[], 50)];
    nodes.extend((1..3000).map(|n| node(1, n, n, &[id(1, n - 1)], n % 100)));
    let graph = Graph::new(nodes);
    let texts = HashMap::new();
    let best = id(1, 40);
    let text = mermaid(&Drawing::new(&graph, &texts, "run1", Some(&best)));
    assert!(text.len() <= 50_000 && text.matches("-->").count() <= 500, "{} characters", text.len());
    assert!(text.contains("of 3000 candidates") && text.contains("  c40([\"c40"), "{}", &text[..200]);
}

#[test]
fn every_field_can_be_asked_for() {
    let nodes = two_runs();
    // filter, how many of the eight nodes it keeps
    let table = [
        ("id=c0", 2),
        ("run=run2", 2),
        ("score>=0.7", 3),
        ("low>0.8", 1),
        ("high<0.4", 1),
        ("trials=100", 8),
        ("generation=1 and operator=reflect", 3),
        ("operator=seed", 3),
        ("model~rough", 8),
        ("status=kept", 8),
        ("reason=none", 8),
        ("relation=branch_of", 1),
        ("relation=derived_from and parent=c2", 1),
        ("cost>0.001", 8),
        ("note=none", 8),
        ("text~hello", 8),
    ];
    for (text, kept) in table {
        let filter = Filter::parse(text, &FIELDS).unwrap();
        let found = nodes.iter().filter(|node| filter.matches(&Searched { node, text: Some("Hello") })).count();
        assert_eq!(found, kept, "{text}");
    }
    let page = include_str!("../../../../docs/filters.md");
    assert!(
        FIELDS.iter().all(|field| page.contains(&format!("`{}`", field.name))),
        "docs/filters.md names every field"
    );
    assert!(FIELDS.iter().all(|field| table.iter().any(|(text, _)| text.contains(field.name))));
}
