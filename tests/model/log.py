"""The model's log: events by number, MACs that read "MAC by X", and one log for all that decide the same."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from shared.domain import facts
from shared.domain.events import Event
from shared.domain.facts import Author, Fact

ID = "INC-1"
START = datetime(2026, 1, 1, tzinfo=UTC)

Log = tuple[int, ...]
"""Events by number: equal events have equal numbers, so logs compare and hash fast."""


def mac(author: str, digest: str) -> str:
    """A MAC, as far as the model is concerned."""
    return f"MAC by {author} over {digest}"


class Keys:
    """The verifier: nobody can make another's MAC, and everybody can check all."""

    def verify(self, author: Author, digest: str, shown: str) -> bool:
        """Whether the author made it."""
        return shown == mac(author.value, digest)


class LogEvent(Event):
    """An event whose payload is at hand and whose hash is taken for granted: the chain is not modelled."""

    @property
    def fact(self) -> Fact:
        """The payload."""
        return _written[int(self.event_id)][0]

    def computed_hash(self) -> str:
        """Nobody edits the log here; the audit's own tests do."""
        return self.hash


_written: list[tuple[Fact, Author, str]] = []
UNORDERED: set[int] = set()
"""The events whose order among themselves says nothing: ballots and quarantines."""
_numbers: dict[tuple[str, str, str, str], int] = {}


def written(fact: Fact, author: Author, key: str = "") -> int:
    """The number of an event: a fact, who says to have written it, and whose key made its MAC."""
    made_by = key or author.value
    identity = (type(fact).__name__, fact.model_dump_json(), author.value, made_by)
    if identity not in _numbers:
        _numbers[identity] = len(_written)
        _written.append((fact, author, made_by))
        if isinstance(fact, facts.BallotCast | facts.AgentQuarantined):
            UNORDERED.add(_numbers[identity])
    return _numbers[identity]


def fact_of(number: int) -> Fact:
    """What an event says."""
    return _written[number][0]


def is_genuine(number: int) -> bool:
    """Whether the author named on an event wrote it: the model knows."""
    return _written[number][1].value == _written[number][2]


def author_of(number: int) -> Author:
    """Who is named as the author of an event."""
    return _written[number][1]


def opening(round_: int) -> str:
    """The hash of the event that opens a round: a run opens each once."""
    return f"opening of round {round_}"


@cache
def event(number: int, version: int) -> LogEvent:
    """The event at its place in a log."""
    fact, author, made_by = _written[number]
    hashed = opening(fact.round) if isinstance(fact, facts.VoteOpened) else f"hash {number}"
    return LogEvent(
        event_id=str(number),
        incident_id=ID,
        version=version,
        type=type(fact).__name__,
        occurred_at=START,
        recorded_by=author,
        correlation_id=ID,
        data={},
        previous_hash="",
        hash=hashed,
        author_mac=mac(made_by, hashed),
    )


@cache
def events(log: Log) -> tuple[Event, ...]:
    """A log as the store would return it."""
    return tuple(event(number, at + 1) for at, number in enumerate(log))


def canonical(log: Log) -> Log:
    """One log for all that no decision tells apart.

    Ballots of one round stand in any order, earlier rounds are gone, and of a quarantine only its agent is
    kept. Sound because only the open round is ever counted, no decision depends on the order of its ballots
    or on why somebody is quarantined; `test_reductions.py` checks that on the code itself.
    """
    decided = (at for at, number in enumerate(log) if isinstance(fact_of(number), facts.ConsensusReached))
    open_ = log[: next(decided, len(log))]
    opened = [at for at, number in enumerate(open_) if isinstance(fact_of(number), facts.VoteOpened)]
    last = opened[-1] if opened else 0
    log = tuple(_without_reason(number) for number in log)
    kept = [number for at, number in enumerate(log) if at >= last or not isinstance(fact_of(number), _SPENT)]
    return tuple(_sorted_runs(kept))


@cache
def _without_reason(number: int) -> int:
    fact, author, made_by = _written[number]
    if isinstance(fact, facts.AgentQuarantined):
        fact = fact.model_copy(update={"reason": "a Byzantine sign", "proof": ()})
        return written(fact, author, made_by)
    return number


_SPENT = (facts.VoteOpened, facts.BallotCast, facts.BallotsTallied)


def heard(log: Log, number: int) -> Log:
    """A canonical log and one word more, canonical again: a ballot among those of its round."""
    at = len(log)
    if number in UNORDERED:
        while log[at - 1] in UNORDERED and log[at - 1] > number:
            at -= 1
    return (*log[:at], number, *log[at:])


def _sorted_runs(log: list[int]) -> Iterable[int]:
    run: list[int] = []
    for number in log:
        if number in UNORDERED:
            run.append(number)
            continue
        yield from sorted(run)
        run.clear()
        yield number
    yield from sorted(run)
