"""A stack of one stage: its name and its tags."""

from aws_cdk import Environment, Stack
from constructs import Construct

from stacks.stage import StageConfig

PREFIX = "IncidentCommander-"
"""Begins the name of every stack, and so of whatever CloudFormation names in one."""


class StageStack(Stack):
    """`IncidentCommander-Dev-Data`; CloudFormation gives its tags to everything in it."""

    def __init__(
        self,
        scope: Construct,
        part: str,
        stage: StageConfig,
        *,
        protected: bool = False,
        env: Environment | None = None,
    ) -> None:
        super().__init__(
            scope,
            part,
            env=env,
            stack_name=f"{PREFIX}{stage.title}-{part}",
            tags={"application": "incident-commander", "stage": stage.name},
            termination_protection=protected,
        )
