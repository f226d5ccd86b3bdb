"""A CDK cloud assembly, deployed into the local AWS through boto3, change set by change set."""

from __future__ import annotations

import contextlib
import json
import os
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from scripts.local_aws import environment
from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.local_aws.template import Dropped, adapt
from scripts.local_aws.template_gaps import apply_gaps
from shared.domain.errors import CommanderError

ASSETS = environment.STATE_FOLDER / "assets"
_QUALIFIER = "hnb659fds"
_BOOTSTRAP_VERSION = "30"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_STACK_SECONDS = 180
Outputs = dict[str, dict[str, str]]


class DeploymentError(CommanderError):
    """A stack did not deploy; the message names stack, logical id and reason."""


@dataclass(frozen=True)
class _Stack:
    name: str
    template: dict[str, Any]


def deploy(assembly: Path, aws: LocalAws, on_progress: environment.Progress = lambda _line: None) -> Outputs:
    """Deploy every stack of a cloud assembly in dependency order; returns stack -> output key -> value.

    A stack that exists is updated. Whatever the local AWS cannot take from a template is dropped by name and
    reported through `on_progress`, or applied afterwards by API where that works. Raises DeploymentError.
    """
    _bootstrap(aws)
    outputs: Outputs = {}
    published = _publish_assets(assembly, aws)
    on_progress(f"{published} assets published")
    for stack in _stacks_in_order(assembly):
        started = time.monotonic()
        template, dropped = _adapted(stack)
        _deploy_stack(stack.name, template, aws)
        apply_gaps(stack.name, stack.template, aws)
        for each in dropped:
            on_progress(_dropped_line(stack.name, each))
        outputs[stack.name] = _outputs(stack.name, aws)
        on_progress(f"{stack.name} deployed in {time.monotonic() - started:.1f} s")
    return outputs


def _dropped_line(stack: str, dropped: Dropped) -> str:
    return f"{stack}: left out {dropped.kind} {dropped.logical_id} ({dropped.reason})"


def _adapted(stack: _Stack) -> tuple[dict[str, Any], list[Dropped]]:
    try:
        return adapt(stack.template)
    except ValueError as cause:
        raise DeploymentError(f"stack {stack.name}: {cause}") from cause


def _bootstrap(aws: LocalAws) -> None:
    s3 = aws.client("s3")
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        s3.create_bucket(Bucket=_bucket())
    aws.client("ssm").put_parameter(
        Name=f"/cdk-bootstrap/{_QUALIFIER}/version", Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
    )


def _bucket() -> str:
    return f"cdk-{_QUALIFIER}-assets-{ACCOUNT}-{REGION}"


def _publish_assets(assembly: Path, aws: LocalAws) -> int:
    s3 = aws.client("s3")
    done: set[str] = set()
    for manifest in sorted(assembly.glob("*.assets.json")):
        for asset in json.loads(manifest.read_text())["files"].values():
            key = next(iter(asset["destinations"].values()))["objectKey"]
            if key in done or _is_published(s3, key):
                done.add(key)
                continue
            done.add(key)
            source = assembly / asset["source"]["path"]
            if source.name.endswith(".nested.template.json"):
                nested, _dropped = adapt(json.loads(source.read_text()))
                s3.put_object(Bucket=_bucket(), Key=key, Body=json.dumps(nested).encode())
                continue
            zipped = asset["source"].get("packaging") == "zip"
            with (_zip(source, key) if zipped else source).open("rb") as body:
                s3.put_object(Bucket=_bucket(), Key=key, Body=body)
    return len(done)


def _is_published(s3: Any, key: str) -> bool:
    try:
        s3.head_object(Bucket=_bucket(), Key=key)
    except ClientError:
        return False
    return True


def _zip(folder: Path, key: str) -> Path:
    """The folder as a stored zip, made once per asset hash; compressing would cost more than it saves."""
    target = ASSETS / key
    if target.exists():
        return target
    ASSETS.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(folder))
    partial.replace(target)
    return target


def _stacks_in_order(assembly: Path) -> list[_Stack]:
    manifest = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    stacks = {key: each for key, each in manifest.items() if each["type"] == "aws:cloudformation:stack"}
    ordered: list[str] = []

    def visit(key: str) -> None:
        for needed in stacks[key].get("dependencies", []):
            if needed in stacks and needed not in ordered:
                visit(needed)
        if key not in ordered:
            ordered.append(key)

    for key in stacks:
        visit(key)
    return [_read_stack(assembly, key, stacks[key]["properties"]) for key in ordered]


def _read_stack(assembly: Path, key: str, properties: dict[str, Any]) -> _Stack:
    template = json.loads((assembly / properties["templateFile"]).read_text())
    return _Stack(properties.get("stackName", key), template)


def _deploy_stack(name: str, template: dict[str, Any], aws: LocalAws) -> None:
    cloudformation = aws.client("cloudformation")
    change = f"local-{time.time_ns()}"
    kind = "UPDATE" if _stack(cloudformation, name) else "CREATE"
    # By URL, as the CDK CLI does: a template in the call itself may have 51,200 bytes only.
    key = f"{name}.template.json"
    aws.client("s3").put_object(Bucket=_bucket(), Key=key, Body=json.dumps(template).encode())
    try:
        cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=change,
            ChangeSetType=kind,
            TemplateURL=f"https://s3.amazonaws.com/{_bucket()}/{key}",
            Capabilities=_CAPABILITIES,
        )
    except ClientError as cause:
        raise DeploymentError(f"stack {name}: {cause.response['Error']['Message']}") from cause
    if not _await_change_set(cloudformation, name, change):
        return
    cloudformation.execute_change_set(StackName=name, ChangeSetName=change)
    status = _await_stack(cloudformation, name)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeploymentError(f"stack {name} ended {status}: {_failures(cloudformation, name)}")


def _stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError:
        return None
    return None if stack["StackStatus"] in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE") else stack


def _await_change_set(cloudformation: Any, name: str, change: str) -> bool:
    """True when there is something to execute. Raises DeploymentError when the template is refused."""
    deadline = time.monotonic() + _STACK_SECONDS
    while time.monotonic() < deadline:
        found = cloudformation.describe_change_set(StackName=name, ChangeSetName=change)
        if found["Status"] == "CREATE_COMPLETE":
            return True
        reason = found.get("StatusReason", "")
        if found["Status"] == "FAILED" and ("didn't contain changes" in reason or "No updates" in reason):
            return False
        if found["Status"] == "FAILED":
            raise DeploymentError(f"stack {name}: the template was refused: {reason}")
        time.sleep(0.05)
    raise DeploymentError(f"stack {name}: its change set was not ready after {_STACK_SECONDS} s")


def _await_stack(cloudformation: Any, name: str) -> str:
    deadline = time.monotonic() + _STACK_SECONDS
    while time.monotonic() < deadline:
        status: str = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if not status.endswith("IN_PROGRESS"):
            return status
        time.sleep(0.05)
    return f"unfinished after {_STACK_SECONDS} s"


def _failures(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [each for each in events if each["ResourceStatus"].endswith("FAILED")]
    lines = [
        f"{each['LogicalResourceId']} ({each.get('ResourceType')}): {each.get('ResourceStatusReason', '?')}"
        for each in failed
    ]
    return "; ".join(lines) or "no reason given"


def _outputs(name: str, aws: LocalAws) -> dict[str, str]:
    stack = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
