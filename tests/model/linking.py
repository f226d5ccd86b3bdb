"""Private copies of the product's functions, in which a mutant can be put in place of one of them.

Every function above the altered one is still the product's own, and no module is touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from shared.domain import certificate, commands, consensus, folding, incident
from shared.domain.events import Event, Head, fault_of
from shared.ports import event_store
from shared.workflow import coordination, counting, deliberation, execution, fallback, proof
from tests.model.log import START, Keys, event

MODULES = (
    consensus,
    certificate,
    incident,
    folding,
    commands,
    event_store,
    counting,
    deliberation,
    proof,
    execution,
    fallback,
    coordination,
)
KEYS = Keys()


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
            if key[n][1] or folding.malformed(events[n]) is not None:
                head = Head(version=events[n].version, hash=events[n].hash)
                known[key[: n + 1]] = state.model_copy(update={"head": head})
            else:
                known[key[: n + 1]] = folding.evolve(state, events[n])
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
