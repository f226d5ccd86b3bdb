"""Whether AWS knows and takes the calls of a runbook, and which rights they need: against botocore's models.

The rights of a call are those of its own name, but for what is written down here.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

# mypy: disable-error-code="import-untyped"

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jmespath
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, OperationNotFoundError
from botocore.session import get_session
from botocore.validate import ParamValidator
from jmespath.exceptions import JMESPathError

from shared.domain.runbook import Form, Observation, Runbook

PREFIXES = {"monitoring": "cloudwatch"}
"""Where IAM's prefix is not what requests are signed for."""
IMPLIED: Mapping[str, frozenset[str]] = {
    # AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    "sqs:StartMessageMoveTask": frozenset(
        {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"}
    ),
}
"""What a call does in its caller's name beside itself."""
SENDING = frozenset({"ssm:SendCommand", "ssm:ListCommands", "ssm:ListCommandInvocations"})
"""What aws:runCommand does.
docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runcommand.html"""
CALLING = frozenset({"aws:executeAwsApi", "aws:waitForAwsResourceProperty", "aws:assertAwsResourceProperty"})
HARMLESS = frozenset({"aws:sleep", "aws:branch", "aws:pause"})
OF_A_STEP = frozenset({"Service", "Api", "PropertySelector", "DesiredValues"})
"""Inputs of a step that are not the call's."""
WHOLE = re.compile(r"\{\{ *([^{}]+?) *\}\}")
NAMED = re.compile(r"\{(\w+)\}")
TEXT = "a" * 64
KINDS: Mapping[str, Any] = {
    "Integer": 100, "Boolean": True, "StringList": [TEXT], "MapList": [{}], "StringMap": {}, "String": TEXT,
}  # fmt: skip
"""A value of each type of Automation."""


@cache
def _model(service: str, api: str) -> OperationModel | None:
    try:
        return get_session().get_service_model(service).operation_model(api)
    except (UnknownServiceError, OperationNotFoundError):
        return None


def takes(service: str, api: str, argument: str) -> bool:
    """Whether AWS's call has such an argument."""
    model = _model(service, api)
    return bool(model and model.input_shape and argument in model.input_shape.members)


def documents(book: Runbook) -> Iterator[str]:
    """What is wrong with the steps of its document, and with the rights that it declares for them."""
    content: Any = book.document
    known = {"global:REGION": "eu-central-1", "global:ACCOUNT_ID": "111122223333"}
    known |= {name: KINDS.get(each["type"], TEXT) for name, each in content.get("parameters", {}).items()}
    names = [step["name"] for step in book.steps]
    if len(set(names)) != len(names) or not all(re.fullmatch(r"[A-Za-z0-9_]{3,128}", name) for name in names):
        yield "document: each step needs a name of its own, of 3 to 128 of A-Z a-z 0-9 _"
    for step in book.steps:
        yield from _step(step, known)
        known |= {f"{step['name']}.{one['Name']}": KINDS[one["Type"]] for one in step.get("outputs", ())}
    yield from _rights(book)


def observations(book: Runbook) -> Iterator[str]:
    """What is wrong with what it looks at."""
    known: dict[str, Any] = dict.fromkeys(re.compile(book.target_pattern).groupindex, TEXT)
    for one in book.observe:
        try:
            arguments = _filled(one.arguments, known, NAMED)
        except KeyError as error:
            yield f"observation {one.name}: {{{error.args[0]}}} is no group of the target, nor seen before it"
        else:
            yield from _observation(one, arguments)
        known[one.name] = {}


def needs(book: Runbook) -> frozenset[str]:
    """The IAM actions of everything that its document does."""
    needed: set[str] = set()
    for step in book.steps:
        if step["action"] in CALLING:
            needed |= _actions(step["inputs"]["Service"], step["inputs"]["Api"])
        elif step["action"] == "aws:runCommand":
            needed |= SENDING
    return frozenset(needed)


