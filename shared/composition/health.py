"""The health monitor on AWS."""

import json
from datetime import timedelta

from shared.adapters.aws.clients import client
from shared.adapters.aws.dynamodb_buckets import DynamodbBuckets
from shared.adapters.aws.dynamodb_raw_log import DynamodbRawLog
from shared.adapters.aws.lambda_functions import LambdaFunctions
from shared.adapters.aws.s3_anchors import S3Anchors
from shared.adapters.aws.s3_archive import S3Archive
from shared.adapters.aws.sesv2_channel import SesV2Channel
from shared.adapters.aws.sns_channel import SnsChannel
from shared.adapters.aws.sqs_letterbox import SqsLetterbox
from shared.adapters.aws.stepfunctions_executions import StepFunctionsExecutions
from shared.adapters.http.pagerduty_channel import PagerDutyChannel
from shared.adapters.http.slack_channel import SlackChannel
from shared.adapters.http.webhook_channel import WebhookChannel
from shared.composition import aws
from shared.domain.health import Limits
from shared.domain.model import AgentName
from shared.settings import Setting, read
from shared.workflow.auditing import Auditing
from shared.workflow.monitoring import Monitoring

EVERY_MINUTE = ("communication",)
CHANNELS = (SlackChannel, PagerDutyChannel, SesV2Channel, WebhookChannel, SnsChannel)


def monitoring() -> Monitoring:
    """Looks at this stage."""
    log = DynamodbRawLog(client("dynamodb"), read(Setting.EVENTS_TABLE))
    bucket = read(Setting.ARCHIVE_BUCKET)
    archive = S3Archive(client("s3"), bucket)
    boxes = json.loads(read(Setting.LETTERBOXES))
    functions = json.loads(read(Setting.FUNCTIONS))
    return Monitoring(
        executions=StepFunctionsExecutions(client("stepfunctions"), read(Setting.STATE_MACHINE_ARN)),
        log=log,
        archive=archive,
        auditing=Auditing(log, archive, S3Anchors(client("s3"), bucket), aws.verifier(), aws.CLOCK),
        standing=aws.standing(),
        buckets=DynamodbBuckets(client("dynamodb"), read(Setting.STATE_TABLE), aws.CLOCK),
        channels=tuple(channel.bucket for channel in CHANNELS),
        letterboxes={name: SqsLetterbox(client("sqs"), url) for name, url in boxes.items()},
        functions=LambdaFunctions(client("lambda"), client("cloudwatch"), functions),
        every_minute=EVERY_MINUTE,
        limits=_limits(),
        clock=aws.CLOCK,
    )


def _limits() -> Limits:
    seconds = json.loads(read(Setting.AGENT_SECONDS))
    return Limits(
        {AgentName(name): timedelta(seconds=given) for name, given in seconds.items()},
        timedelta(seconds=int(read(Setting.EXECUTION_SECONDS))),
    )
