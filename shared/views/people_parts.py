"""The parts of an incident's page that are about people: what they are asked, what they say, who was told."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.domain.model import Model, Utc
from shared.domain.plain_text import sanitised
from shared.views.parts import Line, Remedy, Word

MOST_NOTE = 2_000
"""Characters of a note."""


class ApprovalView(Model):
    """What people are, or were, asked last."""

    request: Word
    state: Literal["open", "granted", "denied", "expired", "superseded"]
    proposal: Remedy
    needed: int
    role: Word
    by: tuple[Word, ...]
    denied_by: Word = ""
    asked_at: Utc
    expires_at: Utc
    preview: tuple[Line, ...]
    blast_radius: tuple[Word, ...]
    undo: Line
    cost_per_minute: str = Field(description="US dollars")
    reasons: tuple[Line, ...]


class Taken(Model):
    """A person has the incident."""

    by: Word
    reason: Line
    at: Utc


class Acknowledgement(Model):
    """Somebody has seen it; the machine goes on."""

    by: Word
    through: Word
    at: Utc
    over: bool = Field(description="they said that it is over")


class Grade(Model):
    """A person graded it."""

    severity: Word
    by: Word
    reason: Line
    at: Utc


class Called(Model):
    """The next level of a team was called, since nobody had acknowledged."""

    team: Word
    level: int
    people: tuple[Word, ...]
    at: Utc


class OwnerChange(Model):
    """Somebody has it from then on, or nobody has."""

    at: Utc
    what: Literal["taken", "handed_on", "reopened", "timed_out"]
    by: Word = Field(description="who said so; of a time-out: where it timed out")
    to: Word = Field(description="who has it then, or is to take it; empty: nobody")
    team: bool = Field(default=False, description="it is a team")
    reason: Line = ""


class NoteView(Model):
    """What a person wrote down."""

    at: Utc
    by: Word
    text: Annotated[str, AfterValidator(lambda text: sanitised(text, MOST_NOTE))]


class ResolutionView(Model):
    """How people ended it."""

    at: Utc
    by: Word
    did: Annotated[str, AfterValidator(lambda text: sanitised(text, MOST_NOTE))]
    runbook: Word = Field(description="that does the same, or `other`; empty: they did not say")
    cause: Line
    over_at: Utc | None = Field(description="since when nobody feels it, as they say")


class Told(Model):
    """Somebody was told, or could not be."""

    at: Utc
    channel: Word
    recipient: Word
    about: Word
    version: int
    failed: Line = ""


class People(Model):
    """What people did themselves."""

    did: Word
    result: str
    by: Word
    resolved_at: Utc | None
