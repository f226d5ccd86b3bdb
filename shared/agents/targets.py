"""What a remedy says about a service's resource as it is now. An unreadable one rules out a remedy."""

from shared.agents.situation import Situation
from shared.agents.steps import Steps
from shared.domain.runbook import Feasible, Infeasible, Remedy, State, Subject
from shared.domain.service import Service
from shared.ports.sources import Sources


def seen(remedy: Remedy, service: str, target: str, sources: Sources, steps: Steps) -> State | Infeasible:
    """The target's state, or why it is not known.

    Raises:
        PortError: it may be readable later.
    """
    name = f"{remedy.runbook.id} on {service}"
    state = steps.look(name, lambda: sources.resources.observe(remedy.runbook, target))
    return Infeasible(reason=state) if isinstance(state, str) else state


def prepare(
    remedy: Remedy, service: Service, situation: Situation, sources: Sources, steps: Steps
) -> Feasible | Infeasible:
    """Whether the remedy could be run on the service's resource, and what speaks for it.

    Raises:
        PortError: the target may be readable later.
    """
    target = service.resources.get(remedy.runbook.resource)
    if target is None:
        return Infeasible(reason=f"{service.name} has no {remedy.runbook.resource}")
    state = seen(remedy, service.name, target, sources, steps)
    if isinstance(state, Infeasible):
        return state
    touched = steps.look(f"own actions on {service.name}", lambda: sources.own.touched(target))
    if isinstance(touched, str):
        return Infeasible(reason=touched)
    return remedy.prepare(
        Subject(service, target, state, situation.began, situation.signs(service.name), touched)
    )
