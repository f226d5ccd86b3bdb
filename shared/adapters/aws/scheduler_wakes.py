"""Wakes by EventBridge Scheduler: a schedule for one time, which is gone when it has called.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.model import digest
from shared.ports.wakes import Wake

LONGEST_NAME = 64
"""Characters, of letters, digits and `._-`."""
RETRIES, AGE = 10, 3_600
"""How often, and for how many seconds, the call is tried again."""


@dataclass(frozen=True)
class Called:
    """Whom a schedule calls: the function's ARN, the role that may, and where goes what could not be."""

    group: str
    function: str
    role: str
    dead_letters: str


class SchedulerWakes:
    """`client` is boto3's `scheduler`. The name says incident and time, so asked for twice it is one."""

    def __init__(self, client: Any, called: Called) -> None:
        self._client, self._called = client, called

    def at(self, wake: Wake, moment: datetime) -> None:
        """Make the schedule, for the next full second.

        Raises:
            PortError: AWS failed.
        """
        second = moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
        with port_errors():
            try:
                self._client.create_schedule(
                    Name=_name(wake.incident_id, second),
                    GroupName=self._called.group,
                    ScheduleExpression=f"at({second:%Y-%m-%dT%H:%M:%S})",
                    ScheduleExpressionTimezone="UTC",
                    FlexibleTimeWindow={"Mode": "OFF"},
                    ActionAfterCompletion="DELETE",
                    Target={
                        "Arn": self._called.function,
                        "RoleArn": self._called.role,
                        "Input": f'{{"wake":{wake.model_dump_json()}}}',
                        "RetryPolicy": {"MaximumRetryAttempts": RETRIES, "MaximumEventAgeInSeconds": AGE},
                        "DeadLetterConfig": {"Arn": self._called.dead_letters},
                    },
                )
            except ClientError as error:
                if code_of(error) != "ConflictException":
                    raise


def _name(incident_id: str, second: datetime) -> str:
    name = f"{incident_id}-{second:%Y%m%dT%H%M%S}"
    fits = len(name) <= LONGEST_NAME and re.fullmatch(r"[\w.-]+", name, re.ASCII)
    return name if fits else digest(name)[:LONGEST_NAME]
