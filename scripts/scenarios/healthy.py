"""A sale: three times the visits, alarms on traffic, and nothing wrong."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth
from scripts.patient.topology import CACHE_TTL, MAX_CONNECTIONS

SCENARIO = Scenario(
    name="healthy",
    title="A busy Monday, and nothing is wrong",
    story=(
        "The Monday sale begins: three times the visits. The traffic alarm goes off and every service is"
        " busier, but pages are as fast as before and orders succeed. The right thing to do is nothing."
    ),
    break_it=FAULTS["sale"].inject,
    truth=Truth(
        classification=None,
        root_cause=None,
        status="none",
        cure=None,
        acceptable=frozenset(),
        restored=(MAX_CONNECTIONS, CACHE_TTL, "ecs/web/desired", "ecs/checkout/desired"),
    ),
)
