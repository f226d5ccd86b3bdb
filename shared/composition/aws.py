"""The ports on AWS, made from the settings of the function that this process is."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from shared.adapters.aws.clients import client, session_client
from shared.adapters.aws.cloudwatch_telemetry import CloudwatchTelemetry
from shared.adapters.aws.dynamodb_action_history import DynamodbActionHistory
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_changes import DynamodbChanges
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.dynamodb_known_good import DynamodbKnownGood
from shared.adapters.aws.dynamodb_locks import DynamodbLocks
from shared.adapters.aws.dynamodb_open_incidents import DynamodbOpenIncidents
from shared.adapters.aws.dynamodb_standing import DynamodbStanding
from shared.adapters.aws.dynamodb_waiting_room import DynamodbWaitingRoom
from shared.adapters.aws.kinesis_signals import KinesisSignals
from shared.adapters.aws.kms_authority import KmsSigner, KmsVerifier
from shared.adapters.aws.lambda_integrity import DeployedCode, LambdaIntegrity
from shared.adapters.aws.look_clients import LookClients
from shared.adapters.aws.secretsmanager_secrets import SecretsManagerSecrets
from shared.adapters.aws.sqs_dead_letters import SqsDeadLetters
from shared.adapters.aws.stepfunctions_workflow import StepFunctionsWorkflow
from shared.adapters.local.system_clock import SystemClock
from shared.domain.consensus import Rules
from shared.domain.facts import Author
from shared.domain.model import AgentName
from shared.domain.naming import Accounts, Place, Reach
from shared.ports.secrets import KeptSecret
from shared.ports.sources import Sources
from shared.settings import Setting, read
from shared.workflow.trust import Trust
from shared.workflow.vigilance import Vigilance

CLOCK = SystemClock()


def author() -> Author:
    """Who this function writes as."""
    return Author(read(Setting.AUTHOR))


def _keys() -> dict[Author, str]:
    keys = json.loads(read(Setting.MAC_KEYS))
    return {Author(name): key for name, key in keys.items()}


def signer() -> KmsSigner:
    """This function's own key."""
    return KmsSigner(client("kms"), _keys()[author()])


def verifier() -> KmsVerifier:
    """Everybody's keys, for checking."""
    return KmsVerifier(client("kms"), _keys())


@cache
def trust() -> Trust:
    """What this process has checked already stays checked."""
    return Trust(verifier())


def rules() -> Rules:
    """The stage's weights and thresholds, checked again."""
    return Rules.model_validate_json(read(Setting.RULES)).checked()


def store() -> DynamodbEventStore:
    """The log, written as this function."""
    return DynamodbEventStore(client("dynamodb"), read(Setting.EVENTS_TABLE), author(), signer(), CLOCK)


def catalogue() -> DynamodbCatalogue:
    """The service catalogue."""
    return DynamodbCatalogue(client("dynamodb"), read(Setting.STATE_TABLE))


def open_incidents() -> DynamodbOpenIncidents:
    """One open incident an application."""
    return DynamodbOpenIncidents(client("dynamodb"), read(Setting.STATE_TABLE), CLOCK)


def locks() -> DynamodbLocks:
    """Who may change a target now."""
    return DynamodbLocks(client("dynamodb"), read(Setting.STATE_TABLE), CLOCK)


def known_good() -> DynamodbKnownGood:
    """The states to come back to."""
    return DynamodbKnownGood(client("dynamodb"), read(Setting.STATE_TABLE), CLOCK)


def standing() -> DynamodbStanding:
    """How the agents stand."""
    return DynamodbStanding(client("dynamodb"), read(Setting.STATE_TABLE), CLOCK)


def integrity() -> LambdaIntegrity:
    """The agents' code against what was deployed."""
    deployed = json.loads(read(Setting.AGENT_CODE))
    known = {AgentName(name): DeployedCode(**code) for name, code in deployed.items()}
    return LambdaIntegrity(client("lambda"), known)


def vigilance() -> Vigilance:
    """Quarantine, behaviour and breakers."""
    return Vigilance(standing(), CLOCK)


def waiting() -> DynamodbWaitingRoom:
    """The tokens of waiting states."""
    return DynamodbWaitingRoom(client("dynamodb"), read(Setting.WAITS_TABLE), CLOCK)


def workflow(machine: str = "") -> StepFunctionsWorkflow:
    """The state machine; who only completes tokens needs no machine."""
    return StepFunctionsWorkflow(client("stepfunctions"), machine)


def kept(secret: str, make: Callable[[str], Any] = client) -> KeptSecret:
    """The secret of that name or ARN, for who uses it again and again, read by a client that `make` makes."""
    secrets = SecretsManagerSecrets(make("secretsmanager"))
    return KeptSecret(lambda: secrets.read(secret), CLOCK)


def signals() -> KinesisSignals:
    """The `signals` stream."""
    return KinesisSignals(client("kinesis"), read(Setting.SIGNALS_STREAM))


def dead_letters() -> SqsDeadLetters:
    """Where goes what could not be processed."""
    return SqsDeadLetters(client("sqs"), read(Setting.DEAD_LETTERS_URL), CLOCK)


def telemetry() -> CloudwatchTelemetry:
    """Metrics and logs."""
    return CloudwatchTelemetry(client("cloudwatch"), client("logs"))


def reach() -> Reach:
    """Where this stage may act."""
    accounts, meta = Accounts.model_validate_json(read(Setting.ACCOUNTS)), client("sts").meta
    home = Place(read(Setting.STAGE), str(accounts.hub), meta.region_name, meta.partition)
    return Reach(home, frozenset(accounts.spokes))


@cache
def looks() -> LookClients:
    """Clients that read, at home and in the spokes; their sessions serve this process."""
    return LookClients(reach(), client("sts"), client, session_client, CLOCK)


def resources() -> LookClients:
    """The state of what runbooks act on."""
    return looks()


def sources() -> Sources:
    """What an agent may look at; what it can really read is what its role permits."""
    changes = DynamodbChanges(client("dynamodb"), read(Setting.STATE_TABLE), CLOCK)
    return Sources(
        clock=CLOCK,
        catalogue=catalogue(),
        telemetry=telemetry(),
        changes=changes,
        resources=resources(),
        own=DynamodbActionHistory(client("dynamodb"), read(Setting.STATE_TABLE), CLOCK),
    )
