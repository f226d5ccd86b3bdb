"""Who may do what: the whole of it, function by function. The local AWS enforces only a part."""

import json
from collections.abc import Iterable

import pytest

from shared.domain.naming import Place
from shared.domain.runbook import Form, Runbook
from shared.runbooks.catalogue import remedies
from tests.stacks.templates import AUTHORS, Grant, Templates
from tests.stacks.undeclared import MAIL

VOTERS = AUTHORS[:4]
HERE = Place("dev", "AccountId", "Region", "Partition")
SSM = "arn:Partition:ssm:Region:AccountId"
LOGS = "arn:Partition:logs:Region:AccountId:log-group:*"
KEYS = {author: f"{author.capitalize()}MacKey.Arn" for author in (*AUTHORS, "operator", "reception")}
"""The keys of who writes events; the anchor's, which MACs heads, is none of the verifiers' business."""
ANY = {
    "cloudwatch:GetMetricData": "it tells no metric from another",
    "lambda:ListEventSourceMappings": "listing knows no resource",
    "ssm:DescribeAutomationExecutions": "listing knows no resource",
    "autoscaling:DescribeTags": "it tells no group from another",
    "tag:GetResources": "it tells no resource from another",
}
"""Every action of a function that is granted on *, with the reason."""
DECLARED_ANY = {
    action
    for remedy in remedies().values()
    for arn, actions in (
        *((one.on, (one.action,)) for one in remedy.runbook.observe),
        *((each.most, each.actions) for each in remedy.runbook.also),
    )
    if arn == "*"
    for action in actions
}
"""And those of which a runbook's file says that AWS knows no resource."""
PASSED_TO_SCHEDULER = json.dumps({"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}})
KINESIS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)


def on(resource: str, *actions: str, keys: Iterable[str] = ()) -> set[Grant]:
    leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}} if keys else None
    return {(action, resource, json.dumps(leading) if leading else "") for action in actions}


def target(runbook: Runbook) -> str:
    return runbook.target_arn.format(region="Region", account="AccountId")


def role(runbook: Runbook) -> str:
    return HERE.deployed(runbook).role


def title(runbook: Runbook) -> str:
    return "".join(part.capitalize() for part in runbook.id.split("-"))


def followed(runbook: Runbook) -> set[Grant]:
    """What the executor sees of a runbook: its documents, and what its roles would be let."""
    deployed = HERE.deployed(runbook)
    documents = [name for name in (deployed.document, deployed.command) if name]
    roles = [arn for arn in (deployed.role, deployed.automation_role) if arn]
    return set().union(
        *(on(f"{SSM}:document/{name}", "ssm:GetDocument") for name in documents),
        *(on(arn, "iam:SimulatePrincipalPolicy") for arn in roles),
    )


def state(*actions: str, keys: Iterable[str]) -> set[Grant]:
    return on("State.Arn", *(f"dynamodb:{action}" for action in actions), keys=keys)


def fed(*streams: str) -> set[Grant]:
    reading = [on(f"{stream}.Arn", *KINESIS) for stream in streams]
    return set().union(*reading) | on("DeadLetters.Arn", "sqs:SendMessage")


