"""The code under check, behind ports of the model: the one place that knows its signatures.

`link` makes private copies of the modules' functions with some names altered, which is how a mutant is
injected: every function above the altered one is still the product's own, and no module is touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from shared.domain import certificate, consensus, incident
from shared.domain.ballot import SignedBallot
from shared.domain.errors import CommanderError, ConcurrentAppend, Equivocation
from shared.domain.events import Event, Head, fault_of
from shared.domain.facts import ActionAuthorised, Author, Fact
from shared.ports import event_store
from shared.ports.executor import Run
from shared.runbooks.catalogue import remedies
from shared.workflow import coordination, deliberation, execution, fallback
from shared.workflow.fallback import SUFFIX
from shared.workflow.vigilance import Vigilance
from tests.model.world import ID, START, Keys, Log, canonical, event, events, written

MODULES = (consensus, certificate, incident, event_store, deliberation, execution, fallback, coordination)
KEYS = Keys()


@dataclass(frozen=True, eq=False)
class Linked:
    """The functions that decide, and what a mutant may alter besides: the keys and the clock."""

    names: dict[str, Any]
    verifier: Any
    clock_stands: bool = False

    def distrust(self, seen: Sequence[Event]) -> frozenset[str]:
        """The product's judgement of each event, made once."""
        return frozenset(one.event_id for one in seen if _ignored(self, int(one.event_id)))

    def ignores(self, number: int) -> bool:
        """Whether the product disbelieves an event, so that it changes nothing but the log's length."""
        return _ignored(self, number)

    def clock(self, now: datetime) -> "Clock":
        """The time that the code sees."""
        return Clock(START if self.clock_stands else now)


@cache
def _ignored(code: Linked, number: int) -> bool:
    return fault_of(event(number, 1), code.verifier.verify) is not None


def link(verifier: Any = KEYS, clock_stands: bool = False, **altered: Callable[..., Any]) -> Linked:
    """The product's functions, with these put in place of those of the same name."""
    altered = {"fold": _growing(), **altered}
    names: dict[str, Any] = dict(altered)
    for module in MODULES:
        names |= _relinked(module, names)
        names |= altered
    return Linked(names, verifier, clock_stands)


def _growing() -> Callable[..., Any]:
    """The product's `fold`, which is pure, grown by one event: logs with a common beginning share its cost.

    `test_reductions.py` holds it against `fold` itself.
    """
    known: dict[tuple[tuple[str, bool], ...], Any] = {}

    def folded(events: Sequence[Event], ignored: Any = frozenset()) -> Any:
        key = tuple((one.event_id, one.event_id in ignored) for one in events)
        at = next((n for n in range(len(key), 0, -1) if key[:n] in known), 0)
        for n in range(at, len(key)):
            state = known.get(key[:n])
            if key[n][1] or incident.malformed(events[n]) is not None:
                head = Head(version=events[n].version, hash=events[n].hash)
                known[key[: n + 1]] = state.model_copy(update={"head": head})
            else:
                known[key[: n + 1]] = incident.evolve(state, events[n])
        return known[key]

    return folded


def _relinked(module: ModuleType, names: dict[str, Any]) -> dict[str, Any]:
    own = {name: one for name, one in vars(module).items() if _is_of(one, module)}
    space = vars(module) | {name: one for name, one in names.items() if name in vars(module)}
    for name, one in own.items():
        space[name] = names.get(name) or _copied(one, space)
    return {name: space[name] for name in own}


def _is_of(one: object, module: ModuleType) -> bool:
    return getattr(one, "__module__", "") == module.__name__ and (
        isinstance(one, FunctionType) or (isinstance(one, type) and hasattr(one, "__dataclass_fields__"))
    )


def _copied(one: Any, space: dict[str, Any]) -> Any:
    if isinstance(one, type):
        methods = {name: _copied(m, space) for name, m in vars(one).items() if isinstance(m, FunctionType)}
        return type(one.__name__, (one,), {k: v for k, v in methods.items() if not k.startswith("__")})
    made = FunctionType(one.__code__, space, one.__name__, one.__defaults__, one.__closure__)
    made.__kwdefaults__ = one.__kwdefaults__
    return made


class Stopped(BaseException):
    """A task has come to a port call that nobody has answered yet."""

    def __init__(self, call: tuple[Any, ...]) -> None:
        super().__init__(*call)
        self.call = call


class Clock:
    """The time that a task sees."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The model's time."""
        return self._now

    def new_id(self) -> str:
        """Identities are the log's numbers."""
        return "id"


class Paper:
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


