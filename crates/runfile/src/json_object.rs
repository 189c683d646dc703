use std::{collections::BTreeMap, fmt};

use clade_domain::Vars;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// How the error begins where a key is there twice.
const TWICE: &str = "the key `";

/// Reads a JSON object in which no key is there twice, on any level: a reader that takes the last one would lose data unsaid.
///
/// # Errors
/// Where it is no JSON, no object, or [`repeats_a_key`].
pub(crate) fn read(text: &str) -> Result<Vars, serde_json::Error> {
    let mut vars = BTreeMap::new();
    let Object(object) = serde_json::from_str(text)?;
    vars.extend(object);
    Ok(vars)
}

/// Whether a reading failed for a key that is there twice, with the words for it.
pub(crate) fn repeats_a_key(error: &serde_json::Error) -> Option<String> {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or(&said);
    (error.is_data() && said.starts_with(TWICE)).then(|| said.to_owned())
}

struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Unrepeated::deserialize(deserializer)?.0 {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(D::Error::custom("no object")),
        }
    }
}

/// A value whose maps have no key twice.
struct Unrepeated(Value);

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unrepeated(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Unrepeated(value))) = entries.next_entry::<String, _>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("{TWICE}{key}` is there twice")));
            }
            map.insert(key, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_serde_reads_but_for_repeated_keys() {
        let text =
            r#"{"a": [1, -2, 3.5, null, true, "x\u00e9"], "b": {"c": {}, "d": "\n"}, "e": 18446744073709551615}"#;
        assert_eq!(read(text).unwrap(), serde_json::from_str::<Vars>(text).unwrap());
        for (text, twice) in [
            (r#"{"a": 1, "a": 2}"#, Some("the key `a` is there twice")),
            (r#"{"vars": {"b": {"c": 1, "c": 2}}}"#, Some("the key `c` is there twice")),
            ("[1]", None),
            ("{\"a\"}", None),
        ] {
            assert_eq!(repeats_a_key(&read(text).unwrap_err()).as_deref(), twice, "{text}");
        }
    }
}
