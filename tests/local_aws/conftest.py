"""One gateway for all contract tests, and the small things that they make in it."""

from __future__ import annotations

import io
import json
import textwrap
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT
from scripts.runbooks import sample
from scripts.runbooks.sample import unique
from scripts.runbooks.trial import credentials

T = TypeVar("T")
PATIENCE = 180.0
"""Seconds until a wait is given up. It says nothing about how fast anything is: machines are busy."""


def eventually(look: Callable[[], T]) -> T:
    """The first truthy answer, however long a busy machine takes; the last one after PATIENCE."""
    return sample.eventually(look, PATIENCE)


def ever(look: Callable[[], T], seconds: float) -> T:
    """As `eventually`, for what should not happen: looked at for so long, since nothing tells of it."""
    return sample.eventually(look, seconds)


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """The gateway; what a test makes in it has a name of its own."""
    with LocalAws() as running:
        yield running


def zipped(**sources: str) -> bytes:
    """A zip with one Python module for each keyword."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, source in sources.items():
            entry = zipfile.ZipInfo(f"{name.replace('__', '/')}.py")  # dated 1980: equal sources, equal zips
            archive.writestr(entry, textwrap.dedent(source))
    return buffer.getvalue()


@dataclass(frozen=True)
class Maker:
    """Makes roles, functions, queues and machines in the gateway."""

    aws: LocalAws

    def role(self, service: str, policy: list[dict[str, Any]] | None = None, **trust: Any) -> str:
        """ARN of a role that a service may assume, with the given statements as its only policy."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            **trust,
        }
        return self.trusting([statement], policy)

    def trusting(self, trust: list[dict[str, Any]], policy: list[dict[str, Any]] | None = None) -> str:
        iam, name = self.aws.client("iam"), unique("role")
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if policy:
            self.grant(arn, policy)
        return arn

    def grant(self, role_arn: str, policy: list[dict[str, Any]]) -> None:
        self.aws.client("iam").put_role_policy(
            RoleName=role_arn.rsplit("/", 1)[-1],
            PolicyName="own",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": policy}),
        )

    def function(self, source: str, *, policy: list[dict[str, Any]] | None = None, **settings: Any) -> str:
        """Name of a function with the given module; its handler is `index.handler`."""
        name = unique("function")
        code = settings.pop("code", None) or zipped(index=source)
        self.aws.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=self.role("lambda.amazonaws.com", policy),
            Handler="index.handler",
            Code={"ZipFile": code},
            **{"Timeout": 20, **settings},
        )
        return name

    def queue(self) -> tuple[str, str]:
        """URL and ARN of a queue that topics and rules may send to."""
        sqs = self.aws.client("sqs")
        url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        senders = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
        allow = {"Effect": "Allow", "Principal": senders, "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url, arn

    def drain(self, url: str, count: int = 1, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """Bodies of the queue's messages, once there are `count` of them."""
        sqs, bodies = self.aws.client("sqs"), []
        deadline = time.monotonic() + seconds
        while len(bodies) < count and time.monotonic() < deadline:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                bodies.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.05)
        return bodies

    def events(self, pattern: dict[str, Any]) -> str:
        """URL of a queue that receives the default bus's events of a pattern."""
        url, arn = self.queue()
        events, name = self.aws.client("events"), unique("rule")
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def machine(self, states: dict[str, Any], start: str | None = None, **settings: Any) -> str:
        """ARN of a JSONata state machine."""
        role = self.role("states.amazonaws.com", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
        definition = {
            "QueryLanguage": "JSONata",
            "StartAt": start or next(iter(states)),
            "States": states,
            **settings,
        }
        made = self.aws.client("stepfunctions").create_state_machine(
            name=unique("machine"), definition=json.dumps(definition), roleArn=role
        )
        return str(made["stateMachineArn"])

    def start(self, machine: str, given: Any = None) -> str:
        answer = self.aws.client("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps(given or {})
        )
        return str(answer["executionArn"])

    def status(self, execution: str) -> str:
        return str(self.aws.client("stepfunctions").describe_execution(executionArn=execution)["status"])

    def ended(self, execution: str) -> dict[str, Any]:
        """The execution's description once it no longer runs."""
        assert eventually(lambda: self.status(execution) != "RUNNING")
        return dict(self.aws.client("stepfunctions").describe_execution(executionArn=execution))

    def session(self, role_arn: str, **request: Any) -> dict[str, str]:
        """Client arguments that act as a session of a role which trusts this account."""
        sts = self.aws.client("sts")
        found = sts.assume_role(RoleArn=role_arn, RoleSessionName="test", **request)["Credentials"]
        return credentials(found)

    def caller(self, policy: list[dict[str, Any]], **request: Any) -> dict[str, str]:
        """Client arguments of a principal with just this policy."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        return self.session(self.trusting([trust], policy), **request)


@pytest.fixture(scope="session")
def make(aws: LocalAws) -> Maker:
    return Maker(aws)
