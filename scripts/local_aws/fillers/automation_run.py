"""One automation, run on a thread: its steps in order, their failures and where they lead."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import cloudwatch

from scripts.local_aws.fillers.automation_steps import Cancelled, Context, Result, TimedOut, run_step
from scripts.local_aws.fillers.automation_values import as_text, resolve, select
from scripts.local_aws.fillers.caller import Credentials
from scripts.local_aws.fillers.ssm_fault import Fault

log = logging.getLogger("local_aws.automation")
_STEP_ERRORS = (Fault, ClientError, BotoCoreError, KeyError, ValueError, TypeError, AttributeError)


@dataclass
class Execution:
    """What the API shows of an automation."""

    identity: str
    scope: tuple[str, str]
    document: str
    version: str
    parameters: dict[str, Any]
    executed_by: str
    tags: dict[str, str]
    mode: str = "Auto"
    guards: tuple[str, ...] = ()
    status: str = "Pending"
    failure: str | None = None
    started: float = field(default_factory=time.time)
    ended: float | None = None
    current: tuple[str, str] | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, list[str]] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)


class Automation(threading.Thread):
    """Runs a document's steps for an execution."""

    def __init__(
        self,
        content: dict[str, Any],
        execution: Execution,
        credentials: Credentials,
        on_change: Callable[[Execution], None],
    ) -> None:
        super().__init__(daemon=True, name=f"automation-{execution.identity[:8]}")
        self._content, self._execution, self._on_change = content, execution, on_change
        self._steps: list[dict[str, Any]] = content["mainSteps"]
        self._places = {step["name"]: place for place, step in enumerate(self._steps)}
        self._outputs: dict[str, Any] = {}
        self._context = Context(execution.scope[1], credentials, execution.stopped, self._look_up)

    def run(self) -> None:
        self._become("InProgress")
        try:
            status = self._run_steps()
            self._execution.outputs = {
                name: [as_text(self._outputs.get(name, ""))] for name in self._content.get("outputs") or []
            }
        except Exception as error:
            log.exception("automation %s", self._execution.identity)
            status, self._execution.failure = "Failed", str(error)
        self._execution.current, self._execution.ended = None, time.time()
        self._become(status)

    def _become(self, status: str) -> None:
        self._execution.status = status
        self._on_change(self._execution)

    def _run_steps(self) -> str:
        """The automation's final status. A critical step that failed makes it a failure wherever it led."""
        place: int | None = 0
        final = "Success"
        while place is not None and place < len(self._steps):
            if self._execution.stopped.is_set():
                return "Cancelled"
            ringing = ringing_of(self._execution.guards, self._execution.scope)
            if ringing:
                self._execution.failure = f"Alarms in ALARM: {', '.join(ringing)}"
                return "Cancelled"
            step = self._steps[place]
            shown, branch = self._run_step(step)
            status = shown["StepStatus"]
            if status == "Cancelled" or (status != "Success" and step.get("isCritical", True)):
                final = status if final == "Success" else final
                self._execution.failure = self._execution.failure or shown.get("FailureMessage")
            place = self._after(step, status, branch, place)
            if place is None and status not in ("Success", "Cancelled") and _aborts(step):
                final = status
        return final

    def _after(self, step: dict[str, Any], status: str, branch: str | None, place: int) -> int | None:
        """The place of the step that follows, or None at the end."""
        if status != "Success":
            rule = step.get("onCancel" if status == "Cancelled" else "onFailure", "Abort")
            if rule.startswith("step:"):
                if status == "Cancelled":
                    self._execution.stopped.clear()
                return self._places[rule[5:].strip()]
            if rule != "Continue" or status == "Cancelled":
                return None
        if step.get("isEnd"):
            return None
        following = branch or step.get("nextStep")
        return self._places[following] if following else place + 1

    def _run_step(self, step: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
        shown: dict[str, Any] = {
            "StepName": step["name"],
            "Action": step["action"],
            "StepExecutionId": str(uuid.uuid4()),
            "StepStatus": "InProgress",
            "ExecutionStartTime": time.time(),
            "OnFailure": step.get("onFailure", "Abort"),
            "MaxAttempts": int(step.get("maxAttempts", 1)),
            "Inputs": {},
            "Outputs": {},
        }
        self._execution.current = (step["name"], step["action"])
        self._execution.steps.append(shown)
        result = Result({})
        for _attempt in range(shown["MaxAttempts"]):
            result = self._attempt(step, shown)
            if shown["StepStatus"] in ("Success", "Cancelled"):
                break
        shown["ExecutionEndTime"] = time.time()
        return shown, result.next_step

    def _attempt(self, step: dict[str, Any], shown: dict[str, Any]) -> Result:
        try:
            raw = step.get("inputs") or {}
            inputs = {} if step["action"] == "aws:branch" else resolve(raw, self._look_up)
            shown["Inputs"] = {name: as_text(value) for name, value in (inputs or raw).items()}
            result = run_step(step, inputs, self._context)
        except Cancelled:
            shown["StepStatus"] = "Cancelled"
        except TimedOut as error:
            shown.update(StepStatus="TimedOut", FailureMessage=f"Step timed out. {error}")
        except _STEP_ERRORS as error:
            shown.update(
                StepStatus="Failed", FailureMessage=f"Step fails when it is executed. {error}"[:2000]
            )
        else:
            shown.pop("FailureMessage", None)
            shown["StepStatus"], shown["Outputs"] = "Success", self._keep_outputs(step, result)
            return result
        return Result({})

    def _keep_outputs(self, step: dict[str, Any], result: Result) -> dict[str, list[str]]:
        declared = {
            each["Name"]: select(result.outputs, each["Selector"]) for each in step.get("outputs") or []
        }
        own = result.outputs if step["action"] == "aws:invokeLambdaFunction" else {}
        kept = {**{name: as_text(value) for name, value in own.items()}, **declared}
        self._outputs |= {f"{step['name']}.{name}": value for name, value in kept.items()}
        return {name: [as_text(value)] for name, value in kept.items()}

    def _look_up(self, name: str) -> Any:
        account, region = self._execution.scope
        now = datetime.now(UTC)
        known = {
            "automation:EXECUTION_ID": self._execution.identity,
            "global:DATE": now.strftime("%Y-%m-%d"),
            "global:DATE_TIME": now.strftime("%Y-%m-%d_%H.%M.%S"),
            "global:REGION": region,
            "global:ACCOUNT_ID": account,
            **self._execution.parameters,
            **self._outputs,
        }
        if name not in known:
            raise Fault(
                "UnresolvedReference", f"{{{{{name}}}}} is neither a parameter nor an output of a step."
            )
        return known[name]


def _aborts(step: dict[str, Any]) -> bool:
    return bool(step.get("onFailure", "Abort") == "Abort")


def ringing_of(names: tuple[str, ...], scope: tuple[str, str]) -> list[str]:
    """Which of these alarms ring: Systems Manager stops an automation that one of them guards."""
    known = {
        name: alarm
        for (account, region, name), alarm in cloudwatch._alarms.all_items()
        if (account, region) == scope
    }
    return [name for name in names if known.get(name, {}).get("StateValue") == "ALARM"]
