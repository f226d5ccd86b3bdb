"""One of the product's functions: its role with nothing but its log, its settings, its code and layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from shared.settings import Setting
from stacks.components.acknowledged import acknowledge, acknowledge_wildcard
from stacks.components.bundles import BASE, NUMERICS, POLICY, Bundles


@dataclass(frozen=True)
class Size:
    """What an invocation may use."""

    seconds: int
    megabytes: int
    numerics: bool = False  # with numpy
    policy: bool = False  # with Cedar


class Function(Construct):
    """`lambdas.<name>.handler.handler`. It may do what `allow` says, and write its own log."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        size: Size,
        bundles: Bundles,
        retain: bool,
        role: str | None = None,
    ) -> None:
        """`role` is the role's name, where another account has to know it."""
        super().__init__(scope, id_)
        log = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(
            self, "Role", role_name=role, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")
        )
        groups = [BASE, *([NUMERICS] if size.numerics else []), *([POLICY] if size.policy else [])]
        self.resource = lambda_.Function(
            self,
            "Function",
            runtime=bundles.runtime,
            handler=f"lambdas.{name}.handler.handler",
            code=bundles.code,
            layers=[bundles.layer(Stack.of(self), group) for group in groups],
            role=self.role,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            timeout=Duration.seconds(size.seconds),
            memory_size=size.megabytes,
        )
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log.log_group_arn])
        acknowledge(self, "L1", f"{bundles.runtime.name} is the newest runtime that every wheel supports")

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self.resource.function_arn

    @property
    def name(self) -> str:
        """The function's physical name."""
        return self.resource.function_name

    def set(self, settings: Mapping[Setting, str]) -> None:
        """Give it settings, by the names that `shared.settings` reads."""
        for setting, value in settings.items():
            self.resource.add_environment(setting.value, value)

    def allow(
        self, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Any] | None = None
    ) -> None:
        """Add one statement to its role."""
        self.role.add_to_principal_policy(statement(actions, resources, conditions))

    def allow_any(self, actions: Sequence[str], pattern: str, *, because: str) -> None:
        """Add a statement on an ARN pattern, with the reason why no single ARN would do."""
        acknowledge_wildcard(self, pattern, because)
        self.allow(actions, [pattern])


def statement(
    actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Any] | None = None
) -> iam.PolicyStatement:
    """An Allow."""
    return iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