def _actions(service: str, api: str) -> frozenset[str]:
    model = _model(service, api)
    if model is None:
        return frozenset()
    signed = str(model.service_model.signing_name)
    if signed == "apigateway":  # it is authorised by the method on the path
        return frozenset({f"apigateway:{model.http['method']}"})
    own = f"{PREFIXES.get(signed, signed)}:{api}"
    return IMPLIED.get(own, frozenset()) | {own}


def _rights(book: Runbook) -> Iterator[str]:
    declared = {*book.actions, *(action for grant in book.also for action in grant.actions)}
    needed = needs(book)
    for action in sorted(needed - declared):
        yield f"actions: the document needs {action}: declare it in `actions`, or in `also` for another ARN"
    for action in sorted(declared - needed):
        yield f"actions: nothing in the document needs {action}: take it out"


def _step(step: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    action, inputs = step["action"], step.get("inputs", {})
    if action == "aws:executeScript":
        if "{{" in inputs.get("Script", ""):
            yield f"step {step['name']}: a value is written into its script; hand it in by InputPayload"
    elif action == "aws:runCommand":
        if inputs.get("DocumentName") != "{{ CommandDocument }}":
            yield f"step {step['name']}: it sends {inputs.get('DocumentName')}, not its own `command`"
        if "Parameters" in inputs:
            yield f"step {step['name']}: Parameters reach a shell; a command is fixed and takes none"
        yield from _call(step["name"], "ssm", "SendCommand", inputs, known)
    elif action in CALLING:
        yield from _call(step["name"], inputs["Service"], inputs["Api"], inputs, known)
    elif action not in HARMLESS:
        yield f"step {step['name']}: nobody knows which rights {action} needs: use one of {sorted(CALLING)}"


def _call(
    step: str, service: str, api: str, inputs: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[str]:
    arguments = {key: value for key, value in inputs.items() if key not in OF_A_STEP}
    try:
        filled = _filled(arguments, known)
    except KeyError as error:
        yield f"step {step}: {{{{ {error.args[0]} }}}} is no parameter, and no output of an earlier step"
        return
    yield from (f"step {step}: {what}" for what in _wrong(service, api, filled))


def _observation(one: Observation, arguments: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"observation {one.name}: {what}" for what in _wrong(one.service, one.api, arguments))
    if _model(one.service, one.api) is not None and one.action not in _actions(one.service, one.api):
        yield f"observation {one.name}: its action is {min(_actions(one.service, one.api))}, not {one.action}"
    try:
        jmespath.compile(one.select)
    except JMESPathError as error:
        yield f"observation {one.name}: select is no JMESPath: {error}"


def _wrong(service: str, api: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    """What AWS's model has against a call; maps that an earlier step hands on are not looked into."""
    model = _model(service, api)
    if model is None:
        yield f"AWS knows no {service} {api}"
        return
    shape = model.input_shape
    members = shape.members if shape else {}
    yield from (f"{api} takes no {name}" for name in arguments if name not in members)
    missing = [name for name in (shape.required_members if shape else ()) if name not in arguments]
    yield from (f"{api} needs {name}" for name in missing)
    plain = {name: each for name, each in arguments.items() if name in members and each not in ([{}], {})}
    report = ParamValidator().validate(plain, shape).generate_report() if shape else ""
    known = "Missing required parameter in input"
    yield from (f"{api}: {line}" for line in report.splitlines() if not line.startswith(known))


def _filled(value: Any, known: Mapping[str, Any], reference: re.Pattern[str] = WHOLE) -> Any:
    """The value as it would be passed on: a lone reference keeps its type."""
    if isinstance(value, str):
        whole = reference.fullmatch(value)
        return known[whole[1]] if whole else reference.sub(lambda found: str(known[found[1]]), value)
    if isinstance(value, dict):
        return {name: _filled(each, known, reference) for name, each in value.items()}
    return [_filled(each, known, reference) for each in value] if isinstance(value, list) else value


def unchecked_scripts(book: Runbook) -> bool:
    """Whether a script of its document has credentials, and so calls that nobody sees here."""
    return book.form is Form.ROLE and any(step["action"] == "aws:executeScript" for step in book.steps)
