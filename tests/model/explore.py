"""Breadth first over every state: counts, checks each step, and keeps the way to the first fault."""

import gc
import time
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from tests.model.agents import FAULTY, Behaviour, Cast
from tests.model.linking import Linked
from tests.model.properties import broken, unfinished
from tests.model.protocol import Protocol
from tests.model.state import State, start

SCOPES = ((0, 2), (1, 1), (2, 0))
"""Faulty agents and crashes that are explored together: more of both is more of the same, and takes long."""


class Found(NamedTuple):
    """A broken property, and the shortest run that breaks it."""

    what: str
    trace: tuple[str, ...]

    def __str__(self) -> str:
        steps = "\n".join(f"  {at:2}. {one}" for at, one in enumerate(self.trace))
        return f"{self.what}\n{steps}"


class Explored(NamedTuple):
    """How much was looked at, and what was found, by property."""

    states: int
    transitions: int
    ends: int
    seconds: float
    found: dict[str, Found]


def casts(
    faulty: Iterable[int], honest: tuple[Behaviour, ...] = tuple(set(Behaviour) - set(FAULTY))
) -> Iterator[Cast]:
    """Every assignment of behaviours to the four agents with so many faulty ones."""
    wanted = set(faulty)
    for cast in product((*sorted(honest), *FAULTY), repeat=4):
        if sum(one in FAULTY for one in cast) in wanted:
            yield cast


def explore(linked: Linked, beginnings: Iterable[State], *, stop: str = "") -> Explored:
    """Look at every state that can be reached; with `stop`, until that is broken."""
    gc.disable()  # a million small tuples and no cycle among them: looking for one takes half the time
    try:
        return _explore(linked, beginnings, stop)
    finally:
        gc.enable()


def _explore(linked: Linked, beginnings: Iterable[State], stop: str) -> Explored:
    began = time.perf_counter()
    protocol = Protocol(linked)
    came: dict[State, tuple[State, str] | None] = dict.fromkeys(beginnings)
    queue = deque(came)
    transitions = ends = 0
    found: dict[str, Found] = {}
    while queue and stop not in found:
        state = queue.popleft()
        steps = list(protocol.steps(state))
        ends += not steps
        for label, after in steps:
            transitions += 1
            if after not in came:
                came[after] = (state, label)
                queue.append(after)
            for what in broken(state, after):
                found.setdefault(what.split(":")[0], Found(what, (*_way(came, state), label)))
        if not steps:
            for what in unfinished(state):
                found.setdefault(what.split(":")[0], Found(what, tuple(_way(came, state))))
    return Explored(len(came), transitions, ends, time.perf_counter() - began, found)


def _way(came: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    way: list[str] = []
    while (step := came[state]) is not None:
        way.append(step[1])
        state = step[0]
    agents = ", ".join(f"{one}" for one in state.agents)
    return [f"agents: {agents}", *reversed(way)]


def all_starts(faulty: Iterable[int], crashes: int) -> Iterator[State]:
    """The beginnings of every run with so many faulty agents and so many crashes."""
    return (start(cast, crashes) for cast in casts(faulty))
