"""Automation documents: the declared parameters with their patterns, and the steps.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import JsonValue

from shared.domain.runbook import Parameter

TEXT: Mapping[str, str] = MappingProxyType({})


def api_document(
    description: str,
    parameters: Mapping[str, Parameter],
    service: str,
    api: str,
    inputs: Mapping[str, JsonValue],
    types: Mapping[str, str] = TEXT,
) -> dict[str, JsonValue]:
    """A document of one AWS call.

    Args:
        service, api: as boto3 names the service, and AWS the call.
        inputs: the call's arguments; "{{ Name }}" is a parameter, and keeps its type if it stands alone.
        types: of the parameters that are no String: Integer, Boolean.
    """
    return document(description, parameters, call(service, api, inputs), types=types)


def document(
    description: str,
    parameters: Mapping[str, Parameter],
    *steps: dict[str, JsonValue],
    types: Mapping[str, str] = TEXT,
) -> dict[str, JsonValue]:
    """A document of these steps, without an assume role. Only a String takes a pattern."""
    return {
        "schemaVersion": "0.3",
        "description": description,
        "parameters": {
            name: {"type": types[name]}
            if name in types
            else {"type": "String", "allowedPattern": f"^{parameter.pattern}$"}
            for name, parameter in parameters.items()
        },
        "mainSteps": list(steps),
    }


def call(service: str, api: str, inputs: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The step that makes one AWS call, is named like it, and ends the automation."""
    return {
        "name": api,
        "action": "aws:executeAwsApi",
        "inputs": {"Service": service, "Api": api, **inputs},
        "isEnd": True,
    }
