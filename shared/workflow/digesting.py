"""A digest: one message about many incidents that wait for the same road."""

from collections.abc import Sequence

from shared.ports.channel import Message
from shared.workflow.due import Due


def digest(batch: Sequence[Due]) -> Message:
    """One message about many incidents, worst first: a line each."""
    said = [one.message for one in batch]
    return Message(
        incident_id=f"{len(said)} incidents",
        title=f"{len(said)} incidents have news",
        lines=tuple(f"{one.severity} · {one.incident_id} · {_headline(one)}" for one in said),
        severity=said[0].severity,
    )


def _headline(message: Message) -> str:
    folded = [line for line in message.lines if line.startswith("Before that: ")]
    about = [message.opening[0]] if message.opening else []
    return " · ".join([*about, message.title, *folded])
