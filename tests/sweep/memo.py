"""Honest agents that are asked the same again answer the same: they are functions, so each is asked once.

What an agent read of the incident is noted while it judges. Another run in which the world has come the
same way, and all that it read says the same, gets the same answer without the work. Nothing is assumed about
what agents read; one that reads what liars wrote is asked anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from shared.agents.situation import Look
from shared.agents.voter import Voter
from shared.domain.facts import IncidentDetected
from shared.ports.sources import Sources

Path = tuple[str, ...]
Reads = dict[Path, Any]


class Watched:
    """An incident, or its opening, that notes what is read of it; read only."""

    def __init__(self, whole: BaseModel, reads: Reads, path: Path = ()) -> None:
        self._whole, self._reads, self._path = whole, reads, path

    def __getattr__(self, name: str) -> Any:
        value, path = getattr(self._whole, name), (*self._path, name)
        if isinstance(value, IncidentDetected | Watched):
            return Watched(value, self._reads, path)
        if callable(value):  # it may read anything
            self._reads[self._path] = self._whole
        else:
            self._reads[path] = value
        return value


def _value(whole: Any, path: Path) -> Any:
    """What is there; who looks at something that notes what is read notes this."""
    for name in path:
        whole = getattr(whole, name)
    return whole


@dataclass
class Memo:
    """What was answered, by who was asked what in which world."""

    asked: int = 0
    worked: int = 0
    _known: dict[Any, list[tuple[Reads, Any]]] = field(default_factory=dict)

    def voter(
        self,
        voter: Voter,
        world: Callable[[], Any],
        sources: Callable[[], Sources],
        read: Callable[[set[Path]], None],
    ) -> Voter:
        """The same voter. `world` says how the world has come to be as it is; `read` hears what it read.

        It looks at the house's own sources and not at those that record what they answer: an hour of
        measures is written down more slowly than it is judged, and nobody replays these runs.
        """

        def answer(question: Any, incident: Any, work: Callable[[Any], Any]) -> Any:
            reads, said = self._answer((voter.name, question, world()), incident, work)
            read(set(reads))
            return said

        return Voter(
            name=voter.name,
            investigate=lambda incident, _recorded: answer(
                "findings", incident, lambda one: voter.investigate(one, sources())
            ),
            judge=lambda incident, candidates, _recorded: answer(
                tuple(each.digest for each in candidates),
                incident,
                lambda one: voter.judge(one, candidates, sources()),
            ),
        )

    def look(self, look: Look, world: Callable[[], Any]) -> Look:
        """The same reading, of which all agents make the same in the same world."""
        return lambda incident, sources: self._answer(
            ("look", look, world()), incident, lambda one: look(one, sources)
        )[1]

    def _answer(self, key: Any, incident: Any, work: Callable[[Any], Any]) -> tuple[Reads, Any]:
        self.asked += 1
        known = self._known.setdefault(key, [])
        for reads, answer in known:
            if all(_value(incident, path) == value for path, value in reads.items()):
                return reads, answer
        self.worked += 1
        noted: Reads = {}
        answer = work(Watched(incident, noted))
        known.append((noted, answer))
        return noted, answer
