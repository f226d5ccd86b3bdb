"""A recorded incident: what the house may read, and apart from it the truth that only the score reads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.service import ServiceCatalogue
from shared.domain.signal import Signal
from shared.ports.telemetry import LogLine, Series


class Fault(StrEnum):
    """What was done to the application; it decides which family of remedies is right."""

    CONFIGURATION_CHANGE = "configuration_change"
    DEPLOYMENT = "deployment"
    OVERLOAD = "overload"


@dataclass(frozen=True)
class Recorded:
    """What may be read of an incident; nothing here leads to its truth."""

    name: str
    catalogue: ServiceCatalogue
    series: tuple[Series, ...]
    signal: Signal  # `at` is when the alarm arrives: start the clock there
    until: datetime  # when the last recorded value was known
    logs: tuple[LogLine, ...] = ()


@dataclass(frozen=True)
class Truth:
    """What really happened."""

    root_cause: str
    fault: Fault | None  # None: the recording does not say, or not in words that we know
    began: datetime
    command: str = ""  # what was run to cause it


@dataclass(frozen=True)
class Case:
    """One incident of a data set; hand `recorded` to the house and keep `truth` for the score."""

    recorded: Recorded
    truth: Truth | None  # None: nothing was wrong
