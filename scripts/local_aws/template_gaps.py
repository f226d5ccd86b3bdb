"""What a template says and the local CloudFormation overlooks, applied by API after the stack is up.

ministack 1.5.33 takes these settings through their APIs and drops them from a template. Each function goes
when a release reads its property.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION

Physical = dict[str, str]


def apply_gaps(stack: str, template: dict[str, Any], aws: LocalAws) -> None:
    """Apply change capture, time to live, recovery, permissions boundaries and Object Lock of a stack."""
    physical = _physical_ids(stack, aws)
    for apply in (_change_capture, _table_settings, _permissions_boundaries, _object_lock):
        apply(template, physical, aws)


def _physical_ids(stack: str, aws: LocalAws) -> Physical:
    pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    found = (each for page in pages for each in page["StackResourceSummaries"])
    return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in found}


def _with(template: dict[str, Any], kinds: tuple[str, ...], name: str) -> Iterator[tuple[str, Any]]:
    for logical_id, resource in template.get("Resources", {}).items():
        value = resource.get("Properties", {}).get(name)
        if resource["Type"] in kinds and value is not None:
            yield logical_id, value


def _change_capture(template: dict[str, Any], physical: Physical, aws: LocalAws) -> None:
    dynamodb, kinesis = aws.client("dynamodb"), aws.client("kinesis")
    for logical_id, given in _with(template, ("AWS::DynamoDB::Table",), "KinesisStreamSpecification"):
        stream = _stream_name(_resolved(given["StreamArn"], physical, aws))
        arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
        with _tolerating("ResourceInUseException"):
            dynamodb.enable_kinesis_streaming_destination(TableName=physical[logical_id], StreamArn=arn)


def _stream_name(value: str) -> str:
    return value.rsplit("/", 1)[-1]


def _table_settings(template: dict[str, Any], physical: Physical, aws: LocalAws) -> None:
    dynamodb, kinds = aws.client("dynamodb"), ("AWS::DynamoDB::Table",)
    for logical_id, given in _with(template, kinds, "TimeToLiveSpecification"):
        setting = {"AttributeName": given["AttributeName"], "Enabled": bool(given.get("Enabled", True))}
        with _tolerating("ValidationException"):
            dynamodb.update_time_to_live(TableName=physical[logical_id], TimeToLiveSpecification=setting)
    for logical_id, given in _with(template, kinds, "PointInTimeRecoverySpecification"):
        enabled = bool(given.get("PointInTimeRecoveryEnabled"))
        dynamodb.update_continuous_backups(
            TableName=physical[logical_id],
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )


def _permissions_boundaries(template: dict[str, Any], physical: Physical, aws: LocalAws) -> None:
    iam = aws.client("iam")
    for logical_id, given in _with(template, ("AWS::IAM::Role",), "PermissionsBoundary"):
        iam.put_role_permissions_boundary(
            RoleName=physical[logical_id], PermissionsBoundary=_resolved(given, physical, aws)
        )


def _object_lock(template: dict[str, Any], physical: Physical, aws: LocalAws) -> None:
    s3 = aws.client("s3")
    for logical_id, given in _with(template, ("AWS::S3::Bucket",), "ObjectLockConfiguration"):
        bucket = physical[logical_id]
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        configuration = {key: value for key, value in given.items() if key in ("ObjectLockEnabled", "Rule")}
        for number in ("Days", "Years"):
            retention = configuration.get("Rule", {}).get("DefaultRetention", {})
            if number in retention:
                retention[number] = int(retention[number])
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration)


def _resolved(value: Any, physical: Physical, aws: LocalAws) -> str:
    """What an intrinsic that names a resource stands for: a literal, Ref, GetAtt, ImportValue or Join."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Ref":
        return physical.get(argument) or _pseudo(argument)
    if function == "Fn::GetAtt":
        return physical[argument[0] if isinstance(argument, list) else argument.split(".")[0]]
    if function == "Fn::ImportValue":
        exports = aws.client("cloudformation").get_paginator("list_exports").paginate()
        wanted = _resolved(argument, physical, aws)
        return next(
            str(each["Value"]) for page in exports for each in page["Exports"] if each["Name"] == wanted
        )
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(_resolved(part, physical, aws) for part in parts)
    raise ValueError(
        f"cannot resolve {json.dumps(value)}: write it as Ref, Fn::GetAtt, Fn::ImportValue or Fn::Join"
    )


def _pseudo(name: str) -> str:
    known = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
    return known[name]


@contextmanager
def _tolerating(code: str) -> Iterator[None]:
    """Pass over an error of a call that a second deployment repeats: the setting is there already."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise
