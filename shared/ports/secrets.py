"""A secret that somebody may change at any time."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from shared.domain.errors import AccessDenied
from shared.ports.clock import Clock

KEEP = timedelta(minutes=5)
T = TypeVar("T")


class KeptSecret:
    """Read once, and again after 5 minutes or when the vendor refused it: rotation needs no deployment."""

    def __init__(self, read: Callable[[], Mapping[str, str]], clock: Clock) -> None:
        self._read, self._clock = read, clock
        self._value: Mapping[str, str] | None = None
        self._until = clock.now()

    def used(self, call: Callable[[Mapping[str, str]], T]) -> T:
        """What the call makes of the secret; refused, it is called once more if the secret was changed.

        Raises:
            AccessDenied: the secret as it is now is refused.
            PortError: it cannot be read, or what the call raises.
        """
        kept = self._value
        if kept is None or self._clock.now() >= self._until:
            return call(self._anew())
        try:
            return call(kept)
        except AccessDenied:
            fresh = self._anew()
            if fresh == kept:
                raise
            return call(fresh)

    def _anew(self) -> Mapping[str, str]:
        self._value = self._read()
        self._until = self._clock.now() + KEEP
        return self._value
