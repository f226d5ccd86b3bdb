"""Calls at a time: a group of schedules that a function makes for itself, and the role that calls it."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from shared.settings import Setting
from stacks.components.acknowledged import acknowledge_wildcard
from stacks.components.function import Function, statement
from stacks.components.stack import StageStack

SCHEDULER = "scheduler.amazonaws.com"


class Waking(Construct):
    """The function may make schedules in this group, which call that function and nothing else."""

    def __init__(self, scope: StageStack, id_: str, *, function: Function, dead_letters: sqs.Queue) -> None:
        super().__init__(scope, id_)
        group = scheduler.CfnScheduleGroup(self, "Group")
        schedules = f"arn:{Aws.PARTITION}:scheduler:{Aws.REGION}:{Aws.ACCOUNT_ID}:schedule/{group.ref}/*"
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                SCHEDULER, conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
        )
        role.add_to_principal_policy(statement(["lambda:InvokeFunction"], [function.arn]))
        role.add_to_principal_policy(statement(["sqs:SendMessage"], [dead_letters.queue_arn]))
        because = "a schedule is named by its incident and its time"
        acknowledge_wildcard(function, schedules, because)
        function.allow(["scheduler:CreateSchedule"], [schedules])
        passed = {"StringEquals": {"iam:PassedToService": SCHEDULER}}
        function.allow(["iam:PassRole"], [role.role_arn], passed)
        called = {"group": group.ref, "role": role.role_arn, "dead_letters": dead_letters.queue_arn}
        function.set({Setting.WAKES: scope.to_json_string(called)})
