"""SNS: whoever subscribes to the topic, in plain text; the last resort.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from typing import Any

from shared.adapters.aws.errors import port_errors
from shared.domain.plain_text import sanitised
from shared.ports.buckets import Bucket
from shared.ports.channel import Message

SUBJECT = 99
"""Characters, ASCII and without line breaks."""
BODY = 200_000
"""Bytes of the 256 KiB that a message may have."""


class SnsChannel:
    """`client` is boto3's `sns`."""

    digests = True
    bucket = Bucket("sns", per_second=10, burst=100)

    def __init__(self, client: Any, topic_arn: str, *, name: str = "sns") -> None:
        self._client, self._topic, self.name = client, topic_arn, name

    def send(self, message: Message) -> str:
        """Publish, and return SNS's id of the message.

        Raises:
            PortError: not accepted; `retryable` says whether later may work.
        """
        title = sanitised(message.title, SUBJECT).encode("ascii", "replace").decode()
        subject = f"{message.severity}: {title}".encode("ascii", "replace").decode()[:SUBJECT]
        lines = [message.incident_id, message.title, *message.lines]
        body = "\n".join(sanitised(line, 2_000) for line in lines).encode()[:BODY].decode(errors="ignore")
        with port_errors():
            answer = self._client.publish(TopicArn=self._topic, Subject=subject, Message=body)
        return str(answer["MessageId"])
