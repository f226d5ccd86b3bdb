"""Sample incidents behind the dashboard's own server, to build a page by: `python -m tests.views.serve`.

Time runs on from the samples' time: compare with the header Commander-Time, not with the browser's clock.
"""

import sys
import time
from datetime import timedelta

from scripts.dashboard.loopback import Loopback
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_event_store import MemoryLogs
from shared.domain.clearance import Caller, Clearance
from shared.domain.events import GENESIS
from tests.views.house import SAMPLES, Seen, run, sample
from tests.views.web import Web


class RunningClock(ManualClock):
    """Simulated time that goes on by itself."""

    def __init__(self, base: ManualClock) -> None:
        super().__init__(base.now())
        self._base, self._began = base.now(), time.monotonic()

    def now(self):
        return self._base + timedelta(seconds=time.monotonic() - self._began)


def gathered() -> Seen:
    """Every sample as an incident of its own."""
    logs = MemoryLogs()
    for number, name in enumerate(SAMPLES):
        [events] = sample(name).logs.events.values()
        incident_id, hash_ = f"INC-{number:04d}{name.upper().replace('-', '')[:8]}", GENESIS
        made = []
        for one in events:
            after = one.model_copy(update={"incident_id": incident_id, "previous_hash": hash_})
            hash_ = after.computed_hash()
            made.append(after.model_copy(update={"hash": hash_}))
        logs.events[incident_id] = tuple(made)
    street = run("resolved")
    return Seen(street, logs, RunningClock(street.clock)).project()


def main() -> None:
    role = Clearance(sys.argv[1]) if len(sys.argv) > 1 else Clearance.OPERATOR
    seen = gathered()
    web = Web(seen)
    caller = Caller(where="local", id="ada", claimed=role)
    server = Loopback(web.app, caller, int(sys.argv[2]) if len(sys.argv) > 2 else 8421, seen.clock.now)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
