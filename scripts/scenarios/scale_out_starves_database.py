"""Checkout's workers all wait, more tasks would help it, and take the database's last connections."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth

SCENARIO = Scenario(
    name="scale_out_starves_database",
    title="More tasks take the last connections",
    story=(
        "The payment provider is slow, and every worker of checkout waits for it with its database"
        " connections open. Checkout is saturated, and more tasks is what anyone would choose. But the"
        " database is near its limit: the new tasks' connections are refused, to everybody. It must be"
        " undone."
    ),
    break_it=FAULTS["slow_provider"].inject,
    truth=Truth(
        classification="resource_exhaustion",
        root_cause="checkout",
        status="rolled_back",
        cure=None,
        # All of its workers wait, and the database has room until then.
        acceptable=frozenset({("scale-out-service", "checkout")}),
        escalated=True,
        restored=("ecs/checkout/desired", "ecs/checkout/definition"),
    ),
)
