"""Whose rights an automation has: its assume role's, taken over by Systems Manager, or its caller's own."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, sts

from scripts.local_aws.fillers.caller import Credentials, as_root
from scripts.local_aws.fillers.ssm_fault import Fault
from scripts.local_aws.fillers.step_functions import current_machine_role

_SERVICE = "ssm.amazonaws.com"
_SESSION_SECONDS = 12 * 3600


def caller_arn(access_key: str, account: str) -> str:
    """The ARN of whoever signed the request."""
    found = iam_evaluator.resolve_credential(access_key, account)
    return str(getattr(found, "principal_arn", f"arn:aws:iam::{account}:root"))


def caller_credentials(access_key: str, account: str, region: str) -> Credentials:
    """The caller's own credentials; a state machine's are those of its role."""
    if not access_key:
        return _machine_credentials(account, region)
    found = iam_evaluator.resolve_credential(access_key, account)
    if not hasattr(found, "secret_access_key"):
        raise Fault("AccessDeniedException", found.message)
    given = {"aws_access_key_id": access_key, "aws_secret_access_key": found.secret_access_key}
    return {**given, "aws_session_token": found.session_token} if found.session_token else given


def check_pass_role(access_key: str, role_arn: str, region: str) -> None:
    """Raise AccessDenied unless the caller may pass the role to Systems Manager."""
    if not access_key:
        return  # a state machine's own calls are not authorised locally
    denied = iam_evaluator.enforce(
        access_key,
        "iam:PassRole",
        "iam",
        region,
        resource_arn=role_arn,
        service_context={"iam:PassedToService": _SERVICE},
    )
    if denied is not None:
        principal = getattr(denied, "principal_arn", "")
        raise Fault(
            "AccessDeniedException",
            f"User: {principal} is not authorized to perform: iam:PassRole on resource: {role_arn}",
        )


def assume(role_arn: str, execution_id: str, region: str) -> Credentials:
    """A session of the role. Raises Fault when its trust policy does not name Systems Manager."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name)
    arn = f"arn:aws:ssm:{region}:{account}:automation-execution/{execution_id}"
    if role is None or not _trusts(iam_evaluator, role, account, arn, region):
        raise Fault(
            "InvalidAutomationExecutionParametersException",
            "The defined assume role is unable to be assumed.",
        )
    key, secret, token = (
        f"ASIA{secrets.token_hex(8).upper()}",
        secrets.token_urlsafe(30),
        secrets.token_urlsafe(60),
    )
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{execution_id}",
        "UserId": f"{role['RoleId']}:{execution_id}",
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": time.time() + _SESSION_SECONDS,
        "AccountId": account,
        "PrincipalType": "AssumedRole",
    }
    sts.register_session(key, session)
    return {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}


def _trusts(iam_evaluator: Any, role: dict[str, Any], account: str, arn: str, region: str) -> bool:
    """The trust policy, read with only those allowing statements that name Systems Manager."""
    policy = role["AssumeRolePolicyDocument"]
    document = json.loads(policy) if isinstance(policy, str) else policy
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    relevant = [
        each for each in statements if each["Effect"] == "Deny" or _names_service(each.get("Principal"))
    ]
    caller = f"arn:aws:iam::{account}:root"
    context = iam_evaluator.EvalContext(
        principal_arn=caller,
        principal_type="AWSService",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=role["Arn"],
        region=region,
        service_context={"aws:sourceaccount": account, "aws:sourcearn": arn},
    )
    return bool(iam_evaluator.evaluate_trust_policy({**document, "Statement": relevant}, caller, context))


def _names_service(principal: Any) -> bool:
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    return _SERVICE in ([services] if isinstance(services, str) else services)


def _machine_credentials(account: str, region: str) -> Credentials:
    """Step Functions calls without a signature: its automation acts as the state machine's role."""
    role = current_machine_role()
    if role is None:
        raise Fault("AccessDeniedException", "The request is not signed.")
    session = as_root("sts", account, region).assume_role(RoleArn=role, RoleSessionName="automation")
    found = session["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }
