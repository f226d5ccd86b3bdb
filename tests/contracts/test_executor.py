"""What every executor keeps, what a session may do, and what Systems Manager's answers mean."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from shared.adapters.aws.ssm_executor import Deployed, SsmExecutor, session_policy
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_executor import MemoryExecutor
from shared.domain.errors import AccessDenied, InvalidParameters, PortError
from shared.domain.proposal import Proposal
from shared.domain.runbook import Form
from shared.ports.executor import Run
from shared.runbooks.restore_parameter import RUNBOOK
from shared.runbooks.scale_out_service import RUNBOOK as SCALE

TARGET = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/pool"
ROLE = "arn:aws:iam::123456789012:role/restore"
DEPLOYED = Deployed(document="RestoreParameter-1A2B", role=ROLE)
TOKEN = "6a1f2c34-0000-4000-8000-000000000001"
ENDS = "2026-01-01T00:02:00Z"


def proposal(target: str = TARGET, value: str = "20") -> Proposal:
    name = target.rsplit(":parameter", maxsplit=1)[-1]
    return Proposal(
        runbook=RUNBOOK.id, version=1, service="api", target=target, parameters={"Name": name, "Value": value}
    )


class TestInThisProcess:
    def test_a_token_acts_once(self) -> None:
        acted: list[Proposal] = []
        executor = MemoryExecutor(acted.append)
        assert executor.find(TOKEN) is None
        run = executor.start(RUNBOOK, proposal(), "I1", TOKEN)
        assert executor.start(RUNBOOK, proposal(value="30"), "I1", TOKEN) == run
        assert acted == [proposal()]
        assert executor.find(TOKEN) == executor.status(run.id) == Run(run.id, "succeeded")
        other = executor.start(RUNBOOK, proposal(), "I1", str(uuid.uuid4()))
        assert other.id != run.id
        assert len(acted) == 2

    def test_a_failure_has_its_reason(self) -> None:
        executor = MemoryExecutor(lambda _: "no such parameter")
        run = executor.start(RUNBOOK, proposal(), "I1", TOKEN)
        assert (run.status, run.reason) == ("failed", "no such parameter")

    def test_what_the_runbook_does_not_take_is_not_done(self) -> None:
        acted: list[Proposal] = []
        with pytest.raises(InvalidParameters):
            MemoryExecutor(acted.append).start(SCALE, proposal(), "I1", TOKEN)
        assert acted == []

    def test_an_unknown_run_is_a_port_error(self) -> None:
        with pytest.raises(PortError, match="none"):
            MemoryExecutor(lambda _: None).status("none")


def test_a_session_may_run_one_document_on_one_target_until_its_end() -> None:
    policy = json.loads(session_policy(RUNBOOK, proposal(), DEPLOYED, "eu-central-1", ENDS))
    ssm = "arn:aws:ssm:eu-central-1:123456789012"
    assert [(each["Action"], each["Resource"]) for each in policy["Statement"]] == [
        (
            "ssm:StartAutomationExecution",
            [f"{ssm}:automation-definition/RestoreParameter-1A2B:1", f"{ssm}:automation-execution/*"],
        ),
        ("ssm:StartAutomationExecution", f"{ssm}:document/RestoreParameter-1A2B"),
        ("ssm:AddTagsToResource", f"{ssm}:automation-execution/*"),
        (["ssm:PutParameter"], TARGET),
    ]
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        assert statement["Condition"]["DateLessThan"] == {"aws:CurrentTime": ENDS}
    assert policy["Statement"][1]["Condition"]["ForAnyValue:StringEquals"] == {"ssm:DocumentVersion": "1"}


def test_a_policy_too_long_for_sts_is_refused() -> None:
    fits = TARGET + "x" * 900
    assert len(session_policy(RUNBOOK, proposal(fits), DEPLOYED, "eu-central-1", ENDS)) <= 2_048
    with pytest.raises(PortError, match="at most 2048") as raised:
        session_policy(RUNBOOK, proposal(TARGET + "x" * 1_500), DEPLOYED, "eu-central-1", ENDS)
    assert not raised.value.retryable


def test_a_role_of_another_partition_gives_arns_of_it() -> None:
    china = Deployed(document="D", role="arn:aws-cn:iam::123456789012:role/restore")
    assert "arn:aws-cn:ssm:cn-north-1:123456789012:document/D" in session_policy(
        RUNBOOK, proposal(), china, "cn-north-1", ENDS
    )


class World:
    """The executor over stubbed STS and Systems Manager; `session` is the session's own client."""

    def __init__(self, aws: boto3.Session) -> None:
        clients = (aws.client("sts"), aws.client("ssm"), aws.client("ssm"))
        self.sts, self.ssm, self.session = (Stubber(each) for each in clients)
        sts, ssm, session = clients
        self.credentials: list[Any] = []

        def automation_client(credentials: Any) -> Any:
            self.credentials.append(credentials)
            return session

        self.executor = SsmExecutor(sts, ssm, automation_client, {RUNBOOK.id: DEPLOYED}, ManualClock())

    def assumes(self, packed: int = 40, **expected: Any) -> None:
        credentials = {
            "AccessKeyId": "A" * 20,
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": ManualClock().now() + timedelta(minutes=15),
        }
        asked = {
            "RoleArn": ROLE,
            "RoleSessionName": "I1",
            "SourceIdentity": "I1",
            "DurationSeconds": 900,
            "Policy": session_policy(RUNBOOK, proposal(), DEPLOYED, "eu-central-1", ENDS),
            "Tags": ANY,
        }
        answer = {"Credentials": credentials, "PackedPolicySize": packed}
        self.sts.add_response("assume_role", answer, asked | expected)

    def lists(self, *executions: dict[str, Any]) -> None:
        asked = {"Filters": [{"Key": "TagKey", "Values": [f"commander-run-{TOKEN}"]}]}
        answer = {"AutomationExecutionMetadataList": list(executions)}
        self.ssm.add_response("describe_automation_executions", answer, asked)

    def start(self, incident: str = "I1") -> Run:
        return self.executor.start(RUNBOOK, proposal(), incident, TOKEN)


