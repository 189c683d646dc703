//! Values of the command line, put into the tree of the run file before it is checked, so that they meet the same checks.

use crate::{
    context::Overrides,
    problem::Problem,
    secret::{is_secret, mask},
    source::{Sources, Span},
    yaml::{self, Entry, Node, NodeValue},
};

/// Puts all overrides into the tree.
pub(crate) fn apply(root: &mut Node, overrides: &Overrides, sources: &mut Sources, problems: &mut Vec<Problem>) {
    for (path, value) in &overrides.set {
        // a key given on the command line is not repeated in what is printed
        let secret = path.rsplit('.').next().is_some_and(is_secret);
        let name =
            if secret { format!("--set {path}=***") } else { mask(&format!("--set {path}={value}")).into_owned() };
        set(root, path, value, &name, sources, problems);
    }
    let typed = [
        ("optimize.seed", overrides.seed.map(|n| n.to_string()), "--seed"),
        ("evaluateOptions.maxConcurrency", overrides.concurrency.map(|n| n.to_string()), "--concurrency"),
        ("optimize.budget.calls", overrides.budget_calls.map(|n| n.to_string()), "--budget-calls"),
        ("optimize.budget.usd", overrides.budget_usd.map(|n| n.to_string()), "--budget-usd"),
        ("optimize.budget.tokens", overrides.budget_tokens.map(|n| n.to_string()), "--budget-tokens"),
        ("optimize.budget.minutes", overrides.budget_minutes.map(|n| n.to_string()), "--budget-minutes"),
    ];
    for (path, value, flag) in typed {
        if let Some(value) = value {
            set(root, path, &value, &format!("{flag} {value}"), sources, problems);
        }
    }
}

/// Whether a path leads to where a model is named by a text alone or by a mapping.
fn names_a_model(path: &[&str]) -> bool {
    matches!(path, ["providers" | "targets", place] if place.parse::<usize>().is_ok())
        || matches!(path, ["optimize", "models", role] if *role != "generations")
        || matches!(path, ["defaultTest", "options", "provider"])
}

fn set(root: &mut Node, path: &str, value: &str, name: &str, sources: &mut Sources, problems: &mut Vec<Problem>) {
    let keys: Vec<&str> = path.split('.').collect();
    if keys.iter().any(|key| key.is_empty()) {
        let fix = "write a path of keys with dots, such as `optimize.budget.calls=500`";
        problems.push(Problem::of_file(name, "the path of keys is empty", fix));
        return;
    }
    if path.contains('[') {
        let fix = "write the position behind a dot, from 0, such as `providers.0.config.maxRetries=0`";
        problems.push(Problem::of_file(name, "the path of keys has brackets", fix));
        return;
    }
    let source = sources.add(name, value.to_owned());
    let span = Span { source, line: 1, column: 0, length: value.chars().count() };
    let parsed = match yaml::read_all(sources, source) {
        Ok(documents) => documents.into_iter().next().unwrap_or(Node { span, value: NodeValue::Null }),
        Err(found) => return problems.extend(found),
    };
    let mut node = root;
    for (i, key) in keys.iter().enumerate() {
        // a setting of a strategy that the file does not name is one of the default
        let of_strategy = i > 0 && keys[i - 1] == "strategy" && *key != "name";
        if matches!(node.value, NodeValue::Null) {
            let auto = Node { span, value: NodeValue::String("auto".to_owned()) };
            let named = Entry { key: "name".to_owned(), key_span: span, value: auto };
            node.value = NodeValue::Map(if of_strategy { vec![named] } else { Vec::new() });
        }
        // the short form `strategy: genetic` makes room for settings
        if let (NodeValue::String(text), "strategy") = (&node.value, if of_strategy { "strategy" } else { "" }) {
            let named = Node { span: node.span, value: NodeValue::String(text.clone()) };
            node.value = NodeValue::Map(vec![Entry { key: "name".to_owned(), key_span: node.span, value: named }]);
        }
        // and a model's name for its `config`
        if let (NodeValue::String(text), true) = (&node.value, names_a_model(&keys[..i])) {
            let id = Node { span: node.span, value: NodeValue::String(text.clone()) };
            node.value = NodeValue::Map(vec![Entry { key: "id".to_owned(), key_span: node.span, value: id }]);
        }
        let kind = node.kind();
        node = match &mut node.value {
            NodeValue::Map(entries) => {
                let at = entries.iter().position(|e| e.key == **key).unwrap_or_else(|| {
                    let empty = Node { span, value: NodeValue::Null };
                    entries.push(Entry { key: (*key).to_owned(), key_span: span, value: empty });
                    entries.len() - 1
                });
                &mut entries[at].value
            }
            NodeValue::List(items) => match key.parse::<usize>().ok().and_then(|n| items.get_mut(n)) {
                Some(item) => item,
                None => {
                    let message = format!("`{key}` is no position in the list `{}`", keys[..i].join("."));
                    problems.push(Problem::of_file(name, message, "use a number from 0 to below the list's length"));
                    return;
                }
            },
            _ => {
                let message = format!("`{}` is {} and holds no `{key}`", keys[..i].join("."), kind);
                let fix = match keys[0] {
                    "providers" | "targets" => {
                        "write the model as a list entry, `- id: PROVIDER:MODEL`, and set `providers.0.config...`"
                    }
                    _ => "check the path of keys, or write a mapping there that has room for it",
                };
                problems.push(Problem::of_file(name, message, fix));
                return;
            }
        };
    }
    *node = parsed;
}
