"""The communication agent on AWS: the stage's channels, each person's own, and the sender."""

import json
import random
import time
from functools import cache

from shared.adapters.aws.clients import client
from shared.adapters.aws.dynamodb_buckets import DynamodbBuckets
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.dynamodb_locks import DynamodbLocks
from shared.adapters.aws.dynamodb_untold import DynamodbUntold
from shared.adapters.aws.scheduler_wakes import Called, SchedulerWakes
from shared.adapters.aws.sesv2_channel import SesV2Channel
from shared.adapters.aws.sns_channel import SnsChannel
from shared.adapters.http.pagerduty_channel import PagerDutyChannel
from shared.adapters.http.slack_channel import SlackChannel
from shared.adapters.http.webhook_channel import WebhookChannel
from shared.adapters.local.fresh_for import FreshDirectory
from shared.adapters.local.unconfigured_channel import UnconfiguredChannel
from shared.composition import aws
from shared.domain.person import STAGE, ChannelKind, Contact, Person
from shared.ports.channel import Channel
from shared.ports.secrets import KeptSecret
from shared.settings import Setting, read
from shared.workflow.audience import Audience
from shared.workflow.delivery import Delivery
from shared.workflow.due import Looking


@cache
def _kept(secret: str) -> KeptSecret:
    """The secret of that name or ARN, read once by all who use it."""
    return aws.kept(secret)


def stage_channels() -> tuple[Channel, ...]:
    """The stage's own channels, in the order in which they are tried."""
    configured = json.loads(read(Setting.CHANNELS))
    found: list[Channel] = [SlackChannel(_kept(read(Setting.SLACK_SECRET)))]
    if secret := configured.get("pagerduty"):
        found.append(PagerDutyChannel(_kept(secret), read(Setting.STAGE)))
    email = configured.get("email") or {}
    if email.get("to"):
        found.append(SesV2Channel(client("sesv2"), email["sender"], email["to"]))
    if secret := configured.get("webhook"):
        found.append(WebhookChannel(_kept(secret), aws.CLOCK))
    return tuple(found)


def roads(person: Person) -> tuple[Channel, ...]:
    """A person's channels, in the order in which they are tried; each has a name of its own."""
    contacts = enumerate(person.channels, start=1)
    return tuple(_road(contact, f"{contact.channel}:{person.id}:{number}") for number, contact in contacts)


@cache
def _road(contact: Contact, name: str) -> Channel:
    address = contact.address
    match contact.channel:
        case ChannelKind.SLACK:
            return SlackChannel(_kept(read(Setting.SLACK_SECRET)), name=name, to=address)
        case ChannelKind.PAGERDUTY:
            return PagerDutyChannel(_kept(address), read(Setting.STAGE), name=name)
        case ChannelKind.WEBHOOK:
            return WebhookChannel(_kept(address), aws.CLOCK, name=name)
        case ChannelKind.SNS:
            return SnsChannel(client("sns"), address, name=name)
        case ChannelKind.EMAIL:
            email = json.loads(read(Setting.CHANNELS)).get("email")
            if email:
                return SesV2Channel(client("sesv2"), email["sender"], address, name=name)
    return UnconfiguredChannel(name, "no sender of email: set channels.email.sender in cdk.json, and deploy")


def _wakes() -> SchedulerWakes:
    """Schedules that call this very function."""
    configured, home = json.loads(read(Setting.WAKES)), aws.reach().home
    function = read(Setting.OWN_NAME)
    arn = f"arn:{home.partition}:lambda:{home.region}:{home.account}:function:{function}"
    return SchedulerWakes(client("scheduler"), Called(function=arn, **configured))


@cache
def delivery() -> Delivery:
    """The communication agent at work: the stage hears of everything, people of what is theirs."""
    table, store = read(Setting.STATE_TABLE), aws.store()
    directory = FreshDirectory(DynamodbDirectory(client("dynamodb"), table), aws.CLOCK)
    looking = Looking(
        store=store,
        distrust=aws.trust().distrust,
        catalogue=aws.catalogue(),
        audience=Audience(STAGE, stage_channels(), directory, roads),
        last_resort=SnsChannel(client("sns"), read(Setting.LAST_RESORT_TOPIC)),
        clock=aws.CLOCK,
    )
    return Delivery(
        store=store,
        looking=looking,
        untold=DynamodbUntold(client("dynamodb"), table),
        wakes=_wakes(),
        locks=DynamodbLocks(client("dynamodb"), table, aws.CLOCK, prefix="TELLING#"),
        buckets=DynamodbBuckets(client("dynamodb"), table, aws.CLOCK),
        clock=aws.CLOCK,
        pause=time.sleep,
        jitter=random.random,
    )
