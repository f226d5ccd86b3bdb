"""The patient on its own: it hears its line, and nothing of it is left when its local AWS has gone."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local_aws import process
from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import recall
from scripts.patient import host
from scripts.patient.model import Conditions
from scripts.patient.storefront import Storefront
from shared.adapters.aws.dynamodb_patient_line import DynamodbPatientLine
from shared.adapters.local.system_clock import SystemClock
from shared.ports.patient_line import Order, Verb
from tests.local_aws.conftest import eventually
from tests.local_aws.test_process import group_members

pytestmark = pytest.mark.local_aws

CLOCK = SystemClock()


@pytest.fixture
def note(tmp_path: Path) -> Iterator[Path]:
    """Of a detached local AWS with a storefront, whose patient serves by itself and has a leak."""
    file = tmp_path / "state.json"
    aws = process.up(lambda _line: None, file)
    try:
        Storefront(aws).create()
        host.begin(Conditions(leak=1.0, elapsed=30.0), file)
        yield file
    finally:
        process.down(file)
        aws.stop()  # its child is reaped, or Python warns of it


def ordered(line: DynamodbPatientLine, verb: Verb, name: str = "") -> str:
    order = Order(id=CLOCK.new_id(), verb=verb, name=name, by="ada", at=CLOCK.now())
    line.order(order)
    assert eventually(lambda: line.done(order.id) is not None)
    done = line.done(order.id)
    assert done is not None
    assert done.ok, done.said
    return done.said


def test_it_goes_on_as_it_was_obeys_and_ends_with_its_local_aws(note: Path) -> None:
    running = recall(note)
    assert running is not None
    line = DynamodbPatientLine(LocalAws.attach(running).client("dynamodb"))

    def feels(words: str) -> bool:
        state = line.state()
        return state is not None and words in state.pulse

    assert eventually(lambda: feels("checkout"))
    state = line.state()
    assert state is not None
    assert " 66 ms" not in state.pulse  # it is as ill as it was before
    assert ordered(line, Verb.RESET) == "the patient is well, and serves"
    assert ordered(line, Verb.PAUSE) == "paused"
    assert eventually(lambda: (now := line.state()) is not None and not now.serving)
    assert ordered(line, Verb.RESUME) == "it serves again"
    assert "few_connections" in ordered(line, Verb.INJECT, "few_connections")
    assert eventually(lambda: not feels("database 4 ms"))
    assert process.down(note)
    assert group_members(running.patient_pid) == []


def test_it_ends_by_itself_when_its_gateway_is_killed(note: Path) -> None:
    running = recall(note)
    assert running is not None
    os.killpg(running.pid, signal.SIGKILL)
    assert eventually(lambda: not group_members(running.patient_pid))
