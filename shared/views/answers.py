"""What the API answers: documents of the read model, and what only the moment of asking knows."""

from typing import Literal

from pydantic import Field, JsonValue

from shared.domain.clearance import Clearance
from shared.domain.incident import Status
from shared.domain.model import AgentName, Model, Utc
from shared.domain.service import Measure
from shared.views.documents import Page, Row
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
        description="of approve, deny, take-over, acknowledge: what the caller may now"
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


class Member(Model):
    """How an agent stands."""

    agent: AgentName
    quarantined: Line | None
    breaker: str


class Switch(Model):
    """The kill switch."""

    on: bool
    by: Word = ""
    at: Utc | None = None
    reason: Line = ""


class Health(Answer):
    """What the house says of itself."""

    read_model: Literal["current", "behind", "unknown"]
    kill_switch: Switch
    agents: tuple[Member, ...]


class Level(Model):
    """The level of a runbook on a tier, and who set it."""

    runbook: str
    tier: str
    level: str
    origin: Literal["stage", "set", "demoted"]
    by: Word = ""
    at: Utc | None = None
    reason: Line = ""


class Autonomy(Answer):
    """What may be done without a person."""

    default: str
    levels: tuple[Level, ...]
    kill_switch: Switch
    freezes: tuple[dict[str, JsonValue], ...]
    actions_per_hour: int


class ShareView(Model):
    """A share with its 95 % interval, in thousandths."""

    count: int
    total: int
    low: int
    high: int


class ScoreRow(Model):
    """How right a runbook was on a tier since its level was last changed."""

    runbook: str
    tier: str
    level: str
    since: Utc | None
    incidents: int
    acted: int
    right: int
    wrong: int
    unproven: int
    ungraded: int
    precision: ShareView
    wrong_actions: ShareView
    promote_to: str | None
    missing: tuple[Line, ...]


class Scorecard(Answer):
    """What would have been right."""

    rows: tuple[ScoreRow, ...]
    incidents: int = Field(description="that were looked at, the newest")
    complete: bool = Field(
        description="false: older ones, or what was only advised, is left out; see `commander shadow report`"
    )


class RunbookView(Model):
    """A runbook of the catalogue."""

    id: str
    version: int
    family: str
    title: str
    resource: str
    relieves: str
    causes: tuple[str, ...]
    symptoms: tuple[str, ...]
    parameters: dict[str, str] = Field(description="name -> what it is")
    reversibility: str
    inverse: str | None
    risk: str
    safe: bool
    touches_data: bool
    expected_seconds: int
    expires_seconds: int | None
    blast_radius: int


class Runbooks(Answer):
    """The catalogue."""

    runbooks: tuple[RunbookView, ...]


class Audit(Answer):
    """Whether an incident's log can be believed."""

    incident_id: str
    state: Literal["holds", "broken", "unknown"]
    checked: Literal["chain", "everything"] = Field(
        description="chain: hashes and order; everything: MACs, copies and anchors too"
    )
    findings: tuple[Line, ...]
    version: int


class OnCallPerson(Model):
    """Somebody who is called."""

    id: str
    name: Word
    role: str
    time_zone: str


class OnCallLevel(Model):
    """A level of a team."""

    level: int
    minutes: int = Field(description="until the next is called")
    people: tuple[OnCallPerson, ...]


class OnCallTeam(Model):
    """A team and who has the shift now."""

    team: str
    services: tuple[str, ...]
    applications: tuple[str, ...]
    levels: tuple[OnCallLevel, ...]


class OnCall(Answer):
    """Who is called now."""

    teams: tuple[OnCallTeam, ...]


class Me(Answer):
    """Who asks, and what they may do."""

    identity: Word
    name: Word
    role: Clearance
    why: Line = Field(description="where the role comes from")
    may: tuple[str, ...] = Field(description="names of routes")
    stage: str
    level: str = Field(description="of autonomy, where no rule says otherwise")
    kill_switch: Switch


class Approve(Model):
    """A yes to exactly this."""

    request: Word = Field(min_length=1)
    digest: str = Field(
        pattern=r"^[0-9a-f]{8,64}$", description="of the proposal that was shown, or its beginning"
    )


class Deny(Approve):
    """A no."""

    reason: str = Field(default="", max_length=1_000)


class TakeOver(Model):
    """The machine starts nothing more."""

    reason: str = Field(default="", max_length=1_000)


class Acknowledge(Model):
    """Somebody has seen it."""


class Flip(Model):
    """Set the kill switch; `confirm` is the stage's name, as typed by whoever does it."""

    on: bool
    reason: str = Field(min_length=1, max_length=500)
    confirm: Word


class Done(Answer):
    """What an action came to."""

    said: Line


class Problem(Model):
    """An error, as RFC 9457 has it (application/problem+json)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: Line
    instance: str = ""
