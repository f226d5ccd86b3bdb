"""What the two apps of the dashboard stand on: one reads, and another one writes down what people say."""

from dataclasses import dataclass

from shared.ports.answering import Answering
from shared.ports.auditing import Auditing
from shared.ports.clock import Clock
from shared.ports.controls import Controls
from shared.workflow.charting import Charting
from shared.workflow.overview import Overview
from shared.workflow.reading import Reading
from shared.workflow.reasoned import Reasoner


@dataclass(frozen=True)
class Reads:
    """What the reading routes stand on."""

    reading: Reading
    charting: Charting
    overview: Overview
    auditing: Auditing
    reasoner: Reasoner


@dataclass(frozen=True)
class Writes:
    """What the writing routes stand on."""

    answering: Answering
    controls: Controls
    clock: Clock
    stage: str
