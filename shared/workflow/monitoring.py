"""The health monitor: looks at the product from outside, changes nothing, and says what it saw as numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.audit_finding import faults
from shared.domain.audit_reading import parsed
from shared.domain.breaker import Phase
from shared.domain.errors import IncidentNotFound, PortError
from shared.domain.gauge import Gauge
from shared.domain.health import WINDOW, Limits, Reading, each, place, silent, turn
from shared.domain.model import VOTERS, AgentName
from shared.ports.archive import Archive
from shared.ports.buckets import Bucket, Buckets
from shared.ports.clock import Clock
from shared.ports.executions import Executions
from shared.ports.functions import Functions
from shared.ports.letterbox import Letterbox
from shared.ports.raw_log import RawLog
from shared.ports.standing import Standing
from shared.workflow.auditing import Auditing

ASKED_LATELY = 10
"""Executions that are looked at for silence: the newest."""
RECENT = 20
"""Executions whose logs take turns in every second verification; in the others all that are kept do."""
QUIET = timedelta(minutes=15)
"""After how long a function that runs every minute is taken to be dead: its numbers come minutes late."""
Look = Callable[[datetime], tuple[Gauge, ...]]


@dataclass(frozen=True)
class Monitoring:
    """Each look is bounded: so many executions, one log, one page of everything."""

    executions: Executions
    log: RawLog
    archive: Archive
    auditing: Auditing
    standing: Standing
    buckets: Buckets
    channels: tuple[Bucket, ...]
    letterboxes: Mapping[str, Letterbox]
    functions: Functions
    every_minute: tuple[str, ...]
    limits: Limits
    clock: Clock

    def look(self, tell: Callable[[str], None]) -> Iterator[Gauge]:
        """Everything that can be seen; what cannot is told and counted, and the rest is seen all the same."""
        now = self.clock.now()
        unread = []
        for name, part in self._parts().items():
            try:
                yield from part(now)
            except PortError as error:
                unread.append(name)
                tell(f"{name} could not be looked at: {error}")
        yield from each(Reading.UNREAD, unread)
        yield Gauge(name=Reading.HEARTBEAT, value=1)

    def _parts(self) -> dict[str, Look]:
        return {
            "dead-letters": self._letters,
            "feeds": self._feeds,
            "functions": self._silent_functions,
            "executions": self._stuck,
            "agents": self._silent_agents,
            "standing": self._out,
            "buckets": self._empty,
            "log": self._verified,
        }

    def _letters(self, _now: datetime) -> tuple[Gauge, ...]:
        counts = {name: box.count() for name, box in self.letterboxes.items()}
        parts = (
            Gauge(name=Reading.LETTERS_WAITING, value=number, about=name)
            for name, number in counts.items()
            if number
        )
        return (Gauge(name=Reading.LETTERS_WAITING, value=sum(counts.values())), *parts)

    def _feeds(self, _now: datetime) -> tuple[Gauge, ...]:
        off = [feed.function for feed in self.functions.feeds() if not feed.on]
        parts = each(Reading.FEEDS_OFF, dict.fromkeys(off))[1:]
        return (Gauge(name=Reading.FEEDS_OFF, value=len(off)), *parts)

    def _silent_functions(self, now: datetime) -> tuple[Gauge, ...]:
        ran = self.functions.activity(self.every_minute, now - QUIET, now)
        return each(Reading.FUNCTIONS_SILENT, [name for name, did in ran.items() if not did.invocations])

    def _stuck(self, now: datetime) -> tuple[Gauge, ...]:
        old = [one for one in self.executions.running() if now - one.started_at > self.limits.execution]
        return (Gauge(name=Reading.EXECUTIONS_STUCK, value=len(old), note=_few([one.name for one in old])),)

    def _silent_agents(self, now: datetime) -> tuple[Gauge, ...]:
        longest = max(self.limits.findings.values())
        lately = [
            one.incident_id
            for one in self.executions.latest(ASKED_LATELY)
            if now - one.started_at < WINDOW + longest
        ]
        found: set[AgentName] = set()
        for incident in dict.fromkeys(lately):
            events = (parsed(item.body) for item in self.log.items(incident))
            found |= silent((one for one in events if one is not None), now, self.limits)
        return each(Reading.AGENTS_SILENT, [agent.value for agent in VOTERS if agent in found])

    def _out(self, now: datetime) -> tuple[Gauge, ...]:
        quarantined = self.standing.quarantined(now)
        broken = [agent for agent in VOTERS if self.standing.breaker(agent).phase is not Phase.CLOSED]
        out = [agent.value for agent in VOTERS if agent in quarantined or agent in broken]
        return (
            *each(Reading.QUARANTINED, [agent.value for agent in quarantined]),
            *each(Reading.BREAKERS_OPEN, [agent.value for agent in broken]),
            Gauge(name=Reading.AGENTS_OUT, value=len(out)),
        )

    def _empty(self, _now: datetime) -> tuple[Gauge, ...]:
        return each(Reading.BUCKETS_EMPTY, [one.name for one in self.channels if not self.buckets.left(one)])

    def _verified(self, now: datetime) -> tuple[Gauge, ...]:
        """One log a look: a recent incident's, then one of all that are kept."""
        incident = self._sample(turn(now))
        try:
            wrong = faults(self.auditing.verify(incident)) if incident else ()
        except IncidentNotFound:  # started by name, and never written
            incident, wrong = None, ()
        said = _few([f"{incident}: {one.kind} version {one.version}" for one in wrong])
        return (
            Gauge(name=Reading.LOG_FAULTS, value=len(wrong), note=said),
            Gauge(name=Reading.LOGS_VERIFIED, value=1 if incident else 0),
        )

    def _sample(self, number: int) -> str | None:
        if number % 2:
            recent = list(dict.fromkeys(one.incident_id for one in self.executions.latest(RECENT)))
            if recent:
                return recent[number // 2 % len(recent)]
        return self.archive.incident_from(place(number // 2))


def _few(names: list[str]) -> str:
    """The first ten of them."""
    return "; ".join(names[:10])
