"""A road that the stage has not been given: it says so, and the next one has its turn."""

from shared.domain.errors import PortError
from shared.ports.buckets import Bucket
from shared.ports.channel import Message


class UnconfiguredChannel:
    """Takes nothing."""

    digests = False
    bucket = Bucket("unconfigured", per_second=100, burst=100)

    def __init__(self, name: str, what_to_do: str) -> None:
        self.name = name
        self._what_to_do = what_to_do

    def send(self, message: Message) -> str:
        """Refuse.

        Raises:
            PortError: always, and not to be tried again.
        """
        raise PortError(self._what_to_do, retryable=False)
