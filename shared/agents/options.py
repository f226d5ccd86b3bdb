"""The remedies for which something speaks, and which of them an agent prefers: by its own evidence alone.

An agent weighs every remedy of the catalogue on the service at the root, whether it is a candidate or not:
what others put on the list or leave off it changes what can be voted for, never what is preferred.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shared.agents.situation import Situation
from shared.agents.steps import Steps
from shared.agents.targets import prepare
from shared.domain.incident import Incident
from shared.domain.mechanism import Cause, explained, rank
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible, Runbook
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies

MOST_PROPOSED = 2


@dataclass(frozen=True)
class Option:
    """A remedy as its own runbook proposes it now, and the cause that it would cure."""

    runbook: Runbook
    prepared: Feasible
    cause: Cause | None  # what explains the service's signs; None: nothing that it cures
    on_list: bool  # among the frozen candidates, to the last parameter

    @property
    def proposal(self) -> Proposal:
        """What would be voted for."""
        return self.prepared.proposal

    @property
    def told(self) -> bool:
        """Whether the target speaks for it, or cannot."""
        return self.cause is not None and (self.prepared.telling or self.runbook.untold)


Choose = Callable[[Incident, AgentName, Sequence[Option]], Option | None]
"""Of what an agent's own evidence approves, that which it votes for, if that can be voted for."""


def options(
    names: Iterable[str],
    situation: Situation,
    candidates: Sequence[Proposal],
    sources: Sources,
    steps: Steps,
) -> tuple[Option, ...]:
    """Every remedy that could be run on these services.

    Raises:
        PortError: a target may be readable later.
    """
    catalogue, digests = sources.catalogue.services(), {one.digest for one in candidates}
    found = []
    for service in map(catalogue.get, names):
        signs = situation.signs(service.name)
        for remedy in remedies().values():
            prepared = prepare(remedy, service, situation, sources, steps)
            if isinstance(prepared, Feasible):
                cause = explained(remedy.runbook.causes, signs)
                found.append(Option(remedy.runbook, prepared, cause, prepared.proposal.digest in digests))
    return tuple(found)


def first_explained(incident: Incident, _agent: AgentName, approved: Sequence[Option]) -> Option | None:
    """Of the remedies for the cause that explains most, the first in the catalogue's fixed order.

    Where a remedy was tried and was not the end, what explains less is no better guess: a human's.
    """
    known = [one for one in approved if one.cause is not None and _rank(one) <= _tried(incident, one)]
    best = min(map(_rank, known), default=0)
    return min(
        (one for one in known if _rank(one) == best and one.proposal.digest not in incident.tried),
        key=lambda one: (one.runbook.approach, one.proposal.digest),
        default=None,
    )


def _rank(option: Option) -> int:
    return rank(option.cause) if option.cause else len(Cause)


def _tried(incident: Incident, option: Option) -> int:
    """How much the remedies that were tried on its service explained at best."""
    known = remedies()
    of_service = (
        one.proposal.runbook
        for one in incident.actions
        if not one.undo and one.proposal.service == option.proposal.service
    )
    causes = [cause for name in of_service if name in known for cause in known[name].runbook.causes]
    return min(map(rank, causes), default=len(Cause))


def proposals(
    incident: Incident, agent: AgentName, approved: Sequence[Option], choose: Choose
) -> tuple[Proposal, ...]:
    """What an agent proposes: what it would vote for, and the next of the same cause."""
    first = choose(incident, agent, approved)
    if first is None:
        return ()
    others = [one for one in approved if one is not first and one.cause is first.cause]
    second = choose(incident, agent, others)
    return tuple(one.proposal for one in (first, second) if one is not None)
