"""What is taken out of a template before the local AWS sees it: a named list, each with its reason."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

DROPPED_TYPES: dict[str, str] = {
    "AWS::CDK::Metadata": "analytics only",
    "AWS::CloudTrail::Trail": "the local AWS has no trail; API calls are not recorded",
    "AWS::Events::Archive": "nothing is replayed locally",
    "AWS::Kinesis::StreamConsumer": "the local poller reads with shared throughput",
    "AWS::StepFunctions::StateMachineVersion": "executions start on the machine itself locally",
    "AWS::StepFunctions::StateMachineAlias": "executions start on the machine itself locally",
    "AWS::Logs::QueryDefinition": "saved queries are a console feature",
    "AWS::XRay::SamplingRule": "there is no X-Ray locally",
    "AWS::XRay::Group": "there is no X-Ray locally",
    "AWS::ApplicationSignals::ServiceLevelObjective": "there are no Application Signals locally",
    "AWS::CE::AnomalyMonitor": "there is no billing locally",
    "AWS::CE::AnomalySubscription": "there is no billing locally",
    "AWS::ResourceGroups::Group": "a view of tags, without behaviour",
}


@dataclass(frozen=True)
class Dropped:
    """A resource left out of a local deployment."""

    logical_id: str
    kind: str
    reason: str


def adapt(template: dict[str, Any]) -> tuple[dict[str, Any], list[Dropped]]:
    """The template without the dropped types and without dependencies on them, and what was dropped.

    Raises ValueError when a resource that stays reads something of one that is dropped.
    """
    adapted = copy.deepcopy(template)
    resources = adapted.get("Resources", {})
    dropped = [
        Dropped(logical_id, resource["Type"], DROPPED_TYPES[resource["Type"]])
        for logical_id, resource in resources.items()
        if resource["Type"] in DROPPED_TYPES
    ]
    gone = {each.logical_id for each in dropped}
    for logical_id in gone:
        del resources[logical_id]
    for logical_id, resource in resources.items():
        if "DependsOn" in resource:
            _forget_dependencies(resource, gone)
        if _mentions(resource, gone):
            raise ValueError(
                f"{logical_id} refers to a resource that does not exist locally: one of {sorted(gone)}"
            )
    if "Outputs" in adapted:
        adapted["Outputs"] = {
            name: output for name, output in adapted["Outputs"].items() if not _mentions(output, gone)
        }
    return adapted, [each for each in dropped if each.kind != "AWS::CDK::Metadata"]


def _forget_dependencies(resource: dict[str, Any], gone: set[str]) -> None:
    needed = resource["DependsOn"]
    kept = [each for each in ([needed] if isinstance(needed, str) else needed) if each not in gone]
    if kept:
        resource["DependsOn"] = kept
    else:
        del resource["DependsOn"]


def _mentions(value: Any, gone: set[str]) -> bool:
    if isinstance(value, dict):
        getter, reference = value.get("Fn::GetAtt"), value.get("Ref")
        if isinstance(reference, str) and reference in gone:
            return True
        if isinstance(getter, list) and getter and getter[0] in gone:
            return True
        return any(_mentions(each, gone) for each in value.values())
    return isinstance(value, list) and any(_mentions(each, gone) for each in value)
