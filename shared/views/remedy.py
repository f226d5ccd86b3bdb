"""A proposal as it is shown."""

from shared.domain.proposal import Proposal
from shared.runbooks.catalogue import remedies
from shared.views.parts import Remedy


def shown(proposal: Proposal) -> Remedy:
    """With what the catalogue says of its runbook, if that is still in it."""
    known = remedies().get(proposal.runbook)
    runbook = known.runbook if known else None
    return Remedy(
        digest=proposal.digest,
        runbook=proposal.runbook,
        title=runbook.title if runbook else "",
        version=proposal.version,
        service=proposal.service,
        target=proposal.target,
        parameters=dict(sorted(proposal.parameters.items())),
        reversibility=runbook.reversibility.value if runbook else "",
        safe=runbook.safe if runbook else False,
    )
