"""The app over a street, asked as a browser asks."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from shared.adapters.local.memory_alarms import MemoryAlarms
from shared.adapters.local.memory_answering import MemoryAnswering
from shared.adapters.local.memory_controls import MemoryControls
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.adapters.local.memory_standing import MemoryStanding
from shared.domain.autonomy import Autonomy
from shared.domain.clearance import Caller, Clearance
from shared.domain.policy import PolicyRules
from shared.ports.alarms import Alarms
from shared.runtime.web.app import App, Parts
from shared.runtime.web.files import Files
from shared.workflow.chain_audit import ChainAudit
from shared.workflow.charting import Charting
from shared.workflow.dashboard import Reads
from shared.workflow.demo_control import DemoStatus, Reset
from shared.workflow.overview import Overview
from shared.workflow.reasoned import Reasoner
from shared.workflow.writes import Writes
from tests.views.house import Seen, sample

HOST = "127.0.0.1:8420"
STATIC = Path(os.environ.get("STATIC", Path(__file__).parents[2] / "lambdas" / "dashboard" / "static"))


def caller(clearance: Clearance = Clearance.OPERATOR) -> Caller:
    return Caller(where="local", id="arn:aws:iam::000000000000:user/ada", claimed=clearance)


def event(method="GET", path="/api/v1/incidents", query="", body=None, **headers) -> dict:
    """A request as API Gateway's HTTP API writes it (payload 2.0)."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    given = {"host": HOST, **({"content-type": "application/json"} if body is not None else {})}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": given | {name.replace("_", "-"): value for name, value in headers.items()},
        "queryStringParameters": {name: value for name, _, value in pairs},
        "requestContext": {"stage": "$default", "http": {"method": method, "path": path}},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


@dataclass
class Asked:
    status: int
    headers: dict
    text: str

    @property
    def json(self):
        return json.loads(self.text)


class RememberedDemo:
    """A demo of which only is remembered what was asked of it."""

    def __init__(self):
        self.asked = []

    def status(self):
        return DemoStatus(patient=None, incidents=())

    def reset(self):
        self.asked.append(("reset",))
        return Reset(said="reset", closed=(), open=())

    def __getattr__(self, verb):
        def ask(*names):
            self.asked.append((verb, *names))
            return f"{verb} {' '.join(names)}".strip()

        return ask


@dataclass
class Web:
    """Everything in one app, as `commander dashboard` serves it."""

    seen: Seen = field(default_factory=lambda: sample("resolved"))
    directory: MemoryDirectory = field(default_factory=MemoryDirectory)
    answering: MemoryAnswering = field(default_factory=MemoryAnswering)
    controls: MemoryControls = field(default_factory=MemoryControls)
    alarms: Alarms = field(default_factory=MemoryAlarms)
    reads: bool = True
    writes: bool = True
    static: Path = STATIC
    demo: object = field(default_factory=RememberedDemo)

    def __post_init__(self) -> None:
        clock, reading = self.seen.clock, self.seen.reading
        overview = Overview(
            "local",
            PolicyRules(autonomy=Autonomy.AUTONOMOUS),
            self.controls,
            self.directory,
            MemoryStanding(clock),
            clock,
            lambda: ((), 0, True),
            reading.lag.seconds,
            self.alarms,
        )
        reads = Reads(
            reading,
            Charting(self.seen.street.patient, self.seen.catalogue, clock),
            overview,
            ChainAudit(self.seen.log),
            Reasoner(self.seen.log, self.seen.street.house.recordings),
        )
        writes = Writes(self.answering, self.controls, clock, "local")
        self.app = App(
            Parts(
                self.directory,
                clock,
                reads if self.reads else None,
                writes if self.writes else None,
                Files(self.static) if self.reads else None,
                self.demo if self.writes else None,
            )
        )

    def ask(self, method, path, query="", body=None, who=caller(), **headers) -> Asked:  # noqa: B008 - frozen
        made = self.app.answer(event(method, path, query, body, **headers), who)
        return Asked(made["statusCode"], made["headers"], made["body"])

    def get(self, path, query="", **options) -> Asked:
        return self.ask("GET", f"/api/v1{path}", query, **options)

    def post(self, path, body, **options) -> Asked:
        return self.ask("POST", f"/api/v1{path}", body=body, **options)
