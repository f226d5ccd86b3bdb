"""Checkout holds on to every order that it exports, until its tasks are killed."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth

SCENARIO = Scenario(
    name="memory_leak",
    title="A leak, until tasks are killed",
    story=(
        "Somebody exports all orders, and each order stays in the memory of the task that exported it."
        " Memory climbs, collecting garbage takes more and more of the time, and a task is killed for its"
        " memory; the others go on, full and slow, long after the export. Nothing was deployed. A restart"
        " helps."
    ),
    break_it=FAULTS["leak"].inject,
    truth=Truth(
        classification="resource_exhaustion",
        root_cause="checkout",
        status="resolved",
        cure="restart-service",
        acceptable=frozenset({("restart-service", "checkout")}),
        restored=("ecs/checkout/desired", "ecs/checkout/definition"),
    ),
)
