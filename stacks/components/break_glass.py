"""Break-glass: what only a person with a second factor may do, against a session that is out of hand."""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.domain.naming import Place, role_name
from stacks.components.acknowledged import acknowledge_wildcard
from stacks.components.deployed_runbook import DeployedRunbook
from stacks.components.function import statement

NAME = "break-glass"
BY_HAND = {
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
}


class BreakGlass(Construct):
    """Denies one session by a policy on its role, and stops automations.

    What is put on a role cannot widen it: it may be put only while the role has the boundary that it was
    deployed with.
    """

    def __init__(self, scope: Construct, *, place: Place, runbooks: Iterable[DeployedRunbook]) -> None:
        super().__init__(scope, "BreakGlass")
        deployed = list(runbooks)
        roles = [role.role_arn for each in deployed for role in each.roles]
        bounded = [most.managed_policy_arn for each in deployed for most in each.boundaries]
        executions = place.ssm("automation-execution/*")
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name(place.stage, NAME),
            description="For a person with a second factor: deny one session, stop an automation",
            assumed_by=iam.AccountRootPrincipal().with_conditions(BY_HAND),
            max_session_duration=Duration.hours(1),
        )
        for each in (
            statement(["iam:PutRolePolicy"], roles, {"StringEquals": {"iam:PermissionsBoundary": bounded}}),
            statement(["iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:ListRolePolicies"], roles),
            statement(["ssm:GetAutomationExecution", "ssm:StopAutomationExecution"], [executions]),
            statement(["ssm:DescribeAutomationExecutions"], ["*"]),
        ):
            self.role.add_to_principal_policy(each)
        acknowledge_wildcard(self, executions, "an execution has no id before it starts")
        acknowledge_wildcard(self, "*", "listing executions knows no resource")
