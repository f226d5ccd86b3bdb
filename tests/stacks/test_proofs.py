"""For every runbook it is proven what its sessions can do: what its file says, on its target, to its end."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.aws.session_policy import session_policy, stop_policy
from shared.domain.naming import Place
from shared.domain.proposal import Proposal
from shared.domain.runbook import Form, Runbook
from shared.runbooks.catalogue import remedies
from tests.stacks.proofs import Document, Permitted, Right, sampled
from tests.stacks.templates import Templates

HOME = Place("dev", "111122223333", "eu-central-1")
NAMES = {"region": HOME.region, "account": HOME.account}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
END = NOW + timedelta(seconds=120)
ENDS = f"{END:%Y-%m-%dT%H:%M:%SZ}"
RUN = "6a1f2c34-0000-4000-8000-000000000001"
RUNBOOKS = sorted(remedies())
CALLERS = [name for name in RUNBOOKS if remedies()[name].runbook.form is Form.CALLER]
ROLES = [name for name in RUNBOOKS if remedies()[name].runbook.form is Form.ROLE]
START = "ssm:StartAutomationExecution"
PASSED = {"iam:passedtoservice": "ssm.amazonaws.com"}
MANAGED = {"aws:resourcetag/commander:managed": "true"}


def most(dev: Templates, runbook: str, form: str = "") -> Document:
    """The one policy of a runbook's role, which is its boundary too."""
    title = "".join(part.capitalize() for part in runbook.split("-"))
    policy = dict(dev.of("AWS::IAM::ManagedPolicy"))[f"{title}{form}Most"]
    return dict(resolved(policy["PolicyDocument"]))


def resolved(value: Any) -> Any:
    """A part of a template as it is deployed at HOME."""
    known = {"AWS::Partition": HOME.partition, "AWS::Region": HOME.region, "AWS::AccountId": HOME.account}
    match value:
        case {"Ref": name}:
            return known[name]
        case {"Fn::Join": [separator, parts]}:
            return separator.join(map(resolved, parts))
        case dict():
            return {key: resolved(each) for key, each in value.items()}
        case list():
            return [resolved(each) for each in value]
    return value


def starting(runbook: Runbook, version: str) -> list[Right]:
    """Its own document and no other; an execution has no id before it starts."""
    document = HOME.deployed(runbook).document
    one = {"ssm:documentversion": version} if version != "*" else {}
    return [
        Right(START, HOME.ssm(f"automation-definition/{document}:{version}")),
        Right(START, HOME.ssm(f"document/{document}"), one),
        Right(START, HOME.ssm("automation-execution/*")),
        Right("ssm:AddTagsToResource", HOME.ssm("automation-execution/*")),
    ]


def acting(runbook: Runbook, proposal: Proposal) -> list[Right]:
    return [Right(act, on) for acts, on in runbook.grants_for(proposal, NAMES) for act in acts]


def ever(runbook: Runbook) -> list[Right]:
    """What its file says that it may do on any of its targets; in the role form if they are tagged."""
    grants = [(runbook.actions, runbook.target_arn), *((each.actions, each.most) for each in runbook.also)]
    tag = MANAGED if runbook.form is Form.ROLE else {}
    rights = [
        Right(act, on.format_map(NAMES), {} if act in runbook.untagged else tag)
        for acts, on in grants
        for act in acts
    ]
    command = HOME.deployed(runbook).command
    return [*rights, *([Right("ssm:SendCommand", HOME.ssm(f"document/{command}"))] if command else [])]


def session(runbook: Runbook, proposal: Proposal) -> Document:
    return dict(json.loads(session_policy(runbook, proposal, HOME, ENDS)))


STOPPING = Right("ssm:StopAutomationExecution", HOME.ssm("automation-execution/*"))


@pytest.mark.parametrize("runbook", CALLERS)
def test_a_session_can_do_exactly_what_its_file_says_on_its_target(dev: Templates, runbook: str) -> None:
    """So no other action of its services, no other target, account or document, and no other version."""
    book = remedies()[runbook].runbook
    proposal, role = sampled(book, HOME), most(dev, runbook)
    can = Permitted(role, role, session(book, proposal), at=NOW)
    rights = [*starting(book, "1"), *acting(book, proposal)]
    assert can.beyond(rights) is None
    assert can.lacks(rights) == []


