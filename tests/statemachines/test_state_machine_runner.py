"""The state machine runs in process as it would in AWS, on simulated time."""

import copy
import json
from collections import Counter
from datetime import timedelta

import pytest

from shared.adapters.local.manual_clock import START, ManualClock
from shared.adapters.local.state_machine import StateError, StateMachine, load
from shared.domain.consensus import RULES, Choice, tally
from shared.domain.errors import InvalidConfiguration
from shared.domain.model import VOTERS
from tests.statemachines.asl import DEFINITION

SECONDS = {
    "DetectionSeconds": 60,
    "DiagnosisSeconds": 180,
    "PredictionSeconds": 90,
    "ResolutionSeconds": 300,
    "VoteSeconds": 40,
    "ApprovalSeconds": 1800,
    "WatchPollSeconds": 15,
}
DIGEST = "a" * 64
TEXT = DEFINITION.read_text(encoding="utf-8")


class House:
    """Fake functions behind the machine: everybody answers, and agrees, unless told otherwise."""

    def __init__(self, silent=(), choice=DIGEST, broken=(), **answers):
        self.clock = ManualClock()
        self.silent = set(silent)
        self.choice = choice
        self.broken = dict(broken)
        self.answers = answers
        self.calls = Counter()
        self.asked = []
        self.messages = []
        self.ballots = {}
        self.said = {}
        self.machine = StateMachine(
            load(TEXT, SECONDS), {"workflow": self.call, "executor": self.call}, self.clock, self.pump
        )

    def call(self, payload):
        task = payload["task"]
        self.calls[task] += 1
        self.said[task] = payload
        if self.broken.get(task):
            raise self.broken[task].pop(0)
        return getattr(self, task, lambda given: self.answers.get(task, {}))(payload)

    def ask(self, payload):
        self.asked.append((payload["what"], payload["agent"], self.clock.now() - START))
        self.messages.append(payload)
        return {}

    def pump(self):
        waiting, self.messages = self.messages, []
        for message in waiting:
            if message["agent"] in self.silent:
                continue
            if message["what"].startswith("ballot"):
                cast = {"agent": message["agent"], "choice": self.choice, "confidence": 900}
                self.ballots[message["agent"]] = cast
            self.machine.complete(message["token"], {"agent": message["agent"]})
        return bool(waiting)

    def freeze(self, payload):
        return {"candidates": [DIGEST], "safe": [DIGEST], "round": 1}

    def clarify(self, payload):
        return {"candidates": [DIGEST], "safe": [DIGEST], "round": payload["round"] + 1}

    def verify(self, payload):
        cast = [self.ballots[agent] for agent in VOTERS if agent in self.ballots]
        return {"ballots": cast, "candidates": [DIGEST], "safe": [DIGEST], "rules": RULES.plain()}

    def decide(self, payload):
        return {"outcome": "won"}

    def authorise(self, payload):
        return {"verdict": self.next_of("authorise", "permitted")}

    def ask_people(self, payload):
        said = self.next_of("people", None)
        if said is not None:
            self.machine.complete(payload["token"], said)
        return {}

    def end_asking(self, payload):
        return {"granted": False, "why": "approval expired"}

    def lock(self, payload):
        return {"status": self.next_of("lock", "locked")}

    def needed(self, payload):
        return {"needed": self.next_of("needed", True)}

    def rehearse(self, payload):
        return {"verdict": self.next_of("rehearse", "ready"), "why": "because"}

    def again(self, payload):
        return {"again": self.next_of("again", False)}

    def close(self, payload):
        return {"outcome": "resolved", "expires_seconds": self.next_of("expires", 0)}

    def undo(self, payload):
        return {"status": "running"}

    def next_of(self, task, default):
        sequence = self.answers.get(task, [])
        return sequence.pop(0) if sequence else default

    def status(self, payload):
        return {"status": self.next_of("status", "succeeded")}

    def undo_status(self, payload):
        return {"status": self.next_of("undo_status", "succeeded")}

    def watch(self, payload):
        return {"verdict": self.next_of("watch", "verified")}

    def run(self):
        return self.machine.run("incident-1", {"incident_id": "1", "attempt": 1})


