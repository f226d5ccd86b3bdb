"""What people did themselves, and how it turned out."""

from enum import StrEnum

from pydantic import Field

from shared.domain.facts.fact import OPERATOR, Fact
from shared.domain.model import Name, Utc

OTHER = "other"
"""What no runbook of the catalogue does."""


class Result(StrEnum):
    """What came of what people did."""

    HELPED = "helped"
    HARMED = "harmed"
    NO_EFFECT = "no_effect"


class HumanOutcome(Fact):
    """What people did about the incident; it may be said after it was closed, and the last word counts."""

    authors = OPERATOR
    did: Name = Field(description="the id of the runbook that does the same, or `other`")
    result: Result
    resolved_at: Utc | None = Field(default=None, description="when nobody felt anything any more")
    by: str = Field(min_length=1, max_length=256)
