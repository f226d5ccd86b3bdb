"""Where people's answers come in from outside: what was posted, and the desk that takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

SLACK_PATH, PAGERDUTY_PATH = "/slack/answers", "/pagerduty/webhook"
"""Where each vendor posts to."""


@dataclass(frozen=True)
class Received:
    """What was posted: the names of its headers in lower case, and its body's very bytes."""

    headers: Mapping[str, str]
    body: bytes


class Desk(Protocol):
    """Takes what one vendor posts: checked at once, done afterwards, and checked again then."""

    def take(self, received: Received) -> bool:
        """Whether there is something to do about it. Nothing is written.

        Raises:
            NotGenuine: its signature does not hold, or is not of now.
            NotOurs: it is another workspace's.
            InvalidAnswer: it is genuine, and cannot be read.
            PortError: the secret cannot be read.
        """
        ...

    def act(self, received: Received) -> str:
        """Do it, and say in a word what came of it. Done twice, it is as done once.

        Raises:
            NotGenuine: its signature does not hold; when it was signed does not matter any more.
            NotOurs: as `take`.
            InvalidAnswer: as `take`.
            PortError: it is not known to be written.
        """
        ...


class Later(Protocol):
    """Has this function called again, with this, after it has answered."""

    def __call__(self, job: Mapping[str, object]) -> None:
        """Hand it over.

        Raises:
            PortError: nobody will do it.
        """
        ...


class Aside(Protocol):
    """Tells one person, where they answered, what came of it; nobody else sees it."""

    def __call__(self, channel: str, person: str, lines: Sequence[str]) -> None:
        """Tell them; at least one line, plain text.

        Raises:
            PortError: they do not hear of it.
        """
        ...
