"""An incident explained from its log, for a person and for a machine."""

import io

import pytest
from rich.console import Console

from scripts.explain.page import page
from scripts.explain.trace import trace
from shared.domain.model import AgentName
from shared.domain.service import Measure
from tests.e2e.storefront import Street
from tests.e2e.test_incidents import cascade

pytestmark = pytest.mark.long


def explained(street: Street):
    [events] = street.house.logs.events.values()
    shown = trace(events)
    out = io.StringIO()
    Console(file=out, width=160).print(page(shown))
    return shown, out.getvalue()


def test_the_page_says_who_saw_what_chose_what_and_the_sums():
    shown, text = explained(cascade())
    assert [one["agent"] for one in shown["findings"]] == [
        "detection",
        "diagnosis",
        "prediction",
        "resolution",
    ]
    assert "configuration change" in text
    assert "= 1000 of 1000" in text
    assert "Certificate: quorum in round 1" in text
    assert "closed as resolved" in text


def test_silence_and_a_human_are_said():
    shown, text = explained(cascade(silent=[AgentName.DIAGNOSIS, AgentName.PREDICTION]))
    assert len(shown["rounds"]) == 3
    assert "nothing in time" in text
    assert "a human decides: no_quorum" in text


def test_an_undo_is_said():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    _, text = explained(street)
    assert "rolled back; as before: True" in text
