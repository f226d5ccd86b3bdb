"""When the trouble of an incident was felt: what it cost is the money of these times, and of no others."""

from datetime import datetime

from shared.domain import facts
from shared.domain.events import Event
from shared.domain.model import Model, Utc
from shared.domain.signal import SignalKind


class Felt(Model):
    """A stretch in which people felt it."""

    begins: Utc
    ends: Utc | None = None  # None: they still do


Stretches = tuple[Felt, ...]


def felt_since(began: datetime) -> Stretches:
    """What is known when an incident is opened."""
    return (Felt(begins=began),)


def evolve(felt: Stretches, fact: facts.Fact, event: Event, *, with_people: bool) -> Stretches:
    """The stretches after a fact.

    Args:
        with_people: the machine's part is over, so an alarm is new trouble and not the echo of what it mends.
    """
    match fact:
        case facts.RemedyVerified() | facts.NotNeeded() | facts.IncidentClosed():
            return _over(felt, event.occurred_at)
        case facts.RecoverySeen(at=at):
            return _over(felt, min(at, event.occurred_at))
        case facts.ResolvedByPeople(over_at=over_at):
            return _over(felt, min(over_at or event.occurred_at, event.occurred_at))
        case facts.RegressionDetected():  # it was not over
            return (*felt[:-1], felt[-1].model_copy(update={"ends": None}))
        case facts.SignalCorrelated(signal=signal) if with_people and signal.kind is SignalKind.ALARM:
            return _again(felt, signal.at)
        case facts.IncidentReopened():
            return _again(felt, event.occurred_at)
    return felt


def _over(felt: Stretches, at: datetime) -> Stretches:
    """What ended already stays as it ended."""
    last = felt[-1]
    if last.ends is not None:
        return felt
    return (*felt[:-1], last.model_copy(update={"ends": max(at, last.begins)}))


def _again(felt: Stretches, at: datetime) -> Stretches:
    """A new stretch; what was announced late, of a time that is over, begins none."""
    ended = felt[-1].ends
    return felt if ended is None or at <= ended else (*felt, Felt(begins=at))
