use std::ops::Range;

use serde_json::Value;

/// Most starting places that are tried: enough for any answer, and a bound on hostile ones.
const TRIES: usize = 400;

/// The JSON objects and lists that stand in a text, in order, with where; those inside others are not listed.
#[must_use]
pub fn json_values(text: &str) -> Vec<(Range<usize>, Value)> {
    let mut found = Vec::new();
    let mut at = 0;
    for _ in 0..TRIES {
        let Some(offset) = text[at..].find(['{', '[']) else { break };
        let start = at + offset;
        let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                at = start + stream.byte_offset();
                found.push((start..at, value));
            }
            _ => at = start + 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_outer_values_in_order() {
        let text = "a {\"x\": {\"y\": 1}} b [1, {\"z\": 2}] {broken} {}";
        let values: Vec<String> = json_values(text).into_iter().map(|(_, value)| value.to_string()).collect();
        assert_eq!(values, ["{\"x\":{\"y\":1}}", "[1,{\"z\":2}]", "{}"]);
    }

    #[test]
    fn hostile_nesting_ends() {
        assert!(json_values(&"[".repeat(100_000)).is_empty());
        assert!(json_values(&"{\"a\":".repeat(50_000)).is_empty());
    }
}
