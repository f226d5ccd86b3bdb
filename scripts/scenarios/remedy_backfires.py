"""Checkout is saturated and everybody would scale it out, but its tasks fight for one lock."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth

SCENARIO = Scenario(
    name="remedy_backfires",
    title="The obvious remedy makes it worse",
    story=(
        "Checkout is saturated, slow and failing; nothing that it calls is, and nobody changed anything. More"
        " tasks is what anyone would choose. But every task fights for the same stock lock, and each one more"
        " makes all of them slower: the remedy must be noticed as harmful, undone, and handed to a human."
    ),
    break_it=FAULTS["lock"].inject,
    truth=Truth(
        classification="resource_exhaustion",
        root_cause="checkout",
        status="rolled_back",
        cure=None,
        # All of its tasks are busy, and the lock shows in its log lines only.
        acceptable=frozenset({("scale-out-service", "checkout")}),
        escalated=True,
        restored=("ecs/checkout/desired",),
    ),
)
