"""What the writing routes of the dashboard's API stand on."""

from dataclasses import dataclass

from shared.ports.answering import Answering
from shared.ports.clock import Clock
from shared.ports.controls import Controls


@dataclass(frozen=True)
class Writes:
    """Answers of people, and the kill switch of a stage."""

    answering: Answering
    controls: Controls
    clock: Clock
    stage: str