@pytest.mark.parametrize("runbook", ROLES)
def test_in_the_role_form_a_session_can_start_its_document_and_pass_its_role(
    dev: Templates, runbook: str
) -> None:
    book = remedies()[runbook].runbook
    proposal, role = sampled(book, HOME), most(dev, runbook)
    can = Permitted(role, role, session(book, proposal), at=NOW)
    rights = [*starting(book, "1"), Right("iam:PassRole", HOME.deployed(book).automation_role, PASSED)]
    assert can.beyond(rights) is None
    assert can.lacks(rights) == []


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_from_its_end_on_a_session_can_do_nothing(dev: Templates, runbook: str) -> None:
    book, role = remedies()[runbook].runbook, most(dev, runbook)
    policy = session(book, sampled(book, HOME))
    assert Permitted(role, role, policy, at=END).beyond([]) is None
    before = Permitted(role, role, policy, at=END - timedelta(seconds=1))
    assert before.lacks(starting(book, "1")) == []


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_a_session_that_stops_can_stop_one_automation(dev: Templates, runbook: str) -> None:
    role, policy = most(dev, runbook), json.loads(stop_policy(HOME, RUN, ENDS))
    can = Permitted(role, role, policy, at=NOW)
    stop = Right("ssm:StopAutomationExecution", HOME.ssm(f"automation-execution/{RUN}"))
    assert can.beyond([stop]) is None
    assert can.lacks([stop]) == []
    assert Permitted(role, role, policy, at=END).beyond([]) is None


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_a_role_can_never_do_more_than_its_file_says(dev: Templates, runbook: str) -> None:
    """Whatever its sessions are narrowed to."""
    book, role = remedies()[runbook].runbook, most(dev, runbook)
    passing = Right("iam:PassRole", HOME.deployed(book).automation_role, PASSED)
    own = ever(book) if book.form is Form.CALLER else [passing]
    rights = [*starting(book, "*"), STOPPING, *own]
    assert Permitted(role, role, at=NOW).beyond(rights) is None
    if book.form is Form.ROLE:
        automation = most(dev, runbook, "Automation")
        can = Permitted(automation, automation, at=NOW)
        assert can.beyond(ever(book)) is None
        assert can.lacks(ever(book)) == []


def test_what_is_put_on_a_role_later_gives_nothing_more(dev: Templates) -> None:
    role = most(dev, "restore-parameter")
    wider = {"Statement": [*role["Statement"], {"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    book = remedies()["restore-parameter"].runbook
    assert Permitted(wider, role, at=NOW).beyond([*starting(book, "*"), STOPPING, *ever(book)]) is None


def test_a_role_with_one_action_more_fails_its_proof_with_that_action(dev: Templates) -> None:
    role = most(dev, "restore-parameter")
    book = remedies()["restore-parameter"].runbook
    one = {"Effect": "Allow", "Action": "ssm:DeleteParameter", "Resource": HOME.ssm("parameter/*")}
    wider = {"Statement": [*role["Statement"], one]}
    found = Permitted(wider, wider, at=NOW).beyond([*starting(book, "*"), STOPPING, *ever(book)])
    assert found is not None
    assert found.action == "ssm:deleteparameter"
    assert found.resource.startswith(HOME.ssm("parameter/"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Resource", HOME.ssm("parameter/*")),
        ("Action", "*"),
        ("Condition", {}),
    ],
)
def test_a_session_that_is_too_wide_fails_its_proof(dev: Templates, key: str, value: object) -> None:
    """Its target, its actions, and its end, each left open in turn."""
    book, role = remedies()["restore-parameter"].runbook, most(dev, "restore-parameter")
    proposal = sampled(book, HOME)
    policy = session(book, proposal)
    *others, acts = policy["Statement"]
    wider = {"Statement": [*others, {**acts, key: value, **({"Resource": "*"} if key == "Action" else {})}]}
    at, rights = (END, []) if key == "Condition" else (NOW, [*starting(book, "1"), *acting(book, proposal)])
    assert Permitted(role, role, policy, at=at).beyond(rights) is None
    assert Permitted(role, role, wider, at=at).beyond(rights) is not None
