"""A channel that only remembers what it was told."""

from shared.ports.buckets import Bucket
from shared.ports.channel import Message


class MemoryChannel:
    """Keeps messages in order; the reference of a message is its number."""

    digests = True

    def __init__(self, name: str = "memory", bucket: Bucket | None = None) -> None:
        self.name = name
        self.bucket = bucket or Bucket(name, 1_000, 1_000)
        self.messages: list[Message] = []

    def send(self, message: Message) -> str:
        """Keep it, and return its number, from 1."""
        self.messages.append(message)
        return str(len(self.messages))
