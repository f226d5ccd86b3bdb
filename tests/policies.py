"""The action that the tests of policy are about. It is permitted as it is: a fact that is changed decides."""

from typing import Any

from shared.domain.autonomy import Autonomy
from shared.domain.consensus import DecisionKind
from shared.domain.policy import PolicyRequest
from shared.domain.runbook import Form, Reversibility
from shared.domain.service import Tier

HERE = "000000000000/us-east-1"
TARGET = "arn:aws:ecs:us-east-1:000000000000:service/shop/checkout"
PERMITTED = PolicyRequest(
    runbook="scale-out-service",
    family="capacity",
    reversibility=Reversibility.REVERSIBLE,
    touches_data=False,
    changes=1,
    depending=2,
    risk="low",
    form=Form.CALLER,
    target=TARGET,
    places=frozenset({HERE}),
    tags={},
    service="checkout",
    tier=Tier.CRITICAL,
    severity="critical",
    decision=DecisionKind.QUORUM,
    autonomy=Autonomy.AUTONOMOUS,
    approvers=frozenset(),
    stopped=False,
    freeze="",
    actions_last_hour=0,
    actions_per_hour=3,
    tries=0,
    harmed=False,
)


def request(**changed: Any) -> PolicyRequest:
    """The permitted action with these facts instead; who approves is an incident lead, unless it is said."""
    leads = {"leads": changed.get("approvers", [])}
    return PolicyRequest.model_validate({**PERMITTED.model_dump(), **leads, **changed})
