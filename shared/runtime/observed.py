"""What every entry point shows of itself: structured logs, and counters that alarms can watch."""

import logging
import sys

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.domain.gauge import Gauge
from shared.domain.span import Spans
from shared.settings import MissingSetting, Setting, namespace, read
from shared.workflow import otlp

logger = Logger(service="incident-commander")
logging.getLogger("botocore").setLevel(logging.WARNING)


def count(name: str, function: str) -> None:
    """Add one to a counter of this function (CloudWatch embedded metric format on stdout)."""
    metrics = Metrics(namespace=namespace(_stage()), service=function)
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    metrics.flush_metrics()


def publish(gauge: Gauge, function: str) -> None:
    """Say a number of this function, in the same way; `about` is a second dimension."""
    metrics = Metrics(namespace=namespace(_stage()), service=function)
    if gauge.about:
        metrics.add_dimension(name="about", value=gauge.about)
    metrics.add_metric(name=gauge.name, unit=MetricUnit.NoUnit, value=gauge.value)
    metrics.flush_metrics()


def write_spans(spans: Spans) -> None:
    """Write an agent's look to stdout as OpenTelemetry's JSON, for whoever collects this function's logs."""
    for line in otlp.lines(spans, _stage()):
        sys.stdout.write(line + "\n")


def _stage() -> str:
    try:
        return read(Setting.STAGE)
    except MissingSetting:
        return "undeployed"