def way(execution):
    inside = {f"{voter.value.capitalize()} {what}" for voter in VOTERS for what in ("findings", "ballot")}
    return [visit.state for visit in execution.history if visit.state not in inside]


def test_the_way_to_a_verified_close():
    house = House(watch=["pending", "verified"])
    execution = house.run()
    assert execution.status == "SUCCEEDED"
    assert way(execution) == [
        "Begin",
        "Open",
        "Investigate",
        "Freeze",
        "Candidates?",
        "Vote",
        "Verify ballots",
        "Tally",
        "Quorum?",
        "Decide",
        "Won?",
        "Authorise",
        "Permitted?",
        "Lock",
        "Locked?",
        "Rehearse",
        "Rehearsed?",
        "Execute",
        "Wait",
        "Execution status",
        "Executed?",
        "Watch wait",
        "Watch",
        "Better?",
        "Watch wait",
        "Watch",
        "Better?",
        "Close",
        "Expires?",
        "Closed",
    ]
    assert house.said["close"]["outcome"] == "verified"
    assert house.calls["escalate"] == 0
    choices = [Choice(agent=voter, choice=DIGEST, confidence=900) for voter in VOTERS]
    assert house.said["decide"]["tally"] == tally(choices, [DIGEST], [DIGEST]).model_dump(mode="json")
    assert house.clock.now() - START == timedelta(seconds=3 * 15)


def test_all_agents_are_asked_at_once():
    house = House(silent=["detection"])
    house.run()
    findings = [(agent, at) for what, agent, at in house.asked if what == "findings"]
    assert findings == [(voter.value, timedelta(0)) for voter in VOTERS]


@pytest.mark.parametrize(("agent", "limit"), [("detection", 60), ("diagnosis", 180)])
def test_a_silent_agent_costs_exactly_its_own_limits(agent, limit):
    house = House(silent=[agent])
    execution = house.run()
    first, ballot = (
        next(visit for visit in execution.history if visit.state == f"{agent.capitalize()} {what}")
        for what in ("silent", "abstains")
    )
    assert first.output == ballot.output == {"agent": agent, "error": "States.Timeout"}
    assert first.entered_at - START == timedelta(seconds=limit)
    assert ballot.entered_at - START == timedelta(seconds=limit + 40)
    assert house.clock.now() - START == timedelta(seconds=limit + 40 + 2 * 15)
    assert execution.status == "SUCCEEDED"
    assert house.said["close"]["outcome"] == "verified"


def test_an_answer_after_the_limit_is_ignored():
    house = House(silent=["detection"])
    tokens = []
    ask = house.ask
    house.ask = lambda payload: tokens.append(payload["token"]) or ask(payload)
    execution = house.run()
    before = copy.deepcopy(execution.history)
    house.machine.complete(tokens[0], {"agent": "detection"})
    house.machine.complete("nobody's", {})
    house.machine.drive()
    assert execution.history == before


def test_everybody_silent_costs_the_longest_limit_only():
    house = House(silent=[voter.value for voter in VOTERS])
    house.run()
    assert next(at for what, _, at in house.asked if what == "ballot-1") == timedelta(seconds=300)


def test_three_rounds_without_a_quorum_then_a_human():
    house = House(choice=None)
    execution = house.run()
    assert way(execution).count("Vote") == 3
    assert house.calls["clarify"] == 2
    assert house.said["escalate"]["reason"] == "no_quorum"
    assert house.said["close"]["outcome"] == "human"
    assert house.calls["execute"] == 0
    assert execution.status == "SUCCEEDED"


