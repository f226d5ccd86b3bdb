"""Intake: what AWS announces on the event bus, as a signal. Adding a source is one function here."""

import re
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from shared.domain.errors import InvalidSignal, UnknownService
from shared.domain.model import canonical_json, digest
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue
from shared.domain.signal import MAX_BYTES, Signal, SignalKind

Reader = Callable[[Mapping[str, Any], ServiceCatalogue], Signal | None]
STATES = {"ALARM": SignalKind.ALARM, "OK": SignalKind.RECOVERY}
NEW_VALUES = frozenset({"Create", "Update", "Delete"})
"""What Parameter Store announces when a value is another one; a label that moves changes none.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
"""
SCALING = re.compile(
    r"TargetTracking-.+-(AlarmLow|AlarmHigh|ProvisionedCapacityLow|ProvisionedCapacityHigh)-"
)
"""Names of the alarms that Auto Scaling makes for itself, and answers itself: low is idle, high is busy."""
IDLE = ("AlarmLow", "ProvisionedCapacityLow")
BILLING = "AWS/Billing"
MOST_NAME = 150
"""Characters of an alarm's name in a signal's key."""


def to_signal(event: Mapping[str, Any], catalogue: ServiceCatalogue) -> Signal | None:
    """The signal in an EventBridge event, or in CloudWatch's direct call; None when it says nothing to us.

    Raises:
        InvalidSignal: it cannot be read; the reason says where.
        UnknownService: it is about nothing that the catalogue knows.
    """
    size = _size(event)
    if size > MAX_BYTES:
        raise InvalidSignal(f"oversized: {size} bytes, at most {MAX_BYTES}")
    if "alarmData" in event:
        return _direct(event, catalogue)
    reader = READERS.get(str(event.get("detail-type")))
    if reader is None:
        raise InvalidSignal(f"malformed: detail-type {str(event.get('detail-type'))[:80]!r} is not known")
    return _guarded(reader, event, catalogue)


def _size(event: Mapping[str, Any]) -> int:
    """Its bytes. A reason cut in the middle of an emoji leaves half a character, which nobody can store."""
    try:
        return len(canonical_json(event))
    except UnicodeEncodeError as error:
        half = error.object[error.start : error.end].encode("ascii", "backslashreplace").decode()
        raise InvalidSignal(f"malformed: {half[:20]} is half a character (a lone surrogate)") from error
    except (ValueError, RecursionError) as error:  # no number, or nested without end
        raise InvalidSignal(f"malformed: not JSON ({type(error).__name__})") from error


def _guarded(reader: Reader, event: Mapping[str, Any], catalogue: ServiceCatalogue) -> Signal | None:
    try:
        return reader(event, catalogue)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise InvalidSignal(f"malformed: {type(error).__name__} {str(error)[:200]}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidSignal(f"malformed: {where}: {first['msg']}") from error
    except ValueError as error:
        raise InvalidSignal(f"malformed: {str(error)[:200]}") from error


def _direct(event: Mapping[str, Any], catalogue: ServiceCatalogue) -> Signal | None:
    """The shape in which an alarm calls a function directly: the same, under other names."""
    data = event["alarmData"]
    same = {
        "resources": [event.get("alarmArn", "")],
        "detail": {**data, "alarmName": data.get("alarmName")} if isinstance(data, dict) else {},
    }
    return _guarded(_alarm, same, catalogue)


def _alarm(event: Mapping[str, Any], catalogue: ServiceCatalogue) -> Signal | None:
    detail = event["detail"]
    state, configuration = detail["state"], detail["configuration"]
    kind = STATES.get(state["value"], SignalKind.OBSERVATION)  # INSUFFICIENT_DATA: nothing to act on
    name, metrics = str(detail["alarmName"]), configuration.get("metrics", ())
    watched = _watched(metrics, catalogue)
    if _nobodys(name, metrics, watched=watched is not None):
        return None
    if watched is None and kind is not SignalKind.ALARM:
        return None  # the recovery of an alarm that nobody here watches
    if watched is None:
        raise UnknownService("no service of the catalogue has the metric that this alarm watches")
    service, measure = watched
    at = datetime.fromisoformat(state["timestamp"])
    return Signal(
        source="cloudwatch",
        kind=kind,
        service=service.name,
        resource=str((event.get("resources") or [""])[0]),
        measure=measure,
        at=at,
        text=str(state.get("reason", ""))[:2_000],
        attributes={"alarm": name[:256]},
        key=f"{_told_apart(name)}@{at.isoformat()}",
    )


def _told_apart(name: str) -> str:
    """An alarm's name as part of a key: one that is too long is told from its like by all of it."""
    return name if len(name) <= MOST_NAME else f"{name[:MOST_NAME]}#{digest(name)[:16]}"


def _nobodys(name: str, metrics: Any, *, watched: bool) -> bool:
    """Whether an alarm is answered elsewhere: Auto Scaling's own, or a bill's. It is counted, and left alone.

    That a service which we watch is busy beyond what Auto Scaling aims at is still looked at.
    """
    scaling = SCALING.match(name)
    if scaling is not None and (not watched or scaling[1] in IDLE):
        return True
    spaces = {one.get("metricStat", {}).get("metric", {}).get("namespace") for one in metrics}
    return not watched and spaces == {BILLING}


def _watched(metrics: Any, catalogue: ServiceCatalogue) -> tuple[Service, Measure] | None:
    for entry in metrics:
        metric = entry.get("metricStat", {}).get("metric", {})
        for service in catalogue.services:
            for measure, source in service.metrics.items():
                if _same(source, metric):
                    return service, measure
    return None


def _same(source: MetricSource, metric: Mapping[str, Any]) -> bool:
    return (source.namespace, source.name, source.dimensions) == (
        metric.get("namespace"),
        metric.get("name"),
        metric.get("dimensions") or {},
    )


def _change(source: str, counts: Container[str] | None = None) -> Reader:
    """Reads changes; `counts` are the only operations that change something, when there are others."""

    def read(event: Mapping[str, Any], catalogue: ServiceCatalogue) -> Signal | None:
        resource = str(event["resources"][0])
        service = _owner(resource, catalogue)
        if service is None:  # an account has many parameters and services that nobody watches
            return None
        detail = event["detail"]
        text = detail.get("operation") or detail.get("eventName") or ""
        if counts is not None and text not in counts:
            return None
        return Signal(
            source=source,
            kind=SignalKind.CHANGE,
            service=service.name,
            resource=resource,
            at=datetime.fromisoformat(event["time"]),
            text=str(text)[:200],
            key=f"{event['id']}",
        )

    return read


def _owner(resource: str, catalogue: ServiceCatalogue) -> Service | None:
    owners = (service for service in catalogue.services if resource in service.resources.values())
    return next(owners, None)


READERS: dict[str, Reader] = {
    "CloudWatch Alarm State Change": _alarm,
    "Parameter Store Change": _change("ssm", NEW_VALUES),
    "ECS Deployment State Change": _change("ecs"),
}
