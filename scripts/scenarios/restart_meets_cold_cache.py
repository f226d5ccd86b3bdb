"""Checkout's memory climbs as if it leaked, but what fills it is what keeps the database calm."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth

SCENARIO = Scenario(
    name="restart_meets_cold_cache",
    title="It looks like a leak, and is a warm cache",
    story=(
        "A new price book is so large that it fills the memory of checkout's tasks. Memory climbs and"
        " collecting garbage makes orders slow: as a leak would. After a restart every task asks the"
        " database for every price again, the database turns connections away, and in the end the memory"
        " is as full as before."
    ),
    break_it=FAULTS["price_book"].inject,
    truth=Truth(
        classification="resource_exhaustion",
        root_cause="checkout",
        status="rolled_back",
        cure=None,
        # Its memory climbs like a leak's; what fills it shows nowhere.
        acceptable=frozenset({("restart-service", "checkout")}),
        escalated=True,
        restored=("ecs/checkout/desired", "ecs/checkout/definition"),
    ),
)
