"""WAF: who a rate-based rule turns away.

On AWS the rule counts requests. Nothing is inspected locally, so the web ACL's tag `local:over-limit` says
which addresses ask too much, separated by spaces. ministack 1.5.33 does not know the call; delete this when a
release does.
https://docs.aws.amazon.com/waf/latest/APIReference/API_GetRateBasedStatementManagedKeys.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import json_response
from ministack.services import waf


def install(app: Any) -> None:
    """Answer GetRateBasedStatementManagedKeys; every other call stays ministack's."""
    inner = app.SERVICE_HANDLERS["wafv2"]

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if headers.get("x-amz-target", "").endswith(".GetRateBasedStatementManagedKeys"):
            return _managed_keys(json.loads(body))
        return await inner(method, path, headers, body, query)

    app.SERVICE_HANDLERS["wafv2"] = handle


def _managed_keys(request: dict[str, Any]) -> Any:
    acl = waf._resource_from_scope(waf._web_acls, request["WebACLId"], request["Scope"])
    rules = [] if acl is None else acl["Rules"]
    if not any(
        each["Name"] == request["RuleName"] and "RateBasedStatement" in each["Statement"] for each in rules
    ):
        return waf._waf_err("WAFNonexistentItemException", "AWS WAF couldn't find the rate-based rule.")
    tags = {each["Key"]: each["Value"] for each in waf._waf_tags.get(acl["ARN"], [])}
    over = tags.get("local:over-limit", "").split()
    return json_response(
        {
            "ManagedKeysIPV4": {"IPAddressVersion": "IPV4", "Addresses": over},
            "ManagedKeysIPV6": {"IPAddressVersion": "IPV6", "Addresses": []},
        }
    )
