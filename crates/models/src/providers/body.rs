use clade_domain::Sampling;
use serde::Serialize;
use serde_json::{Map, Value};

/// A JSON object written field by field into one buffer. Fields that the user's own body has are left to the user.
pub(crate) struct Body<'a> {
    text: Vec<u8>,
    own: &'a Map<String, Value>,
}

impl<'a> Body<'a> {
    /// Begins an object; `size` is a guess of its length in bytes, `own` goes in at the end.
    pub(crate) fn new(size: usize, own: &'a Map<String, Value>) -> Self {
        let mut text = Vec::with_capacity(size + 256);
        text.push(b'{');
        Self { text, own }
    }

    /// Writes a field.
    pub(crate) fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if !self.own.contains_key(name) {
            self.write(name, value);
        }
    }

    /// Writes a field that is there.
    pub(crate) fn maybe<T: Serialize>(&mut self, name: &str, value: Option<T>) {
        if let Some(value) = value {
            self.field(name, &value);
        }
    }

    /// The whole object.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        for (name, value) in self.own {
            self.write(name, value);
        }
        self.text.push(b'}');
        self.text
    }

    fn write<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
        let before = self.text.len();
        let written = serde_json::to_writer(&mut self.text, name)
            .and_then(|()| {
                self.text.push(b':');
                serde_json::to_writer(&mut self.text, value)
            })
            .is_ok();
        // nothing we write can fail; if it did, the object must stay one
        if !written {
            self.text.truncate(before.saturating_sub(1).max(1));
        }
    }
}

/// The sampling in force: what the request says, else what the model's settings say.
pub(crate) fn in_force(request: &Sampling, base: &Sampling) -> Sampling {
    Sampling {
        temperature: request.temperature.or(base.temperature),
        top_p: request.top_p.or(base.top_p),
        max_tokens: request.max_tokens.or(base.max_tokens),
        stop: if request.stop.is_empty() { base.stop.clone() } else { request.stop.clone() },
        seed: request.seed.or(base.seed),
    }
}

/// Whether a JSON schema may be enforced strictly by OpenAI: every object closed and all its properties required.
pub(crate) fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => {
            let object = map.get("type").is_some_and(|kind| kind == "object") || map.contains_key("properties");
            let closed = !object
                || (map.get("additionalProperties") == Some(&Value::Bool(false))
                    && map.get("properties").and_then(Value::as_object).is_some_and(|properties| {
                        let required = map.get("required").and_then(Value::as_array);
                        let named = |name: &String| required.is_some_and(|all| all.iter().any(|one| one == name));
                        properties.keys().all(named)
                    }));
            closed && map.values().all(is_strict)
        }
        Value::Array(values) => values.iter().all(is_strict),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_users_fields_win() {
        let Value::Object(own) = json!({"temperature": 0.1, "extra": [1]}) else { unreachable!() };
        let mut body = Body::new(0, &own);
        body.field("model", "a \"b\"\n");
        body.maybe("temperature", Some(0.9));
        body.maybe("seed", None::<u64>);
        let text = String::from_utf8(body.finish()).unwrap();
        assert_eq!(text, r#"{"model":"a \"b\"\n","extra":[1],"temperature":0.1}"#);
        assert_eq!(Body::new(0, &Map::new()).finish(), b"{}");
    }

    #[test]
    fn only_closed_schemas_are_strict() {
        let cases = [
            (
                json!({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": false}),
                true,
            ),
            (json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}), false),
            (json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false}), false),
            (json!({"type": "array", "items": {"type": "object", "properties": {}}}), false),
            (json!({"type": "string"}), true),
        ];
        for (schema, strict) in cases {
            assert_eq!(is_strict(&schema), strict, "{schema}");
        }
    }
}
