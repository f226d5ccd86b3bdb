"""What the dashboard reads, on AWS: as a function of a stage, or as a person with their own credentials."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.adapters.aws.clients import client
from shared.adapters.aws.cloudwatch_alarms import CloudwatchAlarms
from shared.adapters.aws.cloudwatch_telemetry import CloudwatchTelemetry
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_controls import DynamodbControls
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.aws.dynamodb_standing import DynamodbStanding
from shared.adapters.aws.dynamodb_views import DynamodbViews
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.adapters.local.fresh_for import FreshAlarms, FreshCatalogue, FreshDirectory
from shared.analysis.scorecard import Permits
from shared.composition import aws
from shared.domain.policy import PolicyRules
from shared.ports.auditing import Auditing
from shared.ports.directory import DirectorySource
from shared.settings import Setting, read, stacks_of
from shared.workflow.chain_audit import ChainAudit
from shared.workflow.charting import Charting
from shared.workflow.dashboard import Reads
from shared.workflow.overview import Overview
from shared.workflow.reading import Reading
from shared.workflow.reasoned import Reasoner
from shared.workflow.scoring import Scoring


@dataclass(frozen=True)
class Tables:
    """The physical names."""

    events: str
    state: str
    views: str
    archive: str  # the bucket in which agents leave what they saw and did


def reads(
    make: Callable[[str], Any],
    tables: Tables,
    stage: str,
    rules: PolicyRules,
    auditing: Auditing | None = None,
    permits: Permits | None = None,
) -> Reads:
    """Everything that is read, by clients that `make` makes.

    Args:
        auditing: without it only the chain is checked.
        permits: whether policy would let it be done at L3; without the library of its rules, only what was
            done is scored.
    """
    dynamodb = make("dynamodb")
    log = DynamodbLogReader(dynamodb, tables.events, aws.CLOCK)
    views = DynamodbViews(dynamodb, tables.views, aws.CLOCK)
    catalogue = FreshCatalogue(DynamodbCatalogue(dynamodb, tables.state), aws.CLOCK)
    controls = DynamodbControls(dynamodb, tables.state, aws.CLOCK)
    reading = Reading(views, log, catalogue, aws.CLOCK)
    overview = Overview(
        stage,
        rules,
        controls,
        directory(make, tables.state),
        DynamodbStanding(dynamodb, tables.state, aws.CLOCK),
        aws.CLOCK,
        Scoring(views, log, controls, catalogue, rules, permits, aws.CLOCK),
        reading.lag.seconds,
        FreshAlarms(CloudwatchAlarms(make("cloudwatch"), stacks_of(stage)), aws.CLOCK),
    )
    telemetry = CloudwatchTelemetry(make("cloudwatch"), make("logs"))
    return Reads(
        reading,
        Charting(telemetry, catalogue, aws.CLOCK),
        overview,
        auditing or ChainAudit(log),
        Reasoner(log, S3Recordings(make("s3"), tables.archive)),
    )


def directory(make: Callable[[str], Any], state: str) -> DirectorySource:
    """Who is who, in the state table of that name: looked up again after ten seconds."""
    return FreshDirectory(DynamodbDirectory(make("dynamodb"), state), aws.CLOCK)


def tables() -> Tables:
    """Those of the function that this process is."""
    return Tables(
        read(Setting.EVENTS_TABLE),
        read(Setting.STATE_TABLE),
        read(Setting.VIEWS_TABLE),
        read(Setting.ARCHIVE_BUCKET),
    )


def function_reads() -> Reads:
    """Of the function that this process is."""
    rules = PolicyRules.model_validate_json(read(Setting.POLICY))
    return reads(client, tables(), read(Setting.STAGE), rules)


def function_directory() -> DirectorySource:
    """Of the function that this process is."""
    return directory(client, read(Setting.STATE_TABLE))
