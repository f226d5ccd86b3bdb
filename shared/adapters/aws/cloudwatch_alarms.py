"""A stage's own alarms in CloudWatch, known by how their names begin."""

import re
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.ports.alarms import Alarm, AlarmState

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

MOST, PAGE = 500, 100
"""A stage has some forty. A page's most:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""
STATES = {"ALARM": AlarmState.ALARM, "OK": AlarmState.OK}
_GIVEN = re.compile(r"[A-Za-z]+-(?P<id>.+)[0-9A-F]{8}-[A-Za-z0-9]+")
"""What CloudFormation names an alarm after the stage: the stack's part, the CDK's id and hash, its own id."""


class CloudwatchAlarms:
    """Needs cloudwatch:DescribeAlarms on all alarms: a list is not granted by how names begin."""

    def __init__(self, client: "CloudWatchClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def alarms(self) -> tuple[Alarm, ...]:
        """All of them, by name.

        Raises:
            AccessDenied: the principal may not list alarms.
            PortError: AWS failed, or there are more than five hundred: half of them would say too little.
        """
        found: list[MetricAlarmTypeDef] = []
        with port_errors():
            pages = self._client.get_paginator("describe_alarms").paginate(
                AlarmNamePrefix=self._prefix,
                AlarmTypes=["MetricAlarm"],
                PaginationConfig={"PageSize": PAGE},
            )
            for page in pages:
                found += page["MetricAlarms"]
                if len(found) > MOST:
                    raise PortError(
                        f"more than {MOST} alarms begin with {self._prefix}: remove those that are not ours",
                        retryable=False,
                    )
        return tuple(sorted((self._read(one) for one in found), key=lambda one: one.name))

    def _read(self, one: "MetricAlarmTypeDef") -> Alarm:
        given = one["AlarmName"].removeprefix(self._prefix)
        named = _GIVEN.fullmatch(given)
        return Alarm(
            name=named["id"] if named else given,
            state=STATES.get(one["StateValue"], AlarmState.NO_DATA),
            meaning=one.get("AlarmDescription", ""),
            reason=one.get("StateReason", ""),
            since=one.get("StateTransitionedTimestamp") or one.get("StateUpdatedTimestamp"),
        )
