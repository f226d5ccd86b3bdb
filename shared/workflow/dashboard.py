"""What the reading routes of the dashboard's API stand on."""

from dataclasses import dataclass

from shared.ports.auditing import Auditing
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
