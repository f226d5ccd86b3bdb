"""The runbooks: what they propose, what they refuse, and that their undo puts things back."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.errors import InvalidParameters, UnknownRunbook
from shared.domain.proposal import Proposal
from shared.domain.runbook import Form, Infeasible, Reversibility, Subject
from shared.domain.service import Service
from shared.runbooks import catalogue

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PARAMETER = "arn:aws:ssm:eu-central-1:111122223333:parameter/shop/pool-size"
ECS = "arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout"
SHOP = Service(name="checkout", application="shop")
RESTORE = catalogue.get("restore-parameter", 1)
SCALE = catalogue.get("scale-out-service", 1)


def changed(at, previous="50", current="5", kind="String"):
    history = [
        {"value": value, "type": kind, "at": moment}
        for value, moment in ((previous, START - timedelta(days=9)), (current, at))
    ]
    return Subject(SHOP, PARAMETER, {"history": history, "value": current}, START)


def tasks(desired, running):
    return Subject(SHOP, ECS, {"desired": desired, "running": running}, START)


@pytest.mark.parametrize("remedy", catalogue.remedies().values(), ids=lambda one: one.runbook.id)
def test_every_runbook_says_how_it_runs_and_how_it_is_undone(remedy):
    book = remedy.runbook
    assert book.inverse in catalogue.remedies() or book.reversibility is not Reversibility.REVERSIBLE
    assert book.document["schemaVersion"] == "0.3"
    role = {"AutomationAssumeRole"} if book.form is Form.ROLE else set()
    command = {"CommandDocument"} if book.command else set()
    assert ("assumeRole" in book.document) == bool(role)
    assert set(book.document["parameters"]) == set(book.parameters) | role | command
    assert set(remedy.compare) <= {one.name for one in book.observe}


@pytest.mark.parametrize(("id_", "version"), [("restore-parameter", 2), ("drop-table", 1)])
def test_what_is_not_in_the_catalogue_is_unknown(id_, version):
    with pytest.raises(UnknownRunbook):
        catalogue.get(id_, version)


@pytest.mark.parametrize("minutes", [-30, -1, 5])
@pytest.mark.parametrize("form", [lambda at: at, datetime.isoformat, datetime.timestamp])
def test_a_recent_change_is_put_back_and_undone(minutes, form):
    subject = changed(form(START + timedelta(minutes=minutes)))
    proposal = RESTORE.prepare(subject).proposal
    RESTORE.runbook.check(proposal)
    assert proposal.parameters == {"Name": "/shop/pool-size", "Value": "50"}
    undone = RESTORE.undo(proposal, subject.state)
    RESTORE.runbook.check(undone)
    assert undone.parameters["Value"] == "5"


@pytest.mark.parametrize(
    "subject",
    [
        changed(START - timedelta(minutes=31)),
        changed(START, previous="5"),
        changed(START, previous="{{ global:DATE }}"),
        changed(START, current="{{ global:DATE }}"),
        changed(START, kind="SecureString"),
        Subject(SHOP, PARAMETER, {"history": [], "value": "5"}, START),
        Subject(SHOP, ECS, {}, START),
    ],
)
def test_nothing_is_restored_without_a_recent_change_and_a_fit_value(subject):
    assert isinstance(RESTORE.prepare(subject), Infeasible)


@pytest.mark.parametrize(("desired", "count"), [(1, "2"), (2, "3"), (3, "5"), (10, "15"), (19, "20")])
def test_scaling_out_adds_half_and_is_undone(desired, count):
    subject = tasks(desired, desired)
    proposal = SCALE.prepare(subject).proposal
    SCALE.runbook.check(proposal)
    assert proposal.parameters == {"Cluster": "shop", "Service": "checkout", "DesiredCount": count}
    assert SCALE.undo(proposal, subject.state).parameters["DesiredCount"] == str(desired)


@pytest.mark.parametrize("subject", [tasks(0, 0), tasks(4, 3), tasks(20, 20), tasks(None, None)])
def test_no_scaling_out_where_it_cannot_help(subject):
    assert isinstance(SCALE.prepare(subject), Infeasible)


@pytest.mark.parametrize(
    "change",
    [
        {"target": ECS},
        {"target": PARAMETER + "\n"},
        {"parameters": {"Name": "/shop/other", "Value": "50"}},
        {"parameters": {"Name": "/shop/pool-size"}},
        {"parameters": {"Name": "/shop/pool-size", "Value": "{{x}}"}},
        {"version": 2},
    ],
)
def test_a_proposal_outside_the_declaration_is_refused(change):
    proposal = RESTORE.prepare(changed(START)).proposal
    with pytest.raises(InvalidParameters):
        RESTORE.runbook.check(Proposal(**{**proposal.plain(), **change}))
