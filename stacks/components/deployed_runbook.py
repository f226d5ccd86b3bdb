"""A runbook in AWS: its automation document, and the roles that may run it."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct
from pydantic import JsonValue

from shared.domain.naming import Place, automation_role, document_content, role_name, session_role
from shared.domain.runbook import Adopted, Form, Runbook
from stacks.components.acknowledged import acknowledge_wildcard
from stacks.components.function import statement
from stacks.components.place import in_this_account

MANAGED = {"StringEquals": {"aws:ResourceTag/commander:managed": "true"}}
"""What an automation role may touch: the owner of a resource says so by this tag."""
IDENTIFIED = {"StringLike": {"sts:SourceIdentity": "?*"}}
PASSED = {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}


class DeployedRunbook(Construct):
    """Document and roles. The executor narrows each session to one target and two minutes.

    The document's name has a digest of its content, so its version 1 is always what was deployed. One that is
    adopted is there already, and stays as it is.
    """

    def __init__(self, scope: Construct, runbook: Runbook, *, place: Place, executor: str) -> None:
        """`executor` is the ARN of the role that may assume this runbook's."""
        super().__init__(scope, "".join(part.capitalize() for part in runbook.id.split("-")))
        self._runbook, self._place, self._deployed = runbook, place, place.deployed(runbook)
        if not isinstance(runbook.document, Adopted):
            self._document("Document", "Automation", self._deployed.document, runbook.document)
        if runbook.command:
            self._document("Command", "Command", self._deployed.command, runbook.command)
        acts = self._acts()
        self.roles: list[iam.Role] = []
        self.boundaries: list[iam.ManagedPolicy] = []
        if runbook.form is Form.ROLE:
            # No aws:SourceArn: an execution has no id before it starts.
            ours = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            service = iam.ServicePrincipal("ssm.amazonaws.com", conditions=ours)
            self._role("Automation", automation_role(runbook), service, acts)
            acts = [statement(["iam:PassRole"], [self._deployed.automation_role], PASSED)]
        identified = iam.ArnPrincipal(executor).with_conditions(IDENTIFIED)
        role = self._role("", session_role(runbook), identified, [*self._runs(), *acts])
        self._tag_every_session(role, executor)

    def _document(self, id_: str, kind: str, name: str, content: Mapping[str, JsonValue]) -> None:
        document = ssm.CfnDocument(
            self,
            id_,
            name=name,
            content={},
            document_type=kind,
            document_format="JSON",
            update_method="Replace",
        )
        # As text, which CloudFormation passes on as it is: of an object it makes every value a string.
        document.add_property_override("Content", document_content(content))

    def _role(
        self, id_: str, name: str, trusted: iam.IPrincipal, statements: Sequence[iam.PolicyStatement]
    ) -> iam.Role:
        """A role whose boundary is what it may do: whatever is added to it later gives nothing more."""
        most = iam.ManagedPolicy(
            self,
            f"{id_}Most",
            description=f"What {name} may do, and the most that it may ever do",
            statements=list(statements),
        )
        role = iam.Role(
            self,
            f"{id_}Role",
            role_name=role_name(self._place.stage, name),
            description=f"Runs {self._runbook.id}, for the executor",
            assumed_by=trusted,
            managed_policies=[most],
            permissions_boundary=most,
        )
        for each in statements:
            for pattern in each.resources:
                acknowledge_wildcard(
                    self, pattern, "a session is narrowed to one target, an automation role by a tag"
                )
        self.roles.append(role)
        self.boundaries.append(most)
        return role

    def _tag_every_session(self, role: iam.Role, executor: str) -> None:
        """With its incident as its identity; none with the tag of another runbook."""
        trusted = [iam.ArnPrincipal(executor)]
        tagged = {"StringEquals": {"aws:RequestTag/runbook": self._runbook.id}}
        if role.assume_role_policy is not None:  # only an imported role has none
            role.assume_role_policy.add_statements(
                iam.PolicyStatement(
                    actions=["sts:SetSourceIdentity"], principals=trusted, conditions=IDENTIFIED
                ),
                iam.PolicyStatement(actions=["sts:TagSession"], principals=trusted, conditions=tagged),
            )

    def _runs(self) -> list[iam.PolicyStatement]:
        """Automation was authorised on `automation-definition` and is now on `document`: both are named."""
        place, document = self._place, self._deployed.document
        executions = place.ssm("automation-execution/*")
        definition = place.ssm(f"automation-definition/{document}:*")
        return [
            statement(
                ["ssm:StartAutomationExecution"], [definition, place.ssm(f"document/{document}"), executions]
            ),
            statement(["ssm:AddTagsToResource", "ssm:StopAutomationExecution"], [executions]),
        ]

    def _acts(self) -> list[iam.PolicyStatement]:
        """Its actions on its targets; an automation role, which no session policy narrows, has its tag."""
        book = self._runbook
        grants = [(book.actions, book.target_arn), *((each.actions, each.most) for each in book.also)]
        if book.form is Form.CALLER:
            return [statement(actions, [in_this_account(arn)]) for actions, arn in grants]
        statements = [
            statement([action], [in_this_account(arn)], None if action in book.untagged else MANAGED)
            for actions, arn in grants
            for action in actions
        ]
        if book.command:
            sent = self._place.ssm(f"document/{self._deployed.command}")
            statements.append(statement(["ssm:SendCommand"], [sent]))
        return statements
