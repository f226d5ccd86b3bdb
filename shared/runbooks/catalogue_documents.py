"""Automation documents: the declared parameters with their patterns, and the steps.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import JsonValue

from shared.domain.runbook import Parameter

Step = dict[str, JsonValue]


def api_document(
    description: str,
    parameters: Mapping[str, Parameter],
    service: str,
    api: str,
    inputs: Mapping[str, Any],
    integers: Collection[str] = (),
) -> dict[str, JsonValue]:
    """A document of one AWS call; see `api_step` and `document`."""
    return document(description, parameters, [api_step(service, api, inputs)], integers)


def document(
    description: str,
    parameters: Mapping[str, Parameter],
    steps: list[Step],
    integers: Collection[str] = (),
) -> dict[str, JsonValue]:
    """A document of these steps, without an assume role.

    Args:
        integers: the parameters that an API takes as numbers; Automation takes a pattern only of texts.
    """
    return {
        "schemaVersion": "0.3",
        "description": description,
        "parameters": {
            name: {"type": "Integer"}
            if name in integers
            else {"type": "String", "allowedPattern": f"^(?:{parameter.pattern})$"}
            for name, parameter in parameters.items()
        },
        "mainSteps": list(steps),
    }


def api_step(service: str, api: str, inputs: Mapping[str, Any]) -> Step:
    """The step that makes one AWS call, is named like it, and ends the automation.

    Args:
        service, api: as boto3 names the service, and AWS the call.
        inputs: the call's arguments; "{{ Name }}" is a parameter, and keeps its type if it stands alone.
    """
    return {
        "name": api,
        "action": "aws:executeAwsApi",
        "inputs": {"Service": service, "Api": api, **inputs},
        "isEnd": True,
    }


def either(parameter: str, steps: Mapping[str, Step]) -> list[Step]:
    """The one step that a parameter chooses by its value; a step takes the value as its name."""
    choices: list[JsonValue] = [
        {"Variable": f"{{{{ {parameter} }}}}", "StringEquals": value, "NextStep": value} for value in steps
    ]
    branch: Step = {"name": "Choose", "action": "aws:branch", "inputs": {"Choices": choices}}
    return [branch, *({**step, "name": value} for value, step in steps.items())]


def read_step(service: str, api: str, inputs: Mapping[str, Any], *outputs: Step) -> Step:
    """The step that makes one AWS call, and hands on parts of its answer to the next one."""
    return {**api_step(service, api, inputs), "isEnd": False, "outputs": list(outputs)}


def script_step(name: str, script: str, inputs: Mapping[str, Any], *outputs: Step) -> Step:
    """A Python function `handler(events, context)` over values: its answer's parts are handed on.

    In a document without a role it has no credentials, so it can compute and nothing else.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-document-script-considerations.html
    """
    run = {"Runtime": "python3.11", "Handler": "handler", "Script": script}
    return {
        "name": name,
        "action": "aws:executeScript",
        "inputs": {**run, "InputPayload": dict(inputs)},
        "outputs": list(outputs),
    }


def output(name: str, selector: str, kind: str = "String") -> Step:
    """What a step hands on as `{{ Step.name }}`: a JSONPath into its answer, and a type of Automation."""
    return {"Name": name, "Selector": selector, "Type": kind}
