"""The ports of the code under check: they answer from the model's state, and can stop a task at any call."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.domain.errors import ConcurrentAppend
from shared.domain.events import Event, Head
from shared.domain.facts import Author, Fact
from shared.ports.executor import Run
from tests.model.linking import Linked
from tests.model.log import ID, START, Log, events, written


class Stopped(BaseException):
    """A task has come to a port call that nobody has answered yet."""

    def __init__(self, call: tuple[Any, ...]) -> None:
        super().__init__(*call)
        self.call = call


class Patient:
    """A store that gives way at once after a lost race: the steps of the others come anyway."""

    def give_way(self, _attempt: int) -> None:
        """Time is not modelled here."""


class Paper(Patient):
    """A log that one task reads and appends to, undisturbed: an append that met no conflict was atomic."""

    def __init__(self, log: Log, author: Author) -> None:
        self.log, self._author = log, author

    def read(self, _incident: str) -> tuple[Event, ...]:
        """The log."""
        return events(self.log)

    def append(self, _id: str, head: Head, facts: Sequence[Fact], _cause: str = "") -> tuple[Event, ...]:
        """Append."""
        if head.version != len(self.log):
            raise ConcurrentAppend(ID, head.version)
        self.log += tuple(written(fact, self._author) for fact in facts)
        return ()


class Answered(Patient):
    """Every port of the executor at once: known answers first, and then it stops at the next call."""

    def __init__(self, answers: Sequence[Any], code: Linked) -> None:
        self._answers = list(reversed(answers))
        self._code, self._now = code, START

    def _ask(self, *call: Any) -> Any:
        if not self._answers:
            raise Stopped(call)
        return self._answers.pop()

    def read(self, _incident: str) -> tuple[Event, ...]:
        """The log as it was then."""
        log, self._now = self._ask("read")
        return events(log)

    def append(self, _id: str, head: Head, facts: Sequence[Fact], _cause: str = "") -> tuple[Event, ...]:
        """Append at that time, or lose the race."""
        if not self._ask("append", head.version, tuple(written(one, Author.EXECUTOR) for one in facts)):
            raise ConcurrentAppend(ID, head.version)
        return ()

    def now(self) -> datetime:
        """The time of the last read."""
        return self._code.clock(self._now).now()

    def new_id(self) -> str:
        """Identities are the log's numbers."""
        return "id"

    def find(self, token: str, _target: str) -> Run | None:
        """What this token started."""
        return Run("run", "running") if self._ask("find", token) else None

    def start(self, _runbook: object, proposal: Any, _incident: str, token: str, *_more: object) -> Run:
        """Act on the world."""
        self._ask("start", token, proposal.digest)
        return Run("run", "running")

    def observe(self, _runbook: object, _target: str) -> dict[str, Any]:
        """Always the same: what undoing needs is not modelled."""
        return {"desired": 2, "running": 2}


class Undisturbed:
    """Leases, history and switch when no other incident is near, and a catalogue without a guard alarm."""

    guard_alarm = None

    def services(self) -> "Undisturbed":
        """The catalogue."""
        return self

    def get(self, _name: str) -> "Undisturbed":
        """Any service."""
        return self

    def keep(self, _state: object) -> None:
        """It holds the target."""

    def begin(self, _action: object, _most: int) -> bool:
        """It may act."""
        return True

    def touch(self, _target: str, _token: str, _at: datetime) -> None:
        """It is remembered as its own doing."""

    def kill_switch(self) -> None:
        """Nobody has stopped anything."""


class Starts:
    """Remembers which executions were started."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def start(self, name: str, _payload: object) -> bool:
        """Start one."""
        self.names.append(name)
        return True


class Unremarked:
    """The agents' standing and their code, when nothing speaks against anybody: what protects least."""

    def __getattr__(self, name: str) -> Any:
        """Whatever is asked, there is nothing."""
        return lambda *_given: () if name == "history" else {}