@pytest.fixture
def world(aws: boto3.Session) -> Iterator[World]:
    world = World(aws)
    with world.sts, world.ssm, world.session:
        yield world
        for stub in (world.sts, world.ssm, world.session):
            stub.assert_no_pending_responses()


RUN = str(uuid.uuid4())


def execution(status: str, **more: Any) -> dict[str, Any]:
    return {"AutomationExecutionId": RUN, "AutomationExecutionStatus": status, **more}


def test_the_pinned_document_is_started_as_the_session(world: World) -> None:
    tags = [
        {"Key": "incident", "Value": "I1"},
        {"Key": "runbook", "Value": RUNBOOK.id},
        {"Key": "target", "Value": TARGET},
    ]
    world.assumes(Tags=tags)
    asked = {
        "DocumentName": DEPLOYED.document,
        "DocumentVersion": "1",
        "Parameters": {"Name": ["/shop/pool"], "Value": ["20"]},
        "ClientToken": TOKEN,
        "Tags": [{"Key": f"commander-run-{TOKEN}", "Value": "I1"}, *tags[:2]],
    }
    world.session.add_response("start_automation_execution", {"AutomationExecutionId": RUN}, asked)
    assert world.start() == Run(RUN, "running")
    (credentials,) = world.credentials
    assert credentials["SessionToken"] == "t"


def test_an_incidents_name_is_made_fit_for_sts(world: World) -> None:
    name = "I_" + "x" * 62
    tag = [{"Key": "incident", "Value": f"I_{'x' * 254}"}, ANY, ANY]
    world.assumes(RoleSessionName=name, SourceIdentity=name, Tags=tag)
    world.session.add_response("start_automation_execution", {"AutomationExecutionId": RUN})
    world.start("I\n" + "x" * 300)


