"""What every record of the run-time controls keeps."""

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from shared.adapters.aws.dynamodb_controls import DynamodbControls
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_controls import MemoryControls
from shared.domain.autonomy import Autonomy, LevelChange, Levels
from shared.domain.errors import PortError
from shared.domain.service import Tier
from shared.ports.controls import Controls, KillSwitch
from tests.sample import NOON


@pytest.fixture(params=["local", "aws"])
def controls(request: pytest.FixtureRequest) -> Controls:
    if request.param == "local":
        return MemoryControls()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbControls(client, table, ManualClock())


def switch(on: bool) -> KillSwitch:
    return KillSwitch(on=on, by="ada", at=NOON, reason="it deletes things")


def change(level: str, runbook: str = "restart", tier: Tier = Tier.CRITICAL) -> LevelChange:
    return LevelChange(runbook=runbook, tier=tier, level=Autonomy(level), reason="harm", by="ada", at=NOON)


def test_nothing_is_stopped_until_somebody_says_so(controls: Controls) -> None:
    assert controls.kill_switch() is None
    assert controls.levels() == Levels()


def test_the_switch_is_as_it_was_last_set(controls: Controls) -> None:
    for on in (True, True, False, True):
        controls.switch(switch(on))
        assert controls.kill_switch() == switch(on)


def test_a_level_is_kept_for_each_runbook_and_tier(controls: Controls) -> None:
    wanted = (change("L3"), change("L2", "scale"), change("L0", tier=Tier.SUPPORTING))
    for one in (change("L1"), *wanted):
        controls.set_level(one)
    assert set(controls.levels().set) == set(wanted)


def test_a_demotion_only_lowers_and_is_not_repeated(controls: Controls) -> None:
    controls.demote(change("L1"))
    controls.demote(change("L2"))
    controls.demote(change("L1").model_copy(update={"reason": "again"}))
    assert controls.levels() == Levels(demoted=(change("L1"),))
    controls.demote(change("L0"))
    assert controls.levels().demoted == (change("L0"),)


def test_a_person_lifts_the_demotion_of_that_runbook_and_tier_only(controls: Controls) -> None:
    controls.demote(change("L1"))
    controls.demote(change("L1", "scale"))
    controls.set_level(change("L3"))
    assert controls.levels() == Levels(set=(change("L3"),), demoted=(change("L1", "scale"),))


def test_changes_that_meet_are_all_kept(controls: Controls) -> None:
    names = [f"runbook-{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: controls.demote(change("L1", name)), names))
    assert sorted(one.runbook for one in controls.levels().demoted) == names


@pytest.mark.parametrize("what", ["STOP", "LEVELS", "DEMOTED"])
def test_what_cannot_be_read_is_no_default(aws: boto3.Session, table: str, what: str) -> None:
    client = aws.client("dynamodb")
    client.put_item(
        TableName=table, Item={"pk": {"S": f"CONTROL#{what}"}, "sk": {"S": "ALL"}, "body": {"S": "[1]"}}
    )
    controls = DynamodbControls(client, table, ManualClock())
    with pytest.raises(PortError, match=f"CONTROL#{what} cannot be read"):
        controls.kill_switch() if what == "STOP" else controls.levels()


def test_controls_do_not_end_by_themselves(aws: boto3.Session, table: str) -> None:
    client = aws.client("dynamodb")
    controls = DynamodbControls(client, table, ManualClock())
    controls.switch(switch(True))
    controls.demote(change("L1"))
    assert all("ttl" not in item for item in client.scan(TableName=table)["Items"])
