"""What becomes of what somebody says of an incident: decided on the log as it is when it is appended."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain import facts
from shared.domain.answer import Outcome
from shared.domain.errors import IncidentNotFound
from shared.domain.identity import Identity, Speaker, speaker, who_may
from shared.domain.incident import Incident
from shared.domain.plain_text import sanitised
from shared.ports.clock import Clock
from shared.ports.directory import DirectorySource
from shared.ports.event_store import Distrust, EventStore, settle
from shared.workflow.refusals import Refusal

MOST_SAID, MOST_REASON = 500, 1_000
"""Characters of a sentence, and of somebody's own words."""


@dataclass(frozen=True)
class Said:
    """The outcome, and its sentence: plain text and bounded. A road escapes it for its own markup."""

    outcome: Outcome
    text: str
    lines: tuple[str, ...] = ()
    by: str = ""
    incident: Incident | None = None

    @property
    def ok(self) -> bool:
        """Whether it is now as they said."""
        return self.outcome in (Outcome.DONE, Outcome.ALREADY)


Decision = Refusal | facts.Fact
"""A refusal or a repetition with its sentence, or what is to be written."""


@dataclass(frozen=True)
class Settling:
    """`store` writes as the road's author. Nothing here raises but what a port does."""

    store: EventStore
    distrust: Distrust
    directory: DirectorySource
    clock: Clock

    def _speaker(self, who: Identity) -> Speaker:
        return speaker(self.directory.directory(), who)

    def _settled(
        self,
        incident_id: str,
        by: Speaker,
        decide: Callable[[Incident], Decision],
        done: Callable[[Incident], str | None],
    ) -> Said:
        """What was decided on the log as it was when it was written, or why nothing was."""
        try:
            after, last = settle(self.store, incident_id, decide, _written, distrust=self.distrust)
        except IncidentNotFound:
            return unknown(incident_id)
        if isinstance(last, facts.Fact):
            text = done(after)
            last = (Outcome.DONE, text) if text else _uncounted(decide(after))
        outcome, text = last
        return Said(outcome, sanitised(f"{incident_id}: {text}", MOST_SAID), by=by.by, incident=after)

    def _heard(self, incident_id: str, reference: str) -> bool:
        """Whether what a vendor calls so is in the log; what has no such name never is."""
        if not reference:
            return False
        events = self.store.read(incident_id)
        ignored = self.distrust(events)
        said = (one for one in events if one.event_id not in ignored)
        return any(one.data.get("reference") == reference for one in said)

    def _not_theirs(self, state: Incident, role: str, by: Speaker) -> Refusal:
        directory = self.directory.directory()
        if not directory.people:
            return Outcome.NOT_YOURS, (
                "nobody here knows who you are yet: answer at the command line, or "
                "`commander people set` who has which role"
            )
        known = "" if by.role else f" (nobody of the directory has {by.by} among their identities)"
        may = who_may(directory, role, state.opened)
        return Outcome.NOT_YOURS, f"this is not yours to say{known}; it is for {may}"


def _written(decision: Decision) -> tuple[facts.Fact, ...]:
    return (decision,) if isinstance(decision, facts.Fact) else ()


def _uncounted(again: Decision) -> Refusal:
    """Why what was written did not count: it became too late between reading and writing."""
    return (Outcome.TOO_LATE, "it came too late") if isinstance(again, facts.Fact) else again


def unknown(incident_id: str) -> Said:
    """That there is no such incident."""
    return Said(Outcome.UNKNOWN, sanitised(f"there is no incident {incident_id} here", MOST_SAID))
