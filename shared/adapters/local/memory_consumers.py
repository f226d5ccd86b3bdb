"""Functions and streams in this process."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.domain.dead_letter import Pointer, refusal
from shared.ports.consumers import Gone

Handler = Callable[[dict[str, Any], Any], Any]


class MemoryConsumers:
    """Calls handlers by name, as Lambda would: what they raise is the reason."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)

    def hand_in(self, consumer: str, event: Mapping[str, Any]) -> str | None:
        """Call the handler; None when it took the event, else why not."""
        try:
            answer = self._handlers[consumer](dict(event), None)
        except Exception as error:  # noqa: BLE001 - Lambda reports whatever a handler raises
            return f"{type(error).__name__}: {error}"
        return refusal(consumer, answer or {})


class MemoryStreams:
    """Batches by the sequence number of their first record."""

    def __init__(self, batches: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._batches = dict(batches)

    def records(self, pointer: Pointer) -> Sequence[Mapping[str, Any]]:
        """The records of a batch.

        Raises:
            Gone: it is not known.
        """
        if pointer.first not in self._batches:
            raise Gone("the stream keeps records for a day, and does not have these any more")
        return self._batches[pointer.first]
