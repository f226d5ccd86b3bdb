"""IAM: the action and the resource that a call is authorised as.

AWS's service authorization reference names both for every operation:
https://docs.aws.amazon.com/service-authorization/latest/reference/. ministack 1.5.33 names some wrongly,
which denies a grant that is right, or lets a call pass that no grant covers. A name that stays unknown is
`*`, which only a grant on `*` covers: nothing here widens a grant. Delete a function when a release names
its service rightly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam

from scripts.local_aws.fillers.iam_resources import RESOURCES, Call

_LAMBDA_ACTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        r"/functions/[^/]+/aliases/[^/]+/?$",
        {"PUT": "UpdateAlias", "GET": "GetAlias", "DELETE": "DeleteAlias"},
    ),
    (
        r"/provisioned-concurrency",
        {
            "PUT": "PutProvisionedConcurrencyConfig",
            "GET": "GetProvisionedConcurrencyConfig",
            "DELETE": "DeleteProvisionedConcurrencyConfig",
        },
    ),
    (
        r"/functions/[^/]+/concurrency/?$",
        {
            "PUT": "PutFunctionConcurrency",
            "GET": "GetFunctionConcurrency",
            "DELETE": "DeleteFunctionConcurrency",
        },
    ),
    (
        r"/event-invoke-config",
        {
            "PUT": "PutFunctionEventInvokeConfig",
            "POST": "UpdateFunctionEventInvokeConfig",
            "GET": "GetFunctionEventInvokeConfig",
            "DELETE": "DeleteFunctionEventInvokeConfig",
        },
    ),
    (
        r"/event-source-mappings/[^/]+/?$",
        {
            "PUT": "UpdateEventSourceMapping",
            "GET": "GetEventSourceMapping",
            "DELETE": "DeleteEventSourceMapping",
        },
    ),
)


def install() -> None:
    """Correct the names that ministack's enforcement reads."""
    _install_actions(iam_actions)
    _install_resources(iam_actions)
    _install_principal_arn(iam_evaluator)


def _install_actions(iam_actions: Any) -> None:
    inner = iam_actions.extract_iam_action

    def action(service: str, method: str, path: str, headers: Any, body: bytes, query: Any) -> str | None:
        if service == "lambda":
            for pattern, names in _LAMBDA_ACTIONS:
                if re.search(pattern, path) and method in names:
                    return f"lambda:{names[method]}"
        found: str | None = inner(service, method, path, headers, body, query)
        return found

    iam_actions.extract_iam_action = action


def _install_resources(iam_actions: Any) -> None:
    inner = iam_actions.extract_resource_arn

    def resource(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> str:
        found: str = inner(service, method, path, headers, body, query, region, account)
        name: Callable[[Call, str], str] | None = RESOURCES.get(service)
        if name is None:
            return found
        operation = (headers.get("x-amz-target") or "").rsplit(".", 1)[-1]
        call = Call(operation, method, path, _request(operation, body), _flat(query), region, account)
        return name(call, found)

    iam_actions.extract_resource_arn = resource


def _request(operation: str, body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body) if body and (operation or body[:1] == b"{") else {}
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _flat(query: Any) -> dict[str, str]:
    return {
        name: value[0] if isinstance(value, list) else value for name, value in (query or {}).items() if value
    }


def _install_principal_arn(iam_evaluator: Any) -> None:
    """`aws:PrincipalArn` of a role session is the role's ARN."""
    inner = iam_evaluator._resolve_condition_key

    def resolve(key: str, context: Any) -> Any:
        if key.lower() == "aws:principalarn" and ":assumed-role/" in context.principal_arn:
            return _role_arn(context.principal_arn)
        return inner(key, context)

    iam_evaluator._resolve_condition_key = resolve


def _role_arn(session_arn: str) -> str:
    account, name = session_arn.split(":")[4], session_arn.split("/")[1]
    role = iam._roles.get_scoped(account, None, name) or {}
    return str(role.get("Arn") or f"arn:aws:iam::{account}:role/{name}")
