"""What the measurements write: the first fact of an incident, and the smallest one that any may follow."""

from datetime import UTC, datetime

from shared.domain.facts import IncidentDetected, NotificationSent
from shared.domain.service import Tier
from shared.domain.signal import Signal, SignalKind

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SENT = NotificationSent(channel="console", about="incident", version=1)


def opened() -> IncidentDetected:
    """An incident on one service."""
    signal = Signal(source="bench", kind=SignalKind.ALARM, service="web", at=BEGAN, key="bench")
    return IncidentDetected(
        signal=signal,
        service="web",
        application="bench",
        services=("web",),
        tier=Tier.SUPPORTING,
        classification="latency",
        severity="low",
        confidence=900,
        summary="a measurement",
        started_at=BEGAN,
        symptoms=(),
    )
