"""The agents on AWS."""

from shared.adapters.aws.clients import client
from shared.adapters.aws.secretsmanager_secrets import SecretsManagerSecrets
from shared.adapters.http.slack_channel import SlackChannel
from shared.agents.voter import Voter
from shared.composition import aws
from shared.settings import Setting, read
from shared.workflow.participation import Participant
from shared.workflow.telling import Telling


def participant(voter: Voter) -> Participant:
    """A voting agent at work."""
    return Participant(voter=voter, store=aws.store(), signer=aws.signer(), sources=aws.sources())


def telling() -> Telling:
    """The communication agent at work."""
    secrets, arn = SecretsManagerSecrets(client("secretsmanager")), read(Setting.SLACK_SECRET)
    slack = SlackChannel(lambda: secrets.read(arn))
    return Telling(store=aws.store(), channels=(slack,), catalogue=aws.catalogue())
