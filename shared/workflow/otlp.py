"""Spans in OpenTelemetry's own JSON (OTLP): what whoever collects logs can hand on as it is.

One line is one `ExportTraceServiceRequest`, as the file exporter writes it
(https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/): ids in hexadecimal, integers as text.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.domain.model import canonical_json
from shared.domain.span import CONTENT, LEFT_OUT, Scalar, Span, Spans, trace_id

A_LINE = 50
"""Spans of one line: a log event has an end (256 KiB in CloudWatch)."""
KINDS = {"internal": 1, "client": 3}
_FAILED = 2


def lines(spans: Spans, stage: str) -> Iterator[str]:
    """The look as lines of JSON; nothing that a model was asked or said is in them."""
    for begin in range(0, len(spans.spans), A_LINE):
        yield canonical_json(_request(spans, spans.spans[begin : begin + A_LINE], stage)).decode()


def _request(spans: Spans, some: tuple[Span, ...], stage: str) -> dict[str, Any]:
    resource = {"service.name": "incident-commander", "deployment.environment.name": stage}
    scope: dict[str, Any] = {"name": f"incident-commander.{spans.agent.value}", "version": "1"}
    if spans.left_out:
        scope["attributes"] = _attributes({LEFT_OUT: spans.left_out})
    shown = [_span(one, trace_id(spans.incident_id)) for one in some]
    scoped = {"scope": scope, "spans": shown}
    return {"resourceSpans": [{"resource": {"attributes": _attributes(resource)}, "scopeSpans": [scoped]}]}


def _span(span: Span, trace: str) -> dict[str, Any]:
    return {
        "traceId": trace,
        "spanId": span.id,
        "parentSpanId": span.parent,
        "name": span.name,
        "kind": KINDS[span.kind],
        "startTimeUnixNano": _nanoseconds(span.began),
        "endTimeUnixNano": _nanoseconds(span.ended),
        "attributes": _attributes(
            {name: value for name, value in span.attributes.items() if name not in CONTENT}
            | ({"commander.outcome": span.outcome} if span.outcome == "left_out" else {})
        ),
        "status": {"code": _FAILED} if span.outcome == "error" else {},
    }


def _attributes(values: Mapping[str, Scalar]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in values.items()]


def _value(value: Scalar) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
    return {"stringValue": value}


def _nanoseconds(at: datetime) -> str:
    return str(int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1_000)
