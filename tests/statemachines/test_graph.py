"""The graph is sound: nothing dangles, nothing waits for ever, nothing ends in silence."""

import pytest

from shared.domain.model import VOTERS
from tests.statemachines.asl import evaluate, machine, machines, states

HUMAN = "Human decides"
TASKS = sorted(name for name, state in states().items() if state["Type"] == "Task")
TOP = machine()["States"]
SERVICE_ERRORS = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "TryAgain",  # a throttle, say: see dispatch
}
ENDS_ELSEWHERE = {
    HUMAN: "Nobody was told",
    "Close": "Told already?",
    "Approve": "Approval over",  # which says whether the answer came at the last moment
    "Expire": "Expiry failed",
    "Expiry status": "Expiry failed",
    "Expired": "Not closed",
    "Expiry failed": "Nobody was told",
}


def targets(state):
    found = {one["Next"] for one in (*state.get("Choices", ()), *state.get("Catch", ()))}
    return found | {state[key] for key in ("Next", "Default") if key in state}


def test_every_state_exists_and_is_reachable():
    for one in machines():
        reached, edge = set(), {one["StartAt"]}
        while edge:
            assert edge <= one["States"].keys()
            reached |= edge
            edge = set().union(*(targets(one["States"][name]) for name in edge)) - reached
        assert reached == one["States"].keys()


def test_a_name_is_used_once():
    assert len(states()) == sum(len(one["States"]) for one in machines())


@pytest.mark.parametrize(
    ("state", "asks", "without"), [("Investigate", "findings", "silent"), ("Vote", "ballot", "abstains")]
)
def test_one_named_branch_a_voter(state, asks, without):
    branches = TOP[state]["Branches"]
    assert len(branches) == len(VOTERS)
    for agent, branch in zip(VOTERS, branches, strict=True):
        name = f"{agent.value.capitalize()} {asks}"
        assert branch["StartAt"] == name
        ask = branch["States"][name]
        assert ask["Resource"].endswith(":lambda:invoke.waitForTaskToken")
        assert ask["Arguments"]["Payload"]["agent"] == agent.value
        (caught,) = ask["Catch"]
        assert caught["ErrorEquals"] == ["States.ALL"]
        assert caught["Next"] == f"{agent.value.capitalize()} {without}"
        assert branch["States"][caught["Next"]]["Type"] == "Pass"


@pytest.mark.parametrize("name", TASKS)
def test_every_task_ends_in_time_and_retries_what_is_not_its_own_refusal(name):
    task = states()[name]
    assert type(task["TimeoutSeconds"]) is int
    (retry,) = task["Retry"]
    assert set(retry["ErrorEquals"]) == SERVICE_ERRORS
    assert 0 < retry["MaxAttempts"] <= 5


@pytest.mark.parametrize(
    "name", sorted(name for name, one in TOP.items() if one["Type"] in {"Task", "Parallel"})
)
def test_every_failure_reaches_a_human(name):
    (caught,) = TOP[name]["Catch"]
    assert caught["ErrorEquals"] == ["States.ALL"]
    assert caught["Next"] == ENDS_ELSEWHERE.get(name, HUMAN)
    if name not in {HUMAN, "Approve", "Expiry failed"}:
        assert "reason" in caught["Assign"]


def test_a_way_to_a_human_says_why():
    for name, state in TOP.items():
        if name in {"Told already?", "Another attempt?"}:  # a reason is there on the way to them
            continue
        for rule in (*state.get("Choices", ()), {**state, "Next": state.get("Default")}):
            if rule["Next"] == HUMAN:
                assert "reason" in rule["Assign"], name


@pytest.mark.parametrize(
    ("question", "again", "answer"),
    [
        ("Executed?", "Wait", {"status": "running"}),
        ("Better?", "Watch wait", {"verdict": "pending"}),
        ("Rolled back?", "Rollback wait", {"status": "running"}),
        ("Expired?", "Expiry wait", {"status": "running"}),
        ("Rehearsed?", "Rehearsal wait", {"verdict": "pending", "why": ""}),
    ],
)
def test_polling_is_bounded(question, again, answer):
    assert TOP[again]["Assign"] == {"polls": "{% $polls + 1 %}"}
    assert follow(question, answer, polls=599) == again
    assert follow(question, answer, polls=600) == ("Expiry failed" if question == "Expired?" else HUMAN)


def test_a_busy_target_is_waited_for_within_bounds():
    assert follow("Locked?", {"status": "busy"}, polls=239) == "Busy wait"
    assert follow("Locked?", {"status": "busy"}, polls=240) == HUMAN


def test_clarification_is_bounded():
    assert follow("Clarify?", {}, round=1, clarifications=0) == "Clarify"
    assert follow("Clarify?", {}, round=3, clarifications=0) == HUMAN
    assert follow("Clarify?", {}, round=1, clarifications=2) == HUMAN


@pytest.mark.parametrize(
    ("question", "answer", "then"),
    [
        ("Quorum?", {"winner": None}, "Clarify?"),
        ("Quorum?", {"winner": "a" * 64}, "Decide"),
        ("Won?", {"outcome": "human"}, HUMAN),
        ("Permitted?", {"verdict": "denied"}, HUMAN),
        ("Permitted?", {}, HUMAN),
        ("Permitted?", {"verdict": "permitted"}, "Lock"),
        ("Permitted?", {"verdict": "approval"}, "Approve"),
        ("Approved?", {"granted": "yes", "why": "?"}, HUMAN),
        ("Locked?", {"status": "unheard of"}, HUMAN),
        ("Rehearsed?", {"verdict": "ready"}, "Execute"),
        ("Rehearsed?", {"why": "?"}, HUMAN),
        ("Another attempt?", {}, HUMAN),
        ("Executed?", {"status": "failed"}, "Roll back"),
        ("Better?", {"verdict": "regressed"}, "Roll back"),
        ("Better?", {"verdict": "verified"}, "Close"),
        ("Better?", {"verdict": "unheard of"}, HUMAN),
    ],
)
def test_the_way(question, answer, then):
    assert follow(question, answer, polls=1) == then


@pytest.mark.parametrize("digests", [[], ["a"], ["a", "b"]])
def test_a_list_stays_a_list(digests):
    expression = TOP["Freeze"]["Assign"]["candidates"]
    assert evaluate(expression, states={"result": {"Payload": {"candidates": digests}}}) == digests


def test_without_candidates_a_human_decides():
    assert follow("Candidates?", {}, candidates=[]) == HUMAN
    assert follow("Candidates?", {}, candidates=["a"]) == "Vote"


def follow(question, answer, **variables):
    for rule in TOP[question]["Choices"]:
        if evaluate(rule["Condition"], states={"input": answer}, **variables):
            return rule["Next"]
    return TOP[question]["Default"]
