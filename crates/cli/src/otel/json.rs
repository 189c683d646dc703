use serde_json::{Value as Json, json};

use super::layer::{Ended, Value};

/// Spans as the body of a request to `/v1/traces`: OTLP 1.x in its JSON encoding, where ids are hexadecimal and 64-bit numbers are texts
/// (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).
pub(super) fn request(resource: &[(String, String)], spans: &[Ended]) -> Json {
    let resource: Vec<Json> =
        resource.iter().map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } })).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{
            "scope": { "name": "clade", "version": env!("CARGO_PKG_VERSION") },
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    }] })
}

fn span(span: &Ended) -> Json {
    let attribute = |(key, value): &(&'static str, Value)| {
        let value = match value {
            // an attribute whose value is a list by the conventions, and one text where we have it
            Value::Text(text) if *key == "gen_ai.response.finish_reasons" => {
                json!({ "arrayValue": { "values": [{ "stringValue": text }] } })
            }
            Value::Text(text) => json!({ "stringValue": text }),
            Value::Whole(number) => json!({ "intValue": number.to_string() }),
            Value::Real(number) => json!({ "doubleValue": number }),
            Value::Flag(flag) => json!({ "boolValue": flag }),
        };
        json!({ "key": key, "value": value })
    };
    let mut written = json!({
        "traceId": format!("{:032x}", span.trace),
        "spanId": format!("{:016x}", span.span),
        "name": span.name,
        "kind": span.kind as u8,
        "startTimeUnixNano": span.from.to_string(),
        "endTimeUnixNano": span.to.to_string(),
        "attributes": span.attributes.iter().map(attribute).collect::<Vec<_>>(),
    });
    if let Some(parent) = span.parent {
        written["parentSpanId"] = json!(format!("{parent:016x}"));
    }
    if let Some(error) = &span.error {
        written["status"] = json!({ "code": 2, "message": error });
    }
    written
}
