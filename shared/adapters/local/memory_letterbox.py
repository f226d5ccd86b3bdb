"""A dead-letter queue in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from shared.ports.clock import Clock
from shared.ports.letterbox import Posted


class MemoryLetterbox:
    """Messages in order; what is held is not given to anybody else."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._messages: dict[str, Posted] = {}
        self._held: set[str] = set()

    def count(self) -> int:
        """How many messages it has."""
        return len(self._messages)

    @contextmanager
    def held(self, most: int) -> Iterator[tuple[Posted, ...]]:
        """At most so many messages, which nobody else gets meanwhile."""
        free = [one for one in self._messages.values() if one.id not in self._held][:most]
        self._held |= {one.id for one in free}
        try:
            yield tuple(free)
        finally:
            self._held -= {one.id for one in free}

    def put(self, body: str, attributes: Mapping[str, str]) -> str:
        """Put a message in; its id."""
        given = {name: value for name, value in attributes.items() if value}
        made = Posted(self._clock.new_id(), body, self._clock.now(), given)
        self._messages[made.id] = made
        return made.id

    def remove(self, posted: Posted) -> None:
        """Take a held message out for good."""
        self._messages.pop(posted.id, None)
