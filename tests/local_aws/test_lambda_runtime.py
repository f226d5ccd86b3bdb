"""Lambda runs Python handlers under its runtime interface client."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from tests.local_aws.conftest import Maker, zipped

pytestmark = pytest.mark.local_aws


def invoke(aws: LocalAws, name: str, event: Any = None) -> tuple[dict[str, Any], Any]:
    answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}))
    return answer, json.loads(answer["Payload"].read() or b"null")


def test_a_handler_gets_its_event_and_a_context(aws: LocalAws, make: Maker) -> None:
    name = make.function(
        """
        def handler(event, context):
            return {"event": event, "name": context.function_name, "arn": context.invoked_function_arn,
                    "left": context.get_remaining_time_in_millis()}
        """
    )
    _, body = invoke(aws, name, {"a": 1})
    assert body["event"] == {"a": 1}
    assert body["name"] == name
    assert body["arn"].endswith(f":function:{name}")
    assert 0 < body["left"] <= 20_000


def test_a_raised_error_is_reported_with_its_type_and_the_worker_lives_on(aws: LocalAws, make: Maker) -> None:
    name = make.function(
        """
        import os
        class Refused(Exception): ...
        def handler(event, context):
            if event.get("raise"):
                raise Refused("no")
            return os.getpid()
        """
    )
    _, before = invoke(aws, name)
    answer, body = invoke(aws, name, {"raise": True})
    _, after = invoke(aws, name)
    assert answer["FunctionError"] == "Unhandled"
    assert (body["errorType"], body["errorMessage"]) == ("Refused", "no")
    assert before == after


def test_an_import_error_is_an_init_error(aws: LocalAws, make: Maker) -> None:
    answer, body = invoke(aws, make.function("import does_not_exist"))
    assert answer["FunctionError"] == "Unhandled"
    assert "does_not_exist" in body["errorMessage"]


def test_a_function_that_overstays_its_timeout_is_ended(aws: LocalAws, make: Maker) -> None:
    name = make.function("import time\ndef handler(event, context): time.sleep(60)", Timeout=1)
    answer, body = invoke(aws, name)
    assert answer["FunctionError"] == "Unhandled"
    assert "timed out" in body["errorMessage"]


def test_a_bundle_wins_over_a_layer_and_a_layer_over_the_runtime(aws: LocalAws, make: Maker) -> None:
    layer = aws.client("lambda").publish_layer_version(
        LayerName="contract",
        Content={
            "ZipFile": zipped(
                python__boto3="__version__ = 'of the layer'",
                python__shared="WHERE = 'layer'",
                python__both="WHERE = 'layer'",
            )
        },
    )
    code = zipped(
        both="WHERE = 'bundle'",
        index="""
        import both, boto3, shared
        def handler(event, context):
            return [boto3.__version__, shared.WHERE, both.WHERE]
        """,
    )
    name = make.function("", code=code, Layers=[layer["LayerVersionArn"]])
    assert invoke(aws, name)[1] == ["of the layer", "layer", "bundle"]


def test_a_handler_that_bundles_boto3_gets_that_version(aws: LocalAws, make: Maker) -> None:
    code = zipped(
        boto3="__version__ = 'of the bundle'",
        index="import boto3\ndef handler(event, context): return boto3.__version__",
    )
    assert invoke(aws, make.function("", code=code))[1] == "of the bundle"


def test_nothing_of_the_tool_environment_but_the_runtime_client_is_visible(
    aws: LocalAws, make: Maker
) -> None:
    name = make.function(
        """
        import importlib.util
        def handler(event, context):
            return [name for name in event if importlib.util.find_spec(name)]
        """
    )
    seen = invoke(aws, name, ["awslambdaric", "ministack", "boto3", "botocore", "hypercorn", "yaml", "pip"])[
        1
    ]
    assert seen == ["awslambdaric"]


def test_a_worker_has_its_role_and_the_gateway_and_nothing_of_the_host(aws: LocalAws, make: Maker) -> None:
    name = make.function(
        "import os\ndef handler(event, context): return dict(os.environ)",
        Environment={"Variables": {"OWN": "value"}},
    )
    seen = invoke(aws, name)[1]
    assert seen["OWN"] == "value"
    assert seen["AWS_ENDPOINT_URL"] == aws.endpoint
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert not {"GATEWAY_PORT", "LIFELINE_FD", "SLACK_TOKEN"} & set(seen)


def test_functions_with_equal_code_share_one_unpacked_folder(aws: LocalAws, make: Maker) -> None:
    source = "import os\ndef handler(event, context): return [os.environ['LAMBDA_TASK_ROOT'], os.getpid()]"
    (first, one), (second, two) = (invoke(aws, make.function(source))[1] for _ in range(2))
    assert first == second
    assert one != two


def test_what_a_handler_prints_is_in_its_log_group(aws: LocalAws, make: Maker) -> None:
    name = make.function("def handler(event, context): print('seen by', event['who'])")
    invoke(aws, name, {"who": "a reader"})
    found = aws.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{name}", filterPattern='"seen by"'
    )
    assert [event["message"].strip() for event in found["events"]] == ["seen by a reader"]
