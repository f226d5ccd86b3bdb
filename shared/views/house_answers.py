"""What the API answers about the house rather than about an incident."""

from typing import Literal

from pydantic import Field, JsonValue

from shared.domain.clearance import Clearance
from shared.domain.facts import AlarmDismissed
from shared.domain.model import AgentName, Model, Utc
from shared.ports.alarms import AlarmState
from shared.views.answers import Answer
from shared.views.parts import Line, Word


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


class AlarmView(Model):
    """One of the stage's own alarms."""

    name: Word
    state: AlarmState
    since: Utc | None
    meaning: Line = Field(description="and what to do")
    reason: Line = Field(description="what CloudWatch judged the state by")


class Health(Answer):
    """What the house says of itself."""

    read_model: Literal["current", "behind", "unknown"]
    kill_switch: Switch
    agents: tuple[Member, ...]
    alarms: tuple[AlarmView, ...] | None = Field(
        description="those in alarm first, then those without data; null: they are not known"
    )


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


class DismissedAlarm(Model):
    """An alarm that nobody felt."""

    at: Utc
    application: Word
    service: Word
    measure: Word = ""
    alarm: Word = ""
    reason: Line
    looked_at: tuple[Line, ...] = ()


class Dismissed(Model):
    """The alarms of the last days for which no incident was opened, newest first."""

    days: int = Field(description="before today")
    count: int = Field(description="of all of them; the list has the newest")
    alarms: tuple[DismissedAlarm, ...]


def dismissed_alarm(fact: AlarmDismissed) -> DismissedAlarm:
    """An alarm as the page shows it."""
    signal = fact.signal
    return DismissedAlarm(
        at=signal.at,
        application=fact.application,
        service=signal.service,
        measure=signal.measure.value if signal.measure else "",
        alarm=str(signal.attributes.get("alarm", "")),
        reason=fact.reason,
        looked_at=fact.looked_at,
    )
