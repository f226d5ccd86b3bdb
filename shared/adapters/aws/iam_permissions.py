"""Whether a runbook's role would be let, by the IAM policy simulator, with the role's boundary.

The simulator knows no session policies: the session's is made of the same grants, so it is not asked about.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.domain.naming import Place, Reach
from shared.domain.proposal import Proposal
from shared.domain.runbook import Form, Runbook
from shared.ports.permissions import Answer

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import EvaluationResultTypeDef


class IamPermissions:
    """`looking` gives the client that reads in a place."""

    def __init__(self, reach: Reach, looking: "Callable[[Place], IAMClient]") -> None:
        self._reach = reach
        self._looking = looking

    def simulate(self, runbook: Runbook, proposal: Proposal) -> tuple[Answer, str]:
        """The answer, and what is missing or why there is none.

        `impossible` where the decision hangs on something that only the real request has: a resource's tag.
        """
        try:
            place = self._reach.place(proposal.target)
            deployed = place.deployed(runbook)
            role = deployed.automation_role if runbook.form is Form.ROLE else deployed.role
            names = {"region": place.region, "account": place.account}
            asked = [(role, acts, on) for acts, on in runbook.grants_for(proposal, names)]
            start = place.ssm(f"document/{deployed.document}")
            asked.append((deployed.role, ("ssm:StartAutomationExecution",), start))
            answers = [self._ask(place, *one) for one in asked]
        except PortError as error:
            return Answer.IMPOSSIBLE, str(error)
        for wanted in (Answer.DENIED, Answer.IMPOSSIBLE):
            for answer, why in answers:
                if answer is wanted:
                    return answer, why
        return Answer.ALLOWED, ""

    def _ask(self, place: Place, role: str, actions: Sequence[str], resource: str) -> tuple[Answer, str]:
        with port_errors():
            pages = (
                self._looking(place)
                .get_paginator("simulate_principal_policy")
                .paginate(PolicySourceArn=role, ActionNames=list(actions), ResourceArns=[resource])
            )
            results = [each for page in pages for each in page["EvaluationResults"]]
        for result in results:
            missing = _missing(result)
            if result["EvalDecision"] == "explicitDeny" or (
                result["EvalDecision"] != "allowed" and not missing
            ):
                return Answer.DENIED, f"{result['EvalActionName']} on {resource}: {result['EvalDecision']}"
            if result["EvalDecision"] != "allowed":
                return Answer.IMPOSSIBLE, f"{result['EvalActionName']} hangs on {', '.join(missing)}"
        if {each["EvalActionName"] for each in results} != set(actions):
            return Answer.IMPOSSIBLE, f"the simulator left out some of {', '.join(actions)}"
        return Answer.ALLOWED, ""


def _missing(result: "EvaluationResultTypeDef") -> list[str]:
    """The context keys that the simulator was not given."""
    specific = [
        key
        for one in result.get("ResourceSpecificResults", [])
        for key in one.get("MissingContextValues", [])
    ]
    return sorted({*result.get("MissingContextValues", []), *specific})
