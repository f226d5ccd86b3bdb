"""Token buckets that all instances share: what a vendor takes a second, and at once."""

from dataclasses import dataclass
from typing import Protocol

SECOND = 1_000_000


@dataclass(frozen=True)
class Bucket:
    """`per_second` tokens a second, at most `burst` saved; a message into a thread may take more than one."""

    name: str
    per_second: int
    burst: int
    follow_up: int = 1

    @property
    def period(self) -> int:
        """Microseconds in which a token comes."""
        return SECOND // self.per_second

    @property
    def most(self) -> int:
        """Microseconds in which an empty bucket is full again."""
        return self.burst * self.period

    def take(self, full_at: int, now: int, tokens: int) -> tuple[int, int]:
        """Take tokens, or none of them (the generic cell rate algorithm, ITU-T I.371).

        Args:
            full_at: when the bucket will be full, as epoch microseconds; any past time when it is.

        Returns:
            When it will be full afterwards, and after how many microseconds to ask again: 0 when taken.
            A `full_at` that no clock in step could have written is an empty bucket's.
        """
        full_at = min(max(full_at, now), now + self.most)
        after = full_at + tokens * self.period
        wait = after - self.most - now
        return (full_at, wait) if wait > 0 else (after, 0)

    def left(self, full_at: int, now: int) -> int:
        """How many whole tokens it has at `now`; both are epoch microseconds, as in `take`."""
        missing = min(max(full_at - now, 0), self.most)
        return (self.most - missing) // self.period


class Buckets(Protocol):
    """Buckets by name."""

    def take(self, bucket: Bucket, tokens: int = 1) -> float:
        """Take tokens: 0.0, or after how many seconds there will be enough, and nothing was taken.

        Raises:
            PortError: it is not known, or others were always faster; nothing was taken.
        """
        ...

    def left(self, bucket: Bucket) -> int:
        """How many tokens it has now; nothing is taken.

        Raises:
            PortError: it is not known.
        """
        ...
