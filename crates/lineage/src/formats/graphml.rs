use super::{Drawing, operator};
use crate::fields::relation;

/// GraphML with everything that a node holds, and its prompt, as attributes. The form is that of <http://graphml.graphdrawing.org/specification.html>.
#[must_use]
pub fn graphml(drawing: &Drawing<'_>) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (name, kind) in [
        ("run", "string"),
        ("candidate", "string"),
        ("operator", "string"),
        ("generation", "int"),
        ("model", "string"),
        ("status", "string"),
        ("reason", "string"),
        ("score", "double"),
        ("low", "double"),
        ("high", "double"),
        ("trials", "int"),
        ("cost", "double"),
        ("prompt", "string"),
    ] {
        text.push_str(&format!("  <key id=\"{name}\" for=\"node\" attr.name=\"{name}\" attr.type=\"{kind}\"/>\n"));
    }
    text.push_str("  <key id=\"relation\" for=\"edge\" attr.name=\"relation\" attr.type=\"string\"/>\n");
    text.push_str(&format!("  <graph id=\"{}\" edgedefault=\"directed\">\n", escape(drawing.title)));
    for node in drawing.nodes() {
        text.push_str(&format!("    <node id=\"{}\">\n", drawing.name(&node.id)));
        let mut data = |key: &str, value: &str| {
            text.push_str(&format!("      <data key=\"{key}\">{}</data>\n", escape(value)));
        };
        data("run", node.id.run.as_str());
        data("candidate", &node.id.candidate.to_string());
        data("operator", operator(node));
        data("generation", &node.generation.to_string());
        data("model", &node.model);
        data("status", node.status.word());
        data("reason", &node.reason);
        if let Some(score) = node.score {
            data("score", &score.mean.to_string());
            data("low", &score.low.to_string());
            data("high", &score.high.to_string());
        }
        data("trials", &node.score.map_or(0, |score| score.trials).to_string());
        data("cost", &node.cost.0.to_string());
        data("prompt", drawing.text(node));
        text.push_str("    </node>\n");
    }
    for (child, parent) in drawing.edges() {
        text.push_str(&format!(
            "    <edge source=\"{}\" target=\"{}\"><data key=\"relation\">{}</data></edge>\n",
            drawing.name(&parent.id),
            drawing.name(&child.id),
            relation(child.relation)
        ));
    }
    text.push_str("  </graph>\n</graphml>\n");
    text
}

/// XML text: markup escaped, and characters that XML 1.0 does not allow replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c < ' ' && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
