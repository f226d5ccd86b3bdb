"""What a runbook's observations show, on moto's AWS and in this process."""

from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from shared.adapters.aws.resource_reader import AwsResourceReader, filled
from shared.adapters.local.memory_resources import MemoryResources
from shared.domain.errors import AccessDenied, PortError
from shared.domain.runbook import Observation, Runbook
from shared.ports.resources import ResourceReader
from shared.runbooks.restart_service import RUNBOOK as RESTART
from shared.runbooks.restore_parameter import RUNBOOK as RESTORE
from shared.runbooks.scale_out_service import RUNBOOK as SCALE

PARAMETER = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/pool"
SERVICE = "arn:aws:ecs:eu-central-1:123456789012:service/shop/api"


@pytest.fixture(params=["local", "aws"])
def reader(request: pytest.FixtureRequest) -> ResourceReader:
    if request.param == "local":
        history = [{"value": "20", "type": "String"}, {"value": "2", "type": "String"}]
        return MemoryResources({PARAMETER: {"history": history, "value": "2", "other": 1}})
    aws = request.getfixturevalue("aws")
    for value in ("5", "20", "2"):
        aws.client("ssm").put_parameter(Name="/shop/pool", Value=value, Type="String", Overwrite=True)
    return AwsResourceReader(aws.client)


def test_a_runbooks_observations_are_shown_by_name(reader: ResourceReader) -> None:
    state = reader.observe(RESTORE, PARAMETER)
    assert set(state) == {"history", "value"}
    assert state["value"] == "2"
    assert [(each["value"], each["type"]) for each in state["history"]] == [("20", "String"), ("2", "String")]


def test_a_target_that_is_not_there_is_a_port_error(reader: ResourceReader) -> None:
    with pytest.raises(PortError):
        reader.observe(RESTORE, f"{PARAMETER}-none")


def test_times_stay_times(aws: boto3.Session) -> None:
    aws.client("ssm").put_parameter(Name="/shop/pool", Value="1", Type="String")
    (entry,) = AwsResourceReader(aws.client).observe(RESTORE, PARAMETER)["history"]
    assert isinstance(entry["at"], datetime)
    assert entry["at"].tzinfo is not None


def test_a_history_of_several_pages_ends_with_the_newest(aws: boto3.Session) -> None:
    for n in range(60):  # a page is 50
        aws.client("ssm").put_parameter(Name="/shop/pool", Value=str(n), Type="String", Overwrite=True)
    state = AwsResourceReader(aws.client).observe(RESTORE, PARAMETER)
    assert [each["value"] for each in state["history"]] == ["58", "59"]


def test_a_target_of_another_kind_is_refused_unread() -> None:
    reader = AwsResourceReader(boto3.client)  # never asked
    for target in (SERVICE, PARAMETER + "*", PARAMETER + "\n", "x" + PARAMETER, ""):
        with pytest.raises(PortError, match="restore-parameter") as raised:
            reader.observe(RESTORE, target)
        assert not raised.value.retryable


def test_equal_calls_are_made_once(aws: boto3.Session) -> None:
    ecs = aws.client("ecs", region_name="eu-central-1")
    with Stubber(ecs) as stub:
        shown = {"services": [{"desiredCount": 3, "runningCount": 2}]}
        stub.add_response("describe_services", shown, {"cluster": "shop", "services": ["api"]})
        assert AwsResourceReader(lambda _: ecs).observe(SCALE, SERVICE) == {"desired": 3, "running": 2}
        stub.add_response("describe_services", {"services": []})
        assert AwsResourceReader(lambda _: ecs).observe(SCALE, SERVICE) == {"desired": None, "running": None}


def test_a_refusal_keeps_what_aws_said(aws: boto3.Session) -> None:
    ecs, said = aws.client("ecs"), "User: a is not authorized to perform: ecs:DescribeServices on resource: b"
    with Stubber(ecs) as stub:
        stub.add_client_error("describe_services", "AccessDeniedException", said)
        with pytest.raises(AccessDenied, match=said):
            AwsResourceReader(lambda _: ecs).observe(SCALE, SERVICE)


def test_only_texts_are_filled_at_any_depth() -> None:
    given: dict[str, Any] = {
        "a": ["{Name}/x", {"b": "{Name}{Name}"}],
        "c": False,
        "d": 3,
        "e": None,
        "f": "{}",
    }
    assert filled(given, {"Name": "n"}) == {**given, "a": ["n/x", {"b": "nn"}]}
    assert filled("{Name}", {"Name": "{Other}"}) == "{Other}"
    for names in ({}, {"Name": None}):
        with pytest.raises(PortError, match="Name"):
            filled(["{Name}"], names)


def test_a_list_takes_the_place_of_a_text_of_its_own_only() -> None:
    assert filled({"tasks": "{Found}"}, {"Found": ["a", "b"]}) == {"tasks": ["a", "b"]}
    with pytest.raises(PortError, match="Found"):
        filled("task {Found}", {"Found": ["a"]})


def test_what_found_nothing_is_not_looked_up_further(aws: boto3.Session) -> None:
    ecs = aws.client("ecs", region_name="eu-central-1")
    looks = tuple(one for one in RESTART.observe if one.name in ("ended", "stopped"))
    reader = AwsResourceReader(lambda _: ecs)
    with Stubber(ecs) as stub:
        stub.add_response("list_tasks", {"taskArns": []})
        nothing = reader.observe(RESTART.model_copy(update={"observe": looks}), SERVICE)
        assert nothing == {"ended": [], "stopped": None}
        task = f"{SERVICE.replace(':service/', ':task/')}1"
        killed = {
            "stoppedReason": "Essential container exited",
            "containers": [{"reason": "OutOfMemoryError: x"}],
        }
        stub.add_response("list_tasks", {"taskArns": [task]})
        stub.add_response("describe_tasks", {"tasks": [killed]}, {"cluster": "shop", "tasks": [task]})
        seen = reader.observe(RESTART.model_copy(update={"observe": looks}), SERVICE)
        assert seen["stopped"] == [{"at": None, "why": ["Essential container exited", "OutOfMemoryError: x"]}]


def observing(**more: Any) -> Runbook:
    seen = RESTORE.observe[1].model_dump() | more
    return RESTORE.model_copy(update={"observe": (Observation(**seen),)})


def test_a_selector_that_cannot_be_read_is_a_port_error(aws: boto3.Session) -> None:
    aws.client("ssm").put_parameter(Name="/shop/pool", Value="1", Type="String")
    for selector in ("[", "length(Parameter.Version)"):
        with pytest.raises(PortError, match="value"):
            AwsResourceReader(aws.client).observe(observing(select=selector), PARAMETER)
