"""A runbook in AWS: its automation document, and the one role that may run it."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from shared.domain.runbook import Runbook
from stacks.components.acknowledged import acknowledge_wildcard
from stacks.components.function import statement
from stacks.components.member import in_this_account


class DeployedRunbook(Construct):
    """Document and role. The executor narrows each session of the role to one target and two minutes.

    The document has no name and is replaced when it changes, so its version 1 is always what was deployed.
    """

    def __init__(self, scope: Construct, runbook: Runbook, *, executor: iam.IRole) -> None:
        super().__init__(scope, "".join(part.capitalize() for part in runbook.id.split("-")))
        document = ssm.CfnDocument(
            self,
            "Document",
            content=runbook.document,
            document_type="Automation",
            document_format="JSON",
            update_method="Replace",
        )
        self.document_name = document.ref
        statements = _statements(runbook, document.ref)
        most = iam.ManagedPolicy(
            self,
            "Most",
            description=f"What {runbook.id} may do, and the most that its role may ever do",
            statements=statements,
        )
        self.role = iam.Role(
            self,
            "Role",
            description=f"Runs {runbook.id}, for the executor",
            assumed_by=iam.ArnPrincipal(executor.role_arn),
            managed_policies=[most],
            permissions_boundary=most,  # whatever is added to the role later gives nothing more
        )
        if self.role.assume_role_policy is not None:  # every session carries its incident
            self.role.assume_role_policy.add_statements(
                iam.PolicyStatement(
                    actions=["sts:SetSourceIdentity", "sts:TagSession"],
                    principals=[iam.ArnPrincipal(executor.role_arn)],
                )
            )
        for each in statements:
            for pattern in each.resources:
                acknowledge_wildcard(self, pattern, "a session of this role is narrowed to one target")


def _statements(runbook: Runbook, document: str) -> list[iam.PolicyStatement]:
    """Automation was authorised on `automation-definition` and is now on `document`: both are named."""
    account = f"arn:{Aws.PARTITION}:ssm:{Aws.REGION}:{Aws.ACCOUNT_ID}"
    executions = f"{account}:automation-execution/*"
    started = [f"{account}:automation-definition/{document}:*", f"{account}:document/{document}", executions]
    return [
        statement(["ssm:StartAutomationExecution"], started),
        statement(["ssm:AddTagsToResource"], [executions]),
        statement(runbook.actions, [in_this_account(runbook.target_arn)]),
        *(statement(grant.actions, [in_this_account(grant.most)]) for grant in runbook.also),
    ]
