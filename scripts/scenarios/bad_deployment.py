"""A new release of checkout fails every third order."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth

SCENARIO = Scenario(
    name="bad_deployment",
    title="A release that fails every third order",
    story=(
        "Release 2 of checkout is deployed. It rolls out as it should, and then fails every order whose"
        " price has no currency, which is every third. It must go back to release 1."
    ),
    break_it=FAULTS["bad_release"].inject,
    truth=Truth(
        classification="errors",
        root_cause="checkout",
        status="resolved",
        cure="roll-back-service-deployment",
        acceptable=frozenset({("roll-back-service-deployment", "checkout")}),
        restored=("ecs/checkout/desired", "ecs/checkout/definition"),
    ),
)
