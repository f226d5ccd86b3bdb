"""The incident state machine: the definition in `statemachines/`, its role and its log."""

import json
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from stacks.components.acknowledged import acknowledge, acknowledge_wildcard
from stacks.components.function import Function, statement
from stacks.stage import StageConfig

DEFINITION = Path(__file__).resolve().parents[2] / "statemachines" / "incident.asl.json"


class IncidentMachine(Construct):
    """May invoke its two functions and write its log, nothing else."""

    def __init__(
        self, scope: Construct, id_: str, *, stage: StageConfig, workflow: Function, executor: Function
    ) -> None:
        super().__init__(scope, id_)
        log = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        role.add_to_principal_policy(statement(["lambda:InvokeFunction"], [workflow.arn, executor.arn]))
        machine = stepfunctions.StateMachine(
            self,
            "Machine",
            definition_body=stepfunctions.DefinitionBody.from_string(filled(stage)),
            definition_substitutions={"WorkflowArn": workflow.arn, "ExecutorArn": executor.arn},
            state_machine_type=stepfunctions.StateMachineType.STANDARD,
            role=role,
            # Without the data: the input of a waiting state carries its task token, a bearer secret.
            logs=stepfunctions.LogOptions(
                destination=log, level=stepfunctions.LogLevel.ALL, include_execution_data=False
            ),
        )
        self.arn, self.name = machine.state_machine_arn, machine.state_machine_name
        acknowledge_wildcard(self, "*", "log delivery is set up by calls that know no resource")
        acknowledge(
            self, "SF2", "the incident's own log is its trace; X-Ray would add nothing but a grant on *"
        )


def filled(stage: StageConfig) -> str:
    """The definition, compact, with the stage's limits.

    The service wants integers there, which substitutions cannot be.
    """
    limits = {
        **{f"{agent.capitalize()}Seconds": given for agent, given in stage.investigate_seconds},
        "VoteSeconds": stage.vote_seconds,
        "ApprovalSeconds": stage.approval_seconds,
        "WatchPollSeconds": stage.watch_poll_seconds,
    }
    text = DEFINITION.read_text()
    for name, seconds in limits.items():
        text = text.replace(f"${{{name}}}", str(seconds))
    return json.dumps(json.loads(text), separators=(",", ":"))
