"""Entry point of a voting agent: its share of the log, and for detection the signals."""

from collections.abc import Callable
from typing import Any

from shared.agents.voter import Voter
from shared.composition.agents import participant
from shared.domain.events import Event
from shared.runtime.observed import count, logger, write_spans
from shared.runtime.stream import OnSignal, stream_handler


def voter_handler(
    voter: Voter, on_signal: Callable[[], OnSignal] | None = None
) -> Callable[[dict[str, Any], Any], Any]:
    """A Lambda handler. A recording that could not be kept is told and counted, and stops nothing."""

    def lost(reason: str) -> None:
        logger.warning("what the agent saw is not kept", extra={"reason": reason})
        count("InputsLost", voter.name)

    def untraced(reason: str) -> None:
        logger.warning("what the agent did is not kept", extra={"reason": reason})
        count("TracesLost", voter.name)

    def hear() -> Callable[[Event], None]:
        return participant(voter, lost, untraced, write_spans).hear

    return stream_handler(voter.name, hear, on_signal)
