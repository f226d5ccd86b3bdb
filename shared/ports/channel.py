"""A way to tell people."""

from typing import Protocol

from shared.domain.model import Model


class Message(Model):
    """What people are told: plain text only; a channel escapes it for its own markup."""

    incident_id: str
    title: str
    lines: tuple[str, ...]
    severity: str
    thread: str = ""  # the reference that an earlier message of this incident returned


class Channel(Protocol):
    """One road to people."""

    name: str

    def send(self, message: Message) -> str:
        """Deliver, and return the channel's reference of it.

        Raises:
            PortError: not delivered; `retryable` says whether later may work.
        """
        ...