def test_an_execution_that_cannot_start_goes_to_a_human():
    house = House(broken={"execute": [PermissionError("no credentials")]})
    execution = house.run()
    assert house.said["escalate"]["reason"].startswith("Execute: PermissionError")
    assert "no credentials" in house.said["escalate"]["reason"]
    assert house.calls["status"] == 0
    assert execution.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"watch": ["regressed"]}, "regressed, rolled_back"),
        ({"status": ["running", "failed"]}, "remedy_failed, rolled_back"),
        ({"watch": ["regressed"], "undo_status": ["running", "failed"]}, "regressed, rollback_failed"),
    ],
)
def test_what_made_it_worse_is_undone_and_a_human_is_told(answers, reason):
    house = House(**answers)
    house.run()
    assert house.calls["undo"] == 1
    assert house.said["escalate"]["reason"] == reason


def test_people_are_asked_and_policy_once_more():
    granted = {"granted": True, "why": "approved by ann"}
    house = House(authorise=["approval", "permitted"], people=[granted])
    assert way(house.run())[12:17] == ["Permitted?", "Approve", "Approved?", "Authorise", "Permitted?"]
    assert house.said["close"]["outcome"] == "verified"


@pytest.mark.parametrize(
    ("people", "why", "waited"),
    [
        ([{"granted": False, "why": "denied by ann"}], "denied by ann", 0),
        ([], "approval expired", 1800),
    ],
)
def test_without_a_yes_nothing_is_done(people, why, waited):
    house = House(authorise=["approval"], people=people)
    house.run()
    assert house.said["escalate"]["reason"] == why
    assert house.calls["lock"] == house.calls["execute"] == 0
    assert house.clock.now() - START == timedelta(seconds=waited)


def test_a_target_that_others_changed_is_voted_on_again():
    house = House(lock=["busy", "busy", "free_again"], again=[True])
    execution = house.run()
    assert way(execution)[-3:] == ["Again", "Another attempt?", "Attempt given up"]
    assert house.said["again"]["reason"] == "the target was changed by another incident"
    assert house.calls["rehearse"] == house.calls["execute"] == house.calls["close"] == 0
    assert house.clock.now() - START == timedelta(seconds=2 * 15)


def test_what_another_incident_cured_is_closed():
    house = House(lock=["busy", "free_again"], needed=[False])
    house.run()
    assert house.said["close"]["outcome"] == "unneeded"
    assert house.calls["again"] == house.calls["escalate"] == 0


@pytest.mark.parametrize(
    ("verdict", "reason", "outcome"),
    [
        ("changed", "because", "human"),
        ("failed", "rehearsal_failed: because", "human"),
        ("unneeded", None, "unneeded"),
    ],
)
def test_a_rehearsal_that_does_not_end_well_stops_it(verdict, reason, outcome):
    house = House(rehearse=[verdict])
    house.run()
    assert house.calls["execute"] == 0
    assert house.said["close"]["outcome"] == outcome
    assert house.said.get("escalate", {}).get("reason") == reason


def test_what_was_undone_may_be_followed_by_another_attempt():
    house = House(watch=["regressed"], again=[True])
    assert way(house.run())[-1] == "Attempt given up"
    assert house.calls["close"] == house.calls["escalate"] == 0


def test_what_is_for_a_time_is_taken_back_after_it():
    house = House(expires=[3600], undo_status=["running", "succeeded"])
    execution = house.run()
    assert way(execution)[-2:] == ["Expired", "Closed"]
    assert house.clock.now() - START == timedelta(seconds=2 * 15 + 3600 + 2 * 15)
    house = House(expires=[3600], undo_status=["failed"])
    assert house.run().error == "ExpiryFailed"
    assert house.said["escalate"]["reason"] == "expiry_failed"