def test_a_token_that_was_used_gives_the_automation_that_it_started(world: World) -> None:
    world.assumes()
    world.session.add_client_error("start_automation_execution", "IdempotentParameterMismatch")
    world.lists(execution("InProgress"))
    assert world.start() == Run(RUN, "running")


def test_a_token_whose_automation_is_not_listed_yet_may_be_tried_again(world: World) -> None:
    world.assumes()
    world.session.add_client_error("start_automation_execution", "IdempotentParameterMismatch")
    world.lists()
    with pytest.raises(PortError, match="not listed yet") as raised:
        world.start()
    assert raised.value.retryable


@pytest.mark.parametrize("where", ["session", "sts"])
def test_a_refusal_keeps_the_sentence_of_aws(world: World, where: str) -> None:
    said = (
        "User: arn:aws:sts::123456789012:assumed-role/restore/I1 is not authorized to perform:"
        f" ssm:PutParameter on resource: {TARGET} because no session policy allows it"
    )
    if where == "sts":
        world.sts.add_client_error("assume_role", "AccessDenied", said)
    else:
        world.assumes()
        world.session.add_client_error("start_automation_execution", "AccessDeniedException", said)
    with pytest.raises(AccessDenied) as raised:
        world.start()
    assert said in str(raised.value)


def test_a_policy_that_packs_too_large_starts_nothing(world: World) -> None:
    world.assumes(packed=101)
    with pytest.raises(PortError, match="packs too large"):
        world.start()


def test_nothing_is_assumed_for_what_the_runbook_or_the_stage_does_not_take(world: World) -> None:
    elsewhere = proposal().model_copy(update={"target": f"{TARGET}-other"})
    with pytest.raises(InvalidParameters, match="another resource"):
        world.executor.start(RUNBOOK, elsewhere, "I1", TOKEN)
    role_form = RUNBOOK.model_copy(update={"form": Form.ROLE})
    with pytest.raises(PortError, match="no automation role"):
        world.executor.start(role_form, proposal(), "I1", TOKEN)
    other = RUNBOOK.model_copy(update={"id": "other"})
    with pytest.raises(PortError, match="not deployed"):
        world.executor.start(other, proposal().model_copy(update={"runbook": "other"}), "I1", TOKEN)


@pytest.mark.parametrize(
    ("aws_status", "more", "expected"),
    [
        ("Pending", {}, ("running", "")),
        ("InProgress", {}, ("running", "")),
        ("Cancelling", {}, ("running", "")),
        ("Success", {}, ("succeeded", "")),
        ("CompletedWithSuccess", {}, ("succeeded", "")),
        ("Failed", {"FailureMessage": "Step fails: AccessDenied"}, ("failed", "Step fails: AccessDenied")),
        ("TimedOut", {}, ("failed", "TimedOut")),
        ("Cancelled", {}, ("failed", "Cancelled")),
    ],
)
def test_a_status_is_one_of_three(
    world: World, aws_status: str, more: dict[str, str], expected: tuple[str, str]
) -> None:
    answer = {"AutomationExecution": execution(aws_status, **more)}
    world.ssm.add_response("get_automation_execution", answer, {"AutomationExecutionId": RUN})
    assert world.executor.status(RUN) == Run(RUN, *expected)


def test_a_token_that_started_nothing_finds_nothing(world: World) -> None:
    world.lists()
    assert world.executor.find(TOKEN) is None


def test_a_found_automation_may_be_on_a_later_page(world: World) -> None:
    world.ssm.add_response(
        "describe_automation_executions", {"AutomationExecutionMetadataList": [], "NextToken": "more"}
    )
    later = {"AutomationExecutionMetadataList": [execution("Success")]}
    world.ssm.add_response("describe_automation_executions", later)
    assert world.executor.find(TOKEN) == Run(RUN, "succeeded")
