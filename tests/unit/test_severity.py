"""Severity graded by a person: validated, said once, refused after the end, and the last word counts."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from shared.domain import facts
from shared.domain.commands import change_severity
from shared.domain.consensus import DecisionKind
from shared.domain.errors import CommandRefused
from shared.domain.events import malformed
from shared.domain.folding import fold
from shared.domain.impact import BusinessImpact
from shared.domain.severity import Severity
from tests.sample import NOON, opened
from tests.unit.test_words import SHOP, events, message, says

LOW, HIGH = (
    facts.SeverityChanged(severity=level, by="ada", reason="one shop only")
    for level in (Severity.LOW, Severity.HIGH)
)
CLOSED = facts.IncidentClosed(
    outcome="observed", decision=DecisionKind.NONE, business_usd="1", incident_usd="1"
)


def test_the_last_word_counts_and_what_detection_said_stays() -> None:
    state = fold(events(LOW, HIGH))
    assert (state.severity, state.opened.severity) == ("high", "critical")


def test_it_is_written_once() -> None:
    state = fold(events(LOW))
    assert change_severity(state, Severity.LOW, "bob", "as ada says") == ()
    [again] = change_severity(state, Severity.CRITICAL, "bob", "two shops now")
    assert (again.severity, again.by) == ("critical", "bob")


def test_after_the_end_it_is_refused_and_means_nothing() -> None:
    with pytest.raises(CommandRefused, match="it is over"):
        change_severity(fold(events(CLOSED)), Severity.LOW, "ada", "late")
    assert fold(events(CLOSED, LOW)).severity == "critical"


def test_people_hear_why_so_a_reason_is_wanted() -> None:
    with pytest.raises(CommandRefused, match="say why"):
        change_severity(fold(events()), Severity.LOW, "ada", "  ")


def test_no_other_level_and_no_other_author() -> None:
    with pytest.raises(ValidationError):
        facts.SeverityChanged(severity="dire", by="ada", reason="it is")
    event = events(LOW)[-1]
    assert malformed(event) is None
    assert "unknown" not in (
        malformed(event.model_copy(update={"data": {**event.data, "severity": "dire"}})) or "unknown"
    )
    for agent in (facts.Author.DETECTION, facts.Author.WORKFLOW, facts.Author.EXECUTOR):
        assert (
            malformed(event.model_copy(update={"recorded_by": agent}))
            == f"{agent} may not write SeverityChanged"
        )


def test_people_hear_of_it_with_the_new_severity_and_of_everything_after_it() -> None:
    told = message(LOW)
    says(
        told,
        "It is graded low now",
        "ada says: one shop only",
        "Detection had graded it critical",
        "take-over",
    )
    assert told.severity == "low"
    assert message(LOW, facts.TakenOver(by="bob")).severity == "low"


def test_what_a_minute_costs_is_the_tiers_price_whatever_the_severity() -> None:
    rate = BusinessImpact.of(SHOP.services[0]).rate(NOON + timedelta(minutes=1))
    [cost] = [line for line in message(LOW, start=opened()).lines if line.startswith("Cost")]
    assert f"about ${rate:,.0f} a minute" in cost