def test_a_service_error_is_retried_within_bounds_then_caught():
    throttled = StateError("Lambda.TooManyRequestsException", "slow down")
    house = House(broken={"freeze": [throttled, throttled]})
    house.run()
    assert house.calls["freeze"] == 3
    assert house.clock.now() - START == timedelta(seconds=(1 + 2) + 2 * 15)

    house = House(broken={"freeze": [throttled] * 9})
    house.run()
    assert house.calls["freeze"] == 1 + 4
    assert house.said["escalate"]["reason"] == "Freeze: Lambda.TooManyRequestsException slow down"
    assert house.clock.now() - START == timedelta(seconds=1 + 2 + 4 + 8)


def test_an_error_that_is_not_the_services_is_not_retried():
    house = House(broken={"freeze": [ValueError("bug")]})
    house.run()
    assert house.calls["freeze"] == 1


def test_when_nobody_can_be_told_the_execution_fails_aloud():
    house = House(broken={"open": [ValueError()], "escalate": [ValueError()]})
    execution = house.run()
    assert (execution.status, execution.error) == ("FAILED", "EscalationFailed")
    assert execution.history[-1].state == "Nobody was told"


def test_two_runs_give_identical_histories():
    first, second = (House(silent=["prediction"], watch=["pending"]).run() for _ in range(2))
    assert first.history == second.history
    assert first == second


def test_a_name_is_used_once():
    house = House()
    assert house.machine.start("incident-1", {"incident_id": "1", "attempt": 1})
    assert not house.machine.start("incident-1", {"incident_id": "1", "attempt": 1})
    house.machine.drive()
    assert not house.machine.start("incident-1", {"incident_id": "1", "attempt": 1})
    assert house.calls["open"] == 1


def small(states, start=None):
    return {"QueryLanguage": "JSONata", "StartAt": start or next(iter(states)), "States": states}


def run(definition, functions=None, payload=None):
    clock = ManualClock()
    machine = StateMachine(definition, functions or {}, clock, lambda: False)
    return machine.run("one", payload or {}), clock


def test_expressions_of_a_state_see_the_variables_as_they_were_on_entry():
    execution, _ = run(
        small(
            {
                "First": {"Type": "Pass", "Assign": {"x": 1, "list": [1, 2]}, "Next": "Second"},
                "Second": {
                    "Type": "Pass",
                    "Assign": {"x": "{% $x + 1 %}", "y": "{% $x %}"},
                    "Output": "{% $x %}",
                    "Next": "Third",
                },
                "Third": {
                    "Type": "Pass",
                    "Output": {"was": "{% $states.input %}", "x": "{% $x %}", "y": "{% $y %}"},
                    "End": True,
                },
            }
        )
    )
    assert execution.output == {"was": 1, "x": 2, "y": 1}


def test_a_branch_reads_outer_variables_and_keeps_its_own():
    inside = {"Type": "Pass", "Assign": {"mine": 1}, "Output": "{% $outer %}", "End": True}
    definition = small(
        {
            "Set": {"Type": "Pass", "Assign": {"outer": 7}, "Next": "Both"},
            "Both": {
                "Type": "Parallel",
                "Branches": [small({"A": inside}), small({"B": {**inside, "Output": "{% $states.input %}"}})],
                "Next": "After",
            },
            "After": {
                "Type": "Pass",
                "Output": {"results": "{% $states.input %}", "leaked": "{% $exists($mine) %}"},
                "End": True,
            },
        }
    )
    for branch in definition["States"]["Both"]["Branches"]:
        del branch["QueryLanguage"]
    execution, _ = run(definition, payload={"in": 1})
    assert execution.output == {"results": [7, {"in": 1}], "leaked": False}
    inside["Assign"]["outer"] = 8
    with pytest.raises(InvalidConfiguration, match="outer"):
        run(definition)


def test_waits_in_branches_pass_together():
    def wait(seconds):
        branch = small({f"W{seconds}": {"Type": "Wait", "Seconds": seconds, "End": True}})
        del branch["QueryLanguage"]
        return branch

    definition = small({"P": {"Type": "Parallel", "Branches": [wait(30), wait(10)], "End": True}})
    execution, clock = run(definition)
    assert clock.now() - START == timedelta(seconds=30)
    assert [visit.state for visit in execution.history] == ["W10", "W30", "P"]


