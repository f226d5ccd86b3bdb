"""One local AWS, one stage and one storefront for two killings: put back to health between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from scripts.demo.play import OURS
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.patient.storefront import Storefront
from scripts.scenarios import get
from shared.agents.communication import tells
from shared.domain.events import Event

LIMIT_SECONDS = 75.0
PERFORMANCES = 2
"""On one stage. A third outage within minutes is no longer unusual to analyses whose baseline has the others
in it: the third may be misjudged, the fourth is dismissed."""


def until(look: Callable[[], Any], what: str, seconds: float) -> Any:
    """The first truthy answer of `look`."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)
    return answer


@dataclass(frozen=True)
class Theatre:
    """A deployed stage and the patient in front of it."""

    stage: Stage
    storefront: Storefront

    def cascade(self, fault: AbstractContextManager[Any]) -> tuple[tuple[Event, ...], int]:
        """The cascade under a fault: the log of its incident to the end, and the automations that it ran."""
        self._heal()
        earlier, automations = set(self.stage.incident_ids()), self._automations()
        with fault:
            get("database_cascade").break_it(self.storefront)
            (incident,) = until(
                lambda: set(self.stage.incident_ids()) - earlier, "an incident", LIMIT_SECONDS
            )
            self._await_end(incident)
            until(lambda: not self._running(), "the state machine at rest", 30)
        new = set(self.stage.incident_ids()) - earlier
        assert new == {incident}, f"one break, several incidents: {new}"
        return self.stage.events(incident), self._automations() - automations

    def _await_end(self, incident: str) -> None:
        try:
            until(lambda: told_the_end(self.stage.events(incident)), "its end", LIMIT_SECONDS)
        except AssertionError as silence:
            log = [f"{one.version} {one.type} by {one.recorded_by}" for one in self.stage.events(incident)]
            silence.add_note("\n".join([*log, *map(str, self.stage.dead_letters())]))
            raise

    def _heal(self) -> None:
        """Everything as it was before the first incident: resources, alarms, claims and noted changes."""
        self.storefront.create()
        until(lambda: self.storefront.latest, "a first tick", 10)
        until(lambda: not self._alarms(), "no alarm", 60)
        dynamodb, table = self.stage.client("dynamodb"), self.stage.outputs["StateTable"]
        for item in dynamodb.scan(TableName=table)["Items"]:
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
        self.stage.watch_over(self.storefront.catalogue)

    def _alarms(self) -> list[str]:
        """The patient's that are on; the commander's own are not about it."""
        found = self.stage.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
        return [one["AlarmName"] for one in found if not one["AlarmName"].startswith(OURS)]

    def _running(self) -> bool:
        states = self.stage.client("stepfunctions")
        machines = [one["stateMachineArn"] for one in states.list_state_machines()["stateMachines"]]
        return any(
            states.list_executions(stateMachineArn=one, statusFilter="RUNNING")["executions"]
            for one in machines
        )

    def _automations(self) -> int:
        found = self.stage.client("ssm").describe_automation_executions(MaxResults=50)
        return len(found["AutomationExecutionMetadataList"])


def told_the_end(events: tuple[Event, ...]) -> bool:
    """Closed or handed to a human, and people have heard of all that they should."""
    ended = any(one.type in {"IncidentClosed", "EscalatedToHuman"} for one in events)
    told = {one.data["version"] for one in events if one.type == "NotificationSent"}
    return ended and {one.version for one in events if tells(one)} <= told


class Season:
    """The theatre that plays now."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._theatre: Theatre | None = None
        self._played = 0

    def theatre(self) -> Theatre:
        """The stage of the last performance, or a new one when that has seen too many."""
        if self._theatre is None or self._played >= PERFORMANCES:
            self.close()
            aws = self._open.enter_context(LocalAws())
            storefront = Storefront(aws)
            storefront.create()
            stage = deployed(aws, lambda _line: None)
            stage.watch_over(storefront.catalogue)
            self._theatre = Theatre(stage, self._open.enter_context(storefront))
            self._played = 0
        self._played += 1
        return self._theatre

    def close(self) -> None:
        """End the storefront and its local AWS."""
        self._open.close()


@pytest.fixture(scope="session")
def season() -> Iterator[Season]:
    season = Season()
    yield season
    season.close()


@pytest.fixture
def theatre(season: Season) -> Theatre:
    return season.theatre()
