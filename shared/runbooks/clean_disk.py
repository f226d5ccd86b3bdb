"""Make room on a full disk of one instance: old temporary files, rotated logs, the journal beyond 200 MB.

The script is a command document of ours, fixed and without parameters. The automation's role may send only
that one, and only to instances that their owner has tagged `commander:managed`. What it deletes is gone.
"""

from typing import Any

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    CHANGED,
    Feasible,
    Form,
    Grant,
    Infeasible,
    Observation,
    Parameter,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks.catalogue_documents import document

INSTANCE = r"i-[0-9a-f]{8,17}"
PARAMETERS = {"InstanceId": Parameter(pattern=INSTANCE, description="the instance")}
SCRIPT = (
    "df -P",
    "find /tmp /var/tmp -xdev -type f -mtime +1 -atime +1 -delete",
    "find /var/log -xdev -type f '(' -name '*.gz' -o -name '*.[0-9]' -o -name '*.old' ')' -mtime +1 -delete",
    "if command -v journalctl >/dev/null; then journalctl --vacuum-size=200M; fi",
    "df -P",
)
_ROLE = {"type": "String", "allowedPattern": r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_-]{1,64}$"}
_SENT: dict[str, Any] = {
    "DocumentName": "{{ CommandDocument }}",
    "InstanceIds": ["{{ InstanceId }}"],
    "TimeoutSeconds": 60,  # to reach the instance; the script has its own
}
_AUTOMATION: dict[str, Any] = document(
    "Send the clean-up command to one instance, and wait for it.",
    PARAMETERS,
    [{"name": "Clean", "action": "aws:runCommand", "inputs": _SENT, "timeoutSeconds": 420, "isEnd": True}],
)
OURS = "CommandInvocations[?starts_with(DocumentName, 'commander-') && contains(DocumentName, 'clean-disk')]"


def _seen(name: str, call: str, arguments: dict[str, Any], select: str) -> Observation:
    """All of it is authorised on `*` only."""
    service, api = call.split(":")
    return Observation(
        name=name,
        service=service,
        api=api,
        arguments=arguments,
        select=select,
        action=call,
        on="*",
        newest=True,
    )


def _instance(name: str, select: str) -> Observation:
    return _seen(
        name, "ec2:DescribeInstances", {"InstanceIds": ["{InstanceId}"]}, f"Reservations[0].{select}"
    )


def _agent(name: str, field: str) -> Observation:
    asked = {"Filters": [{"Key": "InstanceIds", "Values": ["{InstanceId}"]}]}
    return _seen(name, "ssm:DescribeInstanceInformation", asked, f"InstanceInformationList[0].{field}")


def _cleaning(name: str, field: str) -> Observation:
    asked = {"InstanceId": "{InstanceId}"}
    return _seen(name, "ssm:ListCommandInvocations", asked, f"{OURS} | [0].{field}")


RUNBOOK = Runbook(
    id="clean-disk",
    version=1,
    family="cleaning",
    title="Delete old temporary files and rotated logs of an instance",
    resource="instance",
    target_pattern=rf"arn:aws:ec2:[a-z0-9-]+:[0-9]{{12}}:instance/(?P<InstanceId>{INSTANCE})",
    target_arn="arn:aws:ec2:{region}:{account}:instance/*",
    observe=(
        _instance("state", "Instances[0].State.Name"),
        _instance("managed", "Instances[0].Tags[?Key=='commander:managed'].Value | [0]"),
        _agent("ping", "PingStatus"),
        _agent("platform", "PlatformType"),
        _cleaning("cleaning", "CommandId"),
        _cleaning("outcome", "Status"),
    ),
    parameters=PARAMETERS,
    untold=True,
    causes=frozenset({Cause.DISK_FULL}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.LIFT_LIMIT,
    relieves=Measure.SATURATION,
    actions=("ssm:SendCommand",),
    also=(Grant(actions=("ssm:ListCommands", "ssm:ListCommandInvocations"), resource="*", most="*"),),
    untagged=frozenset({"ssm:ListCommands", "ssm:ListCommandInvocations"}),
    document={
        **_AUTOMATION,
        "assumeRole": "{{ AutomationAssumeRole }}",
        "parameters": {
            **_AUTOMATION["parameters"],
            "AutomationAssumeRole": _ROLE,
            "CommandDocument": {"type": "String", "allowedPattern": "^commander-[A-Za-z0-9_.-]{1,118}$"},
        },
    },
    command={
        "schemaVersion": "2.2",
        "description": "Delete old temporary files and rotated logs.",
        "mainSteps": [
            {
                "name": "clean",
                "action": "aws:runShellScript",
                "precondition": {"StringEquals": ["platformType", "Linux"]},
                "inputs": {"timeoutSeconds": "300", "runCommand": list(SCRIPT)},
            }
        ],
    },
    form=Form.ROLE,
    reversibility=Reversibility.IRREVERSIBLE,
    touches_data=True,
    inverse=None,
    expected_seconds=480,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """If the instance is a running, reachable, managed Linux that is not being cleaned."""
    state = subject.state
    if state.get("state") != "running":
        return Infeasible(reason=f"the instance is {state.get('state')}")
    if state.get("managed") != "true":
        return Infeasible(reason="it is not tagged commander:managed")
    if (state.get("ping"), state.get("platform")) != ("Online", "Linux"):
        return Infeasible(reason="no agent of a Linux answers on it")
    if state.get("outcome") in ("Pending", "InProgress", "Delayed"):
        return Infeasible(reason="it is being cleaned")
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target),
        statement="its agent is online; how full its disk is does not show in any API",
        telling=False,
    )


def effect(_proposal: Proposal, _before: State) -> dict[str, Any]:
    """Another clean-up is its newest, and has succeeded."""
    return {"cleaning": CHANGED, "outcome": "Success"}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """With what piled up gone, the disk is as full as in good times."""
    return baseline


def undo(_done: Proposal, _before: State) -> None:
    """Deleted files do not come back."""


REMEDY = Remedy(runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=())
