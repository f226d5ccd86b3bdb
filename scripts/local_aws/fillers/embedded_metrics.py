"""CloudWatch: metrics from a function's log lines in the embedded metric format.

AWS makes a metric of each line that says how under `_aws`. ministack 1.5.33 keeps the line and makes none, so
no alarm on a function's own counters could go off. Only what functions print is looked at. Delete this when a
release does it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ministack.services import cloudwatch, lambda_svc

Datum = tuple[str, str, dict[str, str], str, float]  # namespace, name, dimensions, unit, value


def install() -> None:
    """Make metrics of what functions print, before it is kept as log lines."""
    keep = lambda_svc._emit_lambda_logs

    def emit(func: dict[str, Any], request_id: str, log_text: str, *rest: Any, **more: Any) -> None:
        for line in (log_text or "").splitlines():
            for namespace, name, dimensions, unit, value in embedded(line):
                cloudwatch.record_metric(namespace, name, value, unit, dimensions)
        keep(func, request_id, log_text, *rest, **more)

    lambda_svc._emit_lambda_logs = emit


def embedded(line: str) -> Iterator[Datum]:
    """The data in a line, once for each set of dimensions and value; none in what is not the format."""
    if not line.startswith("{") or '"_aws"' not in line:
        return
    try:
        said = json.loads(line)
        for directive in said["_aws"]["CloudWatchMetrics"]:
            for dimensions in directive["Dimensions"]:
                named = {name: str(said[name]) for name in dimensions}
                for metric in directive["Metrics"]:
                    values = said[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        unit = metric.get("Unit", "None")
                        yield directive["Namespace"], metric["Name"], named, unit, float(value)
    except (KeyError, TypeError, ValueError):  # AWS counts it as a parsing error and keeps the line
        return
