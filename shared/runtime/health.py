"""Entry point of the health monitor: what it sees becomes metrics as it sees it, its own heartbeat last."""

from collections.abc import Callable
from functools import cache
from typing import Any

from shared.domain.gauge import Gauge
from shared.domain.health import HEALTH
from shared.runtime.observed import logger, publish
from shared.workflow.monitoring import Monitoring


def health_handler(
    monitoring: Callable[[], Monitoring], said: Callable[[Gauge, str], None] = publish
) -> Callable[[Any, Any], None]:
    """A Lambda handler. What could not be looked at is in the function's log, by name."""
    made = cache(monitoring)

    def handler(_event: Any, _context: Any) -> None:
        for gauge in made().look(lambda sentence: logger.error("not seen", extra={"reason": sentence})):
            said(gauge, HEALTH)
            if gauge.about or gauge.note:
                seen = {"reading": gauge.name, "value": gauge.value, "about": gauge.about, "note": gauge.note}
                logger.warning("seen", extra=seen)

    return handler
