"""Recorded incidents through the local AWS: real stream, real handlers, real state machine, real log."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from scripts.demo.stage import Stage
from scripts.evaluate.published import datums, live, namespace
from scripts.evaluate.recorded import Case
from scripts.evaluate.row import Row, row_of
from shared.adapters.aws.kinesis_signals import KinesisSignals
from shared.domain.errors import CommanderError
from shared.domain.events import Event
from shared.domain.folding import fold
from shared.workflow.opening import incident_id

LIMIT_SECONDS = 120.0
"""The longest that an incident is waited for."""
POLL_SECONDS = 0.3
TOLD_SECONDS = 1.8

Tell = Callable[[str], None]


class NotFinished(CommanderError):
    """An incident did not end in time."""


def resolve(name: str, case: Case, stage: Stage, tell: Tell) -> Row:
    """One case from its metrics in CloudWatch and its signal in the stream to the end of its log.

    Raises:
        NotFinished: neither closed nor left alone within the limit.
    """
    label = f"recorded-{uuid.uuid4().hex[:8]}"
    recorded = live(case.recorded, label, datetime.now(UTC))
    tell(f"{name}: its metrics go to CloudWatch, moved to now")
    _publish(stage, case=recorded.name, batches=list(datums(recorded)), label=label, tell=tell)
    stage.watch_over(recorded.catalogue)
    since = datetime.now(UTC)
    KinesisSignals(stage.client("kinesis"), stage.outputs["SignalsStream"]).put(recorded.signal)
    tell(f"{name}: the alarm is in the stream")
    events = _ended(name, stage, incident_id(recorded.signal), since, tell)
    incident = fold(events) if events else None
    actions = len(incident.actions) if incident else 0
    return row_of(name, case, incident, actions)


def _publish(stage: Stage, case: str, batches: list[list[dict[str, object]]], label: str, tell: Tell) -> None:
    cloudwatch, told = stage.client("cloudwatch"), time.monotonic()
    for number, batch in enumerate(batches, start=1):
        cloudwatch.put_metric_data(Namespace=namespace(label), MetricData=batch)
        if time.monotonic() - told > TOLD_SECONDS:
            tell(f"{case}: {number} of {len(batches)} thousand samples")
            told = time.monotonic()


def _ended(name: str, stage: Stage, incident: str, since: datetime, tell: Tell) -> tuple[Event, ...]:
    """The whole log once the machine has ended its part; nothing when detection left the alarm alone."""
    started = told = time.monotonic()
    while time.monotonic() - started < LIMIT_SECONDS:
        events = stage.events(incident)
        if any(one.type in ("IncidentClosed", "HandedToPeople") for one in events):
            return events
        if not events and stage.has_dismissed(since):
            return ()
        if time.monotonic() - told > TOLD_SECONDS:
            tell(f"{name}: {events[-1].type if events else 'waiting for detection'}")
            told = time.monotonic()
        time.sleep(POLL_SECONDS)
    reasons = "; ".join(str(one.get("reason", one))[:300] for one in stage.dead_letters())
    raise NotFinished(f"{name}: did not end within {LIMIT_SECONDS:.0f} s; dead letters: {reasons or 'none'}")
