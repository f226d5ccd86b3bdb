"""One state of a run, and the order in which states can follow each other."""

from typing import Any, NamedTuple

from tests.model.agents import EVIL, SUPPORTS, Cast, Word
from tests.model.log import Log
from tests.model.world import beginning

ABORTED = "aborted"
ACTED, HUMAN, ENDED = "Acted", "Human", "Engine ended"
ENDS = frozenset({ACTED, HUMAN})
ORDER = (
    "Freeze", "Vote", "Verify ballots", "Decide", "Clarify",
    "Authorise", "Execute", ACTED, "Human decides", ENDED, HUMAN,
)  # fmt: skip


class Ghost(NamedTuple):
    """What the model remembers of the agents once they cannot vote any more."""

    few: bool  # at most two of them are evil
    supported: bool  # an honest one approves the good remedy


class State(NamedTuple):
    """Everything that the future depends on."""

    agents: Cast | Ghost
    engine: str = "Freeze"
    round: int = 1
    turn: int = 0
    log: Log = ()
    counted: Any = None
    late: tuple[tuple[Word, ...], ...] = ()  # what one agent says late, it says at once
    executors: tuple[tuple[Any, ...], ...] = ()
    runs: tuple[tuple[str, str], ...] = ()
    crashes: int = 0
    expired: bool = False
    second: bool = False  # the fallback's execution runs
    stray: tuple[str, Any] | None = None  # a task that outlives the state machine which called it


def start(agents: Cast, crashes: int) -> State:
    """The beginning of a run."""
    return State(agents, log=beginning(), crashes=crashes)


def ghost(agents: Cast | Ghost) -> Ghost:
    """What is left of a cast of agents when the vote is over."""
    if isinstance(agents, Ghost):
        return agents
    evil = sum(one in EVIL for one in agents)
    return Ghost(evil <= 2, any(one in SUPPORTS for one in agents))


def rank(state: State) -> tuple[int, ...]:
    """Grows with every step, and is bounded: so every run ends."""
    heard = sum(len(answers) for answers in state.executors)
    where = 2 * ORDER.index(state.engine) + (state.engine == "Execute" and bool(state.executors))
    voting = state.engine in {"Freeze", "Vote", "Verify ballots", "Decide", "Clarify"}
    place = (state.round if voting else 4, where, state.turn)
    spent = (-state.crashes, state.stray is None, state.second, *place)
    return (*spent, len(state.log), -len(state.late), state.expired, -len(state.executors), heard)
