"""The runbooks on databases, tables and caches: what they propose, refuse, foretell and put back."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.errors import InvalidParameters
from shared.domain.runbook import CHANGED, Infeasible, Subject
from shared.domain.service import Service
from shared.runbooks import catalogue

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = Service(name="orders", application="shop")
RDS = "arn:aws:rds:eu-central-1:111122223333"
TABLE = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders"
CACHE = "arn:aws:elasticache:eu-central-1:111122223333:replicationgroup:sessions"
FAIL_OVER, RAISE, GROW, SWITCH, CACHED = (
    catalogue.get(name, 1)
    for name in (
        "fail-over-database",
        "raise-database-connections",
        "raise-table-capacity",
        "switch-table-to-on-demand",
        "fail-over-cache",
    )
)
READERS = [{"id": "orders-b", "tier": 1}, {"id": "orders-c", "tier": 0}]


def instances(**status):
    known = {"orders-a": "available", "orders-b": "available", "orders-c": "available"}
    return [{"id": id_, "status": now} for id_, now in {**known, **status}.items()]


def cluster(**state):
    seen = {"status": "available", "writer": "orders-a", "readers": READERS, "instances": instances()}
    return Subject(SHOP, f"{RDS}:cluster:orders", {**seen, **state}, START)


def parameters(**state):
    user = {"id": "orders", "status": "available", "groups": ["orders-pg"]}
    seen = {"connections": "100", "applies": "dynamic", "modifiable": True, "instances": [user]}
    return Subject(SHOP, f"{RDS}:pg:orders-pg", {**seen, **state}, START)


def table(**state):
    seen = {
        "status": "ACTIVE",
        "mode": "PROVISIONED",
        "read": 5,
        "write": 10,
        "indexes": [],
        "switched": None,
    }
    return Subject(SHOP, TABLE, {**seen, **state}, START)


def cache(**state):
    seen = {
        "status": "available",
        "automatic": "enabled",
        "zones": "enabled",
        "shards": [{"id": "0001", "status": "available"}],
        "primary": "sessions-001",
        "replicas": ["sessions-002"],
    }
    return Subject(SHOP, CACHE, {**seen, **state}, START)


@pytest.mark.parametrize(
    ("status", "reader", "telling"),
    [
        ({}, "orders-c", False),
        ({"orders-c": "rebooting"}, "orders-b", False),
        ({"orders-a": "storage-full"}, "orders-c", True),
    ],
)
def test_the_first_available_reader_becomes_the_writer(status, reader, telling):
    found = FAIL_OVER.prepare(cluster(instances=instances(**status)))
    assert found.telling is telling
    asked = {"DBClusterIdentifier": "orders", "TargetDBInstanceIdentifier": reader}
    assert found.proposal.parameters == asked
    assert FAIL_OVER.effect(found.proposal, cluster().state) == {"writer": reader}
    assert FAIL_OVER.undo(found.proposal, cluster().state) is None


@pytest.mark.parametrize(
    "state",
    [
        {"status": "failing-over"},
        {"readers": []},
        {"instances": instances(**{"orders-b": "failed", "orders-c": "rebooting"})},
        {"instances": []},
    ],
)
def test_no_failover_without_a_healthy_reader(state):
    assert isinstance(FAIL_OVER.prepare(cluster(**state)), Infeasible)


@pytest.mark.parametrize(("now", "wanted"), [("100", "150"), ("1", "2"), ("1500", "2000")])
def test_connections_grow_by_half_up_to_the_most_and_back(now, wanted):
    subject = parameters(connections=now)
    found = RAISE.prepare(subject)
    assert not found.telling
    assert found.proposal.parameters == {"DBParameterGroupName": "orders-pg", "Connections": wanted}
    assert RAISE.effect(found.proposal, subject.state) == {"connections": wanted}
    assert RAISE.undo(found.proposal, subject.state).parameters["Connections"] == now


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"connections": "2000"}, "the most"),
        ({"connections": "{DBInstanceClassMemory/12582880}"}, "formula"),
        ({"connections": None}, "not set"),
        ({"applies": "static"}, "restart"),
        ({"modifiable": False}, "restart"),
        ({"instances": []}, "0 instances"),
        ({"instances": 2 * parameters().state["instances"]}, "2 instances"),
        ({"instances": [{"id": "orders", "status": "modifying", "groups": ["orders-pg"]}]}, "modifying"),
    ],
)
def test_no_limit_is_raised_blindly(state, reason):
    assert reason in RAISE.prepare(parameters(**state)).reason


def test_a_parameter_group_of_aws_is_no_target():
    with pytest.raises(InvalidParameters):
        RAISE.runbook.propose("orders", f"{RDS}:pg:default.mysql8.0", Connections="150")


@pytest.mark.parametrize(("read", "write", "wanted"), [(5, 10, ("10", "20")), (3000, 100, ("4000", "200"))])
def test_a_tables_capacity_is_doubled_up_to_the_most_and_back(read, write, wanted):
    subject = table(read=read, write=write)
    found = GROW.prepare(subject)
    names = ("ReadCapacityUnits", "WriteCapacityUnits")
    assert tuple(found.proposal.parameters[name] for name in names) == wanted
    effect = {"read": int(wanted[0]), "write": int(wanted[1]), "status": "ACTIVE"}
    assert GROW.effect(found.proposal, subject.state) == effect
    undone = GROW.undo(found.proposal, subject.state)
    assert tuple(undone.parameters[name] for name in names) == (str(read), str(write))


def test_a_table_is_switched_to_on_demand_and_back_to_what_it_had():
    found = SWITCH.prepare(table(switched=START - timedelta(days=2)))
    assert found.proposal.parameters["BillingMode"] == "PAY_PER_REQUEST"
    on_demand = {"mode": "PAY_PER_REQUEST", "read": 0, "write": 0, "status": "ACTIVE"}
    assert SWITCH.effect(found.proposal, table().state) == on_demand
    undone = SWITCH.undo(found.proposal, table().state)
    provisioned = {"mode": "PROVISIONED", "read": 5, "write": 10, "status": "ACTIVE"}
    assert SWITCH.effect(undone, on_demand) == provisioned


@pytest.mark.parametrize(
    ("remedy", "state"),
    [
        (GROW, {"status": "UPDATING"}),
        (GROW, {"mode": "PAY_PER_REQUEST", "read": 0, "write": 0}),
        (GROW, {"write": 4000}),
        (SWITCH, {"status": "UPDATING"}),
        (SWITCH, {"mode": "PAY_PER_REQUEST"}),
        (SWITCH, {"indexes": ["by-customer"]}),
        (SWITCH, {"switched": START - timedelta(hours=23)}),
    ],
)
def test_no_table_is_changed_that_could_not_be_put_back(remedy, state):
    assert isinstance(remedy.prepare(table(**state)), Infeasible)


def test_a_cache_fails_over_to_its_replica():
    found = CACHED.prepare(cache())
    assert found.proposal.parameters == {"ReplicationGroupId": "sessions", "NodeGroupId": "0001"}
    assert found.statement == "the primary sessions-001 is not listed, with 1 replicas"
    assert CACHED.effect(found.proposal, cache().state) == {"primary": CHANGED, "status": "available"}
    assert CACHED.undo(found.proposal, cache().state) is None


@pytest.mark.parametrize(
    "state",
    [
        {"status": "modifying"},
        {"automatic": "disabled"},
        {"zones": "disabled"},
        {"replicas": []},
        {"primary": None},
        {"shards": []},
        {"shards": 2 * cache().state["shards"]},
    ],
)
def test_no_cache_fails_over_to_nothing(state):
    assert isinstance(CACHED.prepare(cache(**state)), Infeasible)


@pytest.mark.parametrize(
    ("remedy", "subject"), [(FAIL_OVER, cluster()), (CACHED, cache()), (SWITCH, table())]
)
def test_afterwards_it_is_as_in_good_times(remedy, subject):
    assert remedy.expect(remedy.prepare(subject).proposal, subject.state, 0.9, 0.1) == 0.1


@pytest.mark.parametrize(
    ("remedy", "subject", "grown"), [(RAISE, parameters(), 1.5), (GROW, table(), 2)], ids=["limit", "units"]
)
def test_more_room_for_the_same_work(remedy, subject, grown):
    proposal = remedy.prepare(subject).proposal
    assert remedy.expect(proposal, subject.state, 0.9, 0.1) == pytest.approx(0.9 / grown)
    assert remedy.expect(proposal, subject.state, 0.9, 0.8) == 0.8
