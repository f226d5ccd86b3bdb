"""Kills the function that runs at any one of its calls to the world, before or after the call took effect."""

from collections import Counter
from dataclasses import dataclass, field

from shared.adapters.local.state_machine_jsonata import StateError
from shared.domain import facts
from shared.domain.service import Measure
from tests.e2e.storefront import Street


@dataclass
class Guillotine:
    """Worn around the ports of the tasks. Falls once, at the n-th call; never when n is 0."""

    at: int = 0
    after: bool = False
    calls: list = field(default_factory=list)

    def __call__(self, port):
        return Mortal(port, self)

    def passes(self, name, call):
        """The call, unless the blade falls."""
        self.calls.append(name)
        if len(self.calls) != self.at:
            return call()
        if self.after:
            call()
        raise StateError("Lambda.Unknown", f"killed at {name}")


class Mortal:
    """A port whose every call may be the last of whoever makes it."""

    def __init__(self, port, guillotine) -> None:
        self._port, self._guillotine = port, guillotine

    def __getattr__(self, name):
        found = getattr(self._port, name)
        if not callable(found):
            return found
        return lambda *given, **named: self._guillotine.passes(name, lambda: found(*given, **named))


def cured(**options) -> Street:
    """Somebody lowers the connections; putting them back helps."""
    street = Street(**options)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street


def backfires(**options) -> Street:
    """The obvious remedy makes it worse."""
    street = Street(**options)
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    return street


def breaks_off(**options) -> Street:
    """The automation changes the target and then fails."""
    street = Street(
        act=lambda proposal: (
            street.patient.act(proposal) or ("step 2 failed" if len(street.patient.actions) == 1 else None)
        ),
        **options,
    )
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street


def hangs(**options) -> Street:
    """The automation changes the target and never ends."""
    street = Street(lasting=True, **options)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street


STORIES = (cured, backfires, breaks_off, hangs)


def faults_of(street: Street) -> list[str]:
    """What must never be, however the incident went."""
    [incident], found = street.house.incidents(), []
    attempts = Counter((one.attempt, one.undo) for one in incident.actions)
    if any(count > 1 for count in attempts.values()):
        found.append("an action was started twice")
    if len(street.patient.actions) > len(incident.actions):
        found.append("something was done that is not in the log")
    if street.house.locks.held:
        found.append(f"leases left: {street.house.locks.held}")
    [log] = street.house.logs.events.values()
    issued = [event for event in log if isinstance(event.fact, facts.CredentialsIssued)]
    if any((one.fact.ends_at - one.occurred_at).total_seconds() > 120 for one in issued):
        found.append("a credential lives for longer than 120 s")
    end = incident.machine_ended
    if end is None or end.outcome not in {"resolved", "rolled_back", "escalated"}:
        found.append(f"it ended as {end}")
    done = [one for one in incident.actions if not one.undo]
    undone = [one for one in incident.actions if one.undo]
    if end and end.outcome == "resolved" and len(done) - len(undone) != 1:
        found.append("resolved, but not by one action that stands")
    if done and end and end.outcome != "resolved" and not incident.escalation:
        found.append("something was done, it did not help, and nobody was told")
    return found
