"""What can be voted on: the proposals of everybody's findings, once each, held against their runbooks."""

from collections.abc import Mapping
from itertools import zip_longest

from shared.domain.certificate import Rejection
from shared.domain.errors import InvalidParameters
from shared.domain.incident import Incident
from shared.domain.model import VOTERS
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy

MOST, MOST_OF_ONE = 5, 2


def frozen(
    state: Incident, remedies: Mapping[str, Remedy]
) -> tuple[tuple[Proposal, ...], tuple[Rejection, ...]]:
    """At most five candidates, and what was struck out because the catalogue does not know or take it.

    Agents take turns in their fixed order, whoever answered first: at most two candidates are of one agent.

    What this incident has tried already is no candidate again.
    """
    struck: list[Rejection] = []
    fit: list[list[Proposal]] = []
    for agent in VOTERS:
        mine: dict[str, Proposal] = {}
        for proposal in state.findings[agent].candidates if agent in state.findings else ():
            fault = _misfit(proposal, remedies)
            if fault is not None:
                struck.append(Rejection(agent=agent, reason=fault))
            elif proposal.digest not in state.tried:
                mine.setdefault(proposal.digest, proposal)
        fit.append(list(mine.values())[:MOST_OF_ONE])
    turns = (one for turn in zip_longest(*fit) for one in turn if one is not None)
    by_digest = {one.digest: one for one in turns}
    return tuple(by_digest.values())[:MOST], tuple(struck)


def _misfit(proposal: Proposal, remedies: Mapping[str, Remedy]) -> str | None:
    if proposal.runbook not in remedies:
        return f"proposed {proposal.runbook[:64]}, which is not in the catalogue"
    try:
        remedies[proposal.runbook].runbook.check(proposal)
    except InvalidParameters as error:
        return f"proposed what its runbook refuses: {error}"[:500]
    return None
