"""What the dashboard's API takes to answer, in time and bytes, with thousands of open incidents."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any

from scripts.dashboard.loopback import event_of
from scripts.local_aws.process import LocalAws
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.aws.dynamodb_views import DynamodbViews
from shared.adapters.local.memory_alarms import MemoryAlarms
from shared.adapters.local.memory_answering import MemoryAnswering
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_controls import MemoryControls
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.adapters.local.memory_event_store import MemoryLogs
from shared.adapters.local.memory_log_reader import MemoryLogReader
from shared.adapters.local.memory_recordings import MemoryRecordings
from shared.adapters.local.memory_standing import MemoryStanding
from shared.adapters.local.memory_views import MemoryViews
from shared.adapters.local.system_clock import SystemClock
from shared.domain.autonomy import Autonomy
from shared.domain.clearance import Caller
from shared.domain.events import Event
from shared.domain.policy import PolicyRules
from shared.ports.log_reader import LogReader
from shared.ports.views import IN_INDEXES, INDEXES, View, Views
from shared.runtime.web.app import App, Parts
from shared.views.keeping import kept
from shared.workflow.chain_audit import ChainAudit
from shared.workflow.charting import Charting
from shared.workflow.dashboard import Reads
from shared.workflow.overview import Overview
from shared.workflow.reading import Reading
from shared.workflow.reasoned import Reasoner
from shared.workflow.writes import Writes

CLOCK = SystemClock()
ASKED = 30
TABLE = "bench-views"
ADA = Caller(where="local", id="ada")


class NoTelemetry:
    """Nothing is measured here."""

    def series(self, *_: Any) -> tuple[Any, ...]:
        """None."""
        return ()

    logs = series


@dataclass(frozen=True)
class Answered:
    """One question, asked so many times."""

    what: str
    milliseconds: float  # median
    size: int  # bytes


def in_memory() -> tuple[str, Views, LogReader]:
    """The adapter of tests: what remains is our own time."""
    return "memory", MemoryViews(CLOCK), MemoryLogReader(MemoryLogs())


def in_local_aws(aws: LocalAws) -> tuple[str, Views, LogReader]:
    """A table as the data stack makes it; the log is an empty one."""
    client = aws.client("dynamodb")
    names = sorted({"pk", "sk", *(name for pair in INDEXES.values() for name in pair)})
    keys: Any = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    indexes: Any = [
        {
            "IndexName": name,
            "KeySchema": [
                {"AttributeName": partition, "KeyType": "HASH"},
                {"AttributeName": sort, "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(IN_INDEXES[name])},
        }
        for name, (partition, sort) in INDEXES.items()
    ]
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexes=indexes,
    )
    return "local AWS", DynamodbViews(client, TABLE, CLOCK), DynamodbLogReader(client, TABLE, CLOCK)


def crowd(events: Sequence[Event], count: int) -> Iterator[View]:
    """So many incidents like this one, each a second after the one before."""
    one = kept(events)
    for number in range(count):
        id_ = f"BENCH-{number:06}"
        row, page = (text.replace(one.incident_id, id_) for text in (one.row, one.page))
        detected = one.detected_at + timedelta(seconds=number)
        yield replace(one, incident_id=id_, detected_at=detected, row=row, page=page)


def answering(views: Views, log: LogReader, events: Sequence[Event], count: int) -> Iterator[Answered]:
    """Every question that the page asks often, with so many incidents like this one."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(views.keep, crowd(events, count)))
    views.mark(CLOCK.now())
    app = _app(views, log)
    cursor, since = "", _ask(app, "/changes")[1]["cursor"]
    yield _measured(app, "first page of 100", "/incidents?limit=100")
    for _ in range(count // 200):
        cursor = _ask(app, f"/incidents?limit=100{cursor and '&cursor='}{cursor}")[1]["next_cursor"]
    yield _measured(app, "a page in the middle", f"/incidents?limit=100&cursor={cursor}")
    status = kept(events).status
    yield _measured(app, f"first page of {status}", f"/incidents?limit=100&status={status}")
    yield _measured(app, "changes, a page of 50", f"/changes?since={since}")
    answer: dict[str, Any] = {"more": True}
    while answer["more"]:
        _, answer = _ask(app, f"/changes?since={since}&limit=100")
        since = answer["cursor"]
    yield _measured(app, "changes, nothing new", f"/changes?since={since}")


def _measured(app: App, what: str, path: str) -> Answered:
    times = []
    for _ in range(ASKED):
        began = time.perf_counter()
        size, _answer = _ask(app, path)
        times.append(1000 * (time.perf_counter() - began))
    return Answered(what, median(times), size)


def _ask(app: App, path: str) -> tuple[int, dict[str, Any]]:
    answer = app.answer(event_of("GET", f"/api/v1{path}", {"host": "bench"}, ""), ADA)
    return len(answer["body"].encode()), dict(json.loads(answer["body"]))


def _app(views: Views, log: LogReader) -> App:
    catalogue, controls, directory = MemoryCatalogue(), MemoryControls(), MemoryDirectory()
    reading = Reading(views, log, catalogue, CLOCK)
    overview = Overview(
        "bench",
        PolicyRules(autonomy=Autonomy.ADVISE),
        controls,
        directory,
        MemoryStanding(CLOCK),
        CLOCK,
        lambda: ((), 0, True),
        reading.lag.seconds,
        MemoryAlarms(),
    )
    charting = Charting(NoTelemetry(), catalogue, CLOCK)
    reads = Reads(reading, charting, overview, ChainAudit(log), Reasoner(log, MemoryRecordings()))
    return App(Parts(directory, CLOCK, reads, Writes(MemoryAnswering(), controls, CLOCK, "bench")))
