"""One address range asks for six ordinary days at once, and customers wait behind it."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth

SCENARIO = Scenario(
    name="ddos_attack",
    title="Everything is slow, and most of it is one address range",
    story=(
        "Six times an ordinary day's visits come from one address range. Web cannot keep up and everybody"
        " waits, also a partner with a range of its own, who asks a lot, and may. The range must be"
        " blocked, for an hour, and nobody else."
    ),
    break_it=FAULTS["attack"].inject,
    truth=Truth(
        classification="traffic_surge",
        root_cause="web",
        status="resolved",
        cure="block-address-range",
        acceptable=frozenset({("block-address-range", "web")}),
        restored=("ecs/web/desired", "ecs/web/definition", "ecs/checkout/desired", "ecs/checkout/definition"),
    ),
)