@pytest.mark.parametrize("expression", ["$nobody", "$states.input.absent", "1 + 'a'", "1 +", "$map"])
def test_an_expression_without_a_value_fails_the_state(expression):
    execution, _ = run(small({"P": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}}))
    assert (execution.status, execution.error) == ("FAILED", "States.QueryEvaluationError")


def test_null_is_a_value():
    execution, _ = run(
        small({"P": {"Type": "Pass", "Output": "{% $states.input.winner %}", "End": True}}),
        payload={"winner": None},
    )
    assert (execution.status, execution.output) == ("SUCCEEDED", None)


def test_a_condition_is_a_boolean_and_a_choice_needs_a_way():
    def choice(condition):
        return small(
            {
                "C": {"Type": "Choice", "Choices": [{"Condition": condition, "Next": "E"}]},
                "E": {"Type": "Succeed"},
            }
        )

    assert run(choice("{% 1 %}"))[0].error == "States.QueryEvaluationError"
    assert run(choice("{% false %}"))[0].error == "States.NoChoiceMatched"


def asking(**more):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": {"x": "{% $states.input.x %}"}},
        "End": True,
        **more,
    }
    return small({"T": task, "Rescued": {"Type": "Pass", "End": True}})


def test_a_function_that_raises_fails_as_lambda_reports_it():
    def f(payload):
        raise KeyError(payload["x"])

    execution, _ = run(asking(), {"f": f}, {"x": 5})
    assert execution.error == "KeyError"
    assert json.loads(execution.cause) == {"errorMessage": "5", "errorType": "KeyError"}


def test_task_failed_catches_all_but_a_timeout():
    def f(payload):
        raise StateError(payload["x"])

    caught = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Rescued"}]
    execution, _ = run(asking(Catch=caught), {"f": f}, {"x": "Anything"})
    assert execution.output == {"Error": "Anything", "Cause": ""}
    execution, _ = run(asking(Catch=caught), {"f": f}, {"x": "States.Timeout"})
    assert execution.error == "States.Timeout"
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Rescued"}]
    assert run(asking(Catch=caught), {"f": f}, {"x": "States.Runtime"})[0].status == "FAILED"


def test_a_query_that_fails_in_a_task_is_caught():
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Rescued"}]
    execution, _ = run(asking(Catch=caught), {"f": dict}, {})
    assert execution.output["Error"] == "States.QueryEvaluationError"


@pytest.mark.parametrize(
    ("states", "named"),
    [
        ({"M": {"Type": "Map", "End": True}}, "M: state type Map"),
        ({"P": {"Type": "Pass", "InputPath": "$", "End": True}}, "P: field InputPath"),
        ({"W": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "End": True}}, "W: field Timestamp"),
        ({"P": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}}, "P: QueryLanguage JSONPath"),
        (asking(HeartbeatSeconds=5)["States"], "T: field HeartbeatSeconds"),
        (asking(Resource="arn:aws:states:::sqs:sendMessage")["States"], "T: resource arn.*sqs:sendMessage"),
        (asking(Retry=[{"ErrorEquals": ["a"], "Speed": 1}])["States"], "T.Retry: field Speed"),
    ],
)
def test_what_the_runner_has_not_is_refused_by_name(states, named):
    with pytest.raises(NotImplementedError, match=named):
        run(small(states), {"f": dict})


def test_a_function_that_is_not_there_is_refused_at_once():
    with pytest.raises(InvalidConfiguration, match="no function 'f'"):
        run(asking())


def test_a_placeholder_without_a_value_is_refused():
    with pytest.raises(InvalidConfiguration, match="VoteSeconds"):
        load(TEXT, {name: 1 for name in SECONDS if name != "VoteSeconds"})
    with pytest.raises(InvalidConfiguration, match="not JSON"):
        load("{", {})
