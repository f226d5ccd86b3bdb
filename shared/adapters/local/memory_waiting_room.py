"""Task tokens in this process."""


class MemoryWaitingRoom:
    """Which state waits for which answer."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def wait(self, key: str, token: str) -> None:
        """Remember that a state waits for `key`."""
        self._tokens[key] = token

    def token(self, key: str) -> str | None:
        """The token that waits for `key`."""
        return self._tokens.get(key)
