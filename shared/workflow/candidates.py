"""What can be voted on: the proposals of everybody's findings, once each, held against their runbooks."""

from collections.abc import Mapping

from shared.domain.certificate import Rejection
from shared.domain.errors import InvalidParameters
from shared.domain.incident import Incident
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy

MOST = 5


def frozen(
    state: Incident, remedies: Mapping[str, Remedy]
) -> tuple[tuple[Proposal, ...], tuple[Rejection, ...]]:
    """At most five candidates, and what was struck out because the catalogue does not know or take it.

    What this incident has tried already is no candidate again.
    """
    by_digest: dict[str, Proposal] = {}
    struck: list[Rejection] = []
    for findings in state.findings.values():
        for proposal in findings.candidates:
            if proposal.digest in state.tried:
                continue
            fault = _misfit(proposal, remedies)
            if fault is None:
                by_digest.setdefault(proposal.digest, proposal)
            else:
                struck.append(Rejection(agent=findings.agent, reason=fault))
    return tuple(by_digest.values())[:MOST], tuple(struck)


def _misfit(proposal: Proposal, remedies: Mapping[str, Remedy]) -> str | None:
    if proposal.runbook not in remedies:
        return f"proposed {proposal.runbook[:64]}, which is not in the catalogue"
    try:
        remedies[proposal.runbook].runbook.check(proposal)
    except InvalidParameters as error:
        return f"proposed what its runbook refuses: {error}"[:500]
    return None
