"""The product's functions as Lambda and CloudWatch know them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.ports.functions import Activity, Feed

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef

PERIOD = 300
"""Seconds."""
PAGES = 10
"""Of a hundred mappings: an account that has more of them is told apart by nobody."""


class LambdaFunctions:
    """Needs lambda:ListEventSourceMappings and cloudwatch:GetMetricData, which know no resource."""

    def __init__(
        self, client: "LambdaClient", cloudwatch: "CloudWatchClient", names: Mapping[str, str]
    ) -> None:
        """`names`: name in the house -> function name."""
        self._client = client
        self._cloudwatch = cloudwatch
        self._names = dict(names)

    def feeds(self) -> tuple[Feed, ...]:
        """The mappings of all functions.

        Raises:
            PortError: AWS failed, or the account has more than a thousand mappings.
        """
        houses = {function: house for house, function in self._names.items()}
        found = []
        for one in self._mappings():
            house = houses.get(_function(one.get("FunctionArn", "")))
            if house is not None:
                found.append(
                    Feed(
                        one["UUID"],
                        house,
                        one.get("EventSourceArn", ""),
                        one.get("State", "unknown"),
                        one.get("LastProcessingResult", ""),
                    )
                )
        return tuple(sorted(found, key=lambda feed: (feed.function, feed.stream)))

    def _mappings(self) -> "Iterator[EventSourceMappingConfigurationTypeDef]":
        marker: dict[str, Any] = {}
        for _ in range(PAGES):
            with port_errors():
                page = self._client.list_event_source_mappings(MaxItems=100, **marker)
            yield from page["EventSourceMappings"]
            if not page.get("NextMarker"):
                return
            marker = {"Marker": page["NextMarker"]}
        raise PortError("this account has more than a thousand event source mappings", retryable=False)

    def activity(self, names: tuple[str, ...], since: datetime, now: datetime) -> Mapping[str, Activity]:
        """What these functions did since then, by the five minutes.

        Raises:
            PortError: AWS failed.
        """
        queries = [
            {
                "Id": f"{metric.lower()}{number}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/Lambda",
                        "MetricName": metric,
                        "Dimensions": [{"Name": "FunctionName", "Value": self._names[name]}],
                    },
                    "Period": PERIOD,
                    "Stat": "Sum",
                },
            }
            for number, name in enumerate(names)
            for metric in ("Invocations", "Errors")
        ]
        with port_errors():
            answer = self._cloudwatch.get_metric_data(
                MetricDataQueries=queries,  # type: ignore[arg-type]
                StartTime=since,
                EndTime=now,
            )
        results = {one["Id"]: one for one in answer["MetricDataResults"]}
        return {
            name: _activity(results.get(f"invocations{number}"), results.get(f"errors{number}"))
            for number, name in enumerate(names)
        }


def _function(arn: str) -> str:
    """The name in a function's ARN, without a qualifier."""
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 else arn


def _activity(invocations: Any, errors: Any) -> Activity:
    ran = dict(zip(invocations["Timestamps"], invocations["Values"], strict=True)) if invocations else {}
    busy = [at for at, value in ran.items() if value > 0]
    failed = sum(errors["Values"]) if errors else 0
    return Activity(int(sum(ran.values())), int(failed), max(busy).astimezone(UTC) if busy else None)
