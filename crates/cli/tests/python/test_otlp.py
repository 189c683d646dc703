"""Reads requests to /v1/traces, one a line, by OpenTelemetry's protocol buffers, which refuse fields that they do not know."""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def with_bytes(value):
    """OTLP's JSON has ids in hexadecimal where the JSON of protocol buffers has base64."""
    if isinstance(value, list):
        return [with_bytes(item) for item in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {
        key: base64.b64encode(bytes.fromhex(inner)).decode() if key in ids else with_bytes(inner)
        for key, inner in value.items()
    }


count = 0
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        request = json_format.ParseDict(with_bytes(json.loads(line)), ExportTraceServiceRequest())
        for resource in request.resource_spans:
            assert any(pair.key == "service.name" for pair in resource.resource.attributes)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    assert len(span.trace_id) == 16 and len(span.span_id) == 8, span
                    assert span.name and span.kind in (1, 2, 3), span
                    assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano, span
                    assert all(pair.value.WhichOneof("value") for pair in span.attributes), span
                    count += 1
print(f"read {count} spans")
