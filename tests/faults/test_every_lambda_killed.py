"""Every Lambda is killed once in mid-incident, in turn: after its call took effect, before it hears of it."""

from __future__ import annotations

import sys
import time

import pytest

from scripts.bench.writers import forks, gaps
from shared.domain.folding import fold
from tests.faults.conftest import Theatre
from tests.faults.guillotine import Guillotine

pytestmark = pytest.mark.local_aws
APPEND = ("DYNAMODB", "TransactWriteItems")
DEATHS = {
    "executor": ("SSM", "StartAutomationExecution"),
    "diagnosis": APPEND,
    "intake": ("KINESIS", "PutRecord"),
    "detection": APPEND,
    "prediction": APPEND,
    "resolution": APPEND,
    "communication": APPEND,
    "coordinator": ("SFN", "StartExecution"),
    "workflow": APPEND,
}
"""Of each function the service that it loses and the call after which it dies."""
QUICK = ("executor",)
"""This one is in `make test`, all of them in `make test-faults`."""


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one in QUICK else pytest.mark.faults) for one in DEATHS]
)
def test_killed_once_the_incident_still_ends_and_acts_at_most_once(theatre: Theatre, name: str) -> None:
    function = theatre.stage.outputs[f"{name.capitalize()}Function"]
    guillotine, started = Guillotine(theatre.stage, function, *DEATHS[name]), time.monotonic()
    events, automations = theatre.cascade(guillotine)
    incident = fold(events)
    sys.stdout.write(
        f"\n{name}: {incident.status}, {incident.decision}, {automations} automations,"
        f" {len(events)} events, {time.monotonic() - started:.0f} s\n"
    )
    assert guillotine.killed, "it was never killed"
    assert incident.resolved_at or incident.escalation
    assert sum(not action.undo for action in incident.actions) <= 1
    assert automations == len(incident.actions)
    assert (gaps(events), forks(events)) == (0, 0)