class Answered:
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

    def find(self, token: str) -> Run | None:
        """What this token started."""
        return Run("run", "running") if self._ask("find", token) else None

    def start(self, _runbook: object, proposal: Any, _incident: str, token: str) -> Run:
        """Act on the world."""
        self._ask("start", token, proposal.digest)
        return Run("run", "running")

    def observe(self, _runbook: object, _target: str) -> dict[str, Any]:
        """Always the same: what undoing needs is not modelled."""
        return {"desired": 2, "running": 2}


def workflow(code: Linked, task: str, log: Log, now: datetime, argument: Any) -> tuple[Log, Any]:
    """Run one workflow task to its end; what it wrote and what it answered, or the error's name."""
    paper = Paper(log, Author.WORKFLOW)
    tasks = _built(code, "Deliberation", store=paper, clock=code.clock(now))
    try:
        answer = _authorise(code, paper) if task == "authorise" else _call(code, tasks, task, argument)
    except CommanderError as error:
        answer = type(error).__name__
    return canonical(paper.log), answer


def _call(code: Linked, tasks: Any, task: str, argument: Any) -> Any:
    if task == "verify":
        said = tasks.verify(ID)
        choices = [consensus.Choice.model_validate(one) for one in said["ballots"]]
        result = code.names["tally"](choices, said["candidates"], said["safe"])
        return result.winner, result.kind.value
    if task == "decide":
        return tasks.decide(ID, {"winner": argument[0], "kind": argument[1]})
    given = () if argument is None else (argument,)
    getattr(tasks, task)(ID, *given)
    return None


def _authorise(code: Linked, paper: Paper) -> str:
    """Policy says yes to every winner: the worst case."""
    state = code.names["load"](paper, ID, code.distrust)
    if state.certificate is None:
        return "CommandRefused"
    if state.authorised is None:
        said = ActionAuthorised(proposal=state.certificate.proposal, autonomy="L3", reasons=("policy",))
        paper.append(ID, state.head, [said])
    return "permitted"


def engine_ended(code: Linked, log: Log, now: datetime, second: bool) -> tuple[Log, bool]:
    """What the coordinator writes when the state machine has failed, timed out or was aborted.

    And whether it starts the one further execution, which carries out what the ballots prove.
    """
    paper, clock, started = Paper(log, Author.COORDINATOR), code.clock(now), Starts()
    coordination = _built(
        code,
        "Coordination",
        store=paper,
        trust=code,
        workflow=started,
        fallback=_built(code, "Fallback", clock=clock),
        clock=clock,
    )
    coordination.engine_ended(f"{ID}-1{SUFFIX if second else ''}", "FAILED")
    return canonical(paper.log), bool(started.names)


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


_UNREMARKED = {"standing": Unremarked(), "integrity": Unremarked()}


def _built(code: Linked, name: str, **ports: Any) -> Any:
    """One of the product's parts, with those ports that it takes."""
    at_hand = {
        "verifier": code.verifier,
        "distrust": code.distrust,
        "remedies": remedies(),
        "rules": consensus.RULES,
        "waiting": None,
        "open_incidents": None,
        **_UNREMARKED,
        **ports,
    }
    at_hand["vigilance"] = _taking(Vigilance, at_hand)
    return _taking(code.names[name], at_hand)


def _taking(part: Any, at_hand: dict[str, Any]) -> Any:
    return part(**{one.name: at_hand[one.name] for one in fields(part) if one.name in at_hand})


def vote(code: Linked, log: Log, signed: SignedBallot) -> Log:
    """An honest agent casts a ballot, by the product's rule."""
    state = code.names["load"](Paper(log, Author.WORKFLOW), ID, code.distrust)
    try:
        made = code.names["cast_ballot"](state, signed)
    except Equivocation:
        made = ()
    return canonical(log + tuple(written(one, Author(signed.ballot.agent.value)) for one in made))


def execute(code: Linked, answers: tuple[Any, ...]) -> tuple[str, Any]:
    """Run the executor over the answers that it has had: the call that it makes next, or its end."""
    ports = Answered(answers, code)
    made = _built(code, "Execution", store=ports, clock=ports, executor=ports, resources=ports)
    try:
        return "ended", made.execute(ID)
    except Stopped as stopped:
        return "calls", stopped.call
    except CommanderError as error:
        return "refused", type(error).__name__


def certificate_in(code: Linked, log: Log) -> Any:
    """The decision that the log is believed to hold."""
    return code.names["load"](Paper(log, Author.WORKFLOW), ID, code.distrust).certificate
