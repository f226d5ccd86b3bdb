"""The consensus stack: coordinator, state machine, its tasks, and the runbooks that the executor may run."""

from dataclasses import replace

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.domain.facts import Author
from shared.runbooks.catalogue import remedies
from shared.settings import Setting
from stacks.agents import Agents
from stacks.components.async_retries import AsyncRetries
from stacks.components.break_glass import BreakGlass
from stacks.components.deployed_runbook import DeployedRunbook
from stacks.components.following import acting, following
from stacks.components.function import Function, Size, statement
from stacks.components.incident_machine import IncidentMachine
from stacks.components.look import READ_TAGS
from stacks.components.managed_policies import ManagedPolicies
from stacks.components.mapping import NEW_EVENT, TABLE_READ, Feed
from stacks.components.member import (
    ACTED,
    CATALOGUE,
    DEMOTED,
    KNOWN_GOOD,
    LEVELS,
    LOCK,
    OPEN,
    STANDING,
    STOP,
    Member,
)
from stacks.components.outputs import put_out
from stacks.components.place import here
from stacks.components.rule import Rule
from stacks.components.stack import StageStack
from stacks.house import House


class Consensus(StageStack):
    """Where a decision is made and carried out."""

    def __init__(self, scope: Construct, house: House, agents: Agents) -> None:
        super().__init__(scope, "Consensus", house.stage)
        self._house, self._agents = house, agents
        self.workflow = self._workflow()
        self.executor = self._executor()
        self.machine = IncidentMachine(
            self,
            "Incident",
            stage=house.stage,
            workflow=self.workflow.function,
            executor=self.executor.function,
        )
        self._let_workflow_answer()
        self.coordinator = self._coordinator()
        self.failures = self._failures()
        rules = house.stage.consensus.model_dump_json()
        for member in (self.coordinator, self.workflow, self.executor):
            member.function.set({Setting.RULES: rules})
        for member in (self.workflow, self.executor):
            member.function.set({Setting.POLICY: self._policy()})
        self._let_compare_code(self.workflow)
        put_out(self, {"StateMachineArn": self.machine.arn})
        put_out(self, {"ExecutionDeadLettersUrl": self.failures.dead_letters.queue_url})
        for member in (self.coordinator, self.workflow, self.executor):
            put_out(self, {f"{member.author.capitalize()}Function": member.function.name})

    def _workflow(self) -> Member:
        workflow = Member(self, Author.WORKFLOW, self._house, Size(60, 512, policy=True))
        workflow.may_keep_state(reads=[CATALOGUE, STOP, LEVELS, ACTED], puts=[STANDING, DEMOTED])
        workflow.function.allow_any(READ_TAGS, "*", because="reading tags knows no resource")
        workflow.may_look_at_targets()
        workflow.may_keep_state(deletes=[LOCK])
        workflow.function.allow(["dynamodb:PutItem"], [self._house.data.waits.table_arn])
        workflow.function.set(
            {
                Setting.WAITS_TABLE: self._house.data.waits.table_name,
                Setting.APPROVAL_SECONDS: str(self._house.stage.approval_seconds),
            }
        )
        return workflow

    def _policy(self) -> str:
        """The stage's policy, and where it acts: its Region of its own account and of its targets.

        An ARN without account (API Gateway) is the acting account's.
        """
        stage = self._house.stage
        accounts = ("", Aws.ACCOUNT_ID, *stage.accounts.targets)
        places = [f"{account}/{Aws.REGION}" for account in accounts]
        return str(self.to_json_string({**stage.policy.plain(), "places": places}))

    def _let_compare_code(self, member: Member) -> None:
        """An agent that runs other code than this synthesis deploys has no vote."""
        sha256 = self._house.bundles.code_sha256
        deployed = {
            voter.author.value: {"function": voter.function.name, "sha256": sha256}
            for voter in self._agents.voters
        }
        member.function.set({Setting.AGENT_CODE: self.to_json_string(deployed)})
        arns = [voter.function.arn for voter in self._agents.voters]
        member.function.allow(["lambda:GetFunctionConfiguration"], arns)

    def _let_workflow_answer(self) -> None:
        """In a policy of its own: machine, function and the role's policy would otherwise form a cycle."""
        iam.Policy(
            self,
            "WorkflowAnswers",
            roles=[self.workflow.function.role],
            statements=[statement(["states:SendTaskSuccess"], [self.machine.arn])],
        )

    def _executor(self) -> Member:
        executor = Member(self, Author.EXECUTOR, self._house, Size(60, 512, numerics=True))
        executor.may_keep_state(reads=[CATALOGUE, STOP], puts=[ACTED, KNOWN_GOOD])
        executor.may_lock()
        executor.may_look_at_metrics()
        executor.may_look_at_targets()
        self._runbooks(executor.function)
        return executor

    def _runbooks(self, executor: Function) -> None:
        stage = self._house.stage
        place = here(stage)
        runbooks = [
            DeployedRunbook(self, remedy.runbook, place=place, executor=executor.role.role_arn)
            for remedy in remedies().values()
        ]
        BreakGlass(self, place=place, runbooks=runbooks)
        places = [place, *(replace(place, account=account) for account in stage.accounts.spokes)]
        ManagedPolicies(
            self,
            "Acting",
            grants=[*acting(places), *following(place)],
            because="an execution has no id before it starts",
        ).attach(executor.role)
        executor.allow_any(
            ["ssm:DescribeAutomationExecutions"], "*", because="listing executions knows no resource"
        )
        executor.set({Setting.WATCH_SECONDS: str(stage.watch_seconds)})

    def _coordinator(self) -> Member:
        data = self._house.data
        coordinator = Member(self, Author.COORDINATOR, self._house, Size(60, 512))
        stream = str(data.events.table_stream_arn)
        coordinator.feed("NewEvents", Feed(stream, TABLE_READ, pattern=NEW_EVENT))
        coordinator.may_keep_state(reads=[CATALOGUE], puts=[STANDING, OPEN])
        coordinator.function.allow(["dynamodb:GetItem"], [data.waits.table_arn])
        coordinator.function.allow(["states:StartExecution", "states:SendTaskSuccess"], [self.machine.arn])
        coordinator.function.set(
            {Setting.WAITS_TABLE: data.waits.table_name, Setting.STATE_MACHINE_ARN: self.machine.arn}
        )
        return coordinator

    def _failures(self) -> Rule:
        """A machine that did not end by itself: the coordinator falls back."""
        AsyncRetries(
            self,
            "CoordinatorRetries",
            function=self.coordinator.function,
            dead_letters_arn=self._house.data.dead_letters.queue_arn,
        )
        return Rule(
            self,
            "FailedExecutions",
            function=self.coordinator.function,
            pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                    "stateMachineArn": [self.machine.arn],
                },
            ),
        )
