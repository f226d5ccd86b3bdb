"""What was looked at and left alone, in the log of its day."""

from pydantic import Field

from shared.domain.facts.fact import Author, Fact
from shared.domain.model import Name, Utc
from shared.domain.signal import Signal


class AlarmDismissed(Fact):
    """An alarm that nobody feels: no incident was opened, and people are told of it once, with the day's."""

    authors = frozenset({Author.DETECTION})
    signal: Signal
    application: Name
    reason: str = Field(max_length=1_000)
    looked_at: tuple[str, ...] = Field(default=(), max_length=10, description="what was measured, in words")
    tell_at: Utc = Field(description="when the day's digest is due: the next morning by the service's clock")
