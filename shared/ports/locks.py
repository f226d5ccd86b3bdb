"""Who may change a target now: leases on it and on what depends on it, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Lease:
    """The right to change things until then. The fence grows with every lease that is ever given."""

    fence: int
    until: datetime


@dataclass(frozen=True)
class Busy:
    """Another owner has one of the keys."""

    key: str
    owner: str


class Locks(Protocol):
    """Leases by key. One that nobody renews or releases ends by itself."""

    def acquire(self, keys: Sequence[str], owner: str, seconds: int) -> Lease | Busy:
        """All keys for this owner, or none. What it has already it gets anew, with a higher fence.

        Raises:
            PortError: nothing is known about the leases.
        """
        ...

    def renew(self, keys: Sequence[str], owner: str, fence: int, seconds: int) -> Lease | None:
        """Keep a lease for so many seconds from now; None when it ended or a later fence took its place.

        Raises:
            PortError: nothing is known about the leases.
        """
        ...

    def release(self, keys: Sequence[str], owner: str) -> None:
        """Give back those of the keys that this owner has.

        Raises:
            PortError: some may be held still; they end by themselves.
        """
        ...
