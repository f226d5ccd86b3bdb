"""What every executor keeps, what a session may do, and what Systems Manager's answers mean."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from shared.adapters.aws.session_policy import session_policy, stop_policy
from shared.adapters.aws.ssm_executor import SsmExecutor
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_executor import MemoryExecutor
from shared.domain.errors import AccessDenied, InvalidParameters, NotPinned, OutOfReach, PortError
from shared.domain.model import digest
from shared.domain.naming import Place, Reach, document_content
from shared.domain.proposal import Proposal
from shared.domain.runbook import Adopted, Form
from shared.ports.executor import Issued, Run
from shared.runbooks.restore_parameter import RUNBOOK
from shared.runbooks.scale_out_service import RUNBOOK as SCALE

TARGET = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/pool"
SPOKE = "210987654321"
HOME = Place("dev", "123456789012", "eu-central-1")
REACH = Reach(HOME, frozenset({SPOKE}))
DOCUMENT = HOME.deployed(RUNBOOK).document
ROLE = "arn:aws:iam::123456789012:role/commander-dev-run-restore-parameter"
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

    def test_a_changed_document_and_another_account_are_refused(self) -> None:
        acted: list[Proposal] = []
        executor = MemoryExecutor(acted.append, REACH, frozenset({RUNBOOK.id}))
        with pytest.raises(NotPinned, match="restore-parameter"):
            executor.start(RUNBOOK, proposal(), "I1", TOKEN)
        with pytest.raises(OutOfReach, match="999999999999"):
            executor.start(RUNBOOK, proposal(TARGET.replace(HOME.account, "999999999999")), "I1", TOKEN)
        assert acted == []

    def test_who_hears_of_the_session_hears_it_before_the_act(self) -> None:
        def refuse(issued: Issued) -> None:
            assert issued.role == ROLE
            raise PortError("not written down", retryable=True)

        acted: list[Proposal] = []
        executor = MemoryExecutor(acted.append, REACH)
        with pytest.raises(PortError, match="not written down"):
            executor.start(RUNBOOK, proposal(), "I1", TOKEN, refuse)
        assert acted == []

    def test_a_lasting_automation_can_be_stopped(self) -> None:
        executor = MemoryExecutor(lambda _: None, lasting=True)
        run = executor.start(RUNBOOK, proposal(), "I1", TOKEN)
        assert run.status == "running"
        for _again in range(2):
            executor.stop(RUNBOOK, proposal(), "I1", run.id)
            assert executor.find(TOKEN) == Run(run.id, "failed", "Cancelled")

    def test_an_unknown_run_is_a_port_error(self) -> None:
        with pytest.raises(PortError, match="none"):
            MemoryExecutor(lambda _: None).status("none")


def test_a_session_may_run_one_document_on_one_target_until_its_end() -> None:
    policy = json.loads(session_policy(RUNBOOK, proposal(), HOME, ENDS))
    ssm = "arn:aws:ssm:eu-central-1:123456789012"
    assert [(each["Action"], each["Resource"]) for each in policy["Statement"]] == [
        (
            "ssm:StartAutomationExecution",
            [f"{ssm}:automation-definition/{DOCUMENT}:1", f"{ssm}:automation-execution/*"],
        ),
        ("ssm:StartAutomationExecution", f"{ssm}:document/{DOCUMENT}"),
        ("ssm:AddTagsToResource", f"{ssm}:automation-execution/*"),
        (["ssm:PutParameter"], TARGET),
    ]
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        assert statement["Condition"]["DateLessThan"] == {"aws:CurrentTime": ENDS}
    assert policy["Statement"][1]["Condition"]["ForAnyValue:StringEquals"] == {"ssm:DocumentVersion": "1"}


def test_a_policy_too_long_for_sts_is_refused() -> None:
    fits = TARGET + "x" * 900
    assert len(session_policy(RUNBOOK, proposal(fits), HOME, ENDS)) <= 2_048
    with pytest.raises(PortError, match="at most 2048") as raised:
        session_policy(RUNBOOK, proposal(TARGET + "x" * 1_500), HOME, ENDS)
    assert not raised.value.retryable


def test_a_stage_in_another_partition_gives_arns_of_it() -> None:
    china = Place("dev", "123456789012", "cn-north-1", "aws-cn")
    assert f"arn:aws-cn:ssm:cn-north-1:123456789012:document/{DOCUMENT}" in session_policy(
        RUNBOOK, proposal(), china, ENDS
    )


@pytest.mark.parametrize("wild", ["*", "?", "${aws:username}"])
def test_a_wildcard_in_a_proposal_never_becomes_a_policy(wild: str) -> None:
    with pytest.raises(InvalidParameters, match="would be a pattern of IAM"):
        session_policy(RUNBOOK, proposal(TARGET + wild), HOME, ENDS)


def test_a_session_that_stops_can_stop_one_automation_until_its_end() -> None:
    (statement,) = json.loads(stop_policy(HOME, RUN, ENDS))["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Action": "ssm:StopAutomationExecution",
        "Resource": f"arn:aws:ssm:eu-central-1:123456789012:automation-execution/{RUN}",
        "Condition": {"DateLessThan": {"aws:CurrentTime": ENDS}},
    }


def test_in_the_role_form_a_session_may_only_start_and_pass() -> None:
    book = RUNBOOK.model_copy(update={"form": Form.ROLE})
    policy = json.loads(session_policy(book, proposal(), HOME, ENDS))
    assert [each["Action"] for each in policy["Statement"]] == [
        "ssm:StartAutomationExecution",
        "ssm:StartAutomationExecution",
        "ssm:AddTagsToResource",
        "iam:PassRole",
    ]
    passing = policy["Statement"][-1]
    assert passing["Resource"] == "arn:aws:iam::123456789012:role/commander-dev-auto-restore-parameter"
    assert passing["Condition"]["StringEquals"] == {"iam:PassedToService": "ssm.amazonaws.com"}


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

        self.places: list[Place] = []

        def looking(place: Place) -> Any:
            self.places.append(place)
            return ssm

        self.executor = SsmExecutor(REACH, sts, looking, automation_client, ManualClock())

    def reads(self, content: str = document_content(RUNBOOK.document), status: str = "Active") -> None:
        asked = {"Name": DOCUMENT, "DocumentVersion": "1", "DocumentFormat": "JSON"}
        self.ssm.add_response("get_document", {"Content": content, "Status": status}, asked)

    def assumes(self, packed: int = 40, **expected: Any) -> None:
        if "Policy" not in expected:  # only what starts something is pinned
            self.reads()
        self._assumes(packed, **expected)

    def _assumes(self, packed: int, **expected: Any) -> None:
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
            "Policy": session_policy(RUNBOOK, proposal(), HOME, ENDS),
            "Tags": ANY,
        }
        user = {"AssumedRoleId": "AROAEXAMPLE:I1", "Arn": "arn:aws:sts::123456789012:assumed-role/run/I1"}
        answer = {"Credentials": credentials, "PackedPolicySize": packed, "AssumedRoleUser": user}
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
        "DocumentName": DOCUMENT,
        "DocumentVersion": "1",
        "Parameters": {"Name": ["/shop/pool"], "Value": ["20"]},
        "ClientToken": TOKEN,
        "Tags": [{"Key": f"commander-run-{TOKEN}", "Value": "I1"}, *tags[:2]],
    }
    world.session.add_response("start_automation_execution", {"AutomationExecutionId": RUN}, asked)
    assert world.start() == Run(RUN, "running")
    (credentials,) = world.credentials
    assert credentials["SessionToken"] == "t"


def test_an_alarm_may_stop_it(world: World) -> None:
    world.assumes()
    alarms = {"Alarms": [{"Name": "shop-guard"}]}
    asked = dict.fromkeys(("DocumentName", "DocumentVersion", "Parameters", "ClientToken", "Tags"), ANY)
    world.session.add_response(
        "start_automation_execution", {"AutomationExecutionId": RUN}, asked | {"AlarmConfiguration": alarms}
    )
    assert world.executor.start(RUNBOOK, proposal(), "I1", TOKEN, guard="shop-guard").id == RUN


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
        world.reads()
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


def test_nothing_is_assumed_for_what_the_runbook_does_not_take(world: World) -> None:
    elsewhere = proposal().model_copy(update={"target": f"{TARGET}-other"})
    with pytest.raises(InvalidParameters, match="another resource"):
        world.executor.start(RUNBOOK, elsewhere, "I1", TOKEN)


CHANGED = {**RUNBOOK.document, "description": "Put everything back."}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (json.dumps(CHANGED), "Active"),
        (document_content(RUNBOOK.document), "Failed"),
        ("schemaVersion: '0.3'", "Active"),
    ],
)
def test_a_document_that_is_not_the_catalogues_is_refused_before_sts(
    world: World, content: str, status: str
) -> None:
    world.reads(content, status)
    with pytest.raises(NotPinned, match=DOCUMENT):
        world.start()


def test_a_document_that_is_gone_is_not_pinned_and_a_busy_aws_may_be_asked_again(world: World) -> None:
    world.ssm.add_client_error("get_document", "InvalidDocument")
    with pytest.raises(NotPinned, match=DOCUMENT):
        world.executor.pinned(RUNBOOK, TARGET)
    world.ssm.add_client_error("get_document", "ThrottlingException")
    with pytest.raises(PortError) as raised:
        world.executor.pinned(RUNBOOK, TARGET)
    assert raised.value.retryable


def test_the_same_document_written_otherwise_is_pinned(world: World) -> None:
    world.reads(json.dumps(RUNBOOK.document, indent=2))
    world.executor.pinned(RUNBOOK)
    assert world.places == [HOME]


def test_who_hears_of_the_session_hears_it_before_it_is_used(world: World) -> None:
    told: list[Issued] = []

    def refuse(issued: Issued) -> None:
        told.append(issued)
        raise PortError("not written down", retryable=True)

    world.assumes()
    with pytest.raises(PortError, match="not written down"):
        world.executor.start(RUNBOOK, proposal(), "I1", TOKEN, refuse)
    policy = session_policy(RUNBOOK, proposal(), HOME, ENDS)
    sha256 = hashlib.sha256(policy.encode()).hexdigest()
    ends_at = datetime(2026, 1, 1, 0, 2, tzinfo=UTC)
    assert told == [Issued(ROLE, "I1", "AROAEXAMPLE:I1", sha256, ends_at)]
    assert world.credentials == []


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (":123456789012:", ":999999999999:"),
        (":eu-central-1:", ":us-east-1:"),
        ("arn:aws:", "arn:aws-cn:"),
        ("arn:aws:ssm:eu-central-1:123456789012:", "nowhere:"),
    ],
)
def test_another_account_region_or_partition_is_refused_before_anybody_is_asked(
    world: World, part: str, other: str
) -> None:
    book = RUNBOOK.model_copy(update={"target_pattern": r".+:parameter(?P<Name>/.+)|nowhere:.+"})
    there = proposal(TARGET).model_copy(update={"target": TARGET.replace(part, other)})
    with pytest.raises(OutOfReach):
        world.executor.start(book, there, "I1", TOKEN)
    with pytest.raises(OutOfReach):
        world.executor.stop(book, there, "I1", RUN)
    for ask in (world.executor.find, world.executor.status):
        with pytest.raises(OutOfReach):
            ask(TOKEN, there.target)
    assert world.places == []


def test_a_target_in_a_spoke_gets_that_accounts_role_and_document(world: World) -> None:
    there = proposal(TARGET.replace(HOME.account, SPOKE))
    place = Place("dev", SPOKE, "eu-central-1")
    world.reads()
    role = ROLE.replace(HOME.account, SPOKE)
    world.assumes(RoleArn=role, Policy=session_policy(RUNBOOK, there, place, ENDS))
    world.session.add_response("start_automation_execution", {"AutomationExecutionId": RUN})
    assert world.executor.start(RUNBOOK, there, "I1", TOKEN) == Run(RUN, "running")
    assert world.places == [place]
    world.lists(execution("Success"))
    assert world.executor.find(TOKEN, there.target) == Run(RUN, "succeeded")
    assert world.places == [place, place]


def test_stopping_is_a_session_of_its_own(world: World) -> None:
    world.assumes(Policy=stop_policy(HOME, RUN, ENDS))
    asked = {"AutomationExecutionId": RUN, "Type": "Cancel"}
    world.session.add_response("stop_automation_execution", {}, asked)
    told: list[Issued] = []
    world.executor.stop(RUNBOOK, proposal(), "I1", RUN, told.append)
    assert [each.session for each in told] == ["I1"]


def test_what_has_ended_stays_ended_and_what_is_unknown_is_said(world: World) -> None:
    world.assumes(Policy=stop_policy(HOME, RUN, ENDS))
    world.session.add_client_error("stop_automation_execution", "InvalidAutomationStatusUpdateException")
    world.executor.stop(RUNBOOK, proposal(), "I1", RUN)
    world.assumes(Policy=stop_policy(HOME, RUN, ENDS))
    world.session.add_client_error("stop_automation_execution", "AutomationExecutionNotFoundException")
    with pytest.raises(PortError, match="NotFound"):
        world.executor.stop(RUNBOOK, proposal(), "I1", RUN)


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


STARTED = ("Parameters", "ClientToken", "Tags")
ADOPTED = RUNBOOK.model_copy(
    update={"document": Adopted(name="OurRestore", version="7", sha256=digest(RUNBOOK.document))}
)


def test_an_adopted_document_is_held_to_its_digest_and_started_at_its_version(world: World) -> None:
    asked = {"Name": "OurRestore", "DocumentVersion": "7", "DocumentFormat": "JSON"}
    content = {"Content": json.dumps(RUNBOOK.document, indent=2), "Status": "Active"}
    world.ssm.add_response("get_document", content, asked)
    policy = session_policy(ADOPTED, proposal(), HOME, ENDS)
    world.assumes(Policy=policy)
    started = {"DocumentName": "OurRestore", "DocumentVersion": "7", **dict.fromkeys(STARTED, ANY)}
    world.session.add_response("start_automation_execution", {"AutomationExecutionId": RUN}, started)
    assert world.executor.start(ADOPTED, proposal(), "I1", TOKEN) == Run(RUN, "running")
    first, pinned, *_ = json.loads(policy)["Statement"]
    assert first["Resource"][0].endswith(":automation-definition/OurRestore:7")
    assert pinned["Condition"]["ForAnyValue:StringEquals"] == {"ssm:DocumentVersion": "7"}


def test_an_adopted_document_that_says_something_else_is_refused_with_its_digest(world: World) -> None:
    changed = {"Content": json.dumps(CHANGED), "Status": "Active"}
    world.ssm.add_response("get_document", changed)
    with pytest.raises(NotPinned, match=f"its digest is {digest(CHANGED)}, not"):
        world.executor.start(ADOPTED, proposal(), "I1", TOKEN)
