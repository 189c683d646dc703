use std::fmt::Write;

use serde_json::Value;

/// Writes a value as JavaScript prints it: texts as they are, whole numbers without a fraction, null as nothing. Lists and
/// objects are compact JSON (where JavaScript says `1,2` and `[object Object]`, which no model can use).
pub(super) fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::String(text) => out.push_str(text),
        Value::Array(_) | Value::Object(_) => write_json(out, value),
        Value::Bool(_) | Value::Number(_) => write_scalar(out, value),
    }
}

/// Writes JSON over several lines, each level further in by so many spaces.
pub(super) fn write_indented(out: &mut String, value: &Value, spaces: usize, level: usize) {
    let (open, close, items): (char, char, Vec<(Option<&String>, &Value)>) = match value {
        Value::Array(items) if !items.is_empty() => ('[', ']', items.iter().map(|item| (None, item)).collect()),
        Value::Object(map) if !map.is_empty() => ('{', '}', map.iter().map(|(key, item)| (Some(key), item)).collect()),
        _ => return write_json(out, value),
    };
    out.push(open);
    for (index, (key, item)) in items.into_iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&" ".repeat(spaces * (level + 1)));
        if let Some(key) = key {
            write_quoted(out, key);
            out.push_str(": ");
        }
        write_indented(out, item, spaces, level + 1);
    }
    out.push('\n');
    out.push_str(&" ".repeat(spaces * level));
    out.push(close);
}

/// Writes compact JSON with numbers as JavaScript prints them; keys are in sorted order.
pub(super) fn write_json(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::String(text) => write_quoted(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_quoted(out, key);
                out.push(':');
                write_json(out, item);
            }
            out.push('}');
        }
        Value::Bool(_) | Value::Number(_) => write_scalar(out, value),
    }
}

fn write_scalar(out: &mut String, value: &Value) {
    match value {
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => write_float(out, float),
            _ => push(out, format_args!("{number}")),
        },
        _ => {}
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // writing to a text cannot fail
    let _ = out.write_fmt(text);
}

fn write_quoted(out: &mut String, text: &str) {
    // serialising a text cannot fail
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// Writes a float as ECMAScript's `Number::toString` does (ECMA-262, 6.1.6.1.20): the shortest digits that read back the
/// same, plain between 1e-6 and 1e21, with an exponent outside.
pub(super) fn write_float(out: &mut String, float: f64) {
    let size = float.abs();
    if float == 0.0 {
        out.push('0');
    } else if !float.is_finite() {
        out.push_str(if float.is_nan() {
            "NaN"
        } else if float > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
    } else if (1e-6..1e21).contains(&size) {
        push(out, format_args!("{float}"));
    } else {
        let text = format!("{float:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => push(out, format_args!("{digits}e+{exponent}")),
            _ => out.push_str(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_print_as_javascript_does() {
        // right column: what `String(x)` gives in Node 20, JSON.stringify for lists and objects
        let cases = [
            (json!("a <b> & c"), "a <b> & c"),
            (json!(3), "3"),
            (json!(-3), "-3"),
            (json!(3.0), "3"),
            (json!(-0.0), "0"),
            (json!(0.1), "0.1"),
            (json!(1234.5), "1234.5"),
            (json!(1e20), "100000000000000000000"),
            (json!(1e21), "1e+21"),
            (json!(1.5e300), "1.5e+300"),
            (json!(1e-6), "0.000001"),
            (json!(1.25e-7), "1.25e-7"),
            (json!(9_007_199_254_740_993_u64), "9007199254740993"),
            (json!(true), "true"),
            (json!(null), ""),
            (json!(["a", 1.0, null]), r#"["a",1,null]"#),
            (json!({"b": {"c": "\"x\"\n"}, "a": []}), r#"{"a":[],"b":{"c":"\"x\"\n"}}"#),
        ];
        for (value, expected) in cases {
            let mut out = String::new();
            write_value(&mut out, &value);
            assert_eq!(out, expected, "{value}");
        }
    }
}
