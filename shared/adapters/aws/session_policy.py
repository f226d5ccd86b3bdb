"""What a just-in-time session may do: one document on one target, or the end of one automation, until a time.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html
"""

import json
from typing import Any

from shared.domain.errors import PortError
from shared.domain.naming import Place
from shared.domain.proposal import Proposal
from shared.domain.runbook import Form, Runbook

POLICY = 2_048
"""Characters of a session policy."""
PASSED = {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}
Grant = tuple[Any, Any, dict[str, Any]]  # actions, resources, condition


def session_policy(runbook: Runbook, proposal: Proposal, place: Place, ends: str) -> str:
    """This document at its version, its actions on this target, until `ends` (ISO 8601, UTC); compact.

    In the role form the actions are the automation role's, and the session may only pass that role on.
    Automation was authorised on `automation-definition` and is now on `document` and
    `automation-execution`: both are named, for a Region is of one kind or the other.

    Raises:
        InvalidParameters: the proposal holds a wildcard of IAM.
        PortError: the policy is longer than STS takes.
    """
    deployed = place.deployed(runbook)
    start, executions = "ssm:StartAutomationExecution", place.ssm("automation-execution/*")
    pinned = {"ForAnyValue:StringEquals": {"ssm:DocumentVersion": deployed.version}}
    definition = place.ssm(f"automation-definition/{deployed.document}:{deployed.version}")
    names = {"region": place.region, "account": place.account}
    where: dict[tuple[str, ...], list[str]] = {}
    for act, on in runbook.grants_for(proposal, names):
        where.setdefault(act, []).append(on)  # one statement for equal actions: there is little room
    acts: list[Grant] = [(list(act), on if len(on) > 1 else on[0], {}) for act, on in where.items()]
    if runbook.form is Form.ROLE:
        acts = [("iam:PassRole", deployed.automation_role, PASSED)]
    grants: list[Grant] = [
        (start, [definition, executions], {}),
        (start, place.ssm(f"document/{deployed.document}"), pinned),
        ("ssm:AddTagsToResource", executions, {}),
        *acts,
    ]
    policy = _policy(grants, ends)
    if len(policy) > POLICY:
        raise PortError(
            f"the session policy for {proposal.target} has {len(policy)} characters, at most {POLICY}",
            retryable=False,
        )
    return policy


def stop_policy(place: Place, run_id: str, ends: str) -> str:
    """The end of one automation."""
    return _policy([("ssm:StopAutomationExecution", place.ssm(f"automation-execution/{run_id}"), {})], ends)


def _policy(grants: list[Grant], ends: str) -> str:
    until = {"DateLessThan": {"aws:CurrentTime": ends}}
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": {**until, **condition}}
        for action, resource, condition in grants
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
