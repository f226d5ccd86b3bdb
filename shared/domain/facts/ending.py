"""Handing over, telling, and ending."""

from pydantic import Field

from shared.domain.consensus import DecisionKind
from shared.domain.facts.fact import ENGINE, WORKFLOW, Author, Fact
from shared.domain.model import Name, Utc
from shared.domain.proposal import Proposal


class EscalatedToHuman(Fact):
    """A person must decide; the best-supported remedy is a suggestion only."""

    authors = ENGINE
    reason: str
    suggestion: Proposal | None = None
    deadlock_resolved: bool = False


class AttemptAbandoned(Fact):
    """This attempt is over, and the next one begins with new findings."""

    authors = WORKFLOW
    attempt: int
    reason: str


class IncidentResolved(Fact):
    """The remedy held through the regression window."""

    authors = WORKFLOW
    business_usd: str
    incident_usd: str


class IncidentClosed(Fact):
    """It is over. In older logs also what `HandedToPeople` says now: by its outcome."""

    authors = ENGINE
    outcome: Name = Field(description="resolved, observed, or resolved_by_people")
    decision: DecisionKind
    business_usd: str
    incident_usd: str


class LevelCalled(Fact):
    """Nobody acknowledged in time, so the next level of a team is called."""

    authors = frozenset({Author.COMMUNICATION})
    team: Name
    level: int = Field(ge=2)
    people: tuple[Name, ...] = Field(description="ids of the stakeholder directory; empty: nobody is left")
    since: Utc = Field(description="when people were asked for what nobody answered")


class NotificationSent(Fact):
    """People were told of the event at `version`; one fact for each event that a message was about."""

    authors = frozenset({Author.COMMUNICATION})
    channel: Name
    about: Name
    version: int
    reference: str = ""
    recipient: str = Field(default="", description="empty: everybody, as before there were recipients")
    folded_into: int = Field(default=0, description="the later version in whose message it was said too")
    digest: bool = Field(default=False, description="said in one message with other incidents")
    unworded: str = Field(default="", max_length=200, description="why it was said plainly: its words failed")


class NotificationFailed(Fact):
    """A channel did not take what a recipient should hear: the next one is tried, if there is a next one."""

    authors = frozenset({Author.COMMUNICATION})
    channel: Name
    recipient: str
    version: int
    reason: str = Field(max_length=500)
    given_up: bool = Field(default=False, description="there was no other channel, not even the last resort")
