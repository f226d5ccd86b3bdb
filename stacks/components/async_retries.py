"""How often an event is tried again on a function that EventBridge invokes, and where it goes then."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.components.function import Function

RETRIES = 2
HOUR = 3600


class AsyncRetries(Construct):
    """Twice, within an hour, then a dead letter. Lambda sends it as the function's own role."""

    def __init__(self, scope: Construct, id_: str, *, function: Function, dead_letters_arn: str) -> None:
        super().__init__(scope, id_)
        function.allow(["sqs:SendMessage"], [dead_letters_arn])
        config = lambda_.CfnEventInvokeConfig(
            self,
            "Config",
            function_name=function.name,
            qualifier="$LATEST",
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=HOUR,
            destination_config={"onFailure": {"destination": dead_letters_arn}},
        )
        config.node.add_dependency(function.role)
