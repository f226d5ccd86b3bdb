"""The mechanism table: what brings each cause, how it shows, what shape it has in time, what its target says.

The rows stand in the order in which they explain: where the signs of two rows are seen, the upper one says
why the lower one's are there too (a flood fills every limit, a full memory makes everything slow).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Cause(StrEnum):
    """The classes of cause."""

    DDOS_ATTACK = "ddos_attack"
    DEPLOYMENT = "deployment"
    CONFIGURATION_CHANGE = "configuration_change"
    MEMORY_LEAK = "memory_leak"
    RUNAWAY_QUERY = "runaway_query"
    THROTTLING = "throttling"
    CONNECTION_EXHAUSTION = "connection_exhaustion"
    SATURATION = "saturation"
    DISK_FULL = "disk_full"
    UNHEALTHY_PRIMARY = "unhealthy_primary"
    UNHEALTHY_INSTANCE = "unhealthy_instance"
    POISON_MESSAGE = "poison_message"
    DEAD_LETTERS = "dead_letters"


class Symptom(StrEnum):
    """What an incident is called by what is felt, before anybody knows why."""

    DATABASE_FAILURE = "database_failure"
    CACHE_FAILURE = "cache_failure"
    QUEUE_FAILURE = "queue_failure"
    TRAFFIC_SURGE = "traffic_surge"
    RESOURCE_EXHAUSTION = "resource_exhaustion"
    LATENCY = "latency"
    ERRORS = "errors"


class Sign(StrEnum):
    """What the measures of one service show against their own baseline."""

    FAILING = "failing"  # errors, or answers that did not come
    SLOW = "slow"
    AT_LIMIT = "at_limit"  # nearly all of something is in use: connections, workers, CPU
    MEMORY_FULL = "memory_full"
    CLIMBING = "climbing"  # the memory got there bit by bit, not in one step
    SURGING = "surging"  # it is asked for at least twice as much as usual


class Shape(StrEnum):
    """How the deviation came and where it goes."""

    STEP = "step"  # there at once, and it stays
    CLIMB = "climb"  # more and more
    SATURATION = "saturation"  # at a limit, and it stays there
    SURGE = "surge"  # as long as whoever asks goes on


class Approach(IntEnum):
    """What a remedy does, in the fixed order in which agents prefer one of several for the same cause."""

    UNDO_CHANGE = 1
    LIFT_LIMIT = 2
    REPLACE = 3  # restart what runs, or let another take its place
    SHED_ORIGIN = 4  # turn away the one who asks too much
    SHED_LOAD = 5  # turn away good requests with the bad


@dataclass(frozen=True)
class Mechanism:
    """One row."""

    change: str  # what somebody did that brings it; empty: nobody needs to have done anything
    all_of: frozenset[Sign]  # the signature: these signs of the service at the root
    any_of: frozenset[Sign]  # at least one of these, if there are any
    none_of: frozenset[Sign]  # and none of these, which another row explains
    shape: Shape
    telling: str  # what the target itself must show

    def fits(self, signs: Collection[Sign]) -> bool:
        """Whether these signs of a service are its signature."""
        return (
            self.all_of <= set(signs)
            and (not self.any_of or not self.any_of.isdisjoint(signs))
            and self.none_of.isdisjoint(signs)
        )


def _row(
    shape: Shape,
    telling: str,
    *,
    change: str = "",
    all_of: Collection[Sign] = (),
    any_of: Collection[Sign] = (),
    none_of: Collection[Sign] = (),
) -> Mechanism:
    return Mechanism(change, frozenset(all_of), frozenset(any_of), frozenset(none_of), shape, telling)


_HARM = (Sign.FAILING, Sign.SLOW)
_ILL = (*_HARM, Sign.AT_LIMIT, Sign.MEMORY_FULL)
_FULL = (Sign.AT_LIMIT, Sign.MEMORY_FULL, Sign.SURGING)

MECHANISMS: Mapping[Cause, Mechanism] = MappingProxyType(
    {
        Cause.DDOS_ATTACK: _row(
            Shape.SURGE, "addresses are over the limit of the rate-based rule", all_of=[Sign.SURGING]
        ),
        Cause.DEPLOYMENT: _row(
            Shape.STEP,
            "it was deployed just before the onset, by somebody else",
            change="a deployment",
            any_of=_ILL,
        ),
        Cause.CONFIGURATION_CHANGE: _row(
            Shape.STEP,
            "its configuration changed just before the onset, by somebody else",
            change="a parameter or configuration",
            any_of=_ILL,
        ),
        Cause.MEMORY_LEAK: _row(
            Shape.CLIMB,
            "its memory climbed bit by bit, or a task was killed for its memory",
            all_of=[Sign.MEMORY_FULL],
            none_of=[Sign.SURGING],
        ),
        Cause.RUNAWAY_QUERY: _row(
            Shape.SATURATION,
            "the function that asks was changed just before the onset, by somebody else",
            change="the function that sends it",
            all_of=[Sign.AT_LIMIT],
            none_of=[Sign.MEMORY_FULL, Sign.SURGING],
        ),
        Cause.THROTTLING: _row(
            Shape.SATURATION,
            "its provisioned capacity is in use, and no other limit can be meant",
            all_of=[Sign.AT_LIMIT],
            none_of=[Sign.MEMORY_FULL],
        ),
        Cause.CONNECTION_EXHAUSTION: _row(
            Shape.SATURATION,
            "its connections are in use, and no other limit can be meant",
            all_of=[Sign.AT_LIMIT],
            none_of=[Sign.MEMORY_FULL],
        ),
        Cause.SATURATION: _row(
            Shape.SATURATION,
            "everything there is runs and is busy",
            all_of=[Sign.AT_LIMIT],
            none_of=[Sign.MEMORY_FULL],
        ),
        Cause.DISK_FULL: _row(
            Shape.SATURATION,
            "no API shows it",
            all_of=[Sign.AT_LIMIT],
            none_of=[Sign.MEMORY_FULL, Sign.SURGING],
        ),
        Cause.UNHEALTHY_PRIMARY: _row(
            Shape.STEP, "its primary is not available", any_of=_HARM, none_of=_FULL
        ),
        Cause.UNHEALTHY_INSTANCE: _row(
            Shape.STEP, "one of its targets or instances is unhealthy", any_of=_HARM, none_of=_FULL
        ),
        Cause.POISON_MESSAGE: _row(
            Shape.STEP, "its consumer's last batch failed", any_of=_HARM, none_of=_FULL
        ),
        Cause.DEAD_LETTERS: _row(
            Shape.STEP, "letters wait, and their queue is empty", all_of=[Sign.FAILING], none_of=_FULL
        ),
    }
)


def rank(cause: Cause) -> int:
    """The place of a cause in the table: of two that fit, the lower number explains more."""
    return list(MECHANISMS).index(cause)


def explained(causes: Collection[Cause], signs: Collection[Sign]) -> Cause | None:
    """Which of these causes explains most of what a service shows; None when no signature is seen."""
    return min((one for one in causes if MECHANISMS[one].fits(signs)), key=rank, default=None)
