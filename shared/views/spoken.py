"""What is posted to the API, and how it is answered; and what every error looks like."""

from pydantic import Field

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

    reason: str = Field(default="", max_length=1_000)


class TakeOver(Model):
    """The machine starts nothing more."""

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
