"""The alarms on what the health monitor says, each with what to do in its description."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from shared.domain.health import EVERY, HEALTH, Reading
from shared.settings import namespace
from stacks.components.alarm import alarm, metric, silence

LOOK = Duration.seconds(int(EVERY.total_seconds()))


@dataclass(frozen=True)
class Watched:
    """When it alarms, and what a person is told."""

    id: str
    meaning: str
    above: int = 0
    periods: int = 1
    of: int | None = None
    period: Duration = LOOK


ALARMS = {
    Reading.UNREAD: Watched(
        "HealthBlind",
        "The health monitor could not look at something: its log says `not seen`, at what and why.",
    ),
    Reading.AGENTS_SILENT: Watched(
        "AgentsSilent",
        "An agent was asked and did not answer in its time: look at its function's log, at its alarm for "
        "being late, and whether its mapping is on.",
    ),
    Reading.AGENTS_OUT: Watched(
        "NoQuorumPossible",
        "Two or more agents are quarantined or have an open breaker, so hardly any vote can be won: people "
        "decide. `commander doctor` says who and why.",
        above=1,
    ),
    Reading.BREAKERS_OPEN: Watched(
        "BreakerOpen",
        "An agent failed five times in a row and has not answered since: look at its function's log.",
    ),
    Reading.BUCKETS_EMPTY: Watched(
        "ChannelSaturated",
        "A channel has taken all that it may for a quarter of an hour: people hear digests, and late. Look "
        "what makes so many incidents.",
        periods=3,
    ),
    Reading.EXECUTIONS_STUCK: Watched(
        "ExecutionStuck",
        "An execution runs longer than everything in it may take: open it in the Step Functions console, see "
        "what it waits for, and stop it; the coordinator then takes over.",
    ),
    Reading.FUNCTIONS_SILENT: Watched(
        "FunctionSilent",
        "A function that runs every minute has not run: see whether its EventBridge rule is enabled and the "
        "account's concurrency is not spent.",
        periods=2,
    ),
    Reading.FEEDS_OFF: Watched(
        "FeedOff",
        "A stream's mapping to a function is disabled, so records wait and are lost after a day: enable it "
        "(`aws lambda update-event-source-mapping --enabled --uuid ...`; `commander doctor` has the id).",
    ),
    Reading.LOG_FAULTS: Watched(
        "LogTampered",
        "An incident's log is not what was written: the monitor's log names it, `commander audit verify` "
        "says what was done, docs/audit.md what to do. Stays for a day.",
        of=24,
        period=Duration.hours(1),
    ),
}
"""What is said -> its alarm."""


def health_alarms(scope: Construct, stage: str, topic: sns.ITopic) -> Iterator[cloudwatch.Alarm]:
    """One for each, and one for the monitor's own silence."""

    def of(reading: Reading, period: Duration, statistic: str = "Maximum") -> cloudwatch.Metric:
        return metric(namespace(stage), reading.value, {"service": HEALTH}, statistic, period)

    yield silence(
        scope,
        "HealthSilent",
        watched=of(Reading.HEARTBEAT, LOOK, "Sum"),
        periods=3,
        topic=topic,
        meaning="The health monitor has not looked for a quarter of an hour, so no other alarm of its can go "
        "off: look at its function's log and its EventBridge rule.",
    )
    for reading, watched in ALARMS.items():
        yield alarm(
            scope,
            watched.id,
            watched=of(reading, watched.period),
            above=watched.above,
            periods=watched.periods,
            of=watched.of,
            topic=topic,
            meaning=watched.meaning,
        )
