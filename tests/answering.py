"""An incident about which people are asked, in a log in this process, and what they say about it."""

from datetime import datetime, timedelta

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner, MemoryVerifier
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.domain import facts
from shared.domain.directory import Directory
from shared.domain.events import Head
from shared.domain.facts import Author
from shared.domain.incident import Incident
from shared.domain.person import Identities
from shared.domain.proposal import Proposal
from shared.ports.event_store import load, record
from shared.workflow.answers import Answers
from shared.workflow.trust import Trust
from tests.people_sample import PEOPLE
from tests.sample import NOON, opened, scale_out

INCIDENT = "INC-1"
ARN = "arn:aws:sts::123456789012:assumed-role/Ops/ada"
ROLE = "arn:aws:sts::123456789012:assumed-role/Ops"
ADA = PEOPLE.by_id["ada"].model_copy(
    update={"identities": Identities(pagerduty="PADA01", aws=(ROLE,), oidc="sub-ada")}
)
KNOWN = PEOPLE.model_copy(update={"people": tuple(ADA if one.id == "ada" else one for one in PEOPLE.people)})
"""Ada has every identity; Bo is on call, Cy leads, Di and Ed are no responders."""


class Asked:
    """An incident whose remedy waits for people."""

    def __init__(
        self, directory: Directory = KNOWN, needed: int = 1, role: str = "on_call", at: datetime = NOON
    ) -> None:
        keys = {author: author.value.encode() for author in Author}
        self.clock, self.logs = ManualClock(at), MemoryLogs()
        self._stores = {
            author: MemoryEventStore(self.logs, author, MemorySigner(keys[author]), self.clock)
            for author in Author
        }
        self.directory = MemoryDirectory(directory)
        self.trust = Trust(MemoryVerifier(keys))
        self.write(Author.DETECTION, opened(at))
        self.ask(needed=needed, role=role)

    def ask(
        self, remedy: Proposal | None = None, needed: int = 1, role: str = "on_call", attempt: int = 1
    ) -> None:
        remedy = remedy or scale_out()
        asked = facts.ApprovalRequested(
            request=f"{INCIDENT}-{attempt}-{remedy.digest[:12]}",
            attempt=attempt,
            proposal=remedy,
            needed=needed,
            role=role,
            expires_at=self.clock.now() + timedelta(minutes=30),
            preview=("DesiredCount: 2 → 3",),
            blast_radius=("checkout",),
            undo="none",
            cost_per_minute="100",
            reasons=("L2: a person approves",),
        )
        self.write(Author.WORKFLOW, asked)
        self.request, self.digest = asked.request, remedy.digest

    def answers(self, author: Author = Author.RECEPTION, worn=lambda store: store) -> Answers:
        return Answers(worn(self._stores[author]), self.trust.distrust, self.directory, self.clock)

    def write(self, author: Author, fact: facts.Fact) -> None:
        store = self._stores[author]
        if isinstance(fact, facts.IncidentDetected):
            store.append(INCIDENT, Head(), [fact])
        else:
            record(store, INCIDENT, lambda _state: (fact,))

    @property
    def incident(self) -> Incident:
        return load(self._stores[Author.RECEPTION], INCIDENT, self.trust.distrust)

    def written(self, kind: type[facts.Fact]) -> list[facts.Fact]:
        return [one.fact for one in self.logs.events[INCIDENT] if one.type == kind.__name__]
