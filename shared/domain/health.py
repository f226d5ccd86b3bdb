"""What the health monitor says, and how it judges: pure, from what somebody has read.

A number for each alarm is said every time, also when it is 0. What it is made of, by agent, channel or queue,
is said only when there is something: CloudWatch takes money for each metric in each hour that had data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.events import Event, malformed
from shared.domain.facts import BallotCast, FindingsSubmitted, InvestigationStarted, VoteOpened
from shared.domain.gauge import Gauge
from shared.domain.model import VOTERS, AgentName

HEALTH = "health"
"""The monitor's name, as the functions have theirs."""
EVERY = timedelta(minutes=5)
"""How often the monitor looks. What has a metric of AWS's own alarms within a minute without it; what it adds
(silence, stuck executions, a log's faults) takes minutes anyway, and every minute would cost five times.
"""
WINDOW = timedelta(minutes=30)
"""How long an agent's silence is remembered."""
SLACK = timedelta(seconds=30)
"""What an answer may take to arrive in the log after its time was up."""
_GOLDEN = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: its multiples fall evenly wherever one stops (Knuth, TAOCP 3, 6.4)."""


class Reading(StrEnum):
    """The name of a metric."""

    HEARTBEAT = "Heartbeat"
    UNREAD = "Unread"
    AGENTS_SILENT = "AgentsSilent"
    AGENTS_OUT = "AgentsOut"
    BREAKERS_OPEN = "BreakersOpen"
    QUARANTINED = "QuarantinedNow"
    BUCKETS_EMPTY = "BucketsEmpty"
    EXECUTIONS_STUCK = "ExecutionsStuck"
    FUNCTIONS_SILENT = "FunctionsSilent"
    FEEDS_OFF = "FeedsOff"
    LETTERS_WAITING = "DeadLettersWaiting"
    LOG_FAULTS = "LogFaults"
    LOGS_VERIFIED = "LogsVerified"


@dataclass(frozen=True)
class Limits:
    """How long the stage waits for whom."""

    findings: Mapping[AgentName, timedelta]
    execution: timedelta


def each(reading: Reading, abouts: Iterable[str]) -> tuple[Gauge, ...]:
    """How many there are, and one gauge for each."""
    named = tuple(abouts)
    return (
        Gauge(name=reading, value=len(named)),
        *(Gauge(name=reading, value=1, about=about) for about in named),
    )


def silent(log: Iterable[Event], now: datetime, limits: Limits) -> frozenset[AgentName]:
    """The agents that were asked in this incident within the window and have not answered in their time.

    An answer that came late is an answer. Who is quarantined is not waited for.
    """
    due: dict[_Question, datetime] = {}
    answered: set[_Question] = set()
    for event in log:
        if malformed(event) is None:
            due |= _asked(event, limits)
            answered |= _answered(event)
    late = {key[0] for key, at in due.items() if key not in answered and SLACK < now - at < WINDOW}
    return frozenset(late)


_Question = tuple[AgentName, int, int]
"""Whose answer, in which attempt, in which round of the vote; round 0 are the findings."""


def _asked(event: Event, limits: Limits) -> dict[_Question, datetime]:
    """What an event asks, and until when."""
    match event.fact:
        case InvestigationStarted(attempt=attempt):
            at = event.occurred_at
            return {(agent, attempt, 0): at + limits.findings[agent] for agent in VOTERS}
        case VoteOpened() as vote:
            voters = [agent for agent in VOTERS if agent not in vote.quarantined]
            return {(agent, vote.attempt, vote.round): vote.expires_at for agent in voters}
    return {}


def _answered(event: Event) -> set[_Question]:
    match event.fact:
        case FindingsSubmitted(attempt=attempt, findings=findings):
            return {(findings.agent, attempt, 0)}
        case BallotCast(signed=signed):
            return {(signed.ballot.agent, signed.ballot.attempt, signed.ballot.round)}
    return set()


def turn(now: datetime) -> int:
    """The number of this look."""
    return int(now.timestamp()) // int(EVERY.total_seconds())


def place(number: int) -> str:
    """Where among all incident ids the look of this number begins to read.

    Ids are hexadecimal digits of a hash, so they lie evenly, and so do these places: no cursor has to be
    kept.
    """
    return f"INC-{(number * _GOLDEN) % 2**64 >> 16:012X}"
