"""The house's own alarms: what says that the incident commander itself is unwell."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class AlarmState(StrEnum):
    """What an alarm says."""

    ALARM = "alarm"
    OK = "ok"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Alarm:
    """One alarm as it is now."""

    name: str  # as the house calls it, without what CloudFormation adds
    state: AlarmState
    meaning: str  # and what to do
    reason: str = ""  # what the state was judged by
    since: datetime | None = None


class Alarms(Protocol):
    """Those of one stage, and nobody else's."""

    def alarms(self) -> tuple[Alarm, ...]:
        """All of them, by name.

        Raises:
            PortError: they are not known, or are too many to be read.
        """
        ...
