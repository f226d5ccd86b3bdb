"""A stream mapping that ends: finite retries and age, partial failures, a dead letter for what is left."""

import json
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.components.function import Function

RETRIES = 3
HOUR = 3600
KINESIS_READ = tuple(
    f"kinesis:{action}"
    for action in ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
)
TABLE_READ = tuple(
    f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
)

NEW_EVENT = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}}}
"""The pattern that lets new events through the log's own stream; the head is written beside each."""


@dataclass(frozen=True)
class Feed:
    """What a function is fed from."""

    stream_arn: str
    reads: tuple[str, ...]  # the IAM actions of the poller, which acts as the function's role
    batch: int = 10
    pattern: dict[str, Any] | None = None  # None: every record


class Mapping(Construct):
    """One feed of one function, with the grants that the poller needs."""

    def __init__(
        self, scope: Construct, id_: str, *, function: Function, feed: Feed, dead_letters_arn: str
    ) -> None:
        super().__init__(scope, id_)
        function.allow(feed.reads, [feed.stream_arn])
        function.allow(["sqs:SendMessage"], [dead_letters_arn])
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            function_name=function.name,
            event_source_arn=feed.stream_arn,
            starting_position="TRIM_HORIZON",
            batch_size=feed.batch,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            maximum_retry_attempts=RETRIES,
            maximum_record_age_in_seconds=HOUR,
            destination_config={"onFailure": {"destination": dead_letters_arn}},
            filter_criteria=_criteria(feed.pattern),
        )
        mapping.node.add_dependency(function.role)


def _criteria(pattern: dict[str, Any] | None) -> dict[str, Any] | None:
    return {"filters": [{"pattern": json.dumps(pattern)}]} if pattern else None


def new_events(*types: str) -> dict[str, Any]:
    """The pattern that lets new events of these types through change capture."""
    image = {"type": {"S": list(types)}}
    return {"data": {"eventName": ["INSERT"], "dynamodb": {"NewImage": image}}}