RUNBOOKS = [remedy.runbook for remedy in remedies().values()]
OBSERVING = set().union(
    *(
        on((seen.on or book.target_arn).format(region="Region", account="AccountId"), seen.action)
        for book in RUNBOOKS
        for seen in book.observe
    )
)
ASSUMING = set().union(
    *(on(role(each), "sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession") for each in RUNBOOKS)
)
FOLLOWING = set().union(*map(followed, RUNBOOKS))
RECORDING = on("ArchiveBucket.Arn/inputs/*", "s3:PutObject")
METRICS = on("*", "cloudwatch:GetMetricData")
VERIFYING = set().union(*(on(key, "kms:VerifyMac") for key in KEYS.values()))
CATALOGUE = ["CATALOGUE"]
LOOKING = state("GetItem", keys=["CATALOGUE", "ACTED#*"]) | METRICS | OBSERVING
TABLE_STREAM = on(
    "Events.StreamArn",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
LETTERS = ("DeadLetters", "RuleDeadLetters", "FailedExecutionsDeadLetters")
GRANTS: dict[str, set[Grant]] = {
    "detection": fed("Signals", "IncidentEvents")
    | state("GetItem", keys=["CATALOGUE", "ACTED#*", "OPEN#*", "CHANGE#*"])
    | state("PutItem", keys=["OPEN#*", "CHANGE#*"])
    | state("Query", keys=["CHANGE#*"])
    | METRICS
    | OBSERVING,
    "diagnosis": fed("IncidentEvents")
    | state("GetItem", keys=["CATALOGUE", "CHANGE#*", "ACTED#*"])
    | state("Query", keys=["CHANGE#*"])
    | on(LOGS, "logs:FilterLogEvents")
    | METRICS
    | OBSERVING,
    "prediction": fed("IncidentEvents") | LOOKING,
    "resolution": fed("IncidentEvents") | LOOKING,
    "communication": fed("IncidentEvents")
    | state("GetItem", keys=["CATALOGUE", "DIRECTORY"])
    | state("Query", "PutItem", "DeleteItem", keys=["UNTOLD"])
    | state("GetItem", "UpdateItem", keys=["BUCKET#*"])
    | state("PutItem", "UpdateItem", "DeleteItem", keys=["TELLING#*"])
    | on("Slack.Id", "secretsmanager:GetSecretValue")
    | on("LastResort", "sns:Publish")
    | on("arn:Partition:secretsmanager:Region:AccountId:secret:commander/*", "secretsmanager:GetSecretValue")
    | on("arn:Partition:sns:Region:AccountId:commander-*", "sns:Publish")
    | on("arn:Partition:scheduler:Region:AccountId:schedule/WakesGroup/*", "scheduler:CreateSchedule")
    | {("iam:PassRole", "WakesRole.Arn", PASSED_TO_SCHEDULER)},
    "reception": state("GetItem", keys=["DIRECTORY"])
    | on("Slack.Id", "secretsmanager:GetSecretValue")
    | on("PagerDuty.Id", "secretsmanager:GetSecretValue")
    | on("ReceptionFunction.Arn", "lambda:InvokeFunction")
    | fed(),
    "coordinator": TABLE_STREAM
    | fed()
    | state("GetItem", keys=["CATALOGUE", "AGENT#*", "OPEN#*"])
    | state("PutItem", keys=["AGENT#*", "OPEN#*"])
    | on("Waits.Arn", "dynamodb:GetItem")
    | on("IncidentMachine", "states:StartExecution", "states:SendTaskSuccess"),
    "workflow": state(
        "GetItem",
        keys=["CATALOGUE", "CONTROL#STOP", "CONTROL#LEVELS", "ACTED#*", "AGENT#*", "CONTROL#DEMOTED"],
    )
    | state("PutItem", keys=["AGENT#*", "CONTROL#DEMOTED"])
    | state("DeleteItem", keys=["LOCK#*"])
    | on("*", "tag:GetResources", "autoscaling:DescribeTags")
    | on("Waits.Arn", "dynamodb:PutItem")
    | on("IncidentMachine", "states:SendTaskSuccess")
    | set().union(
        *(on(f"{voter.capitalize()}Function.Arn", "lambda:GetFunctionConfiguration") for voter in VOTERS)
    )
    | OBSERVING,
    "executor": state("GetItem", keys=["CATALOGUE", "CONTROL#STOP", "ACTED#*", "KNOWN#*"])
    | state("PutItem", keys=["ACTED#*", "KNOWN#*"])
    | state("PutItem", "UpdateItem", "DeleteItem", keys=["LOCK#*"])
    | ASSUMING
    | FOLLOWING
    | on("*", "ssm:DescribeAutomationExecutions")
    | on(f"{SSM}:automation-execution/*", "ssm:GetAutomationExecution")
    | METRICS
    | OBSERVING,
}


@pytest.mark.parametrize("author", AUTHORS)
def test_an_author_may_do_exactly_this(dev: Templates, author: str) -> None:
    recording = RECORDING if author in VOTERS else set()
    own = on("Events.Arn", "dynamodb:PutItem", "dynamodb:Query") | on(KEYS[author], "kms:GenerateMac")
    assert dev.grants_of(author) == GRANTS[author] | own | VERIFYING | recording


def test_a_channel_brings_its_secret_or_its_sender_and_nothing_else(
    dev: Templates, spokes: Templates
) -> None:
    identity = "arn:Partition:ses:Region:AccountId:identity/"
    more = spokes.grants_of("communication") - dev.grants_of("communication")
    assert more == (
        on("PagerDuty.Id", "secretsmanager:GetSecretValue")
        | on("Webhook.Id", "secretsmanager:GetSecretValue")
        | on(f"{identity}commander@example.com", "ses:SendEmail")
        | on(f"{identity}example.com", "ses:SendEmail")
    )
    assert json.loads(spokes.settings_of("communication")["COMMANDER_CHANNELS"]) == {
        "pagerduty": "PagerDuty.Id",
        "webhook": "Webhook.Id",
        "email": MAIL,
    }
    assert json.loads(dev.settings_of("communication")["COMMANDER_CHANNELS"]) == {}


def test_intake_may_read_the_catalogue_and_put_signals(dev: Templates) -> None:
    assert dev.grants_of("intake") == (
        on("Signals.Arn", "kinesis:PutRecord")
        | on("DeadLetters.Arn", "sqs:SendMessage")
        | state("GetItem", keys=CATALOGUE)
    )


def test_the_anchor_may_copy_and_mac_and_reads_no_table(dev: Templates) -> None:
    assert dev.grants_of("anchor") == (
        TABLE_STREAM
        | on("DeadLetters.Arn", "sqs:SendMessage")
        | on("AnchorMacKey.Arn", "kms:GenerateMac")
        | on("ProjectorFunction.Arn", "lambda:InvokeFunction")
        | on("ArchiveBucket.Arn/events/*", "s3:GetObject", "s3:PutObject")
        | on("ArchiveBucket.Arn/anchors/*", "s3:GetObject", "s3:PutObject")
    )


def test_the_health_monitor_may_look_and_nothing_else(dev: Templates) -> None:
    grants = dev.grants_of("health")
    assert grants == (
        on("Events.Arn", "dynamodb:GetItem", "dynamodb:Query")
        | state("GetItem", keys=["AGENT#*", "BUCKET#*"])
        | on("IncidentMachine", "states:ListExecutions")
        | set().union(*(on(f"{queue}.Arn", "sqs:GetQueueAttributes") for queue in LETTERS))
        | on("ArchiveBucket.Arn", "s3:ListBucketVersions")
        | on("ArchiveBucket.Arn/events/*", "s3:GetObject", "s3:GetObjectVersion")
        | on("ArchiveBucket.Arn/anchors/*", "s3:GetObject", "s3:GetObjectVersion")
        | on("*", "lambda:ListEventSourceMappings")
        | on("AnchorMacKey.Arn", "kms:VerifyMac")
        | METRICS
        | VERIFYING
    )
    reading = ("Get", "List", "Query", "VerifyMac")
    assert all(action.split(":")[1].startswith(reading) for action, _, _ in grants)


LISTS = set().union(
    *(on(f"Views.Arn/index/{name}", "dynamodb:Query") for name in ("ByPlace", "ByStatus", "ByWritten"))
)
READING = on("Events.Arn", "dynamodb:Query", "dynamodb:BatchGetItem") | on("Views.Arn", "dynamodb:GetItem")


def test_the_projector_reads_the_log_and_writes_nothing_but_views(dev: Templates) -> None:
    assert dev.grants_of("projector") == (
        READING
        | LISTS
        | on("Views.Arn", "dynamodb:PutItem")
        | state("GetItem", keys=["CATALOGUE", "OPEN#*"])
        | on("DeadLetters.Arn", "sqs:SendMessage")
        | VERIFYING
    )


def test_the_dashboard_function_can_write_nothing(dev: Templates) -> None:
    kept = ["CATALOGUE", "DIRECTORY", "AGENT#*", "CONTROL#STOP", "CONTROL#LEVELS", "CONTROL#DEMOTED"]
    traces = on("ArchiveBucket.Arn/inputs/*", "s3:GetObject")
    alarms = on("arn:Partition:cloudwatch:Region:AccountId:alarm:*", "cloudwatch:DescribeAlarms")
    reading = READING | LISTS | METRICS | traces | alarms
    assert dev.grants_of("dashboard") == reading | state("GetItem", keys=kept)


def test_what_is_said_by_the_dashboard_is_written_with_one_key_and_nothing_else_is(dev: Templates) -> None:
    assert dev.grants_of("answering") == (
        on("Events.Arn", "dynamodb:PutItem", "dynamodb:Query")
        | state("GetItem", keys=["DIRECTORY", "CONTROL#STOP"])
        | state("PutItem", keys=["CONTROL#STOP"])
        | on(KEYS["reception"], "kms:GenerateMac")
        | VERIFYING
    )


def test_nothing_is_granted_on_everything_but_what_is_named_here(dev: Templates) -> None:
    found = {
        action
        for role, grants in dev.roles.items()
        for action, resource, _ in grants
        if resource == "*" and role != "IncidentRole"
    }
    assert found == set(ANY) | DECLARED_ANY


def test_the_machine_may_invoke_its_two_functions_and_set_up_its_log(dev: Templates) -> None:
    grants = dev.roles["IncidentRole"]
    invoking = {grant for grant in grants if not grant[0].startswith("logs:")}
    assert invoking == (
        on("WorkflowFunction.Arn", "lambda:InvokeFunction")
        | on("ExecutorFunction.Arn", "lambda:InvokeFunction")
    )


def test_no_action_has_a_wildcard(dev: Templates) -> None:
    actions = {action for grants in dev.roles.values() for action, _, _ in grants}
    assert not [action for action in actions if "*" in action]


def test_only_a_role_forms_session_passes_a_role_and_only_break_glass_changes_one(dev: Templates) -> None:
    able = {
        role: {act for act, _, _ in grants if act.startswith("iam:")} for role, grants in dev.roles.items()
    }
    passing = {f"{title(each)}Role": {"iam:PassRole"} for each in RUNBOOKS if each.form is Form.ROLE}
    assert {role: actions for role, actions in able.items() if actions and role != "BreakGlassRole"} == {
        "ExecutorFunctionRole": {"iam:SimulatePrincipalPolicy"},
        "CommunicationFunctionRole": {"iam:PassRole"},  # the role that calls it back, to the scheduler
        **passing,
    }


def test_the_state_table_is_only_granted_by_leading_keys(dev: Templates) -> None:
    for grants in dev.roles.values():
        for action, resource, condition in grants:
            assert resource != "State.Arn" or "dynamodb:LeadingKeys" in condition, action


def test_nobody_may_write_the_catalogue(dev: Templates) -> None:
    for grants in dev.roles.values():
        for action, _, condition in grants:
            assert action in ("dynamodb:GetItem", "dynamodb:Query") or "CATALOGUE" not in condition


@pytest.mark.parametrize("author", AUTHORS)
def test_everyone_signs_with_one_key_and_verifies_everybodys(dev: Templates, author: str) -> None:
    grants = dev.grants_of(author)
    assert {key for action, key, _ in grants if action == "kms:GenerateMac"} == {KEYS[author]}
    verified = {key for action, key, _ in grants if action == "kms:VerifyMac"}
    assert verified == set(KEYS.values())
    assert json.loads(dev.settings_of(author)["COMMANDER_MAC_KEYS"]) == KEYS


def test_no_voter_may_change_anything_outside_the_commander(dev: Templates) -> None:
    ours = ("dynamodb:", "kms:", "sqs:", "kinesis:", "s3:PutObject")
    reading = ("Get", "GET", "Describe", "List", "Filter")
    for voter in VOTERS:
        for action, _, _ in dev.grants_of(voter):
            assert action.startswith(ours) or action.split(":")[1].startswith(reading)
