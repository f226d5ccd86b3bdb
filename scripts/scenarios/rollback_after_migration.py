"""A bad release has rewritten the orders, and the release before it cannot read them any more."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Patient, Scenario, Truth


def _break(patient: Patient) -> None:
    FAULTS["rewritten_orders"].inject(patient)
    FAULTS["bad_release"].inject(patient)


SCENARIO = Scenario(
    name="rollback_after_migration",
    title="The way back leads nowhere",
    story=(
        "Release 2 of checkout fails every third order, and rolling it back is what anyone would choose."
        " But as it started it rewrote all orders, and release 1 cannot read those: it fails nearly all."
        " It must go forward to release 2 again, and people must find another way."
    ),
    break_it=_break,
    truth=Truth(
        classification="errors",
        root_cause="checkout",
        status="rolled_back",
        cure=None,
        # That the orders were rewritten shows nowhere before it.
        acceptable=frozenset({("roll-back-service-deployment", "checkout")}),
        escalated=True,
        restored=("ecs/checkout/desired",),  # and the definition as it was before the remedy
    ),
)
