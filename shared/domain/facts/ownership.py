"""After the machine: who of the people has an incident, what they note, and how they end it."""

from pydantic import Field

from shared.domain.consensus import DecisionKind
from shared.domain.facts.fact import ENGINE, PEOPLE, Author, Fact
from shared.domain.model import Name, Utc

SAYS = Field(min_length=1, max_length=256)
"""Who says it: a person of the directory, or an identity that the directory does not know."""
REFERENCE = Field(default="", max_length=256, description="the vendor's id of what was said")


class HandedToPeople(Fact):
    """The machine's part has ended and the trouble has not: the incident is people's, until one ends it."""

    authors = ENGINE
    outcome: Name = Field(description="escalated or rolled_back")
    decision: DecisionKind
    business_usd: str = Field(description="US dollars until now; they run on while the trouble is felt")
    incident_usd: str


class HandedOn(Fact):
    """A person gives the incident to another one, or to a team, who are called."""

    authors = PEOPLE
    to: Name = Field(description="an id of the stakeholder directory")
    team: bool = Field(default=False, description="it is a team, so nobody has it until one of them takes it")
    by: str = SAYS
    reason: str = Field(default="", max_length=1_000)
    reference: str = REFERENCE


class NoteAdded(Fact):
    """A person writes down what whoever has it next should know."""

    authors = PEOPLE
    by: str = SAYS
    text: str = Field(min_length=1, max_length=2_000)
    reference: str = REFERENCE


class ResolvedByPeople(Fact):
    """A person says that it is over, and what was done."""

    authors = PEOPLE
    by: str = SAYS
    did: str = Field(min_length=1, max_length=2_000, description="in their words")
    runbook: str = Field(
        default="", max_length=256, description="that does the same, or `other`; empty: they did not say"
    )
    cause: str = Field(default="", max_length=1_000, description="in their words")
    over_at: Utc | None = Field(default=None, description="when nobody felt it any more; None: now")
    reference: str = REFERENCE


class IncidentReopened(Fact):
    """It is not over after all: it is people's again, nobody has it, and they are called anew."""

    authors = PEOPLE
    by: str = SAYS
    reason: str = Field(default="", max_length=1_000)
    reference: str = REFERENCE


class AcknowledgementExpired(Fact):
    """Who had seen it has not come back in time: as if nobody had, so people are called again."""

    authors = PEOPLE
    through: Name = Field(description="where it timed out")
    reference: str = REFERENCE


class RecoverySeen(Fact):
    """By telemetry nobody feels it any more: it costs no more. That it is over is for people to say."""

    authors = frozenset({Author.DETECTION})
    at: Utc
    statement: str = Field(max_length=1_000)
