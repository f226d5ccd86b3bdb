"""The runbooks on instances and target groups: what they propose, refuse, foretell and put back."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.runbook import CHANGED, Feasible, Infeasible, Subject
from shared.domain.service import Service
from shared.runbooks import catalogue

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = Service(name="checkout", application="shop")
GROUP = (
    "arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:"
    "930d940e-891e-4781-a11a-7b0acd480f03:autoScalingGroupName/web"
)
TARGETS = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/73e2d6bc24d8a067"
INSTANCE = "arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0"
REPLACE, SCALE, SUSPEND, DRAIN, CLEAN = (
    catalogue.get(name, 1)
    for name in ("replace-instance", "scale-out-group", "suspend-group-process", "drain-target", "clean-disk")
)
SICK = {"id": "i-0123456789abcdef0", "health": "Unhealthy", "protected": False}
WELL = [{"id": each, "health": "Healthy", "protected": False} for each in ("i-0000000a", "i-0000000b")]
BAD = {"id": "10.0.0.7", "port": 8080, "zone": "eu-central-1a", "why": "Target.Timeout"}


def group(**state):
    seen = {"desired": 3, "healthy": 2, "suspended": [], "largest": 6, "instances": [*WELL, SICK]}
    return Subject(SHOP, GROUP, {**seen, "failing": None, **state}, START)


def targets(**state):
    registered = ["10.0.0.6:8080", "10.0.0.7:8080"]
    seen = {"registered": registered, "healthy": 1, "unhealthy": [BAD], **state}
    return Subject(SHOP, TARGETS, seen, START)


def loop(*minutes, **state):
    times = [(START + timedelta(minutes=each)).isoformat() for each in minutes]
    return group(replacements=times, **state)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "is Unhealthy"),
        (
            {"instances": [*WELL, {**SICK, "health": "Healthy"}], "failing": [SICK["id"], "i-00000009"]},
            "fails its load balancer's checks",
        ),
    ],
)
def test_the_one_unhealthy_instance_is_replaced_and_nothing_is_to_be_undone(state, said):
    found = REPLACE.prepare(group(**state))
    assert found.telling
    assert found.proposal.parameters == {"InstanceId": SICK["id"]}
    assert found.statement == f"{SICK['id']} {said}, 2 of 3 instances are healthy"
    assert REPLACE.effect(found.proposal, group().state) == {"ids": CHANGED, "healthy": 3}
    assert REPLACE.undo(found.proposal, group().state) is None


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"instances": WELL}, "no instance"),
        ({"instances": []}, "no instance"),
        ({"failing": [WELL[0]["id"]]}, "cause in common"),
        ({"instances": [SICK]}, "last instance"),
        ({"instances": [*WELL, {**SICK, "protected": True}]}, "protected"),
        ({"suspended": ["Launch"]}, "Launch is suspended"),
        ({"suspended": ["Terminate"]}, "Terminate is suspended"),
    ],
)
def test_no_instance_is_ended_that_would_be_missed(state, reason):
    assert reason in REPLACE.prepare(group(**state)).reason


@pytest.mark.parametrize(
    ("desired", "largest", "count"), [(1, 9, 2), (2, 9, 3), (5, 9, 8), (5, 6, 6), (15, 50, 20)]
)
def test_a_group_grows_by_half_within_both_maxima_and_back(desired, largest, count):
    subject = group(desired=desired, healthy=desired, largest=largest)
    found = SCALE.prepare(subject)
    assert not found.telling
    assert found.proposal.parameters == {"AutoScalingGroupName": "web", "DesiredCapacity": str(count)}
    assert SCALE.effect(found.proposal, subject.state) == {"desired": count, "healthy": count}
    assert SCALE.undo(found.proposal, subject.state).parameters["DesiredCapacity"] == str(desired)
    assert SCALE.expect(found.proposal, subject.state, 0.9, 0.1) == pytest.approx(0.9 * desired / count)


@pytest.mark.parametrize(
    "state",
    [
        {"healthy": 2},
        {"desired": 0, "healthy": 0},
        {"healthy": 3, "largest": 3},
        {"desired": 20, "healthy": 20, "largest": 50},
        {"healthy": 3, "suspended": ["Launch"]},
        {"desired": None, "healthy": None},
    ],
)
def test_no_group_grows_where_it_cannot_help(state):
    assert isinstance(SCALE.prepare(group(**state)), Infeasible)


def test_a_loop_of_replacements_is_suspended_and_resumed():
    found = SUSPEND.prepare(loop(-14, -3, 1, suspended=["AZRebalance"]))
    assert found.telling
    assert found.proposal.parameters == {"AutoScalingGroupName": "web", "Process": "suspended"}
    before = {"suspended": ["AZRebalance"]}
    assert SUSPEND.effect(found.proposal, before) == {"suspended": ["AZRebalance", "ReplaceUnhealthy"]}
    undone = SUSPEND.undo(found.proposal, before)
    assert undone.parameters["Process"] == "running"
    assert SUSPEND.effect(undone, {"suspended": ["AZRebalance", "ReplaceUnhealthy"]}) == before


@pytest.mark.parametrize(
    "subject",
    [
        loop(-3, 1),
        loop(-60, -40, -16, -3, 1),
        loop(-4, -3, 1, desired=4),
        loop(-4, -3, 1, suspended=["ReplaceUnhealthy"]),
        group(),
    ],
)
def test_a_few_replacements_are_no_loop(subject):
    assert isinstance(SUSPEND.prepare(subject), Infeasible)


def test_the_one_unhealthy_target_is_drained_and_registered_again():
    found = DRAIN.prepare(targets())
    assert found.telling
    assert found.statement == "10.0.0.7 is unhealthy (Target.Timeout), 1 are healthy"
    asked = {"TargetGroupArn": TARGETS, "Target": "10.0.0.7", "Port": "8080", "State": "drained"}
    assert found.proposal.parameters == asked
    assert DRAIN.effect(found.proposal, targets().state) == {"registered": ["10.0.0.6:8080"]}
    undone = DRAIN.undo(found.proposal, targets().state)
    assert undone.parameters == {**asked, "State": "registered"}
    assert DRAIN.effect(undone, {"registered": ["10.0.0.6:8080"]}) == {
        "registered": targets().state["registered"]
    }


@pytest.mark.parametrize(
    "state",
    [
        {"unhealthy": []},
        {"unhealthy": [BAD, {**BAD, "id": "10.0.0.8"}]},
        {"healthy": 0},
        {"unhealthy": [{**BAD, "zone": "all"}]},
    ],
)
def test_no_target_is_drained_that_is_needed_or_would_not_come_back(state):
    assert isinstance(DRAIN.prepare(targets(**state)), Infeasible)


def test_an_instance_is_a_target_too():
    found = DRAIN.prepare(targets(unhealthy=[{**BAD, "id": SICK["id"], "zone": None}]))
    assert isinstance(found, Feasible)


def instance(**state):
    seen = {"state": "running", "managed": "true", "ping": "Online", "platform": "Linux"}
    return Subject(SHOP, INSTANCE, {**seen, "cleaning": None, "outcome": None, **state}, START)


def test_a_managed_linux_is_cleaned_and_that_is_for_good():
    found = CLEAN.prepare(instance(cleaning="earlier", outcome="Failed"))
    assert not found.telling
    assert found.proposal.parameters == {"InstanceId": SICK["id"]}
    assert CLEAN.effect(found.proposal, instance().state) == {"cleaning": CHANGED, "outcome": "Success"}
    assert CLEAN.undo(found.proposal, instance().state) is None
    assert not CLEAN.runbook.safe


@pytest.mark.parametrize(
    "state",
    [
        {"state": "stopped"},
        {"managed": None},
        {"ping": "ConnectionLost"},
        {"platform": "Windows"},
        {"outcome": "InProgress"},
    ],
)
def test_what_cannot_or_may_not_be_cleaned_is_left_alone(state):
    assert isinstance(CLEAN.prepare(instance(**state)), Infeasible)


def test_the_clean_up_takes_old_files_only_and_follows_no_link(tmp_path):
    """The script itself, with its three folders moved into one of the test, and two commands to call."""
    old, folder = 1_000_000_000, tmp_path / "root"
    gone = ["tmp/old", "var/tmp/deep/old", "var/log/app.log.1", "var/log/app.gz", "var/log/app.old"]
    kept = ["var/log/app.log", "elsewhere/old"]
    for name in [*gone, *kept, "tmp/young"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
        if "young" not in name:
            os.utime(folder / name, (old, old))
    (folder / "tmp/link").symlink_to(folder / "elsewhere")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("find", "df"):
        (tools / tool).symlink_to(shutil.which(tool))
    (lines,) = (step["inputs"]["runCommand"] for step in CLEAN.runbook.command["mainSteps"])
    script = "\n".join(lines)
    assert re.findall(r" (/\S+)", script) == ["/tmp", "/var/tmp", "/var/log"]
    script = re.sub(r" (/\S+)", rf" {folder}\1", script)
    subprocess.run(["/bin/sh", "-c", script], env={"PATH": str(tools)}, check=True, capture_output=True)
    left = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    assert left == {*kept, "tmp/young"}
