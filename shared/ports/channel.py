"""A way to tell people."""

from enum import StrEnum
from typing import Protocol

from shared.domain.model import Model
from shared.ports.buckets import Bucket


class State(StrEnum):
    """How an incident stands for who is paged."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # a person has it
    RESOLVED = "resolved"


class Ask(Model):
    """What somebody can answer in the message itself, where a channel has buttons."""

    request: str = ""  # the approval that is open; empty: nobody is asked for one
    digest: str = ""  # of the proposal that was shown
    exactly: str = ""  # what a yes does, in one line
    may: tuple[str, ...] = ("take_over",)  # also take, hand_on, note, resolve, reopen


class Message(Model):
    """What people are told: plain text only; a channel escapes it for its own markup."""

    incident_id: str
    title: str
    lines: tuple[str, ...]
    severity: str
    thread: str = ""  # the reference that the first message of this incident returned
    state: State = State.OPEN
    ask: Ask | None = None  # None: nothing can be answered any more
    opening: tuple[str, ...] = ()  # title and lines of the incident's first message, if this is a later one


class Channel(Protocol):
    """One road to people."""

    @property
    def name(self) -> str:
        """What it is called in the log; two roads never share a name."""
        ...

    @property
    def bucket(self) -> Bucket:
        """What the vendor takes; channels of one account share it by its name."""
        ...

    @property
    def digests(self) -> bool:
        """Whether many incidents may be told in one message."""
        ...

    def send(self, message: Message) -> str:
        """Deliver, and return the channel's reference of it.

        Raises:
            RateLimited: not delivered; not before `after` seconds.
            PortError: not delivered; `retryable` says whether later may work.
        """
        ...
