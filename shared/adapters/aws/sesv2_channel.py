"""Email by SES v2: text and HTML of the same words; what an incident brings is text in both.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from html import escape
from typing import Any

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError, RateLimited
from shared.domain.plain_text import sanitised
from shared.ports.buckets import Bucket
from shared.ports.channel import Message

SUBJECT, LINE = 200, 2_000
THROTTLED = ("TooManyRequestsException", "LimitExceededException")


class SesV2Channel:
    """From one address to one; `client` is boto3's `sesv2`."""

    digests = True
    bucket = Bucket("email", per_second=10, burst=50)

    def __init__(self, client: Any, sender: str, to: str, *, name: str = "email") -> None:
        self._client, self._sender, self._to, self.name = client, sender, to, name

    def send(self, message: Message) -> str:
        """Send, and return SES's id of the message.

        Raises:
            RateLimited: SES throttles.
            PortError: not accepted; `retryable` says whether later may work.
        """
        try:
            with port_errors():
                answer = self._client.send_email(
                    FromEmailAddress=self._sender,
                    Destination={"ToAddresses": [self._to]},
                    Content={"Simple": content(message)},
                )
        except PortError as error:
            if any(code in str(error) for code in THROTTLED):
                raise RateLimited(str(error), after=1) from error
            raise
        return str(answer["MessageId"])


def content(message: Message) -> dict[str, Any]:
    """Subject and both bodies, as SES's `Simple` takes them."""
    about = sanitised(f"{message.severity} · {message.incident_id}", SUBJECT)
    title = message.opening[0] if message.opening else message.title
    subject = sanitised(f"[{message.severity}] {title}", SUBJECT)
    lines = [sanitised(line, LINE) for line in (message.title, *message.lines)]
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    body = f"<h2>{escape(subject)}</h2>{paragraphs}<p>{escape(about)}</p>"
    text = "\n\n".join([*lines, about])
    return {
        "Subject": {"Data": subject, "Charset": "UTF-8"},
        "Body": {
            "Text": {"Data": text, "Charset": "UTF-8"},
            "Html": {"Data": f"<!doctype html><html><body>{body}</body></html>", "Charset": "UTF-8"},
        },
    }
