"""Step Functions: scopes, timeouts, callbacks and history."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from tests.local_aws.conftest import Maker, eventually

pytestmark = pytest.mark.local_aws

WAIT = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
INVOKE_AND_WAIT = "arn:aws:states:::lambda:invoke.waitForTaskToken"


def ask(url: str, agent: str, **fields: Any) -> dict[str, Any]:
    """A state that puts its task token into a queue and waits for an answer."""
    body = {"token": "{% $states.context.Task.Token %}", "agent": agent, "run": "{% $run %}"}
    arguments = {"QueueUrl": url, "MessageBody": body}
    return {"Type": "Task", "Resource": WAIT, "Arguments": arguments, "End": True, **fields}


def branch(state: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"StartAt": "Ask", "States": {"Ask": state, **others}}


def test_task_tokens_of_parallel_branches_never_cross(aws: LocalAws, make: Maker) -> None:
    url, _ = make.queue()
    agents = ["detection", "diagnosis", "prediction", "resolution"]
    machine = make.machine(
        {
            "Start": {"Type": "Pass", "Assign": {"run": "{% $states.input.run %}"}, "Next": "Vote"},
            "Vote": {
                "Type": "Parallel",
                "Branches": [branch(ask(url, each)) for each in agents],
                "End": True,
            },
        }
    )
    runs = {make.start(machine, {"run": number}): number for number in range(20)}
    client = aws.client("stepfunctions")
    for request in make.drain(url, count=20 * len(agents)):
        answer = json.dumps({"agent": request["agent"], "run": request["run"]})
        client.send_task_success(taskToken=request["token"], output=answer)
    for execution, number in runs.items():
        votes = json.loads(make.ended(execution)["output"])
        assert votes == [{"agent": each, "run": number} for each in agents]


def test_a_parallel_state_has_arguments_output_and_assign(make: Maker) -> None:
    double = {"Type": "Pass", "Output": "{% $states.input.n * 2 %}", "End": True}
    machine = make.machine(
        {
            "Both": {
                "Type": "Parallel",
                "Arguments": {"n": "{% $states.input.n + 1 %}"},
                "Branches": [branch(double), branch(double)],
                "Assign": {"first": "{% $states.result[0] %}"},
                "Output": "{% $sum($states.result) %}",
                "Next": "Done",
            },
            "Done": {"Type": "Succeed", "Output": {"first": "{% $first %}", "sum": "{% $states.input %}"}},
        }
    )
    ended = make.ended(make.start(machine, {"n": 1}))
    assert json.loads(ended["output"]) == {"first": 4, "sum": 8}


def test_a_variable_assigned_in_a_branch_stays_there(make: Maker) -> None:
    assigning = {"Type": "Pass", "Assign": {"n": 99}, "Next": "Read"}
    read = {"Type": "Pass", "Output": "{% $n %}", "End": True}
    machine = make.machine(
        {
            "Start": {"Type": "Pass", "Assign": {"n": 1}, "Next": "Both"},
            "Both": {
                "Type": "Parallel",
                "Branches": [branch(assigning, Read=read), branch(read)],
                "Output": {"inside": "{% $states.result %}", "outside": "{% $n %}"},
                "End": True,
            },
        }
    )
    ended = make.ended(make.start(machine))
    assert json.loads(ended["output"]) == {"inside": [99, 1], "outside": 1}


def test_a_failed_branch_fails_the_state_at_once_and_ends_its_siblings(aws: LocalAws, make: Maker) -> None:
    url, _ = make.queue()
    machine = make.machine(
        {
            "Start": {"Type": "Pass", "Assign": {"run": 1}, "Next": "Both"},
            "Both": {
                "Type": "Parallel",
                "Branches": [
                    branch({"Type": "Wait", "Seconds": 2, "Next": "After"}, After=ask(url, "late")),
                    branch({"Type": "Fail", "Error": "Broken", "Cause": "on purpose"}),
                ],
                "End": True,
            },
        }
    )
    ended = make.ended(make.start(machine))
    assert (ended["status"], ended["error"]) == ("FAILED", "Broken")
    assert make.drain(url, seconds=2.5) == []


def test_a_timeout_may_be_an_expression_and_its_catch_applies(make: Maker) -> None:
    url, _ = make.queue()
    abstain = {
        "ErrorEquals": ["States.Timeout"],
        "Next": "Abstain",
        "Output": "{% $states.errorOutput.Error %}",
    }
    waiting = ask(url, "slow", TimeoutSeconds="{% $states.input.patience %}", Catch=[abstain])
    machine = make.machine(
        {
            "Start": {"Type": "Pass", "Assign": {"run": 1}, "Next": "Ask"},
            "Ask": waiting,
            "Abstain": {"Type": "Pass", "End": True},
        }
    )
    ended = make.ended(make.start(machine, {"patience": 1}))
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", "States.Timeout")


def test_a_missed_heartbeat_fails_the_state_and_a_sent_one_keeps_it(aws: LocalAws, make: Maker) -> None:
    url, _ = make.queue()
    machine = make.machine(
        {
            "Start": {"Type": "Pass", "Assign": {"run": 1}, "Next": "Ask"},
            "Ask": ask(url, "slow", HeartbeatSeconds=5, TimeoutSeconds=100),
        }
    )
    execution, client = make.start(machine), aws.client("stepfunctions")
    token = make.drain(url)[0]["token"]
    for _ in range(12):  # longer together than the heartbeat
        time.sleep(0.5)
        client.send_task_heartbeat(taskToken=token)
    assert make.status(execution) == "RUNNING"
    ended = make.ended(execution)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.HeartbeatTimeout")


def test_a_waiting_state_fails_when_its_function_raises(make: Maker) -> None:
    function = make.function(
        """
        class Unable(Exception): ...
        def handler(event, context): raise Unable("cannot ask")
        """
    )
    waiting = {
        "Type": "Task",
        "Resource": INVOKE_AND_WAIT,
        "Arguments": {"FunctionName": function, "Payload": {"token": "{% $states.context.Task.Token %}"}},
        "TimeoutSeconds": 30,
        "End": True,
    }
    ended = make.ended(make.start(make.machine({"Ask": waiting})))
    assert (ended["status"], ended["error"]) == ("FAILED", "Unable")
    assert json.loads(ended["cause"])["errorMessage"] == "cannot ask"


def test_a_machine_has_a_timeout_and_its_event_says_so(make: Maker) -> None:
    machine = make.machine({"Long": {"Type": "Wait", "Seconds": 3, "End": True}}, TimeoutSeconds=1)
    events = make.events({"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}})
    ended = make.ended(make.start(machine))
    assert ended["status"] == "TIMED_OUT"
    statuses = [event["detail"]["status"] for event in make.drain(events, count=2)]
    assert set(statuses) == {"RUNNING", "TIMED_OUT"}


def test_an_ended_execution_no_longer_takes_an_answer(aws: LocalAws, make: Maker) -> None:
    url, _ = make.queue()
    machine = make.machine(
        {"Start": {"Type": "Pass", "Assign": {"run": 1}, "Next": "Ask"}, "Ask": ask(url, "any")}
    )
    execution, client = make.start(machine), aws.client("stepfunctions")
    token = make.drain(url)[0]["token"]
    client.stop_execution(executionArn=execution)

    def refused() -> bool:
        try:
            client.send_task_heartbeat(taskToken=token)
        except (client.exceptions.TaskDoesNotExist, client.exceptions.TaskTimedOut):
            return True
        return False

    assert eventually(refused)


def test_states_all_does_not_catch_a_runtime_error(make: Maker) -> None:
    machine = make.machine(
        {
            "Try": {
                "Type": "Parallel",
                "Branches": [branch({"Type": "Fail", "Error": "States.Runtime"})],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
                "End": True,
            },
            "Caught": {"Type": "Succeed"},
        }
    )
    assert make.ended(make.start(machine))["status"] == "FAILED"


def test_the_history_names_states_inside_branches(aws: LocalAws, make: Maker) -> None:
    inner = {"Type": "Pass", "End": True}
    machine = make.machine({"Both": {"Type": "Parallel", "Branches": [branch(inner)] * 2, "End": True}})
    execution = make.start(machine)
    make.ended(execution)
    history = aws.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    entered = [
        event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event
    ]
    assert entered == ["Both", "Ask", "Ask"]
    assert len({event["id"] for event in history}) == len(history)
