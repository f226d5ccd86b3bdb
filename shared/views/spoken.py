"""What is posted to the API, and how it is answered; and what every error looks like."""

from pydantic import AwareDatetime, Field

from shared.domain.model import Model
from shared.domain.severity import Severity
from shared.views.answers import Answer
from shared.views.parts import Line, Word


class Approve(Model):
    """A yes to exactly this."""

    request: Word = Field(min_length=1)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the proposal that was shown")


class Deny(Approve):
    """A no."""

    reason: str = Field(min_length=1, max_length=1_000, description="others read it")


class TakeOver(Model):
    """The machine starts nothing more."""

    reason: str = Field(default="", max_length=1_000)


class HandOn(Model):
    """Somebody else is to have it."""

    to: str = Field(min_length=1, max_length=64, description="a person's or a team's id in the directory")
    reason: str = Field(default="", max_length=1_000)


class Note(Model):
    """What whoever has it next should know."""

    text: str = Field(min_length=1, max_length=2_000)


class Resolve(Model):
    """It is over."""

    did: str = Field(min_length=1, max_length=2_000, description="what was done, in your words")
    runbook: str = Field(default="", max_length=256, description="that does the same, or `other`")
    cause: str = Field(default="", max_length=1_000)
    over_at: AwareDatetime | None = Field(
        default=None, description="since when nobody feels it; null: since it is said"
    )


class Reopen(Model):
    """It is not over."""

    reason: str = Field(default="", max_length=1_000)


class Acknowledge(Model):
    """Somebody has seen it."""


class Named(Model):
    """A scenario or a fault, by its name."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")


class Nothing(Model):
    """No more is to be said."""


class Grade(Model):
    """How grave it is; people are told the reason."""

    severity: Severity
    reason: str = Field(min_length=1, max_length=1_000)


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
