"""The table of faulty sets: what one, two or three faulty agents can force, and whether the vote is live."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from typing import NamedTuple

from shared.domain.model import VOTERS, AgentName
from tests.model.agents import FAULTY, HONEST, SUPPORTS, Behaviour, Cast
from tests.model.linking import Linked
from tests.model.protocol import Protocol
from tests.model.state import State, start
from tests.model.world import NAME_OF

Outcomes = frozenset[str]
"""How runs may end: the name of the remedy that is run, or `human`."""


class Cell(NamedTuple):
    """What a set of agents brings about by behaving so."""

    forced: bool  # a remedy that no honest agent approves is run, in some run
    live: bool  # with the others convinced, the good remedy is run, in every run without a crash
    dead: bool  # with the others convinced, it is a human's matter in every run


class Table:
    """Looks at every run of a cast, without crashes, and executed before the ballots expire."""

    def __init__(self, linked: Linked) -> None:
        self._protocol = Protocol(linked, on_time=True)
        self._ends: dict[State, Outcomes] = {}

    @cache  # noqa: B019 - a table lives as long as its process
    def cell(self, faulty: tuple[AgentName, ...], how: tuple[Behaviour, ...]) -> Cell:
        """What these agents bring about, whatever the honest ones think."""
        forces = any(
            _forced(name, cast) for cast in _casts(faulty, how, HONEST) for name in self.outcomes(cast)
        )
        [convinced] = _casts(faulty, how, HONEST[:1])
        ends = self.outcomes(convinced)
        return Cell(forces, ends == {"good"}, ends == {"human"})

    def outcomes(self, cast: Cast) -> Outcomes:
        """How the runs of these agents may end."""
        first = start(cast, crashes=0)
        todo = [first]
        while todo:
            state = todo[-1]
            if state in self._ends:
                todo.pop()
                continue
            after = [one for _, one in self._protocol.steps(state)]
            open_ = [one for one in after if one not in self._ends]
            if open_:
                todo += open_
                continue
            self._ends[state] = (
                frozenset().union(*(self._ends[one] for one in after)) if after else _end(state)
            )
        return self._ends[first]


def sets(size: int) -> Iterator[tuple[AgentName, ...]]:
    """Every set of so many agents."""
    return combinations(VOTERS, size)


def mixtures(size: int) -> Iterator[tuple[Behaviour, ...]]:
    """Every way in which so many faulty agents may behave."""
    return product(FAULTY, repeat=size)


def _casts(
    faulty: tuple[AgentName, ...], how: tuple[Behaviour, ...], honest: tuple[Behaviour, ...]
) -> Iterator[Cast]:
    by = dict(zip(faulty, how, strict=True))
    for others in product(honest, repeat=len(VOTERS) - len(faulty)):
        rest = iter(others)
        one, two, three, four = (by[agent] if agent in by else next(rest) for agent in VOTERS)
        yield one, two, three, four


def _forced(name: str, cast: Cast) -> bool:
    approved = any(one in SUPPORTS for one in cast)
    return name != "human" and not (approved and name == "good")


def _end(state: State) -> Outcomes:
    return frozenset({NAME_OF[digest] for _, digest in state.runs} or {"human"})
