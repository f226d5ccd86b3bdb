"""Shadow mode: what was withheld is graded by what people did, and a level is earned by it."""

from datetime import timedelta
from statistics import median

import pytest

from scripts.shadow.page import lines, rows_as_json
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_changes import MemoryChanges
from shared.adapters.local.memory_controls import MemoryControls
from shared.analysis.scorecard import Grade
from shared.domain.autonomy import Autonomy
from shared.domain.facts import Author, HumanOutcome
from shared.domain.facts.outcome import OTHER, Result
from shared.domain.policy import PolicyConfig
from shared.domain.service import Service, ServiceCatalogue, Tier
from shared.domain.signal import Signal, SignalKind
from shared.policies.cedar import CedarEngine
from shared.ports.event_store import record
from shared.runbooks.catalogue import remedies
from shared.workflow.shadowing import Shadowing
from tests.e2e.fortnight import Fortnight
from tests.e2e.storefront import DATABASE, Street
from tests.e2e.test_incidents import cascade

pytestmark = pytest.mark.long

CHECKOUT = Service(name="checkout", application="shop", tier=Tier.CRITICAL)
L1 = PolicyConfig(autonomy=Autonomy.ADVISE)


def shadowing(clock, catalogue, changes=None, telemetry=None, controls=None):
    return Shadowing(
        CedarEngine(),
        L1,
        controls or MemoryControls(),
        MemoryCatalogue(catalogue),
        changes or MemoryChanges(),
        telemetry,
        remedies(),
        clock,
    )


def reported(fortnight):
    scored = shadowing(fortnight.clock, ServiceCatalogue(services=(CHECKOUT,)))
    return scored.scorecard(fortnight.states())


def of(street):
    house = street.house
    scored = shadowing(street.clock, house.catalogue, house.changes, street.patient, house.controls)
    return scored.scorecard(house.incidents())


def test_a_fortnight_in_which_people_did_the_same_earns_a_level():
    fortnight = Fortnight(seed=3)
    [row] = reported(fortnight)
    assert (row.runbook, row.tier, row.level, row.promote_to) == (
        "scale-out-service", "critical", Autonomy.ADVISE, Autonomy.APPROVE,
    )  # fmt: skip
    assert (row.precision.count, row.precision.total, row.wrong.count) == (40, 40, 0)
    expected = remedies()["scale-out-service"].runbook.expected_seconds
    assert row.saved.value == pytest.approx(60 * median(fortnight.minutes.values()) - expected)
    said = "\n".join(lines([row]))
    assert "would have acted in 40 incidents, acted in 0: right 40, wrong 0" in said
    assert "may go to L2: `commander shadow promote scale-out-service critical`" in said
    assert rows_as_json([row])[0]["precision"] == {"count": 40, "total": 40, "low": 912, "high": 1000}


def test_one_in_which_people_often_did_something_else_earns_none_and_says_what_is_missing():
    [row] = reported(Fortnight(seed=3, right=60))
    assert row.promote_to is None
    said = "\n".join(lines([row]))
    assert "not promoted yet: precision may be as low as" in said
    assert "not promoted yet: wrong actions may be as many as" in said


def test_what_nobody_has_said_anything_about_is_named_and_not_counted():
    fortnight = Fortnight(seed=3, incidents=30, silent=60)
    [row] = reported(fortnight)
    assert row.precision.total == len(fortnight.minutes) < 30
    assert row.missing[0].startswith(f"right in {len(fortnight.minutes)} incidents of the 20")
    unknown = {case.incident for case in row.cases if case.grade is None}
    assert unknown == {f"INC-{number}" for number in range(30)} - set(fortnight.minutes)
    assert all(name in "\n".join(lines([row])) for name in unknown)


def restored(street, after=120, text="Update"):
    """Somebody puts the parameter back, which the ledger hears of, and the house feels better."""
    street.wait(after)
    street.patient.set_connections(200)
    change = Signal(
        source="ssm", kind=SignalKind.CHANGE, service="database", resource=DATABASE, text=text,
        at=street.clock.now(), key="by hand",
    )  # fmt: skip
    street.house.hear(change)
    street.wait(60)


def test_what_people_did_is_read_from_the_ledger_and_the_metrics():
    street = cascade(autonomy=Autonomy.ADVISE)
    assert of(street)[0].cases[0].grade is None
    restored(street)
    [row] = of(street)
    [case] = row.cases
    assert (row.runbook, case.grade, case.acted) == ("restore-parameter", Grade.RIGHT, False)
    decided, expected = street.incident().decided_at, remedies()["restore-parameter"].runbook.expected_seconds
    ended = case.decided_at + timedelta(seconds=case.saved + expected)
    assert decided + timedelta(seconds=120) < ended < decided + timedelta(seconds=180)


def test_a_change_that_no_runbook_makes_is_something_else_and_what_people_say_counts_before_it():
    street = cascade(autonomy=Autonomy.ADVISE)
    restored(street, text="DeleteParameter")
    assert of(street)[0].cases[0].grade is Grade.WRONG
    said = HumanOutcome(did="restore-parameter", result=Result.HELPED, by="ada")
    record(street.house.store(Author.OPERATOR), street.incident().id, lambda _state: (said,))
    assert street.incident().closed
    assert of(street)[0].cases[0].grade is Grade.RIGHT


@pytest.mark.parametrize(
    ("did", "result", "grade"),
    [
        ("restore-parameter", Result.HELPED, Grade.RIGHT),
        ("restore-parameter", Result.NO_EFFECT, Grade.WRONG),
        ("restore-parameter", Result.HARMED, Grade.WRONG),
        (OTHER, Result.HELPED, Grade.WRONG),
        ("restart-service", Result.HELPED, Grade.WRONG),
        (OTHER, Result.NO_EFFECT, Grade.UNPROVEN),
        (OTHER, Result.HARMED, Grade.UNPROVEN),
    ],
)
def test_the_last_word_of_people_grades(did, result, grade):
    street = cascade(autonomy=Autonomy.OBSERVE)
    first = HumanOutcome(did=OTHER, result=Result.NO_EFFECT, by="ada")
    last = HumanOutcome(did=did, result=result, by="bob")
    record(street.house.store(Author.OPERATOR), street.incident().id, lambda _state: (first, last))
    assert of(street)[0].cases[0].grade is grade


def test_an_incident_in_which_it_acted_counts_too():
    street = cascade()
    [case] = of(street)[0].cases
    assert (case.acted, case.grade, case.saved) == (True, Grade.RIGHT, None)


def test_harm_is_a_wrong_action_and_the_report_shows_the_demotion_after_it():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", "errors")
    house = street.house
    free = shadowing(street.clock, house.catalogue, telemetry=street.patient)
    assert free.scorecard(house.incidents())[0].cases[0].grade is Grade.WRONG
    [row] = of(street)
    assert (row.level, row.promote_to, row.cases) == (Autonomy.ADVISE, None, ())
    assert f"demoted by harm: {street.incident().id}" in "\n".join(lines([row]))


def test_what_policy_would_forbid_at_every_level_would_not_have_been_done():
    fortnight = Fortnight(seed=3, incidents=1)
    [state] = fortnight.states()
    asked = state.withheld.asked.model_copy(update={"stopped": True})
    state = state.model_copy(update={"withheld": state.withheld.model_copy(update={"asked": asked})})
    assert shadowing(fortnight.clock, ServiceCatalogue(services=(CHECKOUT,))).scorecard([state]) == ()
