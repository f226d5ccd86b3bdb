"""With a sandbox account a remedy is tried and undone there first."""

import pytest

from shared.domain.errors import PortError
from shared.domain.facts import ActionRehearsed
from tests.e2e.storefront import DATABASE, Street

SANDBOX = "222222222222"
TWIN = DATABASE.replace(":000000000000:", f":{SANDBOX}:")


class Twins:
    """The patient's resources, and in the sandbox a twin of the database's parameter, if there is one."""

    def __init__(self, patient, *, there=True) -> None:
        self._patient, self._there = patient, there

    def observe(self, runbook, target):
        if target != TWIN:
            return self._patient.observe(runbook, target)
        if not self._there:
            raise PortError("no such parameter", retryable=False)
        return {"history": [], "value": "7"}


def rehearsed(reasons=(), **twins):
    """An incident with a sandbox in which automations end for these reasons; and what was done there."""
    acted, reasons = [], list(reasons)

    def act(proposal):
        acted.append((proposal.target == TWIN, proposal.parameters["Value"]))
        if proposal.target == TWIN:
            return reasons.pop(0) if reasons else None
        return street.patient.act(proposal)

    street = Street(act=act, sandbox=SANDBOX, resources=lambda patient: Twins(patient, **twins))
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street, acted


def fact_of(street) -> ActionRehearsed:
    [log] = street.house.logs.events.values()
    return next(event.fact for event in log if event.type == "ActionRehearsed")


def test_it_runs_on_the_twin_is_undone_there_and_then_runs_on_the_target():
    street, acted = rehearsed()
    assert acted == [(True, "200"), (True, "7"), (False, "200")]
    assert "it ran in the sandbox, and was undone there" in fact_of(street).done
    assert street.incident().closed.outcome == "resolved"


@pytest.mark.parametrize(
    ("reasons", "why"),
    [
        (["no room"], "in the sandbox it failed: no room"),
        ([None, "stuck"], "in the sandbox its undo failed: stuck"),
    ],
)
def test_what_fails_there_is_not_done_here(reasons, why):
    street, acted = rehearsed(reasons)
    assert [one for one in acted if not one[0]] == []
    assert why in street.incident().escalation.reason


def test_a_target_without_a_twin_is_not_rehearsed_there_and_that_is_said():
    street, acted = rehearsed(there=False)
    assert acted == [(False, "200")]
    assert any(f"the sandbox has no {TWIN}" in one for one in fact_of(street).impossible)
