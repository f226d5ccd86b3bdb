"""Where diagnosis looks for the kind of cause: the change ledger, the memory, and what the logs say anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.agents.situation import Situation
from shared.analysis.causes import CONNECTIONS_SPENT, OUT_OF_MEMORY, Clues, says
from shared.analysis.health import window
from shared.analysis.origins import Origin, dominating
from shared.analysis.templates import Burst, bursts
from shared.domain.mechanism import Cause, Sign
from shared.domain.service import Service
from shared.domain.signal import Signal
from shared.ports.sources import Sources
from shared.runbooks.catalogue_recent import AFTER, BEFORE, RECENT, ours

MOST_LINES = 2_000
CAUSE_OF_CHANGE = {
    "ssm": Cause.CONFIGURATION_CHANGE,
    "appconfig": Cause.CONFIGURATION_CHANGE,
    "ecs": Cause.DEPLOYMENT,
    "lambda": Cause.DEPLOYMENT,
}

HEARD = frozenset({"parameter", "ecs_service"})
"""The resources whose changes AWS announces to the ledger."""


def changes_of(sources: Sources, application: str, service: Service, began: datetime) -> tuple[Signal, ...]:
    """The last three changes of a service before the trouble began, oldest first; none of our own."""
    noted = sources.changes.between(application, began - RECENT, began + AFTER)
    theirs = [one for one in noted if one.service == service.name]
    touched = {one: sources.own.touched(one) for one in sorted({one.resource for one in theirs})}
    return tuple(one for one in theirs if not ours(one.at, touched[one.resource]))[-3:]


def brought_by(changes: Sequence[Signal], began: datetime) -> tuple[Signal, ...]:
    """Those of them that came just before the onset."""
    return tuple(one for one in changes if began - BEFORE <= one.at <= began + AFTER)


@dataclass(frozen=True)
class Logs:
    """What a service's log lines say that they did not say before."""

    bursts: tuple[Burst, ...] = ()
    origin: Origin | None = None
    out_of_memory: bool = False
    connections_spent: bool = False


def logs_of(sources: Sources, service: Service, began: datetime, now: datetime) -> Logs:
    """What a service logs since the incident began, against what it logged before.

    Raises:
        PortError: the logs could not be read.
    """
    if service.log_group is None:
        return Logs()
    _, split = window([service], began)
    lines = sources.telemetry.logs(service, split, now, MOST_LINES)
    before = [one.message for one in sources.telemetry.logs(service, split - RECENT, split, MOST_LINES)]
    fresh = [one.message for one in lines]
    since = [one.message for one in lines if one.at >= began]
    return Logs(
        bursts=bursts(fresh, before),
        origin=dominating(since, [*before, *(one.message for one in lines if one.at < began)]),
        out_of_memory=says(OUT_OF_MEMORY, fresh, before),
        connections_spent=says(CONNECTIONS_SPENT, fresh, before),
    )


def clues_of(situation: Situation, service: str, changes: Sequence[Signal]) -> Clues:
    """What was seen of a service without its logs."""
    signs, brought = situation.signs(service), brought_by(changes, situation.began)
    kinds = [CAUSE_OF_CHANGE[one.source] for one in brought if one.source in CAUSE_OF_CHANGE]
    return Clues(
        change=kinds[-1] if kinds else None,
        saturated=Sign.AT_LIMIT in signs,
        surging=Sign.SURGING in signs,
        grown=Sign.CLIMBING in signs,
    )
