"""The faults that a patient can be given, one at a time: what the scenarios are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scripts.patient.scenario import Patient
from scripts.patient.topology import MAX_CONNECTIONS
from shared.domain.errors import InvalidConfiguration


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. What comes from outside takes the place of what came from there before."""

    name: str
    title: str
    inject: Callable[[Patient], None]


_ALL = (
    Fault("attack", "one address range asks for six ordinary days", lambda one: one.impose(attack=6.0)),
    Fault(
        "bad_release", "release 2 of checkout fails every third order", lambda one: one.deploy("checkout", 2)
    ),
    Fault(
        "few_connections",
        "the database takes 20 connections instead of 200",
        lambda one: one.put_parameter(MAX_CONNECTIONS, "20"),
    ),
    Fault("leak", "checkout keeps every order in its memory", lambda one: one.impose(leak=1.0)),
    Fault("lock", "checkout's tasks fight for one lock", lambda one: one.impose(contention=1.0)),
    Fault("price_book", "a price book fills checkout's memory", lambda one: one.impose(book=1.0)),
    Fault("rewritten_orders", "release 1 cannot read the orders", lambda one: one.impose(migrated=1.0)),
    Fault("sale", "three times the visits, and nothing wrong", lambda one: one.impose(traffic=3.0)),
    Fault("slow_provider", "checkout's workers wait, connections open", lambda one: one.impose(waiting=1.0)),
)
FAULTS: Mapping[str, Fault] = MappingProxyType({one.name: one for one in _ALL})


def fault(name: str) -> Fault:
    """The fault of a name.

    Raises:
        InvalidConfiguration: there is none; the message lists those that there are.
    """
    if name not in FAULTS:
        raise InvalidConfiguration(f"no fault {name!r}: choose {', '.join(FAULTS)}")
    return FAULTS[name]
