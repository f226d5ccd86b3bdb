"""The incident and the remedy that most tests are about: checkout is slow, and could have more tasks."""

from datetime import UTC, datetime

from shared.domain.facts import IncidentDetected, NotificationSent
from shared.domain.proposal import Proposal
from shared.domain.service import Tier
from shared.domain.signal import Signal, SignalKind
from shared.runbooks.catalogue import remedies

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SENT = NotificationSent(channel="console", about="incident", version=1)


def opened(at: datetime = NOON) -> IncidentDetected:
    """The first fact of the incident."""
    return IncidentDetected(
        signal=Signal(source="cloudwatch", kind=SignalKind.ALARM, service="checkout", at=at, key="a"),
        service="checkout",
        application="shop",
        services=("checkout",),
        tier=Tier.CRITICAL,
        classification="latency",
        severity="critical",
        confidence=900,
        summary="checkout is slow",
        started_at=at,
        symptoms=(),
    )


def scale_out(count: str = "3") -> Proposal:
    """The remedy that gives checkout so many tasks."""
    runbook = remedies()["scale-out-service"].runbook
    return Proposal(
        runbook=runbook.id,
        version=runbook.version,
        service="checkout",
        target="arn:aws:ecs:us-east-1:000000000000:service/shop/checkout",
        parameters={"Cluster": "shop", "Service": "checkout", "DesiredCount": count},
    )
