"""The state machine from outside: starting executions, and answering the states that wait."""

from typing import Protocol


class Workflow(Protocol):
    """Starts executions by name and completes task tokens."""

    def start(self, name: str, payload: dict[str, object]) -> bool:
        """Start an execution; False when one of this name runs or ran."""
        ...

    def complete(self, token: str, output: dict[str, object]) -> None:
        """Complete a waiting state; a token that is spent or expired is ignored."""
        ...


class WaitingRoom(Protocol):
    """Which state waits for which answer. Tokens are bearer secrets: only the coordinator reads them."""

    def wait(self, key: str, token: str) -> None:
        """Remember that a state waits for `key`."""
        ...

    def token(self, key: str) -> str | None:
        """The token that waits for `key`, read consistently."""
        ...


def waiting_key(execution: str, what: str, agent: str) -> str:
    """The name of one answer: `what` is `findings` or `ballot-<round>`."""
    return f"{execution}#{what}#{agent}"
