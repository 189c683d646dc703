//! Keys that nobody knows, and settings that others read: an evaluator, a provider. What is wrong is told with the path of the key.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::yaml::KeyPath;

/// What is said of the key at a path: the path leads, for whoever reads the words without their place.
pub(crate) fn said_at(path: &KeyPath, message: &str) -> String {
    format!("`{path}`: {message}")
}

/// What is said of a key that is not known.
pub(crate) fn not_known(path: &KeyPath) -> String {
    format!("`{path}` is not a known key")
}

/// Everything that whoever reads these settings says of them, with the key that it is said of; last what it says without those,
/// which is of no key.
pub(crate) fn faults(
    mut settings: BTreeMap<String, Value>,
    check: impl Fn(&BTreeMap<String, Value>) -> Result<(), String>,
) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    while let Err(message) = check(&settings) {
        // the setting without which something else is said, or nothing
        let at_fault = settings.keys().find(|key| {
            let mut without = settings.clone();
            without.remove(*key);
            check(&without).err().as_ref() != Some(&message)
        });
        let Some(key) = at_fault.cloned() else {
            found.push((None, message));
            break;
        };
        settings.remove(&key);
        found.push((Some(key), message));
    }
    found
}

/// Parts what a reader of settings says into what is wrong and what to do; `usual` where it does not say that.
pub(crate) fn advice(message: &str, usual: &str) -> (String, String) {
    match message.split_once("; ") {
        Some((message, fix)) => (message.to_owned(), fix.to_owned()),
        None => (message.to_owned(), usual.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_fault_is_told_beside_the_others() {
        let check = |settings: &BTreeMap<String, Value>| match settings.keys().find(|key| key.starts_with('x')) {
            Some(key) => Err(format!("no `{key}`")),
            None => Err("of no key".to_owned()),
        };
        let faults = faults(serde_json::from_value(json!({"a": 1, "x1": 1, "x2": 1})).unwrap(), check);
        let told: Vec<(Option<&str>, &str)> =
            faults.iter().map(|(key, said)| (key.as_deref(), said.as_str())).collect();
        assert_eq!(told, [(Some("x1"), "no `x1`"), (Some("x2"), "no `x2`"), (None, "of no key")]);
    }
}
