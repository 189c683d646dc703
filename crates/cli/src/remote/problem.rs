use serde::Deserialize;
use serde_json::{Map, Value};

/// Longest text of a version that is shown, in characters.
const SHOWN: usize = 500;

/// What went wrong, as the API says it.
#[derive(Deserialize)]
pub(super) struct Problem {
    detail: String,
    #[serde(default)]
    fix: String,
    #[serde(default)]
    problems: Vec<Wrong>,
    /// Where somebody else was first: the version that is there.
    current: Option<Map<String, Value>>,
    /// And what was sent.
    sent: Option<Sent>,
}

/// What is wrong with a run file.
#[derive(Deserialize)]
struct Wrong {
    text: String,
}

/// An edit that was refused.
#[derive(Deserialize)]
struct Sent {
    body: Value,
}

impl Problem {
    /// What is said about it, with what to do.
    pub fn text(self) -> String {
        if !self.problems.is_empty() {
            return self.problems.iter().map(|wrong| wrong.text.as_str()).collect::<Vec<_>>().join("\n");
        }
        let mut text = self.detail;
        if !self.fix.is_empty() {
            text = format!("{text}; {}", self.fix);
        }
        if let (Some(there), Some(sent)) = (self.current, self.sent) {
            let there = shortened(&as_sent(&there, &sent.body));
            text = format!("{text}\n  there now: {there}\n  sent:      {}", shortened(&sent.body));
        }
        text
    }
}

/// Of what is there the fields that were sent, where it has all of them: the rest is not what the two are about.
fn as_sent(there: &Map<String, Value>, sent: &Value) -> Value {
    let named = |fields: &Map<String, Value>| {
        let sent = sent.as_object()?;
        sent.keys().map(|name| Some((name.clone(), fields.get(name)?.clone()))).collect::<Option<Map<_, _>>>()
    };
    // a limit is sent by itself and shown among other things
    let inside = || there.values().filter_map(Value::as_object).find_map(named);
    named(there).or_else(inside).map_or_else(|| Value::Object(there.clone()), Value::Object)
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(problem: Value) -> String {
        serde_json::from_value::<Problem>(problem).unwrap().text()
    }

    #[test]
    fn where_somebody_was_first_both_versions_are_shown() {
        let stale = |current: Value, body: Value| {
            said(json!({ "detail": "somebody was first", "fix": "read it again", "current": current,
                "sent": { "revision": 1, "body": body } }))
        };
        assert_eq!(
            stale(json!({ "login": "ada", "disabled": false, "revision": 2 }), json!({ "disabled": true })),
            "somebody was first; read it again\n  there now: {\"disabled\":false}\n  sent:      {\"disabled\":true}"
        );
        let limit = stale(json!({ "budget": { "calls": 350, "usd": null }, "revision": 2 }), json!({ "calls": 340 }));
        assert!(limit.ends_with("there now: {\"calls\":350}\n  sent:      {\"calls\":340}"), "{limit}");
        let other = stale(json!({ "versions": 2 }), json!({ "text": "é".repeat(2_000) }));
        assert!(other.contains("there now: {\"versions\":2}") && other.ends_with("é…"), "{other}");
    }

    #[test]
    fn servers_of_older_versions_say_less() {
        assert_eq!(said(json!({ "detail": "no", "current": { "revision": 2 } })), "no");
        assert_eq!(said(json!({ "detail": "no", "problems": [{ "text": "a:1" }, { "text": "b:2" }] })), "a:1\nb:2");
    }
}
