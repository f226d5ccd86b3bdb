"""Every runbook against AWS's own service models: its document's calls, its observations, its actions."""

import json
import re
from functools import cache

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from shared.runbooks.catalogue import remedies

RUNBOOKS = [each.runbook for each in remedies().values()]
EVERY = pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda one: one.id)
WHOLE = re.compile(r"\{\{ *([^{}]+?) *\}\}")
TEXT = "a" * 64
KINDS = {"Integer": 100, "StringList": [TEXT], "MapList": [{}], "StringMap": {}, "String": TEXT}


@cache
def taken(service, api):
    return get_session().get_service_model(service).operation_model(api).input_shape


def filled(value, known):
    """The value as Automation would pass it: a lone reference keeps its type."""
    if isinstance(value, str):
        whole = WHOLE.fullmatch(value)
        return known[whole[1]] if whole else WHOLE.sub(lambda found: str(known[found[1]]), value)
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    return [filled(each, known) for each in value] if isinstance(value, list) else value


def wrong(service, api, arguments):
    """What AWS's model has against a call; maps that an earlier step hands on are not looked into."""
    shape = taken(service, api)
    unknown = [f"{api} takes no {name}" for name in arguments if name not in shape.members]
    plain = {name: each for name, each in arguments.items() if each not in ([{}], {})}
    missing = [name for name in shape.required_members if name not in arguments]
    report = ParamValidator().validate(plain, shape).generate_report().splitlines()
    return (
        unknown
        + missing
        + [line for line in report if not line.startswith("Missing required parameter in input")]
    )


@EVERY
def test_a_document_makes_calls_that_aws_knows_and_takes_and_that_are_granted(runbook):
    known = {"global:REGION": "eu-central-1", "global:ACCOUNT_ID": "111122223333"}
    known |= {name: KINDS[each["type"]] for name, each in runbook.document["parameters"].items()}
    granted = {
        each.split(":")[1] for each in runbook.actions + sum((one.actions for one in runbook.also), ())
    }
    for step in runbook.document["mainSteps"]:
        known |= {f"{step['name']}.{each['Name']}": KINDS[each["Type"]] for each in step.get("outputs", ())}
        inputs = dict(step["inputs"])
        if step["action"] == "aws:runCommand":
            inputs |= {"Service": "ssm", "Api": "SendCommand"}
        if "Api" not in inputs:
            continue
        service, api = inputs.pop("Service"), inputs.pop("Api")
        assert not wrong(service, api, filled(inputs, known))
        assert granted & {api, "PATCH"}


@EVERY
def test_an_observation_is_a_call_that_aws_knows_and_takes_and_that_is_granted(runbook):
    for one in runbook.observe:
        arguments = json.loads(re.sub(r"\{\w+\}", TEXT, json.dumps(one.arguments)))
        assert not wrong(one.service, one.api, arguments), one.name
        assert one.action.split(":")[1] in (one.api, "GET")


@EVERY
def test_every_text_that_a_document_takes_has_the_pattern_of_the_runbook(runbook):
    declared = runbook.document["parameters"]
    assert set(declared) - {"AutomationAssumeRole", "CommandDocument"} == set(runbook.parameters)
    for name, parameter in runbook.parameters.items():
        if declared[name]["type"] != "Integer":
            assert parameter.pattern in declared[name]["allowedPattern"]


@EVERY
def test_names_of_steps_are_ones_that_automation_takes(runbook):
    names = [step["name"] for step in runbook.document["mainSteps"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_]{3,128}", name) for name in names)
