"""The incident state machine in Step Functions."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

SPENT = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsWorkflow:
    """Starts executions of one machine by name and completes task tokens."""

    def __init__(self, client: "SFNClient", arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, name: str, payload: dict[str, object]) -> bool:
        """Start an execution; False when one of this name, with another input or ended, is there.

        A Standard machine answers the same name and input with the execution that still runs: that is True.

        Raises:
            PortError: AWS failed; nothing is known to run.
        """
        with port_errors():
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn, name=name, input=json.dumps(payload, sort_keys=True)
                )
            except ClientError as error:
                if code_of(error) != "ExecutionAlreadyExists":
                    raise
                return False
        return True

    def complete(self, token: str, output: dict[str, object]) -> None:
        """Complete a waiting state; a token that is spent or expired is ignored.

        Raises:
            PortError: AWS failed; the state still waits.
        """
        with port_errors():
            try:
                self._client.send_task_success(taskToken=token, output=json.dumps(output))
            except ClientError as error:
                if code_of(error) not in SPENT:
                    raise
