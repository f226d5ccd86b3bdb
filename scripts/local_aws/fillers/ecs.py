"""ECS: services that stay reconciled, so that `runningCount` follows `desiredCount`.

On AWS the scheduler replaces a stopped task. ministack 1.5.33 starts tasks when a service changes and does
not look again. Delete this when it does.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from ministack.services import ecs

log = logging.getLogger("local_aws.ecs")
_TICK_SECONDS = 1.0


def install() -> threading.Thread:
    """The thread that reconciles, not yet started."""
    return threading.Thread(target=_keep, args=(ecs,), daemon=True, name="ecs")


def _keep(ecs: Any) -> None:
    while True:
        time.sleep(_TICK_SECONDS)
        try:
            ecs._reconcile_restored_services()
        except Exception:
            log.exception("services were not reconciled")
