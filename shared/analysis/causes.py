"""From clues to the kind of cause: each kind by what can be seen of it, whatever the service is called."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.analysis.origins import Origin

UNKNOWN = "unknown"
OUT_OF_MEMORY = re.compile(
    r"out ?of ?memory|oom[- ]?kill|heap (?:space|limit)|cannot allocate memory|gc overhead", re.IGNORECASE
)
CONNECTIONS_SPENT = re.compile(
    r"too many (?:clients|connections)|connection slots|max_connections", re.IGNORECASE
)
FEWEST, RISE = 2, 3


@dataclass(frozen=True)
class Clues:
    """What was seen of the first suspect; logs alone decide nothing, since anybody may write into them."""

    change: str | None = None  # the kind of the last change of it before the onset
    saturated: bool = False  # something of it is at a limit
    surging: bool = False  # it is asked for far more than usual
    grown: bool = False  # its memory climbed bit by bit
    origin: Origin | None = None  # whoever suddenly sends most of its requests
    out_of_memory: bool = False  # it says so
    connections_spent: bool = False  # it says so


def cause_of(clues: Clues) -> tuple[str, int]:
    """(the kind of cause, how sure in thousandths); a kind without its clues is UNKNOWN.

    Many requests explain full memory and full limits, and a change explains both, so what explains most comes
    first.
    """
    kinds = (
        ("ddos_attack", 900, clues.surging and clues.origin is not None),
        (clues.change or "", 900, clues.change is not None),
        ("memory_leak", 900, clues.grown and clues.out_of_memory and not clues.surging),
        ("memory_leak", 800, clues.grown and not clues.surging),
        ("connection_exhaustion", 850, clues.saturated and clues.connections_spent),
        ("saturation", 800, clues.saturated),
    )
    return next(((kind, sure) for kind, sure, seen in kinds if seen), (UNKNOWN, 550))


def says(pattern: re.Pattern[str], now: Sequence[str], before: Iterable[str]) -> bool:
    """Whether lines match now, and three times as many as before."""
    fresh = sum(1 for line in now if pattern.search(line))
    return fresh >= max(FEWEST, RISE * sum(1 for line in before if pattern.search(line)))
