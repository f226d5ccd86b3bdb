"""A dead-letter queue that somebody opens: letters are held while they are looked at, and never lost."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Posted:
    """A message as it lies in the queue: untrusted, whoever wrote it."""

    id: str
    body: str
    at: datetime  # when it was put there
    attributes: Mapping[str, str] = field(default_factory=dict)
    receipt: str = field(default="", compare=False)


class Letterbox(Protocol):
    """One queue."""

    def count(self) -> int:
        """About how many messages it has, also those that somebody holds.

        Raises:
            PortError: it is not known.
        """
        ...

    def held(self, most: int) -> AbstractContextManager[tuple[Posted, ...]]:
        """At most so many messages, oldest first as far as the queue knows, which nobody else gets meanwhile.

        Those that are not removed are back when the context ends; if this process dies, some minutes later.

        Raises:
            PortError: they cannot be read.
        """
        ...

    def put(self, body: str, attributes: Mapping[str, str]) -> str:
        """Put a message in; its id.

        Raises:
            PortError: it is not known to be there.
        """
        ...

    def remove(self, posted: Posted) -> None:
        """Take a held message out for good.

        Raises:
            PortError: it may still be there.
        """
        ...
