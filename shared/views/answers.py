"""What the API answers: documents of the read model, and what only the moment of asking knows."""

from typing import Literal

from pydantic import Field, JsonValue

from shared.domain.incident import Status
from shared.domain.model import Model, Utc
from shared.domain.service import Measure
from shared.views.documents import Page, Row
from shared.views.looks import Reasoning
from shared.views.parts import Line, Node, Word


class Answer(Model):
    """Every answer says how far the read model is behind the log."""

    behind_seconds: int | None = Field(
        default=None,
        description="age of the oldest event that is not shown yet; 0: none is known; null: nobody knows, "
        "as the read model was wiped or nothing keeps it",
    )


class Running(Model):
    """A clock of money that the page can run by itself: usd + rate × minutes since `since`."""

    since: Utc
    usd: str = Field(description="what it had cost the business at `since`, with the users' charge")
    usd_per_minute: str = Field(description="0: it does not cost any more")
    until: Utc | None = Field(description="ask again then: the rate changes (business hours begin or end)")
    user_charge: str = Field(description="once, part of `usd`")
    estimated: bool = Field(description="the service is not in the catalogue: by its tier, in UTC")


class IncidentRow(Row):
    """A row with its running money."""

    running: Running


class IncidentList(Answer):
    """Newest first."""

    incidents: tuple[IncidentRow, ...]
    status: Status | None
    next_cursor: str | None = Field(description="null: that was the last page")


class GraphNode(Node):
    """A service of the call graph, with what the catalogue says."""

    tier: str | None
    kind: str | None
    catalogued: bool


class Edge(Model):
    """One service calls another."""

    caller: str
    callee: str


class CallGraph(Model):
    """The incident's services, and those of its application that they call or are called by."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[Edge, ...]


class IncidentAnswer(Answer):
    """One incident."""

    incident: Page
    graph: CallGraph
    running: Running
    may: tuple[str, ...] = Field(
        description="of approve, deny, take_over, hand_on, resolve, note, reopen, acknowledge and severity: "
        "what the caller may say now"
    )
    approve_refused: str = Field(
        default="", description="why a yes would do nothing now, so that none is asked for; empty: it would"
    )


class RawEvent(Model):
    """An event as it stands in the log; `data` is untrusted."""

    version: int
    event_id: Word
    type: Word
    at: Utc
    by: Word
    hash: str
    previous_hash: str
    mac: str
    data: dict[str, JsonValue]


class EventList(Answer):
    """The log, page by page, oldest first."""

    incident_id: str
    events: tuple[RawEvent, ...]
    next_cursor: str | None


class Band(Model):
    """A forecast: the middle and the borders that hold 95 of 100 values."""

    at: Utc
    value: float
    low: float
    high: float


class Curve(Model):
    """One measure of one service with its baseline and its forecast, in the unit of the measure."""

    service: str
    measure: Measure
    unit: str
    points: tuple[tuple[Utc, float], ...] = Field(description="[at, value], at most 120")
    baseline: float | None = Field(description="median before the incident")
    limit: float | None = Field(description="beyond it somebody feels it; of availability: below it")
    forecast: tuple[Band, ...]


class Marker(Model):
    """Something that happened, to be drawn into the curves."""

    at: Utc
    kind: Literal[
        "began", "detected", "decided", "action", "undo", "verified", "regression", "rolled_back", "end"
    ]
    label: Line


class Metrics(Answer):
    """What the incident's services measure."""

    incident_id: str
    start: Utc
    end: Utc
    curves: tuple[Curve, ...]
    markers: tuple[Marker, ...]
    left_out: int = Field(description="services that were not asked for; at most 10 are")


class Changes(Answer):
    """What changed since the cursor; the same row may come twice, its version says whether it is new."""

    changes: tuple[IncidentRow, ...]
    cursor: str = Field(description="for the next question")
    more: bool = Field(description="ask again at once")


class Audit(Answer):
    """Whether an incident's log can be believed."""

    incident_id: str
    state: Literal["holds", "broken", "unknown"]
    checked: Literal["chain", "everything"] = Field(
        description="chain: hashes and order; everything: MACs, copies and anchors too"
    )
    findings: tuple[Line, ...]
    version: int


class Reasoned(Answer, Reasoning):
    """The reasoning trace."""
