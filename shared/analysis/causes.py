"""From clues to the kind of cause: each kind by what can be seen of it, whatever the service is called."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.analysis.origins import Origin
from shared.domain.mechanism import MECHANISMS, Cause

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

    change: Cause | None = None  # the kind of the last change of it just before the onset
    saturated: bool = False  # something of it is at a limit
    surging: bool = False  # it is asked for far more than usual
    grown: bool = False  # its memory climbed bit by bit
    origin: Origin | None = None  # whoever suddenly sends most of its requests
    out_of_memory: bool = False  # it says so
    connections_spent: bool = False  # it says so


def cause_of(clues: Clues) -> str:
    """The kind of cause that the clues tell by themselves, without a look at any target; else UNKNOWN.

    In the order of the mechanism table: what explains most comes first. Of the logs only who asks counts, and
    only in a surge that the metrics show.
    """
    kinds = (
        (Cause.DDOS_ATTACK, clues.surging and clues.origin is not None),
        (clues.change, clues.change is not None),
        (Cause.MEMORY_LEAK, clues.grown and not clues.surging),
        (Cause.SATURATION, clues.saturated),
    )
    return next((str(kind) for kind, seen in kinds if seen), UNKNOWN)


def sure_of(cause: str, clues: Clues) -> int:
    """How sure of a cause, in thousandths: what the logs say confirms it, and makes no other cause."""
    if cause == UNKNOWN:
        return 550
    confirmed = {
        Cause.DDOS_ATTACK: clues.origin is not None,
        Cause.MEMORY_LEAK: clues.out_of_memory,
        Cause.CONNECTION_EXHAUSTION: clues.connections_spent,
    }
    changed = bool(MECHANISMS[Cause(cause)].change)
    return 900 if changed or confirmed.get(Cause(cause), False) else 800


def says(pattern: re.Pattern[str], now: Sequence[str], before: Iterable[str]) -> bool:
    """Whether lines match now, and three times as many as before."""
    fresh = sum(1 for line in now if pattern.search(line))
    return fresh >= max(FEWEST, RISE * sum(1 for line in before if pattern.search(line)))
