"""A remedy that did harm only advises from then on, for its tier, until a person says otherwise."""

from typing import Any

import pytest

from shared.adapters.local.memory_controls import MemoryControls
from shared.domain.autonomy import Autonomy, effective
from shared.domain.facts import RegressionDetected, RolledBack
from shared.domain.incident import Action, Incident
from shared.domain.service import Service, ServiceCatalogue, Tier
from shared.workflow.demotion import demote, harmful
from tests.sample import NOON, opened, scale_out

SHOP = ServiceCatalogue(services=(Service(name="checkout", application="shop", tier=Tier.CRITICAL),))
DONE = Action(attempt=2, proposal=scale_out(), token="t", before={}, started_at=NOON)
WORSE = RegressionDetected(attempt=2, statement="latency is worse")
UNDONE = RolledBack(attempt=2, restored=True)


def incident(**changed: Any) -> Incident:
    fields = {"attempt": 2, "actions": (DONE,), **changed}
    return Incident(id="INC-1", opened=opened(), detected_at=NOON, changed_at=NOON, **fields)


@pytest.mark.parametrize("harm", [{"regressed": WORSE}, {"rolled_back": UNDONE}])
def test_harm_lowers_the_runbook_on_its_tier_once(harm: dict[str, Any]) -> None:
    controls = MemoryControls()
    assert demote(incident(**harm), SHOP, controls)
    assert demote(incident(**harm), SHOP, controls)
    [demoted] = controls.levels().demoted
    assert (demoted.runbook, demoted.tier, demoted.level) == ("scale-out-service", "critical", "L1")
    assert demoted.reason.startswith("INC-1: ")
    for tier, level in ((Tier.CRITICAL, "L1"), (Tier.SUPPORTING, "L3")):
        assert effective(Autonomy.AUTONOMOUS, controls.levels(), "scale-out-service", tier) == level


@pytest.mark.parametrize(
    "state",
    [
        incident(),
        incident(actions=(), regressed=WORSE),
        incident(attempt=3, regressed=WORSE),
        incident(actions=(DONE.model_copy(update={"undo": True}),), rolled_back=UNDONE),
    ],
    ids=["it helped", "nothing was done", "an earlier attempt's", "only an undo"],
)
def test_else_nothing_changes(state: Incident) -> None:
    controls = MemoryControls()
    assert harmful(state) is None
    assert not demote(state, SHOP, controls)
    assert controls.levels().demoted == ()
