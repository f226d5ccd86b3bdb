"""What goes on: agents that are out, channels that are full, executions that hang, money."""

import json
from collections.abc import Iterator
from datetime import timedelta

from scripts.doctor.finding import Finding, ok, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.dynamodb_buckets import DynamodbBuckets
from shared.adapters.aws.dynamodb_raw_log import DynamodbRawLog
from shared.adapters.aws.dynamodb_standing import DynamodbStanding
from shared.adapters.aws.errors import port_errors
from shared.adapters.aws.stepfunctions_executions import StepFunctionsExecutions
from shared.adapters.local.system_clock import SystemClock
from shared.composition.health import CHANNELS
from shared.domain import measures
from shared.domain.audit_reading import parsed
from shared.domain.breaker import Phase
from shared.domain.facts import Author
from shared.domain.health import Limits, silent
from shared.domain.model import VOTERS, AgentName
from shared.settings import Setting, namespace
from shared.workflow.monitoring import ASKED_LATELY


def agents(subject: Subject) -> Iterator[Finding]:
    """Who is quarantined, whose breaker is open, and who was asked within half an hour and is silent."""
    standing = DynamodbStanding(subject.client("dynamodb"), subject.outputs["StateTable"], SystemClock())
    quarantined, quiet = standing.quarantined(subject.now), _silent(subject)
    for agent in VOTERS:
        check, log = f"agent {agent}", f"look at the log of the {agent} function"
        phase = standing.breaker(agent).phase
        if agent in quarantined:
            fix = "commander explain INCIDENT has the proof; the quarantine ends by itself"
            yield warning(check, f"quarantined: {quarantined[agent]}", fix)
        if phase is not Phase.CLOSED:
            said = f"its breaker is {phase.replace('_', ' ')}: it failed five times in a row"
            yield wrong(check, said, log)
        if agent in quiet:
            yield wrong(check, "it was asked in the last half hour and did not answer in its time", log)
        if agent not in quarantined and agent not in quiet and phase is Phase.CLOSED:
            yield ok(check, "takes part")


def _silent(subject: Subject) -> frozenset[AgentName]:
    log = DynamodbRawLog(subject.client("dynamodb"), subject.outputs["EventsTable"])
    seconds = _health_settings(subject)[Setting.AGENT_SECONDS]
    limits = Limits(
        {AgentName(name): timedelta(seconds=given) for name, given in json.loads(seconds).items()},
        timedelta(0),
    )
    found: set[AgentName] = set()
    for incident in {one.incident_id for one in _executions(subject).latest(ASKED_LATELY)}:
        events = [event for item in log.items(incident) if (event := parsed(item.body))]
        found |= silent(events, subject.now, limits)
    return frozenset(found)


def buckets(subject: Subject) -> Iterator[Finding]:
    """Whether every channel may take something now."""
    kept = DynamodbBuckets(subject.client("dynamodb"), subject.outputs["StateTable"], SystemClock())
    left = {channel.bucket.name: kept.left(channel.bucket) for channel in CHANNELS}
    empty = [name for name, number in left.items() if not number]
    said = ", ".join(f"{name} {number}" for name, number in left.items())
    if empty:
        fix = "wait: a bucket fills by itself; if it stays so, see what makes so many incidents"
        yield warning("channels", f"{', '.join(empty)} took all that it may for now ({said})", fix)
    else:
        yield ok("channels", f"may take at once: {said}")


def executions(subject: Subject) -> Iterator[Finding]:
    """Whether one runs longer than everything in it may take."""
    running = _executions(subject).running()
    limit = timedelta(seconds=int(_health_settings(subject)[Setting.EXECUTION_SECONDS]))
    stuck = [one for one in running if subject.now - one.started_at > limit]
    for one in stuck[:10]:
        fix = "open it in the Step Functions console and stop it: the coordinator then takes over"
        yield wrong("executions", f"{one.name} runs since {one.started_at:%Y-%m-%d %H:%M} and is stuck", fix)
    if not stuck:
        yield ok("executions", f"{len(running)} run, none longer than it may")


def spending(subject: Subject) -> Iterator[Finding]:
    """What incidents cost today, as the log estimates."""
    midnight = subject.now.replace(hour=0, minute=0, second=0, microsecond=0)
    with port_errors():
        found = subject.client("cloudwatch").get_metric_statistics(
            Namespace=namespace(subject.config.name),
            MetricName=measures.SPENT,
            Dimensions=[{"Name": "service", "Value": Author.COORDINATOR.value}],
            StartTime=midnight,
            EndTime=midnight + timedelta(days=1),
            Period=86_400,
            Statistics=["Sum"],
        )["Datapoints"]
    spent, limit = sum(one["Sum"] for one in found), subject.config.daily_usd
    said = f"{spent:.2f} USD of {limit} today"
    if spent > limit:
        yield wrong(
            "spending", said, "see what makes so many incidents; `daily_usd` in cdk.json is the limit"
        )
    else:
        yield ok("spending", said)


def _executions(subject: Subject) -> StepFunctionsExecutions:
    return StepFunctionsExecutions(subject.client("stepfunctions"), subject.outputs["StateMachineArn"])


def _health_settings(subject: Subject) -> dict[str, str]:
    with port_errors():
        found = subject.client("lambda").get_function_configuration(
            FunctionName=subject.outputs["HealthFunction"]
        )
    return dict(found["Environment"]["Variables"])


CHECKS = (agents, buckets, executions, spending)
