"""Dead letters in an SQS queue: one JSON message each, for a person to read."""

import base64
import json
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST = 256 * 1024 - 1
"""Bytes a message."""
REASON = 2_000
"""Characters of a source or reason that are kept."""


class SqsDeadLetters:
    """Keys of a message: source, reason, at, body; encoding, truncated and bytes where they apply."""

    def __init__(self, client: "SQSClient", url: str, clock: Clock) -> None:
        self._client = client
        self._url = url
        self._clock = clock

    def bury(self, source: str, reason: str, body: bytes) -> None:
        """Keep it, cut to what a message takes.

        Raises:
            PortError: AWS failed; it is not kept.
        """
        head = {"source": source[:REASON], "reason": reason[:REASON], "at": self._clock.now().isoformat()}
        with port_errors():
            self._client.send_message(QueueUrl=self._url, MessageBody=letter(head, body))


def letter(head: dict[str, str], body: bytes) -> str:
    """The message, ASCII and at most 256 KiB; a body that was cut says so and how many bytes it had."""
    try:
        body.decode()
        text = True
    except UnicodeDecodeError:
        text = False
    kept = body
    while len(message := _message(head, kept, len(body), text=text)) > MOST:
        kept = kept[: min(len(kept) * MOST // len(message), len(kept) - 1)]
    return message


def _message(head: dict[str, str], kept: bytes, size: int, *, text: bool) -> str:
    letter: dict[str, object] = dict(head)
    if text:
        letter["body"] = kept.decode(errors="ignore")  # a cut may have halved the last character
    else:
        letter |= {"body": base64.b64encode(kept).decode(), "encoding": "base64"}
    if len(kept) < size:
        letter |= {"truncated": True, "bytes": size}
    return json.dumps(letter)
