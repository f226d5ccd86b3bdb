"""A cloud assembly is deployed: assets, order, outputs, what is left out, and what is said when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws.deploy import DeploymentError, deploy
from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.local_aws.template import adapt
from tests.local_aws.conftest import unique

pytestmark = pytest.mark.local_aws

BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
Write = Callable[..., Path]


@pytest.fixture
def assembly(tmp_path: Path) -> Write:
    """Writes a cloud assembly as the CDK does: a manifest, templates, asset manifests and assets."""

    def write(
        stacks: dict[str, dict[str, Any]], assets: dict[str, dict[str, str]] | None = None, **needs: Any
    ) -> Path:
        artifacts: dict[str, Any] = {}
        for name, template in stacks.items():
            (tmp_path / f"{name}.template.json").write_text(json.dumps(template))
            properties = {"templateFile": f"{name}.template.json", "stackName": name}
            artifact = {"type": "aws:cloudformation:stack", "properties": properties}
            artifacts[name] = {**artifact, "dependencies": needs.get("needs", {}).get(name, [])}
        files = {}
        for key, sources in (assets or {}).items():
            for file, text in sources.items():
                path = tmp_path / f"asset.{key}" / file
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            destination = {"bucketName": BUCKET, "objectKey": f"{key}.zip"}
            source = {"path": f"asset.{key}", "packaging": "zip"}
            files[key] = {"source": source, "destinations": {"current": destination}}
        (tmp_path / "all.assets.json").write_text(json.dumps({"version": "48.0.0", "files": files}))
        (tmp_path / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": artifacts}))
        return tmp_path

    return write


def role(service: str, **properties: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document, **properties}}


def test_assets_stacks_and_outputs_arrive_in_dependency_order(aws: LocalAws, assembly: Write) -> None:
    first, second, asset = unique("Data"), unique("App"), unique("asset")
    export = f"{first}:Queue"
    data = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}},
        "Outputs": {"Queue": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": export}}},
    }
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"S3Bucket": BUCKET, "S3Key": f"{asset}.zip"},
            "Environment": {"Variables": {"QUEUE": {"Fn::ImportValue": export}}},
        },
    }
    app = {
        "Resources": {"Role": role("lambda.amazonaws.com"), "Function": function},
        "Outputs": {"Name": {"Value": {"Ref": "Function"}}},
    }
    source = "import os\ndef handler(event, context): return os.environ['QUEUE']"
    written = assembly({second: app, first: data}, {asset: {"index.py": source}}, needs={second: [first]})
    outputs = deploy(written, aws)
    answer = aws.client("lambda").invoke(FunctionName=outputs[second]["Name"])
    assert json.loads(answer["Payload"].read()) == outputs[first]["Queue"]


def test_a_second_deployment_updates_what_changed(aws: LocalAws, assembly: Write) -> None:
    name = unique("Stack")

    def template(value: str) -> dict[str, Any]:
        properties = {"Type": "String", "Value": value, "Name": f"/{name}"}
        return {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": properties}}}

    first = assembly({name: template("one")})
    deploy(first, aws)
    deploy(first, aws)  # nothing to do is no error
    second = assembly({name: template("two")})
    deploy(second, aws)
    assert aws.client("ssm").get_parameter(Name=f"/{name}")["Parameter"]["Value"] == "two"


def test_a_failure_names_stack_resource_and_reason(aws: LocalAws, assembly: Write) -> None:
    name = unique("Broken")
    document = {"Type": "AWS::SSM::Document", "Properties": {"DocumentType": "Automation", "Content": {}}}
    with pytest.raises(DeploymentError) as raised:
        deploy(assembly({name: {"Resources": {"Empty": document}}}), aws)
    assert name in str(raised.value)
    assert "Empty (AWS::SSM::Document)" in str(raised.value)
    assert "schemaVersion" in str(raised.value)


def test_an_unknown_type_is_refused_by_name(aws: LocalAws, assembly: Write) -> None:
    template = {"Resources": {"Odd": {"Type": "AWS::Nowhere::Thing", "Properties": {}}}}
    with pytest.raises(DeploymentError, match="AWS::Nowhere::Thing"):
        deploy(assembly({unique("Odd"): template}), aws)


def test_what_is_left_out_is_named_with_its_reason(aws: LocalAws, assembly: Write) -> None:
    name, lines = unique("Stack"), list[str]()
    trail = {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": True, "S3BucketName": "b"}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {}, "DependsOn": ["Trail"]}
    outputs = {"Trail": {"Value": {"Ref": "Trail"}}, "Queue": {"Value": {"Ref": "Queue"}}}
    template = {"Resources": {"Trail": trail, "Queue": queue}, "Outputs": outputs}
    assert set(deploy(assembly({name: template}), aws, lines.append)[name]) == {"Queue"}
    assert any("AWS::CloudTrail::Trail Trail" in line and "no trail" in line for line in lines)


def test_a_template_is_not_changed_by_adapting_it() -> None:
    template = {"Resources": {"A": {"Type": "AWS::CDK::Metadata"}}}
    adapted, dropped = adapt(template)
    assert (adapted, dropped) == ({"Resources": {}}, [])
    assert "A" in template["Resources"]


def test_a_document_of_a_template_gets_a_new_default_version_when_it_changes(
    aws: LocalAws, assembly: Write
) -> None:
    name = unique("Runbooks")

    def template(step: str) -> dict[str, Any]:
        steps = [{"name": step, "action": "aws:sleep", "inputs": {"Duration": "PT0S"}}]
        content = {"schemaVersion": "0.3", "mainSteps": steps}
        properties = {"DocumentType": "Automation", "Content": content, "UpdateMethod": "NewVersion"}
        return {
            "Resources": {"Doc": {"Type": "AWS::SSM::Document", "Properties": properties}},
            "Outputs": {"Name": {"Value": {"Ref": "Doc"}}},
        }

    deploy(assembly({name: template("one")}), aws)
    document = deploy(assembly({name: template("two")}), aws)[name]["Name"]
    found = aws.client("ssm").get_document(Name=document)
    assert found["DocumentVersion"] == "2"
    assert json.loads(found["Content"])["mainSteps"][0]["name"] == "two"


def test_a_composite_alarm_of_a_template_is_made(aws: LocalAws, assembly: Write) -> None:
    name = unique("Alarms")
    child = {
        "Namespace": "N",
        "MetricName": "M",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    rule = {"Fn::Join": ["", ['ALARM("', {"Fn::GetAtt": ["Child", "Arn"]}, '")']]}
    template = {
        "Resources": {
            "Child": {"Type": "AWS::CloudWatch::Alarm", "Properties": child},
            "Parent": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": rule}},
        },
        "Outputs": {"Parent": {"Value": {"Ref": "Parent"}}},
    }
    parent = deploy(assembly({name: template}), aws)[name]["Parent"]
    found = aws.client("cloudwatch").describe_alarms(AlarmNames=[parent], AlarmTypes=["CompositeAlarm"])
    assert found["CompositeAlarms"][0]["AlarmRule"].startswith('ALARM("arn:aws:cloudwatch')


def test_what_the_engine_overlooks_in_a_template_is_applied(aws: LocalAws, assembly: Write) -> None:
    name = unique("Gaps")
    boundary = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}],
            }
        },
    }
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "KinesisStreamSpecification": {"StreamArn": {"Fn::GetAtt": ["Stream", "Arn"]}},
            "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
    }
    retention = {"Mode": "COMPLIANCE", "Days": 1}
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "ObjectLockEnabled": True,
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": retention},
            },
        },
    }
    template = {
        "Resources": {
            "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
            "Table": table,
            "Boundary": boundary,
            "Role": role("lambda.amazonaws.com", PermissionsBoundary={"Ref": "Boundary"}),
            "Bucket": bucket,
        },
        "Outputs": {
            each: {"Value": {"Ref": each}} for each in ("Stream", "Table", "Boundary", "Role", "Bucket")
        },
    }
    written = assembly({name: template})
    found = deploy(written, aws)[name]
    deploy(written, aws)
    dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
    (capture,) = dynamodb.describe_kinesis_streaming_destination(TableName=found["Table"])[
        "KinesisDataStreamDestinations"
    ]
    assert capture["DestinationStatus"] == "ACTIVE"
    ttl = dynamodb.describe_time_to_live(TableName=found["Table"])["TimeToLiveDescription"]
    assert ttl["AttributeName"] == "ttl"
    set_role = aws.client("iam").get_role(RoleName=found["Role"])["Role"]
    assert set_role["PermissionsBoundary"]["PermissionsBoundaryArn"] == found["Boundary"]
    lock = s3.get_object_lock_configuration(Bucket=found["Bucket"])["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == retention
    version = s3.put_object(Bucket=found["Bucket"], Key="evidence", Body=b"x")["VersionId"]
    with pytest.raises(ClientError):
        s3.delete_object(Bucket=found["Bucket"], Key="evidence", VersionId=version)


def test_a_reference_to_what_is_left_out_is_refused_by_name(aws: LocalAws, assembly: Write) -> None:
    trail = {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": True, "S3BucketName": "b"}}
    properties = {"Type": "String", "Value": {"Ref": "Trail"}}
    reader = {"Type": "AWS::SSM::Parameter", "Properties": properties}
    with pytest.raises(DeploymentError, match=r"Reader refers to .*Trail"):
        deploy(assembly({unique("Stack"): {"Resources": {"Trail": trail, "Reader": reader}}}), aws)


def test_an_accepted_type_can_be_read_and_does_nothing(aws: LocalAws, assembly: Write) -> None:
    name = unique("Stack")
    guardrail = {"Type": "AWS::Bedrock::Guardrail", "Properties": {"Name": "g"}}
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Guardrail", "GuardrailArn"]}}}
    found = deploy(assembly({name: {"Resources": {"Guardrail": guardrail}, "Outputs": outputs}}), aws)
    assert found[name]["Arn"].startswith("arn:aws:bedrock:")


def test_an_inline_policy_of_a_topic_is_its_policy(aws: LocalAws, assembly: Write) -> None:
    name = unique("Stack")
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": "*",
    }
    document = {"Version": "2012-10-17", "Statement": [allow]}
    policy = {
        "Type": "AWS::SNS::TopicInlinePolicy",
        "Properties": {"TopicArn": {"Ref": "Topic"}, "PolicyDocument": document},
    }
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}, "Policy": policy},
        "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}},
    }
    topic = deploy(assembly({name: template}), aws)[name]["Topic"]
    found = aws.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    assert json.loads(found)["Statement"][0]["Action"] == "sns:Publish"


def test_a_template_may_be_as_large_as_one_that_comes_by_url(aws: LocalAws, assembly: Write) -> None:
    name = unique("Large")
    topics = {f"T{n}": {"Type": "AWS::SNS::Topic", "Metadata": {"why": "x" * 9_000}} for n in range(7)}
    assert deploy(assembly({name: {"Resources": topics}}), aws) == {name: {}}
