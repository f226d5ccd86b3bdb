"""The environment names, once: stacks write them, Lambdas read them."""

import os
from enum import StrEnum


class Setting(StrEnum):
    """The name of an environment variable."""

    AUTHOR = "COMMANDER_AUTHOR"
    STAGE = "COMMANDER_STAGE"
    APPROVAL_SECONDS = "COMMANDER_APPROVAL_SECONDS"
    POLICY = "COMMANDER_POLICY"  # JSON: autonomy levels, freezes, limits, places
    RULES = "COMMANDER_RULES"  # JSON: weights and thresholds of the vote
    AGENT_CODE = "COMMANDER_AGENT_CODE"  # JSON: agent -> {"function": name, "sha256": of its zip}
    EVENTS_TABLE = "COMMANDER_EVENTS_TABLE"
    STATE_TABLE = "COMMANDER_STATE_TABLE"  # open incidents, changes, catalogue
    WAITS_TABLE = "COMMANDER_WAITS_TABLE"  # task tokens: coordinator and ask only
    ARCHIVE_BUCKET = "COMMANDER_ARCHIVE_BUCKET"  # copies of events, anchors of heads, what agents saw
    INVESTIGATE_SECONDS = "COMMANDER_INVESTIGATE_SECONDS"  # how long this agent's findings are waited for
    VOTE_SECONDS = "COMMANDER_VOTE_SECONDS"
    SIGNALS_STREAM = "COMMANDER_SIGNALS_STREAM"
    DEAD_LETTERS_URL = "COMMANDER_DEAD_LETTERS_URL"
    MAC_KEYS = "COMMANDER_MAC_KEYS"  # JSON: author -> KMS key id
    STATE_MACHINE_ARN = "COMMANDER_STATE_MACHINE_ARN"
    ACCOUNTS = "COMMANDER_ACCOUNTS"  # JSON: where the stage may act; `hub` is its own account
    SLACK_SECRET = "COMMANDER_SLACK_SECRET"  # noqa: S105 - the name of a secret, not a secret
    PAGERDUTY_SECRET = "COMMANDER_PAGERDUTY_SECRET"  # noqa: S105 - as above
    CHANNELS = "COMMANDER_CHANNELS"  # JSON: pagerduty and webhook -> secret, email -> {"sender", "to"}
    WAKES = "COMMANDER_WAKES"  # JSON: group, role and dead letters of the schedules that call later
    LAST_RESORT_TOPIC = "COMMANDER_LAST_RESORT_TOPIC"
    WATCH_SECONDS = "COMMANDER_WATCH_SECONDS"
    OWN_NAME = "AWS_LAMBDA_FUNCTION_NAME"  # Lambda itself sets it
    AGENT_SECONDS = "COMMANDER_AGENT_SECONDS"  # JSON: agent -> how long its findings are waited for
    EXECUTION_SECONDS = "COMMANDER_EXECUTION_SECONDS"  # after which an execution is stuck
    FUNCTIONS = "COMMANDER_FUNCTIONS"  # JSON: name in the house -> function name
    LETTERBOXES = "COMMANDER_LETTERBOXES"  # JSON: name of a dead-letter queue -> its URL
    VIEWS_TABLE = "COMMANDER_VIEWS_TABLE"  # the read model
    PROJECTOR = "COMMANDER_PROJECTOR"  # the name of the function that keeps it
    ROLES_CLAIM = "COMMANDER_ROLES_CLAIM"  # of a JWT; empty: callers are AWS principals
    ROLE_GROUPS = "COMMANDER_ROLE_GROUPS"  # JSON: a group's whole name in that claim -> a clearance
    SIGN_IN = "COMMANDER_SIGN_IN"  # JSON: issuer, client id and scope of the page; empty: no issuer


class MissingSetting(KeyError):
    """A Lambda was deployed without a setting that it reads."""


def read(setting: Setting) -> str:
    """The value.

    Raises:
        MissingSetting: naming the variable.
    """
    value = os.environ.get(setting.value)
    if value is None:
        raise MissingSetting(f"{setting.value} is not set on this function: deploy the stacks again")
    return value


HOUSE = "IncidentCommander-"
"""Begins the name of every stack, and so of whatever CloudFormation names in one."""


def stacks_of(stage: str) -> str:
    """How the names of a stage's stacks begin, and of what is in them: `IncidentCommander-Dev-`."""
    return f"{HOUSE}{stage.capitalize()}-"


def namespace(stage: str) -> str:
    """Where a stage's own counters are: alarms watch what functions count."""
    return f"IncidentCommander/{stage}"
