"""Executions of the incident machine in Step Functions."""

from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.ports.executions import Execution

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import ListExecutionsOutputTypeDef

MOST = 1_000
"""What one call answers: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html"""


class StepFunctionsExecutions:
    """Needs states:ListExecutions on the machine. The list is eventually consistent."""

    def __init__(self, client: "SFNClient", arn: str) -> None:
        self._client = client
        self._arn = arn

    def running(self) -> tuple[Execution, ...]:
        """The newest thousand that have not ended.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            answer = self._client.list_executions(
                stateMachineArn=self._arn, statusFilter="RUNNING", maxResults=MOST
            )
        return _read(answer)

    def latest(self, most: int) -> tuple[Execution, ...]:
        """The newest, whatever became of them.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            answer = self._client.list_executions(stateMachineArn=self._arn, maxResults=min(most, MOST))
        return _read(answer)[:most]


def _read(answer: "ListExecutionsOutputTypeDef") -> tuple[Execution, ...]:
    found = [Execution(one["name"], one["startDate"]) for one in answer["executions"]]
    return tuple(sorted(found, key=lambda one: one.started_at, reverse=True))
