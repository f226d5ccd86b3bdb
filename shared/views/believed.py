"""The events of a log that can be believed, each with its fact."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from shared.domain.events import Event, malformed
from shared.domain.facts import Fact

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Believed:
    """In order of version."""

    pairs: tuple[tuple[Event, Fact], ...]

    @classmethod
    def of(cls, events: Sequence[Event], ignored: Container[str]) -> "Believed":
        """Without what is malformed, unknown to this version, or to be ignored."""
        return cls(
            tuple((one, one.fact) for one in events if one.event_id not in ignored and malformed(one) is None)
        )

    def of_type(self, kind: type[F]) -> Iterator[tuple[datetime, F]]:
        """The facts of one type, each with its time."""
        yield from ((event.occurred_at, fact) for event, fact in self.pairs if isinstance(fact, kind))

    def last(self, kind: type[F]) -> tuple[datetime, F] | None:
        """The newest fact of one type."""
        return next(reversed([*self.of_type(kind)]), None)

    def facts(self) -> Iterator[Fact]:
        """Every fact."""
        yield from (fact for _, fact in self.pairs)
