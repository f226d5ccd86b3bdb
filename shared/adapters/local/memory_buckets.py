"""Token buckets in this process."""

from threading import Lock

from shared.ports.buckets import SECOND, Bucket
from shared.ports.clock import Clock


class MemoryBuckets:
    """One object for all who share them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._full_at: dict[str, int] = {}

    def take(self, bucket: Bucket, tokens: int = 1) -> float:
        """Take tokens, or say after how many seconds there will be enough."""
        with self._lock:
            now = int(self._clock.now().timestamp() * SECOND)
            full_at, wait = bucket.take(self._full_at.get(bucket.name, 0), now, tokens)
            self._full_at[bucket.name] = full_at
        return wait / SECOND

    def left(self, bucket: Bucket) -> int:
        """How many tokens it has now."""
        now = int(self._clock.now().timestamp() * SECOND)
        return bucket.left(self._full_at.get(bucket.name, 0), now)
