"""What policy looks at, on AWS: the stage's configuration, what people changed, what was done lately, tags.

The rules themselves are in `judging`: they need a library that only the workflow function has.
"""

from shared.adapters.aws.clients import client
from shared.adapters.aws.dynamodb_action_history import DynamodbActionHistory
from shared.adapters.aws.dynamodb_controls import DynamodbControls
from shared.adapters.aws.tagging_tags import TaggingTags
from shared.composition import aws
from shared.domain.policy import PolicyConfig
from shared.settings import Setting, read


def config() -> PolicyConfig:
    """The stage's levels, freezes, limits and places."""
    return PolicyConfig.model_validate_json(read(Setting.POLICY))


def controls() -> DynamodbControls:
    """Kill switch and levels."""
    return DynamodbControls(client("dynamodb"), read(Setting.STATE_TABLE), aws.CLOCK)


def history() -> DynamodbActionHistory:
    """What was done lately."""
    return DynamodbActionHistory(client("dynamodb"), read(Setting.STATE_TABLE), aws.CLOCK)


def tags() -> TaggingTags:
    """The tags of targets, wherever the stage acts."""
    return TaggingTags(lambda arn, service: aws.looks().at(aws.reach().place(arn), service))
