"""Leases in this process."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from threading import Lock

from shared.ports.clock import Clock
from shared.ports.locks import Busy, Lease


class MemoryLocks:
    """One object for all who share it; `held` is for looking."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._fences = count(1)
        self._lock = Lock()
        self._leases: dict[str, tuple[str, Lease]] = {}

    @property
    def held(self) -> dict[str, str]:
        """Key -> owner, of the leases that have not ended."""
        now = self._clock.now()
        with self._lock:
            return {key: owner for key, (owner, lease) in self._leases.items() if lease.until > now}

    def acquire(self, keys: Sequence[str], owner: str, seconds: int) -> Lease | Busy:
        """All keys for this owner, or none."""
        now = self._clock.now()
        with self._lock:
            for key in keys:
                holder = self._leases.get(key)
                if holder is not None and holder[0] != owner and holder[1].until > now:
                    return Busy(key, holder[0])
            lease = Lease(next(self._fences), now + timedelta(seconds=seconds))
            self._leases |= dict.fromkeys(keys, (owner, lease))
            return lease

    def renew(self, keys: Sequence[str], owner: str, fence: int, seconds: int) -> Lease | None:
        """Keep a lease; None when it ended or a later fence took its place."""
        now = self._clock.now()
        with self._lock:
            for key in keys:
                holder, lease = self._leases.get(key, ("", Lease(0, now)))
                if (holder, lease.fence) != (owner, fence) or lease.until <= now:
                    return None
            lease = Lease(fence, now + timedelta(seconds=seconds))
            self._leases |= dict.fromkeys(keys, (owner, lease))
            return lease

    def release(self, keys: Sequence[str], owner: str) -> None:
        """Give back those of the keys that this owner has."""
        with self._lock:
            for key in keys:
                if self._leases.get(key, ("", None))[0] == owner:
                    del self._leases[key]
