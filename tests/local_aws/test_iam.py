"""IAM: the names that calls are authorised as, and sessions that carry who they are for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from tests.local_aws.conftest import Maker, credentials, unique

pytestmark = pytest.mark.local_aws

Grant = dict[str, Any]


def allow(action: str, resource: str, **more: Any) -> Grant:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def is_denied(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


def check(
    aws: LocalAws, make: Maker, service: str, grant: Grant, call: Callable[[Any, str], Any], own: str
) -> None:
    """The grant covers the call on what it names, and does not cover the same call on anything else."""
    client = aws.client(service, **make.caller([grant]))
    assert not is_denied(lambda: call(client, own)), grant
    assert is_denied(lambda: call(client, "another")), grant


def test_parameters_are_authorised_by_their_arn(aws: LocalAws, make: Maker) -> None:
    name, ssm = f"/{unique('app')}/mode", aws.client("ssm")
    ssm.put_parameter(Name=name, Value="on", Type="String")
    where = arn("ssm", f"parameter{name}")
    check(aws, make, "ssm", allow("ssm:GetParameter", where), lambda c, n: c.get_parameter(Name=n), name)
    check(aws, make, "ssm", allow("ssm:GetParameters", where), lambda c, n: c.get_parameters(Names=[n]), name)
    check(
        aws,
        make,
        "ssm",
        allow("ssm:GetParameterHistory", where),
        lambda c, n: c.get_parameter_history(Name=n),
        name,
    )
    check(
        aws,
        make,
        "ssm",
        allow("ssm:PutParameter", where),
        lambda c, n: c.put_parameter(Name=n, Value="off", Type="String", Overwrite=True),
        name,
    )
    path = name.rsplit("/", 1)[0]
    check(
        aws,
        make,
        "ssm",
        allow("ssm:GetParametersByPath", arn("ssm", f"parameter{path}")),
        lambda c, n: c.get_parameters_by_path(Path=n if n.startswith("/") else f"/{n}"),
        path,
    )


def test_an_automation_execution_is_authorised_by_its_id(aws: LocalAws, make: Maker) -> None:
    name, ssm = unique("document"), aws.client("ssm")
    content = {
        "schemaVersion": "0.3",
        "mainSteps": [{"name": "a", "action": "aws:sleep", "inputs": {"Duration": "PT0S"}}],
    }
    ssm.create_document(Name=name, DocumentType="Automation", Content=json.dumps(content))
    own = ssm.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    grant = allow("ssm:GetAutomationExecution", arn("ssm", f"automation-execution/{own}"))
    other = "0" * 8 + own[8:]
    check(
        aws,
        make,
        "ssm",
        grant,
        lambda c, n: c.get_automation_execution(AutomationExecutionId=n if n == own else other),
        own,
    )
    check(
        aws,
        make,
        "ssm",
        allow("ssm:DescribeDocument", arn("ssm", f"document/{name}")),
        lambda c, n: c.describe_document(Name=n),
        name,
    )


def test_a_function_is_authorised_by_alias_and_alias_changes_by_their_own_action(
    aws: LocalAws, make: Maker
) -> None:
    name, client = make.function("def handler(event, context): return 1"), aws.client("lambda")
    version = client.publish_version(FunctionName=name)["Version"]
    for alias in ("live", "another"):
        client.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    check(
        aws,
        make,
        "lambda",
        allow("lambda:InvokeFunction", arn("lambda", f"function:{name}:live")),
        lambda c, n: c.invoke(FunctionName=name, Qualifier=n),
        "live",
    )
    updating = aws.client(
        "lambda", **make.caller([allow("lambda:UpdateAlias", arn("lambda", f"function:{name}"))])
    )
    updating.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    assert is_denied(lambda: updating.list_aliases(FunctionName=name))


def test_a_mapping_is_changed_by_its_own_action(aws: LocalAws, make: Maker) -> None:
    name, kinesis = unique("stream"), aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    made = aws.client("lambda").create_event_source_mapping(
        FunctionName=make.function("def handler(event, context): return None"),
        EventSourceArn=arn("kinesis", f"stream/{name}"),
        StartingPosition="LATEST",
    )
    grant = allow("lambda:UpdateEventSourceMapping", arn("lambda", f"event-source-mapping:{made['UUID']}"))
    client = aws.client("lambda", **make.caller([grant]))
    client.update_event_source_mapping(UUID=made["UUID"], Enabled=False)
    assert is_denied(lambda: client.get_event_source_mapping(UUID=made["UUID"]))


def test_an_ecs_service_is_authorised_by_cluster_and_name(aws: LocalAws, make: Maker) -> None:
    ecs, cluster = aws.client("ecs"), unique("cluster")
    ecs.create_cluster(clusterName=cluster)
    container = {"name": "app", "image": "app", "memory": 64}
    definition = ecs.register_task_definition(family=unique("app"), containerDefinitions=[container])
    task = definition["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(cluster=cluster, serviceName="api", taskDefinition=task, desiredCount=0)
    for action, call in (
        ("ecs:UpdateService", lambda c, n: c.update_service(cluster=cluster, service=n, desiredCount=0)),
        ("ecs:DescribeServices", lambda c, n: c.describe_services(cluster=cluster, services=[n])),
    ):
        check(aws, make, "ecs", allow(action, arn("ecs", f"service/{cluster}/api")), call, "api")


def test_a_log_group_is_authorised_with_the_suffix_that_grants_carry(aws: LocalAws, make: Maker) -> None:
    logs = aws.client("logs")
    name, other = unique("group"), unique("group")
    for group in (name, other):
        logs.create_log_group(logGroupName=group)
    check(
        aws,
        make,
        "logs",
        allow("logs:FilterLogEvents", arn("logs", f"log-group:{name}:*")),
        lambda c, n: c.filter_log_events(logGroupName=n if n == name else other),
        name,
    )


def test_a_key_alias_is_authorised_as_its_key(aws: LocalAws, make: Maker) -> None:
    kms, alias = aws.client("kms"), f"alias/{unique('key')}"
    key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    other = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    check(
        aws,
        make,
        "kms",
        allow("kms:GenerateMac", key["Arn"]),
        lambda c, n: c.generate_mac(
            KeyId=n if n == alias else other["KeyId"], MacAlgorithm="HMAC_SHA_256", Message=b"x"
        ),
        alias,
    )


def test_an_answer_to_a_task_is_authorised_by_its_state_machine(aws: LocalAws, make: Maker) -> None:
    url, _ = make.queue()
    message = {"QueueUrl": url, "MessageBody": {"token": "{% $states.context.Task.Token %}"}}
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": message,
        "End": True,
    }
    machine = make.machine({"Ask": waiting})
    execution = make.start(machine)
    token = make.drain(url)[0]["token"]
    stranger = aws.client(
        "stepfunctions", **make.caller([allow("states:SendTaskSuccess", f"{machine}-other")])
    )
    granted = aws.client("stepfunctions", **make.caller([allow("states:SendTaskSuccess", machine)]))
    assert is_denied(lambda: stranger.send_task_success(taskToken=token, output="1"))
    granted.send_task_success(taskToken=token, output="1")
    assert make.ended(execution)["status"] == "SUCCEEDED"


def test_a_sender_is_authorised_by_its_identity(aws: LocalAws, make: Maker) -> None:
    ses = aws.client("ses")
    ses.verify_email_identity(EmailAddress="commander@example.com")
    ses.verify_domain_identity(Domain="example.org")

    def send(client: Any, sender: str) -> Any:
        return client.send_email(
            Source=sender if "@" in sender else f"{sender}@example.org",
            Destination={"ToAddresses": ["on-call@example.com"]},
            Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}},
        )

    check(
        aws,
        make,
        "ses",
        allow("ses:SendEmail", arn("ses", "identity/commander@example.com")),
        send,
        "commander@example.com",
    )


def test_the_principal_arn_of_a_session_is_its_roles_arn(aws: LocalAws, make: Maker) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    role = make.trusting([trust])
    make.grant(role, [allow("ssm:PutParameter", "*", Condition={"ArnEquals": {"aws:PrincipalArn": role}})])
    ssm = aws.client("ssm", **make.session(role))
    ssm.put_parameter(Name=f"/{unique('p')}", Value="v", Type="String")


def test_plain_loopback_counts_as_tls(aws: LocalAws) -> None:
    s3, bucket = aws.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    s3.put_object(Bucket=bucket, Key="k", Body=b"v")


def chained(aws: LocalAws, make: Maker, statements: list[Grant], **trust: Any) -> str:
    """A role that any principal of the account with a grant may assume under the given trust."""
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    return make.trusting([{"Effect": "Allow", "Principal": principal, **trust}], statements)


def test_source_identity_needs_a_trust_that_allows_it_and_stays_with_the_chain(
    aws: LocalAws, make: Maker
) -> None:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    condition = {"StringEquals": {"aws:SourceIdentity": "INC-7"}}
    second = chained(aws, make, [allow("ssm:PutParameter", "*", Condition=condition)], Action=actions)
    first = chained(
        aws,
        make,
        [allow("sts:AssumeRole", second), allow("sts:SetSourceIdentity", second)],
        Action=actions,
        Condition={"StringLike": {"sts:SourceIdentity": "INC-*"}},
    )
    sts = aws.client("sts")
    answer = sts.assume_role(RoleArn=first, RoleSessionName="first", SourceIdentity="INC-7")
    assert answer["SourceIdentity"] == "INC-7"
    assert is_denied(lambda: sts.assume_role(RoleArn=first, RoleSessionName="first", SourceIdentity="me"))
    next_sts = aws.client("sts", **credentials(answer["Credentials"]))
    found = next_sts.assume_role(RoleArn=second, RoleSessionName="second")
    assert found["SourceIdentity"] == "INC-7"
    ssm = aws.client("ssm", **credentials(found["Credentials"]))
    ssm.put_parameter(Name=f"/{unique('p')}", Value="v", Type="String")
    plain = chained(aws, make, [], Action="sts:AssumeRole")
    assert is_denied(lambda: sts.assume_role(RoleArn=plain, RoleSessionName="first", SourceIdentity="INC-7"))


def test_transitive_tags_stay_with_the_chain(aws: LocalAws, make: Maker) -> None:
    actions = ["sts:AssumeRole", "sts:TagSession"]
    condition = {"StringEquals": {"aws:PrincipalTag/incident": "INC-7"}}
    second = chained(aws, make, [allow("ssm:PutParameter", "*", Condition=condition)], Action=actions)
    first = chained(
        aws,
        make,
        [allow("sts:AssumeRole", second)],
        Action=actions,
        Condition={"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["incident"]}},
    )
    tags = {"Tags": [{"Key": "incident", "Value": "INC-7"}], "TransitiveTagKeys": ["incident"]}
    session = make.session(first, **tags)
    found = aws.client("sts", **session).assume_role(RoleArn=second, RoleSessionName="second")
    ssm = aws.client("ssm", **credentials(found["Credentials"]))
    ssm.put_parameter(Name=f"/{unique('p')}", Value="v", Type="String")
