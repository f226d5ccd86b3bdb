"""How grave an incident is, said again after detection has said it."""

from pydantic import Field

from shared.domain.facts.fact import PEOPLE, Fact
from shared.domain.severity import Severity


class SeverityChanged(Fact):
    """A person grades a running incident again: the last word counts, and after the end none does."""

    authors = PEOPLE
    severity: Severity
    by: str = Field(min_length=1, max_length=256)
    reason: str = Field(min_length=1, max_length=1_000)
