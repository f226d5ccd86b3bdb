"""Systems Manager documents and Automation: versions, parameters, steps, and whose rights they have."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from tests.local_aws.conftest import Maker, eventually, unique

pytestmark = pytest.mark.local_aws

ENDED = ("Success", "Failed", "TimedOut", "Cancelled")


def document(aws: LocalAws, *steps: dict[str, Any], **content: Any) -> str:
    name = unique("document")
    aws.client("ssm").create_document(
        Name=name,
        DocumentType="Automation",
        Content=json.dumps({"schemaVersion": "0.3", "mainSteps": steps, **content}),
    )
    return name


def start(aws: LocalAws, name: str, caller: dict[str, str] | None = None, **request: Any) -> str:
    ssm = aws.client("ssm", **(caller or {}))
    return str(ssm.start_automation_execution(DocumentName=name, **request)["AutomationExecutionId"])


def ended(aws: LocalAws, execution: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        answer = aws.client("ssm").get_automation_execution(AutomationExecutionId=execution)
        found: dict[str, Any] = answer["AutomationExecution"]
        return found if found["AutomationExecutionStatus"] in ENDED else None

    found: dict[str, Any] = eventually(look)
    assert found, "the automation did not end"
    return found


def refusal(call: Any, *arguments: Any, **keywords: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(*arguments, **keywords)
    return str(raised.value.response["Error"]["Code"])


def parameter(aws: LocalAws, value: str = "before") -> str:
    name = f"/{unique('parameter')}"
    aws.client("ssm").put_parameter(Name=name, Value=value, Type="String")
    return name


def put_step(
    name: str = "put", parameter: str = "{{ Name }}", value: str = "after", **step: Any
) -> dict[str, Any]:
    inputs = {"Service": "ssm", "Api": "PutParameter", "Name": parameter, "Value": value, "Overwrite": True}
    return {"name": name, "action": "aws:executeAwsApi", "inputs": inputs, **step}


NAME = {"Name": {"type": "String"}}
SLEEP = {"action": "aws:sleep", "inputs": {"Duration": "PT0S"}}


def test_a_document_has_versions_and_a_default_among_them(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), document(aws, {"name": "one", **SLEEP})
    second = {"schemaVersion": "0.3", "mainSteps": [{"name": "two", **SLEEP}]}
    ssm.update_document(Name=name, Content=json.dumps(second), DocumentVersion="$LATEST")
    described = ssm.describe_document(Name=name)["Document"]
    assert (described["DefaultVersion"], described["LatestVersion"]) == ("1", "2")
    assert json.loads(ssm.get_document(Name=name)["Content"])["mainSteps"][0]["name"] == "one"
    ssm.update_document_default_version(Name=name, DocumentVersion="2")
    assert json.loads(ssm.get_document(Name=name)["Content"]) == second
    first = start(aws, name, DocumentVersion="1")
    assert ended(aws, first)["StepExecutions"][0]["StepName"] == "one"
    assert refusal(start, aws, name, DocumentVersion="9") == "AutomationDefinitionVersionNotFoundException"
    assert refusal(ssm.create_document, Name=name, Content=json.dumps(second)) == "DocumentAlreadyExists"
    ssm.delete_document(Name=name)
    assert refusal(ssm.describe_document, Name=name) == "InvalidDocument"


def test_parameters_are_checked_before_anything_runs(aws: LocalAws) -> None:
    parameters = {
        "Service": {"type": "String", "allowedPattern": "^[a-z-]{1,20}$"},
        "Count": {"type": "Integer", "default": 1},
        "Mode": {"type": "String", "allowedValues": ["soft", "hard"], "default": "soft"},
    }
    name = document(aws, {"name": "one", **SLEEP}, parameters=parameters)
    code = "InvalidAutomationExecutionParametersException"
    refused: list[dict[str, list[str]]] = [
        {},
        {"Service": ["Bad Name"]},
        {"Service": ["api"], "Mode": ["other"]},
        {"Service": ["api"], "Count": ["many"]},
        {"Service": ["api"], "Unknown": ["x"]},
    ]
    for given in refused:
        assert refusal(start, aws, name, Parameters=given) == code, given
    shown = ended(aws, start(aws, name, Parameters={"Service": ["api"], "Count": ["3"]}))
    assert shown["Parameters"] == {"Service": ["api"], "Count": ["3"], "Mode": ["soft"]}


def test_a_client_token_is_a_uuid_and_starts_one_automation_ever(aws: LocalAws) -> None:
    name, token = document(aws, {"name": "one", **SLEEP}), str(uuid.uuid4())
    start(aws, name, ClientToken=token)
    assert refusal(start, aws, name, ClientToken=token) == "IdempotentParameterMismatch"
    assert refusal(start, aws, name, ClientToken="x" * 36) == "ValidationException"


def test_steps_call_apis_select_outputs_branch_and_invoke(aws: LocalAws, make: Maker) -> None:
    function = make.function(
        "def handler(event, context): return {'double': event['n'] * 2, 'text': event['t']}"
    )
    read = {
        "name": "read",
        "action": "aws:executeAwsApi",
        "inputs": {"Service": "ssm", "Api": "GetParameter", "Name": "{{ Name }}"},
        "outputs": [{"Name": "Value", "Selector": "$.Parameter.Value", "Type": "String"}],
    }
    choice = {"NextStep": "call", "Variable": "{{ read.Value }}", "StringEquals": "before"}
    decide = {
        "name": "decide",
        "action": "aws:branch",
        "inputs": {"Choices": [choice], "Default": "never"},
    }
    call = {
        "name": "call",
        "action": "aws:invokeLambdaFunction",
        "inputs": {"FunctionName": function, "InputPayload": {"n": "{{ Count }}", "t": "is {{ Count }}"}},
        "outputs": [{"Name": "Double", "Selector": "$.Payload.double", "Type": "Integer"}],
        "isEnd": True,
    }
    name = document(
        aws,
        read,
        decide,
        put_step("never"),
        call,
        parameters={**NAME, "Count": {"type": "Integer"}},
        outputs=["read.Value", "call.Double", "call.Payload"],
    )
    parameters = {"Name": [parameter(aws)], "Count": ["21"]}
    found = ended(aws, start(aws, name, Parameters=parameters))
    assert found["AutomationExecutionStatus"] == "Success", found
    assert [step["StepName"] for step in found["StepExecutions"]] == ["read", "decide", "call"]
    assert found["Outputs"]["read.Value"] == ["before"]
    assert found["Outputs"]["call.Double"] == ["42"]
    assert json.loads(found["Outputs"]["call.Payload"][0]) == {"double": 42, "text": "is 21"}


def test_a_property_is_asserted_and_waited_for(aws: LocalAws) -> None:
    name = parameter(aws)
    inputs = {
        "Service": "ssm",
        "Api": "GetParameter",
        "Name": name,
        "PropertySelector": "$.Parameter.Value",
        "DesiredValues": ["after"],
    }
    assertion = {"name": "check", "action": "aws:assertAwsResourceProperty", "inputs": inputs}
    failed = ended(aws, start(aws, document(aws, assertion)))
    assert failed["AutomationExecutionStatus"] == "Failed"
    waiting = {"name": "wait", "action": "aws:waitForAwsResourceProperty", "inputs": inputs}
    execution = start(aws, document(aws, {**waiting, "timeoutSeconds": 100}, assertion))
    aws.client("ssm").put_parameter(Name=name, Value="after", Overwrite=True)
    assert ended(aws, execution)["AutomationExecutionStatus"] == "Success"
    inputs["DesiredValues"] = ["never"]
    late = ended(aws, start(aws, document(aws, {**waiting, "timeoutSeconds": 1})))
    assert late["AutomationExecutionStatus"] == "TimedOut"


def test_a_failed_step_leads_where_its_on_failure_says(aws: LocalAws) -> None:
    broken = {
        "action": "aws:executeAwsApi",
        "inputs": {"Service": "ssm", "Api": "GetParameter", "Name": "/none"},
    }
    undo = put_step("undo", value="undone")
    name = parameter(aws)

    def run(*steps: dict[str, Any]) -> tuple[str, list[str]]:
        made = document(aws, *steps, parameters=NAME)
        found = ended(aws, start(aws, made, Parameters={"Name": [name]}))
        return found["AutomationExecutionStatus"], [step["StepName"] for step in found["StepExecutions"]]

    first = {"name": "first", **broken}
    assert run(first, undo) == ("Failed", ["first"])
    assert run({**first, "onFailure": "Continue"}, undo) == ("Failed", ["first", "undo"])
    assert run({**first, "onFailure": "Continue", "isCritical": False}, undo) == (
        "Success",
        ["first", "undo"],
    )
    jump = {**first, "onFailure": "step:undo", "isCritical": False}
    assert run(jump, put_step("skipped", value="wrong"), undo) == ("Success", ["first", "undo"])
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "undone"


def test_a_stopped_automation_is_cancelled_at_once_when_it_waits(aws: LocalAws) -> None:
    name = document(
        aws, {"name": "long", "action": "aws:sleep", "inputs": {"Duration": "PT1H"}}, put_step("never")
    )
    execution = start(aws, name)
    ssm = aws.client("ssm")
    ssm.stop_automation_execution(AutomationExecutionId=execution, Type="Cancel")
    found = ended(aws, execution)
    assert found["AutomationExecutionStatus"] == "Cancelled"
    assert [step["StepName"] for step in found["StepExecutions"]] in (["long"], [])


def test_an_alarm_that_rings_stops_what_it_guards(aws: LocalAws) -> None:
    cloudwatch, name = aws.client("cloudwatch"), unique("guard")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Guard",
        MetricName=name,
        Period=10,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Statistic="Maximum",
        TreatMissingData="ignore",
    )
    made, guards = document(aws, {"name": "one", **SLEEP}), {"Alarms": [{"Name": name}]}
    quiet = ended(aws, start(aws, made, AlarmConfiguration=guards))
    assert quiet["AutomationExecutionStatus"] == "Success"
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    stopped = ended(aws, start(aws, made, AlarmConfiguration=guards))
    assert (stopped["AutomationExecutionStatus"], stopped["StepExecutions"]) == ("Cancelled", [])
    assert name in stopped["FailureMessage"]


def test_executions_are_found_by_tag_status_and_document(aws: LocalAws) -> None:
    ssm, name, tag = aws.client("ssm"), document(aws, {"name": "one", **SLEEP}), unique("tag")
    tagged = start(aws, name, Tags=[{"Key": tag, "Value": "INC-1"}])
    other = start(aws, name)
    ended(aws, tagged), ended(aws, other)

    def found(**rule: Any) -> set[str]:
        listed = ssm.describe_automation_executions(Filters=[rule])["AutomationExecutionMetadataList"]
        return {each["AutomationExecutionId"] for each in listed}

    assert found(Key="TagKey", Values=[tag]) == {tagged}
    assert found(Key="DocumentNamePrefix", Values=[name]) == {tagged, other}
    assert {tagged, other} <= found(Key="ExecutionStatus", Values=["Success"])
    (step,) = ssm.describe_automation_step_executions(AutomationExecutionId=tagged)["StepExecutions"]
    assert (step["StepName"], step["StepStatus"]) == ("one", "Success")


def automation_grant(name: str, version: str = "*") -> dict[str, Any]:
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:automation-definition/{name}:{version}"
    return {"Effect": "Allow", "Action": "ssm:StartAutomationExecution", "Resource": arn}


def parameter_grant(name: str) -> dict[str, Any]:
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"
    return {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": arn}


def test_starting_needs_a_grant_on_the_definition_and_its_version(aws: LocalAws, make: Maker) -> None:
    name = document(aws, {"name": "one", **SLEEP})
    caller = make.caller([automation_grant(name, "1")])
    start(aws, name, caller, DocumentVersion="1")
    assert refusal(start, aws, name, caller) == "AccessDeniedException"
    assert refusal(start, aws, document(aws, {"name": "one", **SLEEP}), caller) == "AccessDeniedException"


def test_without_an_assume_role_the_automation_has_its_callers_rights(aws: LocalAws, make: Maker) -> None:
    name, mine, other = document(aws, put_step(), parameters=NAME), parameter(aws), parameter(aws)
    caller = make.caller([automation_grant(name), parameter_grant(mine)])
    allowed = ended(aws, start(aws, name, caller, Parameters={"Name": [mine]}))
    denied = ended(aws, start(aws, name, caller, Parameters={"Name": [other]}))
    assert allowed["AutomationExecutionStatus"] == "Success"
    assert denied["AutomationExecutionStatus"] == "Failed"
    assert "AccessDenied" in denied["FailureMessage"]
    assert ":assumed-role/" in allowed["ExecutedBy"]


def test_an_assume_role_is_passed_trusted_and_then_the_only_right(aws: LocalAws, make: Maker) -> None:
    target = parameter(aws)
    role = make.role("ssm.amazonaws.com", [parameter_grant(target)])
    stranger = make.role("lambda.amazonaws.com", [parameter_grant(target)])
    parameters = {**NAME, "Role": {"type": "AWS::IAM::Role::Arn"}}
    name = document(aws, put_step(), parameters=parameters, assumeRole="{{ Role }}")
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": [role, stranger]}
    only_for_ssm = {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}
    without = make.caller([automation_grant(name)])
    caller = make.caller([automation_grant(name), {**passing, "Condition": only_for_ssm}])
    given = {"Name": [target], "Role": [role]}
    assert refusal(start, aws, name, without, Parameters=given) == "AccessDeniedException"
    refused = refusal(start, aws, name, caller, Parameters={**given, "Role": [stranger]})
    assert refused == "InvalidAutomationExecutionParametersException"
    assert ended(aws, start(aws, name, caller, Parameters=given))["AutomationExecutionStatus"] == "Success"
    elsewhere = {**given, "Name": [parameter(aws)]}
    assert ended(aws, start(aws, name, caller, Parameters=elsewhere))["AutomationExecutionStatus"] == "Failed"


def test_a_state_machine_starts_an_automation_as_its_role(aws: LocalAws, make: Maker) -> None:
    target = parameter(aws)
    name = document(aws, put_step(), parameters=NAME)
    run = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:startAutomationExecution",
        "Arguments": {"DocumentName": name, "Parameters": {"Name": [target]}},
        "Output": "{% $states.result.AutomationExecutionId %}",
        "End": True,
    }
    machine = make.ended(make.start(make.machine({"Run": run})))
    assert machine["status"] == "SUCCEEDED", machine
    assert ended(aws, json.loads(machine["output"]))["AutomationExecutionStatus"] == "Success"


def test_every_change_of_status_is_an_event(aws: LocalAws, make: Maker) -> None:
    name = document(aws, {"name": "one", **SLEEP})
    events = make.events({"source": ["aws.ssm"], "detail": {"Definition": [name]}})
    execution = start(aws, name)
    received = make.drain(events, count=2)
    assert {event["detail"]["Status"] for event in received} == {"InProgress", "Success"}
    assert {event["detail"]["ExecutionId"] for event in received} == {execution}
