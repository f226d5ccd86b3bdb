"""The runbooks on ECS services, functions, queues and configuration: what they propose, refuse, foretell."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.aws.session_policy import session_policy
from shared.domain.naming import Place
from shared.domain.runbook import CHANGED, Infeasible, Subject
from shared.domain.service import Service
from shared.runbooks import catalogue

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD = START - timedelta(minutes=31)
SHOP = Service(name="checkout", application="shop")
ECS = "arn:aws:ecs:eu-central-1:111122223333"
LAMBDA = "arn:aws:lambda:eu-central-1:111122223333"
SQS = "arn:aws:sqs:eu-central-1:111122223333"
CONFIGURATION = "arn:aws:appconfig:eu-central-1:111122223333:application/app1234/environment/env1234"
KILLED = {"at": START, "why": ["Essential container in task exited", "OutOfMemoryError: Container killed"]}
MAPPING = "11111111-2222-3333-4444-555555555555"
RESTART, REDEPLOY, REPOINT, LIMIT, STOP, PAUSE, REDRIVE, REVERT = (
    catalogue.get(name, 1)
    for name in (
        "restart-service",
        "roll-back-service-deployment",
        "roll-back-alias",
        "limit-function-concurrency",
        "stop-query-source",
        "pause-event-source",
        "redrive-dead-letters",
        "roll-back-configuration",
    )
)


def definition(revision, family="checkout"):
    return f"{ECS}:task-definition/{family}:{revision}"


def service(**state):
    seen = {
        "desired": 4,
        "running": 4,
        "controller": "ECS",
        "least": 100,
        "most": 200,
        "rollout": "COMPLETED",
        "deployment": "ecs-svc/1",
        "deployments": 1,
        "definition": definition(7),
        "deployed": definition(7),
        "previous": definition(6),
        "previous_status": "ACTIVE",
        "deployed_at": START - timedelta(minutes=5),
    }
    return Subject(SHOP, f"{ECS}:service/shop/checkout", {**seen, **state}, START)


def alias(**state):
    versions = [{"version": str(each), "at": OLD if each < 9 else START.isoformat()} for each in (3, 8, 9)]
    seen = {"version": "9", "weights": None, "versions": versions}
    return Subject(SHOP, f"{LAMBDA}:function:checkout:live", {**seen, **state}, START)


def function(**state):
    seen = {"reserved": 20, "account_limit": 1_000, "unreserved": 900, "changed_at": START.isoformat()}
    return Subject(SHOP, f"{LAMBDA}:function:checkout", {**seen, **state}, START)


def mapping(**state):
    seen = {"state": "Enabled", "result": "PROBLEM: Function call failed"}
    return Subject(SHOP, f"{LAMBDA}:event-source-mapping:{MAPPING}", {**seen, **state}, START)


def letters(**state):
    url = "https://sqs.eu-central-1.amazonaws.com/111122223333/orders"
    seen = {"url": f"{url}-dead", "messages": 3, "sources": [url], "source": url, "backlog": 0, "moves": 0}
    return Subject(SHOP, f"{SQS}:orders-dead", {**seen, **state}, START)


def configuration(**state):
    seen = {
        "latest": {"number": 12, "name": "features", "version": "5", "state": "BAKING", "at": START},
        "active": [["features", "3"], ["prices", "1"], ["features", "5"]],
        "profiles": [{"id": "prof123", "name": "features"}, {"id": "prof124", "name": "prices"}],
    }
    return Subject(SHOP, CONFIGURATION, {**seen, **state}, START)


def latest(**change):
    return {"latest": {**configuration().state["latest"], **change}}


@pytest.mark.parametrize(
    ("remedy", "subject", "asked", "effect", "undone", "telling"),
    [
        (
            RESTART,
            service(),
            {"Cluster": "shop", "Service": "checkout"},
            {"deployment": CHANGED, "deployments": 1, "rollout": "COMPLETED", "running": 4},
            None,
            False,
        ),
        (
            RESTART,
            service(stopped=[KILLED, {**KILLED, "why": None}]),
            {"Cluster": "shop", "Service": "checkout"},
            {"deployment": CHANGED, "deployments": 1, "rollout": "COMPLETED", "running": 4},
            None,
            True,
        ),
        (
            RESTART,
            service(stopped=[{**KILLED, "at": OLD}, {**KILLED, "why": ["Scaling activity initiated"]}]),
            {"Cluster": "shop", "Service": "checkout"},
            {"deployment": CHANGED, "deployments": 1, "rollout": "COMPLETED", "running": 4},
            None,
            False,
        ),
        (
            REDEPLOY,
            service(rollout="IN_PROGRESS"),
            {"Cluster": "shop", "Service": "checkout", "TaskDefinition": definition(6)},
            {"definition": definition(6), "rollout": "COMPLETED", "running": 4},
            {"TaskDefinition": definition(7)},
            True,
        ),
        (
            REPOINT,
            alias(),
            {"FunctionName": "checkout", "Name": "live", "FunctionVersion": "8"},
            {"version": "8"},
            {"FunctionVersion": "9"},
            True,
        ),
        (
            LIMIT,
            function(),
            {"FunctionName": "checkout", "Reservation": "reserve", "Concurrency": "10"},
            {"reserved": 10},
            {"Reservation": "reserve", "Concurrency": "20"},
            False,
        ),
        (
            LIMIT,
            function(reserved=None),
            {"FunctionName": "checkout", "Reservation": "reserve", "Concurrency": "100"},
            {"reserved": 100},
            {"Reservation": "remove", "Concurrency": "0"},
            False,
        ),
        (
            STOP,
            function(reserved=None),
            {"FunctionName": "checkout", "Reservation": "reserve", "Concurrency": "0"},
            {"reserved": 0},
            {"Reservation": "remove", "Concurrency": "0"},
            True,
        ),
        (
            STOP,
            function(changed_at=OLD.isoformat()),
            {"FunctionName": "checkout", "Reservation": "reserve", "Concurrency": "0"},
            {"reserved": 0},
            {"Reservation": "reserve", "Concurrency": "20"},
            False,
        ),
        (
            PAUSE,
            mapping(),
            {"UUID": MAPPING, "State": "Disabled"},
            {"state": "Disabled"},
            {"State": "Enabled"},
            True,
        ),
        (
            PAUSE,
            mapping(result=None),
            {"UUID": MAPPING, "State": "Disabled"},
            {"state": "Disabled"},
            {"State": "Enabled"},
            False,
        ),
        (
            REDRIVE,
            letters(),
            {"QueueArn": f"{SQS}:orders-dead", "SourceArn": f"{SQS}:orders"},
            {"messages": 0, "moves": 0},
            None,
            True,
        ),
        (
            REVERT,
            configuration(),
            {
                "ApplicationId": "app1234",
                "EnvironmentId": "env1234",
                "Action": "revert",
                "DeploymentNumber": "12",
                "ProfileId": "prof123",
                "Version": "5",
            },
            {"active": [["features", "3"], ["prices", "1"]]},
            {"Action": "deploy"},
            True,
        ),
    ],
)
def test_it_proposes_foretells_and_is_undone(remedy, subject, asked, effect, undone, telling):
    found = remedy.prepare(subject)
    assert (found.proposal.parameters, found.telling) == (asked, telling)
    assert remedy.effect(found.proposal, subject.state) == effect
    inverse = remedy.undo(found.proposal, subject.state)
    assert (inverse and inverse.parameters) == (undone and {**asked, **undone})
    place = Place("prod", "111122223333", "eu-central-1")
    assert len(session_policy(remedy.runbook, found.proposal, place, "2026-03-02T12:02:00Z")) <= 2_048


@pytest.mark.parametrize(
    ("remedy", "subject", "why"),
    [
        (RESTART, letters(), "not an ECS service"),
        (RESTART, service(desired=0), "no tasks"),
        (RESTART, service(desired=None), "no tasks"),
        (RESTART, service(controller="CODE_DEPLOY"), "CODE_DEPLOY"),
        (RESTART, service(least=0), "stop all of its 4 tasks"),
        (RESTART, service(most=100), "no deployment could proceed"),
        (RESTART, service(deployments=2), "under way"),
        (RESTART, service(rollout="IN_PROGRESS"), "under way"),
        (REDEPLOY, letters(), "not an ECS service"),
        (REDEPLOY, service(least=0), "stop all of its 4 tasks"),
        (REDEPLOY, service(previous=None), "not known"),
        (REDEPLOY, service(deployed=definition(8)), "not known"),
        (REDEPLOY, service(deployed_at=OLD), "30 minutes"),
        (REDEPLOY, service(previous=definition(7)), "no newer revision"),
        (REDEPLOY, service(previous=definition(8)), "no newer revision"),
        (REDEPLOY, service(previous=definition(6, "other")), "no newer revision"),
        (REDEPLOY, service(previous_status="INACTIVE"), "no longer active"),
        (REPOINT, function(), "not an alias"),
        (REPOINT, alias(version="$LATEST"), "published version"),
        (REPOINT, alias(version="3"), "no version before 3"),
        (REPOINT, alias(weights={"8": 0.1}), "somebody else"),
        (REPOINT, alias(version="8"), "30 minutes"),
        (LIMIT, alias(), "not a Lambda function"),
        (LIMIT, function(reserved=1), "would stop it"),
        (LIMIT, function(reserved=0), "would stop it"),
        (LIMIT, function(reserved=None, unreserved=199), "fewer than 100"),
        (STOP, alias(), "not a Lambda function"),
        (STOP, function(reserved=0), "stopped already"),
        (STOP, function(changed_at=None), "not there"),
        (PAUSE, function(), "not an event source mapping"),
        (PAUSE, mapping(state="Disabled"), "it is disabled"),
        (PAUSE, mapping(state="Updating"), "it is updating"),
        (PAUSE, mapping(state=None), "not there"),
        (REDRIVE, Subject(SHOP, f"{SQS}:orders.fifo", {}, START), "not a standard queue"),
        (REDRIVE, letters(messages=0), "no messages"),
        (REDRIVE, letters(messages=2_501), "2500 is the most"),
        (REDRIVE, letters(sources=[]), "0 queues"),
        (REDRIVE, letters(sources=["https://a/1/one", "https://a/1/two"]), "2 queues"),
        (REDRIVE, letters(moves=1), "already"),
        (REDRIVE, letters(backlog=1_001), "1001 messages wait"),
        (REDRIVE, letters(backlog=None), "None messages wait"),
        (REVERT, letters(), "not an AppConfig environment"),
        (REVERT, configuration(latest=None), "not there"),
        (REVERT, configuration(**latest(state="ROLLED_BACK")), "rolled_back"),
        (REVERT, configuration(**latest(at=OLD)), "30 minutes"),
        (REVERT, configuration(active=[["prices", "1"], ["features", "5"]]), "no other version"),
        (REVERT, configuration(active=[["features", "5"], ["features", "5"]]), "no other version"),
        (REVERT, configuration(profiles=[]), "one configuration profile"),
        (REVERT, configuration(**latest(version="{{ x }}")), "characters"),
    ],
)
def test_it_refuses_what_would_hurt_or_is_not_known(remedy, subject, why):
    found = remedy.prepare(subject)
    assert isinstance(found, Infeasible)
    assert why in found.reason


@pytest.mark.parametrize(
    ("reserved", "after"),
    [(20, 0.45), (None, 0.1)],
)
def test_half_of_the_executions_make_half_of_the_load_but_no_less_than_in_good_times(reserved, after):
    subject = function(reserved=reserved)
    proposal = LIMIT.prepare(subject).proposal
    assert LIMIT.expect(proposal, subject.state, 0.9, 0.1) == pytest.approx(after)
