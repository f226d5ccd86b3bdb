"""The templates as a whole: accepted by the linters, the same in every stage, and small enough."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.synth import REPOSITORY
from stacks.components import wheels
from stacks.components.code import code
from tests.stacks.templates import Templates

OUTPUTS = {
    "Data": {
        "EventsTable",
        "StateTable",
        "WaitsTable",
        "ViewsTable",
        "SignalsStream",
        "DeadLettersUrl",
        "SlackSecret",
        "PagerdutySecret",
        "AuditKeys",
    },
    "Agents": {"DetectionFunction", "DiagnosisFunction", "PredictionFunction", "ResolutionFunction"},
    "Consensus": {
        "StateMachineArn",
        "CoordinatorFunction",
        "WorkflowFunction",
        "ExecutorFunction",
        "ExecutionDeadLettersUrl",
    },
    "Interface": {
        "IntakeFunction",
        "CommunicationFunction",
        "ReceptionFunction",
        "SlackAnswersUrl",
        "PagerdutyWebhookUrl",
        "AnchorFunction",
        "ProjectorFunction",
        "ArchiveBucket",
        "LastResortTopic",
        "RuleDeadLettersUrl",
    },
    "Dashboard": {"DashboardUrl", "DashboardFunction", "AnsweringFunction"},
    "Observability": {"AlarmTopic", "HealthFunction"},
}
UNZIPPED = 250 * 2**20


def test_cfn_lint_finds_nothing(dev: Templates, local: Templates, spokes: Templates, tmp_path: Path) -> None:
    """W3005 apart: CDK writes dependencies that a reference already implies. Documents, which are deployed
    as text, are shown to it as objects: it fails on text.
    """
    for each in (dev, local, spokes):
        for name, stack in each.stacks.items():
            file = tmp_path / f"{each.assembly.name}-{name}.json"
            file.write_text(json.dumps(_with_documents(stack)))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--"]
    files = map(str, sorted(tmp_path.iterdir()))
    found = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def _with_documents(stack: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(json.dumps(stack))
    for resource in shown["Resources"].values():
        if resource["Type"] == "AWS::SSM::Document":
            resource["Properties"]["Content"] = json.loads(resource["Properties"]["Content"])
    return shown


def test_cdk_nag_finds_nothing(dev: Templates, local: Templates, spokes: Templates) -> None:
    for each in (dev, local, spokes):
        report = json.loads((each.assembly / "validation-report.json").read_text())
        found = {plugin["pluginName"]: plugin["violations"] for plugin in report["pluginReports"]}
        assert found["AwsSolutions"] == []
        assert not any(found.values()), found


def test_every_acknowledged_finding_has_its_reason(dev: Templates) -> None:
    reasons = [
        reason
        for entry in _metadata(dev)
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for reason in entry["data"].values()
    ]
    assert reasons
    assert all(len(reason.split()) > 4 for reason in reasons)


def test_there_is_no_warning(dev: Templates) -> None:
    assert [entry["data"] for entry in _metadata(dev) if entry["type"] == "aws:cdk:warning"] == []


def _metadata(templates: Templates) -> Iterator[dict[str, Any]]:
    for file in templates.assembly.glob("*.metadata.json"):
        for entries in json.loads(file.read_text()).values():
            yield from entries


def test_outputs_have_stable_keys(dev: Templates) -> None:
    for stack, keys in OUTPUTS.items():
        given = {key for key in dev.stacks[stack]["Outputs"] if not key.startswith("Export")}
        assert given == keys


@pytest.mark.parametrize("kind", ["TableName", "FunctionName", "QueueName", "TopicName", "BucketName"])
def test_nothing_but_roles_and_documents_has_a_physical_name(dev: Templates, kind: str) -> None:
    named = [
        id_
        for stack in dev.stacks.values()
        for id_, resource in stack["Resources"].items()
        if kind in resource.get("Properties", {}) and resource["Type"] not in REFERRING
    ]
    assert named == []


REFERRING = {
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
}
"""Types whose FunctionName is a reference."""


def _differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Paths at which two templates are not the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differences(one.get(key), other.get(key), f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for each, place in zip(one, other, strict=True):
            yield from _differences(each, place, path)
    elif one != other:
        yield path


def _unnamed(templates: Templates, stage: str) -> Any:
    """The stacks without the stage's name."""
    text = json.dumps(templates.stacks)
    named = (f"IncidentCommander-{stage}-", f"IncidentCommander{stage}", f"IncidentCommander/{stage.lower()}")
    named += (f"commander-{stage.lower()}-",)
    for part in named:
        text = text.replace(part, "")
    return json.loads(text)


def _definition(templates: Templates) -> dict[str, Any]:
    ((_, machine),) = templates.of("AWS::StepFunctions::StateMachine")
    return dict(json.loads(machine["DefinitionString"]))


