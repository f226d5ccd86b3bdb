"""What the executor may do with runbooks: become their sessions, and see before and while they run."""

from collections.abc import Iterable, Iterator

from shared.domain.naming import Place
from shared.domain.runbook import Form
from shared.runbooks.catalogue import remedies
from stacks.components.managed_policies import Grant


def acting(places: Iterable[Place]) -> Iterator[Grant]:
    """The sessions of every runbook's role, wherever the stage may act."""
    for place in places:
        for remedy in remedies().values():
            role = place.deployed(remedy.runbook).role
            yield ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"], role


def following(place: Place) -> Iterator[Grant]:
    """Whether a document is the catalogue's, whether its role would be let, and how an execution stands."""
    for remedy in remedies().values():
        deployed = place.deployed(remedy.runbook)
        yield ["ssm:GetDocument"], place.ssm(f"document/{deployed.document}")
        if deployed.command:
            yield ["ssm:GetDocument"], place.ssm(f"document/{deployed.command}")
        yield ["iam:SimulatePrincipalPolicy"], deployed.role
        if remedy.runbook.form is Form.ROLE:
            yield ["iam:SimulatePrincipalPolicy"], deployed.automation_role
    yield ["ssm:GetAutomationExecution"], place.ssm("automation-execution/*")
