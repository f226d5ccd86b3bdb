"""A stack of one stage: its name and its tags."""

from aws_cdk import Environment, Stack
from constructs import Construct

from shared.settings import HOUSE, stacks_of
from stacks.stage import StageConfig

PREFIX = HOUSE


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
            stack_name=f"{stacks_of(stage.name)}{part}",
            tags={"application": "incident-commander", "stage": stage.name},
            termination_protection=protected,
        )
