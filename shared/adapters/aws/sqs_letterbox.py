"""A dead-letter queue in SQS."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.ports.letterbox import Posted

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef, MessageTypeDef

HOLD = 900
"""Seconds that a message is held: longer than any function runs. After that it is back by itself."""
AT_ONCE = 10
WAIT = 1
"""Seconds: an answer that waits has asked every server of the queue, a quick one only some of them."""
COUNTED: tuple["QueueAttributeNameType", ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
)


class SqsLetterbox:
    """Counting needs sqs:GetQueueAttributes; opening also receive, send, delete and change visibility."""

    def __init__(self, client: "SQSClient", url: str, wait: int = WAIT) -> None:
        self._client = client
        self._url = url
        self._wait = wait

    def count(self) -> int:
        """About how many messages it has.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(COUNTED))
        return sum(int(value) for value in answer.get("Attributes", {}).values())

    @contextmanager
    def held(self, most: int) -> Iterator[tuple[Posted, ...]]:
        """At most so many messages, which nobody else gets meanwhile.

        Raises:
            PortError: AWS failed.
        """
        found: dict[str, Posted] = {}
        try:
            self._receive(found, most)
            yield tuple(sorted(found.values(), key=lambda one: (one.at, one.id)))
        finally:
            self._give_back(list(found.values()))

    def _receive(self, found: dict[str, Posted], most: int) -> None:
        expected = self.count()
        while len(found) < most:
            with port_errors():
                answer = self._client.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=min(AT_ONCE, most - len(found)),
                    VisibilityTimeout=HOLD,
                    WaitTimeSeconds=self._wait if len(found) < expected else 0,
                    MessageSystemAttributeNames=["SentTimestamp"],
                    MessageAttributeNames=["All"],
                )
            messages = answer.get("Messages", [])
            if not messages:
                return
            found |= {one["MessageId"]: _posted(one) for one in messages}

    def _give_back(self, held: list[Posted]) -> None:
        """What was removed meanwhile is refused by itself; the rest of a failure ends by itself."""
        for first in range(0, len(held), AT_ONCE):
            entries = [
                {"Id": str(number), "ReceiptHandle": one.receipt, "VisibilityTimeout": 0}
                for number, one in enumerate(held[first : first + AT_ONCE])
            ]
            with port_errors():
                self._client.change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=entries,  # type: ignore[arg-type]
                )

    def put(self, body: str, attributes: Mapping[str, str]) -> str:
        """Put a message in; its id.

        Raises:
            PortError: AWS failed.
        """
        given: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
        }
        with port_errors():
            return self._client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes=given)[
                "MessageId"
            ]

    def remove(self, posted: Posted) -> None:
        """Take a held message out for good.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=posted.receipt)


def _posted(message: "MessageTypeDef") -> Posted:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", "0")) / 1_000
    return Posted(
        message["MessageId"],
        message["Body"],
        datetime.fromtimestamp(sent, UTC),
        {
            name: value["StringValue"]
            for name, value in message.get("MessageAttributes", {}).items()
            if "StringValue" in value
        },
        message["ReceiptHandle"],
    )
