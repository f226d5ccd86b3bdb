"""The agents on AWS."""

from collections.abc import Callable
from datetime import timedelta

from shared.adapters.aws.clients import client, hasty_client
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.adapters.aws.secretsmanager_secrets import SecretsManagerSecrets
from shared.adapters.http.slack_channel import SlackChannel
from shared.adapters.local.bounded_sources import bounded
from shared.agents.voter import Voter
from shared.composition import aws
from shared.settings import Setting, read
from shared.workflow.participation import Limits, Participant
from shared.workflow.telling import Telling


def participant(voter: Voter, lost: Callable[[str], None]) -> Participant:
    """A voting agent at work; `lost` is told of recordings that could not be kept."""
    return Participant(
        voter=voter,
        store=aws.store(),
        signer=aws.signer(),
        sources=aws.sources(),
        recordings=S3Recordings(hasty_client("s3"), read(Setting.ARCHIVE_BUCKET)),
        limits=Limits(_seconds(Setting.INVESTIGATE_SECONDS), _seconds(Setting.VOTE_SECONDS)),
        bounded=bounded,
        lost=lost,
    )


def _seconds(setting: Setting) -> timedelta:
    return timedelta(seconds=int(read(setting)))


def telling() -> Telling:
    """The communication agent at work."""
    secrets, arn = SecretsManagerSecrets(client("secretsmanager")), read(Setting.SLACK_SECRET)
    slack = SlackChannel(lambda: secrets.read(arn))
    return Telling(
        store=aws.store(), channels=(slack,), catalogue=aws.catalogue(), distrust=aws.trust().distrust
    )
