"""The spoke stack: what a stage needs in another account to look at its targets and to act on them."""

from aws_cdk import Environment
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.domain.facts import Author
from shared.domain.naming import LOOK, Place, role_name
from shared.runbooks.catalogue import remedies
from stacks.components.acknowledged import acknowledge_wildcard
from stacks.components.break_glass import BreakGlass
from stacks.components.deployed_runbook import DeployedRunbook
from stacks.components.following import following
from stacks.components.function import statement
from stacks.components.look import READ_TAGS, Look
from stacks.components.managed_policies import ManagedPolicies
from stacks.components.place import here
from stacks.components.stack import StageStack
from stacks.stage import StageConfig

LOOKERS = (Author.DIAGNOSIS, Author.PREDICTION, Author.RESOLUTION, Author.WORKFLOW, Author.EXECUTOR)
"""The functions that look at targets, or at their tags."""


class Spoke(StageStack):
    """The documents, the runbooks' roles for the hub's executor, and a read-only role for who looks."""

    def __init__(self, scope: Construct, stage: StageConfig, account: str) -> None:
        super().__init__(scope, f"Spoke-{account}", stage, env=Environment(account=account))
        place = here(stage)
        hub = Place(stage.name, str(stage.accounts.hub), place.region, place.partition)
        runbooks = [
            DeployedRunbook(self, remedy.runbook, place=place, executor=hub.role(Author.EXECUTOR.value))
            for remedy in remedies().values()
        ]
        BreakGlass(self, place=place, runbooks=runbooks)
        self._look(place, hub)

    def _look(self, place: Place, hub: Place) -> None:
        role = iam.Role(
            self,
            "LookRole",
            role_name=role_name(place.stage, LOOK),
            description="Read only: what runbooks observe, and how automations stand",
            assumed_by=iam.CompositePrincipal(*(iam.ArnPrincipal(hub.role(one.value)) for one in LOOKERS)),
        )
        Look(self).attach(role)
        ManagedPolicies(
            self, "Following", grants=following(place), because="an execution has no id before it starts"
        ).attach(role)
        listing = ["ssm:DescribeAutomationExecutions", *READ_TAGS]
        role.add_to_principal_policy(statement(listing, ["*"]))
        acknowledge_wildcard(self, "*", "listing executions and tags knows no resource")
