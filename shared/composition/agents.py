"""The agents on AWS."""

import json
import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from shared.adapters.aws.clients import client, hasty_client
from shared.adapters.aws.dynamodb_buckets import DynamodbBuckets
from shared.adapters.aws.dynamodb_locks import DynamodbLocks
from shared.adapters.aws.dynamodb_untold import DynamodbUntold
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.adapters.aws.secretsmanager_secrets import SecretsManagerSecrets
from shared.adapters.aws.sesv2_channel import SesV2Channel
from shared.adapters.aws.sns_channel import SnsChannel
from shared.adapters.http.pagerduty_channel import PagerDutyChannel
from shared.adapters.http.slack_channel import SlackChannel
from shared.adapters.http.webhook_channel import WebhookChannel
from shared.adapters.local.bounded_sources import bounded
from shared.agents.voter import Voter
from shared.composition import aws
from shared.domain.span import Spans
from shared.ports.channel import Channel
from shared.ports.secrets import KeptSecret
from shared.settings import Setting, read
from shared.workflow.delivery import Delivery, Recipient
from shared.workflow.participation import Limits, Participant


def participant(
    voter: Voter,
    lost: Callable[[str], None],
    untraced: Callable[[str], None],
    traced: Callable[[Spans], None],
) -> Participant:
    """A voting agent at work; `lost` and `untraced` are told of what could not be kept."""
    return Participant(
        voter=voter,
        store=aws.store(),
        signer=aws.signer(),
        sources=aws.sources(),
        recordings=S3Recordings(hasty_client("s3"), read(Setting.ARCHIVE_BUCKET)),
        limits=Limits(_seconds(Setting.INVESTIGATE_SECONDS), _seconds(Setting.VOTE_SECONDS)),
        bounded=bounded,
        lost=lost,
        untraced=untraced,
        traced=traced,
    )


def _seconds(setting: Setting) -> timedelta:
    return timedelta(seconds=int(read(setting)))


def _kept(arn: str) -> KeptSecret:
    secrets = SecretsManagerSecrets(client("secretsmanager"))
    return KeptSecret(lambda: secrets.read(arn), aws.CLOCK)


def roads() -> tuple[Channel, ...]:
    """The stage's channels, in the order in which they are tried."""
    configured = json.loads(read(Setting.CHANNELS))
    found: list[Channel] = [SlackChannel(_kept(read(Setting.SLACK_SECRET)))]
    if arn := configured.get("pagerduty"):
        found.append(PagerDutyChannel(_kept(arn)))
    if email := configured.get("email"):
        found.append(SesV2Channel(client("sesv2"), email["sender"], email["to"]))
    if arn := configured.get("webhook"):
        found.append(WebhookChannel(_kept(arn), aws.CLOCK))
    return tuple(found)


@cache
def delivery() -> Delivery:
    """The communication agent at work. One recipient, the stage, until a directory says who hears of what."""
    everybody = (Recipient("stage", roads()),)
    table = read(Setting.STATE_TABLE)
    return Delivery(
        store=aws.store(),
        distrust=aws.trust().distrust,
        catalogue=aws.catalogue(),
        untold=DynamodbUntold(client("dynamodb"), table),
        locks=DynamodbLocks(client("dynamodb"), table, aws.CLOCK, prefix="TELLING#"),
        buckets=DynamodbBuckets(client("dynamodb"), table, aws.CLOCK),
        recipients=lambda _incident: everybody,
        last_resort=SnsChannel(client("sns"), read(Setting.LAST_RESORT_TOPIC)),
        clock=aws.CLOCK,
        pause=time.sleep,
        jitter=random.random,
    )
