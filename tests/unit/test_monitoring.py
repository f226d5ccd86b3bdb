"""The health monitor sees what is wrong, says nothing is when nothing is, and goes on when it cannot look."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_anchors import MemoryAnchors
from shared.adapters.local.memory_archive import MemoryArchive
from shared.adapters.local.memory_authority import MemorySigner, MemoryVerifier
from shared.adapters.local.memory_buckets import MemoryBuckets
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.memory_executions import MemoryExecutions
from shared.adapters.local.memory_functions import MemoryFunctions
from shared.adapters.local.memory_letterbox import MemoryLetterbox
from shared.adapters.local.memory_raw_log import MemoryRawLog
from shared.adapters.local.memory_standing import MemoryStanding
from shared.domain.errors import PortError
from shared.domain.events import head_of
from shared.domain.evidence import Findings
from shared.domain.facts import Author, Fact, FindingsSubmitted, InvestigationStarted, VoteOpened
from shared.domain.health import EVERY, SLACK, WINDOW, Limits, Reading, place, silent, turn
from shared.domain.model import VOTERS, AgentName, canonical_json
from shared.ports.buckets import Bucket
from shared.ports.executions import Execution
from shared.ports.functions import Feed
from shared.runtime.health import health_handler
from shared.workflow.archiving import Archiving
from shared.workflow.auditing import Auditing
from shared.workflow.monitoring import Monitoring
from tests.sample import opened

MINUTE = timedelta(minutes=1)
KEY = b"key"
BUCKET = Bucket("slack", per_second=1, burst=2)
FINDINGS = dict.fromkeys(VOTERS, MINUTE)


@dataclass
class House:
    """A product in good health."""

    clock: ManualClock = field(default_factory=ManualClock)
    logs: MemoryLogs = field(default_factory=MemoryLogs)

    def __post_init__(self) -> None:
        self.executions, self.functions = MemoryExecutions(), MemoryFunctions()
        self.standing, self.buckets = MemoryStanding(self.clock), MemoryBuckets(self.clock)
        self.letterbox = MemoryLetterbox(self.clock)
        self.archive, anchors = MemoryArchive(), MemoryAnchors()
        verifier = MemoryVerifier(dict.fromkeys(Author, KEY))
        self.archiving = Archiving(self.archive, anchors, MemorySigner(KEY), self.clock)
        log = MemoryRawLog(self.logs)
        self.functions.all = [Feed("1", "detection", "signals", "Enabled")]
        self.monitoring = Monitoring(
            executions=self.executions,
            log=log,
            archive=self.archive,
            auditing=Auditing(log, self.archive, anchors, verifier, self.clock),
            standing=self.standing,
            buckets=self.buckets,
            channels=(BUCKET,),
            letterboxes={"stage": self.letterbox},
            functions=self.functions,
            every_minute=("communication",),
            limits=Limits(FINDINGS, timedelta(hours=1)),
            clock=self.clock,
        )
        self.functions.ran["communication"] = [self.clock.now()]

    def write(self, incident: str, author: Author, *facts: Fact) -> None:
        store = MemoryEventStore(self.logs, author, MemorySigner(KEY), self.clock)
        events = store.read(incident)
        for event in store.append(incident, head_of(events), facts):
            image = {"pk": f"INCIDENT#{incident}", "sk": f"EVENT#{event.version:012d}"}
            body = {"body": {"S": canonical_json(event.plain()).decode()}}
            self.archiving.anchor(self.archiving.copy({k: {"S": v} for k, v in image.items()} | body))

    def incident(self, name: str = "INC-1") -> None:
        """One that begins now, and asks."""
        self.executions.executions.append(Execution(f"{name}-1", self.clock.now()))
        self.write(name, Author.DETECTION, opened(self.clock.now()))
        self.write(name, Author.WORKFLOW, InvestigationStarted(attempt=1, execution=f"{name}-1"))

    def answers(self, *agents: AgentName, incident: str = "INC-1") -> None:
        for agent in agents:
            found = Findings(agent=agent, summary="", confidence=500)
            self.write(incident, Author(agent.value), FindingsSubmitted(attempt=1, findings=found))

    def after(self, passed: timedelta) -> dict[tuple[str, str], float]:
        """What is said by then, by reading and what it is about; zeros are left out."""
        self.clock.advance(passed)
        self.functions.ran["communication"].append(self.clock.now())
        self.told: list[str] = []
        return {
            (one.name, one.about): one.value for one in self.monitoring.look(self.told.append) if one.value
        }


WELL = {(Reading.HEARTBEAT, ""): 1}
VERIFIED = {(Reading.LOGS_VERIFIED, ""): 1}


@pytest.fixture
def house() -> House:
    return House()


def test_a_healthy_house_has_a_heartbeat_and_nothing_else(house: House) -> None:
    assert house.after(MINUTE) == WELL


def test_every_alarmed_number_is_said_also_when_it_is_0(house: House) -> None:
    said = Counter(one.name for one in house.monitoring.look(print) if not one.about)
    assert said == Counter(list(Reading))


def test_an_agent_that_was_asked_and_did_not_answer_is_named_until_the_window_is_over(house: House) -> None:
    house.incident()
    house.answers(AgentName.DETECTION, AgentName.DIAGNOSIS, AgentName.RESOLUTION)
    assert house.after(MINUTE) == WELL | VERIFIED  # it still has time
    late = {(Reading.AGENTS_SILENT, ""): 1, (Reading.AGENTS_SILENT, "prediction"): 1}
    assert house.after(MINUTE) == WELL | VERIFIED | late
    house.answers(AgentName.PREDICTION)
    assert (Reading.AGENTS_SILENT, "") not in house.after(MINUTE)  # late, but there


def test_silence_is_forgotten_after_half_an_hour(house: House) -> None:
    house.incident()
    assert (Reading.AGENTS_SILENT, "detection") in house.after(29 * MINUTE)
    assert (Reading.AGENTS_SILENT, "detection") not in house.after(3 * MINUTE)


def test_only_what_was_due_within_the_window_is_silence(house: House) -> None:
    house.incident()
    events, limits = house.logs.events["INC-1"], house.monitoring.limits
    due = house.clock.now() + MINUTE
    assert silent(events, due + SLACK, limits) == frozenset()
    assert silent(events, due + SLACK + MINUTE, limits) == frozenset(VOTERS)
    assert silent(events, due + WINDOW, limits) == frozenset()


def test_no_ballot_of_a_quarantined_agent_is_waited_for(house: House) -> None:
    house.incident()
    house.answers(*VOTERS)
    house.write(
        "INC-1",
        Author.WORKFLOW,
        VoteOpened(
            attempt=1,
            round=1,
            execution="INC-1-1",
            candidates=(),
            safe=(),
            expires_at=house.clock.now() + MINUTE,
            quarantined=(AgentName.DIAGNOSIS,),
        ),
    )
    said = house.after(2 * MINUTE)
    assert {about for name, about in said if name == Reading.AGENTS_SILENT} == {
        "", "detection", "prediction", "resolution",
    }  # fmt: skip


def test_an_execution_that_runs_longer_than_it_may_is_stuck(house: House) -> None:
    house.executions.executions.append(Execution("INC-1-1", house.clock.now()))
    assert (Reading.EXECUTIONS_STUCK, "") not in house.after(timedelta(minutes=59))
    assert house.after(2 * MINUTE)[Reading.EXECUTIONS_STUCK, ""] == 1
    house.executions.ended.add("INC-1-1")
    assert (Reading.EXECUTIONS_STUCK, "") not in house.after(MINUTE)


def test_an_open_breaker_and_a_quarantine_are_named_and_two_agents_out_are_counted(house: House) -> None:
    for _ in range(5):
        house.standing.failed(AgentName.PREDICTION)
    house.standing.quarantine(AgentName.DIAGNOSIS, house.clock.now() + timedelta(hours=1), "lied")
    house.standing.quarantine(AgentName.PREDICTION, house.clock.now() + timedelta(hours=1), "lied")
    assert house.after(MINUTE) == WELL | {
        (Reading.BREAKERS_OPEN, ""): 1,
        (Reading.BREAKERS_OPEN, "prediction"): 1,
        (Reading.QUARANTINED, ""): 2,
        (Reading.QUARANTINED, "diagnosis"): 1,
        (Reading.QUARANTINED, "prediction"): 1,
        (Reading.AGENTS_OUT, ""): 2,
    }


def test_an_empty_bucket_letters_and_feeds_that_are_off_are_counted(house: House) -> None:
    house.buckets.take(BUCKET, 2)
    house.letterbox.put("{}", {})
    house.letterbox.put("{}", {})
    house.functions.all.append(Feed("2", "detection", "events", "Disabled"))
    house.functions.all.append(Feed("3", "anchor", "log", "Disabling"))
    assert house.after(timedelta(0)) == WELL | {
        (Reading.BUCKETS_EMPTY, ""): 1,
        (Reading.BUCKETS_EMPTY, "slack"): 1,
        (Reading.LETTERS_WAITING, ""): 2,
        (Reading.LETTERS_WAITING, "stage"): 2,
        (Reading.FEEDS_OFF, ""): 2,
        (Reading.FEEDS_OFF, "detection"): 1,
        (Reading.FEEDS_OFF, "anchor"): 1,
    }


def test_a_function_of_the_clock_that_did_not_run_is_silent(house: House) -> None:
    house.clock.advance(16 * MINUTE)
    said = {(one.name, one.about): one.value for one in house.monitoring.look(print)}
    assert said[Reading.FUNCTIONS_SILENT, "communication"] == 1


def test_a_log_that_was_changed_is_found_within_two_looks_when_it_is_recent(house: House) -> None:
    house.incident()
    house.answers(*VOTERS)
    events = house.logs.events["INC-1"]
    forged = events[1].model_copy(update={"data": {"attempt": 1, "execution": "other"}})
    house.logs.events["INC-1"] = (events[0], forged, *events[2:])
    looks = [house.after(EVERY) for _ in range(2)]
    assert [one.get((Reading.LOG_FAULTS, "")) for one in looks] == [1, 1]


def test_what_cannot_be_looked_at_is_told_and_counted_and_the_rest_is_seen(house: House) -> None:
    class Broken(MemoryExecutions):
        def running(self) -> tuple[Execution, ...]:
            raise PortError("AccessDenied", retryable=False)

    house.letterbox.put("{}", {})
    house.monitoring = replace(house.monitoring, executions=Broken())
    said = house.after(MINUTE)
    assert said[Reading.UNREAD, "executions"] == said[Reading.UNREAD, ""] == 1
    assert said[Reading.LETTERS_WAITING, ""] == said[Reading.HEARTBEAT, ""] == 1
    assert house.told == ["executions could not be looked at: AccessDenied"]


def test_turns_fall_evenly_over_all_ids() -> None:
    """In as many looks as there are incidents most were verified, and in some times as many nearly all."""
    ids = sorted(place(number * 7_919 + 13) for number in range(100))

    def seen(looks: range) -> set[str]:
        return {next((one for one in ids if one >= place(number)), ids[0]) for number in looks}

    assert len(seen(range(100))) > 60
    assert len(seen(range(500))) > 95


def test_each_five_minutes_have_their_own_turn() -> None:
    at = datetime.fromisoformat("2026-01-01T00:00:00Z")
    assert [turn(at + n * EVERY) - turn(at) for n in range(3)] == [0, 1, 2]
    assert turn(at + EVERY - MINUTE) == turn(at)


def test_the_function_says_each_number_under_the_monitors_name(house: House) -> None:
    said: list[tuple[str, str]] = []
    health_handler(lambda: house.monitoring, lambda gauge, name: said.append((gauge.name, name)))({}, None)
    assert said[-1] == ("Heartbeat", "health")
    assert {name for _, name in said} == {"health"}
