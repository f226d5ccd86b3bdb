"""A webhook of anybody's: JSON, signed so that the receiver knows that it is ours and new.

Headers: `X-Commander-Timestamp`, epoch seconds, and `X-Commander-Signature`, `v1=` and the hexadecimal
HMAC-SHA256, by the shared key, over the timestamp, a full stop and the body's very bytes. Compare in constant
time, and refuse what is older than five minutes. `X-Commander-Id` is the same when a message comes again:
a receiver that remembers it sees each once.
"""

import hashlib
import hmac
from collections.abc import Mapping

from shared.adapters.http.posting import post
from shared.domain.errors import PortError
from shared.domain.model import canonical_json
from shared.ports.buckets import Bucket
from shared.ports.channel import Message
from shared.ports.clock import Clock
from shared.ports.secrets import KeptSecret

LEAST_KEY = 32
"""Characters: fewer can be guessed."""


class WebhookChannel:
    """The secret gives url, which is https, and key."""

    digests = True
    bucket = Bucket("webhook", per_second=5, burst=20)

    def __init__(self, secret: KeptSecret, clock: Clock, *, name: str = "webhook") -> None:
        self._secret, self._clock, self.name = secret, clock, name

    def send(self, message: Message) -> str:
        """Post the message; the reference is its id.

        Raises:
            RateLimited: 429.
            PortError: not accepted; `retryable` after a fault of the receiver's or of the network.
        """
        return self._secret.used(lambda secret: self._send(secret, message))

    def _send(self, secret: Mapping[str, str], message: Message) -> str:
        if not secret.get("url") or len(secret.get("key", "")) < LEAST_KEY:
            raise PortError(
                f"the webhook's secret needs url, and a key of {LEAST_KEY} characters", retryable=False
            )
        body = canonical_json(message.plain())
        name = hashlib.sha256(body).hexdigest()
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "X-Commander-Timestamp": timestamp,
            "X-Commander-Signature": signature(secret["key"], timestamp, body),
            "X-Commander-Id": name,
        }
        post("the webhook", secret["url"], body, headers)
        return name


def signature(key: str, timestamp: str, body: bytes) -> str:
    """`v1=` and 64 hexadecimal characters."""
    signed = hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"