def test_local_and_dev_differ_in_waits_autonomy_python_and_the_demos_mail_only(
    dev: Templates, local: Templates
) -> None:
    paths = _differences(_unnamed(local, "Local"), _unnamed(dev, "Dev"))
    assert {_setting(path) for path in paths} == {
        "COMMANDER_STAGE",
        "COMMANDER_CHANNELS",
        "Demo",  # an output: the patient may be broken on purpose
        "Statement",  # what sends mail, in communication's policy
        "COMMANDER_POLICY",
        "COMMANDER_AGENT_CODE",  # the hash of code that is compiled for another Python
        "COMMANDER_INVESTIGATE_SECONDS",
        "COMMANDER_VOTE_SECONDS",
        "COMMANDER_WATCH_SECONDS",
        "COMMANDER_AGENT_SECONDS",
        "COMMANDER_EXECUTION_SECONDS",
        "DefinitionString",
        "Runtime",
        "CompatibleRuntimes",
        "S3Key",
    }
    seconds = {"TimeoutSeconds": 0, "Seconds": 0}
    assert _without(_definition(dev), seconds) == _without(_definition(local), seconds)


def _setting(path: str) -> str:
    keys = path.split("/")
    return next((key for key in keys if key.startswith("COMMANDER_")), keys[-1])


def _without(value: Any, numbers: dict[str, int]) -> Any:
    if isinstance(value, dict):
        return {key: numbers.get(key, _without(each, numbers)) for key, each in value.items()}
    return [_without(each, numbers) for each in value] if isinstance(value, list) else value


def test_the_http_apis_have_these_routes_only_and_are_throttled_and_logged(dev: Templates) -> None:
    routes = {one["RouteKey"]: one["AuthorizationType"] for _, one in dev.of("AWS::ApiGatewayV2::Route")}
    signed = {"POST /slack/answers": "NONE", "POST /pagerduty/webhook": "NONE"}
    read = ("GET /", "GET /{file+}", "GET /api/v1/{route+}", "POST /api/v1/{route+}")
    assert routes == signed | dict.fromkeys(read, "AWS_IAM")
    limits = []
    for _, stage in dev.of("AWS::ApiGatewayV2::Stage"):
        limits.append(stage["DefaultRouteSettings"])
        assert json.loads(stage["AccessLogSettings"]["Format"])["status"] == "$context.status"
    assert sorted(limits, key=lambda one: one["ThrottlingRateLimit"]) == [
        {"ThrottlingBurstLimit": 40, "ThrottlingRateLimit": 20},
        {"ThrottlingBurstLimit": 400, "ThrottlingRateLimit": 200},  # a page asks for news twice a second
    ]


def test_the_machine_has_its_stages_limits(dev: Templates) -> None:
    states = _definition(dev)["States"]
    waits = [
        state["TimeoutSeconds"]
        for branch in states["Investigate"]["Branches"]
        for state in branch["States"].values()
        if state["Type"] == "Task"
    ]
    assert waits == [60, 180, 90, 300]
    assert states["Watch wait"]["Seconds"] == 15


def test_the_machines_log_holds_no_task_token(dev: Templates) -> None:
    ((_, machine),) = dev.of("AWS::StepFunctions::StateMachine")
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["StateMachineType"] == "STANDARD"


@pytest.mark.parametrize("here", [True, False])
def test_a_function_with_both_layers_is_small_enough(dev: Templates, local: Templates, here: bool) -> None:
    target = wheels.Target.of(on_this_machine=here)
    folders = [wheels.layer(group, target)[0] for group in ("lambda-base", "lambda-numerics")]
    size = sum(file.stat().st_size for folder in folders for file in folder.rglob("*") if file.is_file())
    assert size < UNZIPPED


def test_a_bundle_imports_by_itself(local: Templates) -> None:
    """With nothing on the path but the layers: what was pruned is not missed."""
    target = wheels.Target.of(on_this_machine=True)
    path = ":".join(str(wheels.layer(g, target)[0] / "python") for g in ("lambda-base", "lambda-numerics"))
    program = (
        "import boto3, numpy, pydantic, slack_sdk, ulid, zoneinfo, tzdata;"
        "import aws_lambda_powertools.utilities.batch, numpy.random, numpy.linalg;"
        f"[boto3.client(name, region_name='us-east-1') for name in {sorted(wheels.services())}]"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_second_synthesis_has_the_same_assets(local: Templates) -> None:
    target = wheels.Target.of(on_this_machine=True)
    folder, key = code(target)
    assert code(target) == (folder, key)
    assert {each.name for each in folder.iterdir()} == {"shared", "lambdas"}
    assert (REPOSITORY / ".bundles") in folder.parents
