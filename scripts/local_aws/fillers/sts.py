"""STS: SourceIdentity and transitive session tags.

On AWS a caller may set SourceIdentity only where the trust policy also allows sts:SetSourceIdentity; it and
the transitive tags stay with every session chained from it, and policies read them as `aws:SourceIdentity`,
`sts:SourceIdentity` and `sts:TransitiveTagKeys`. ministack 1.5.33 drops all of it. Delete this when it does
not.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""

from __future__ import annotations

import contextvars
import dataclasses
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_evaluator
from ministack.services import sts

_request: contextvars.ContextVar[dict[str, str]] = contextvars.ContextVar("sts_request")
_PACKED_SIZE = b"<PackedPolicySize>"


def install(app: Any) -> None:
    """Carry SourceIdentity and transitive tags from request to trust policy, session, keys and answer."""
    _install_handler(app, sts)
    _install_trust(iam_evaluator)
    _install_sessions(sts)
    _install_keys(iam_evaluator, sts)


def _install_handler(app: Any, sts: Any) -> None:
    inner = app.SERVICE_HANDLERS["sts"]

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        request = {name: values[0] for name, values in parse_qs((body or b"").decode()).items()}
        _request.set(request)
        status, answer_headers, answer = await inner(method, path, headers, body, query)
        if request.get("Action") != "AssumeRole" or status != 200:
            return status, answer_headers, answer
        raw = answer.encode() if isinstance(answer, str) else answer
        identity = _source_identity(sts, raw)
        if identity:
            raw = raw.replace(
                _PACKED_SIZE, f"<SourceIdentity>{identity}</SourceIdentity>".encode() + _PACKED_SIZE
            )
        return status, answer_headers, raw

    app.SERVICE_HANDLERS["sts"] = handle


def _source_identity(sts: Any, answer: bytes) -> str | None:
    key = answer.split(b"<AccessKeyId>")[-1].split(b"</AccessKeyId>")[0].decode()
    return (sts._sessions.get(key) or {}).get("SourceIdentity")


def _install_trust(iam_evaluator: Any) -> None:
    inner = iam_evaluator.evaluate_trust_policy

    def evaluate(document: Any, caller: str, context: Any = None) -> bool:
        request = _request.get({})
        if context is None or context.action != "sts:AssumeRole":
            return bool(inner(document, caller, context))
        keys = {
            "sts:sourceidentity": request.get("SourceIdentity"),
            "sts:transitivetagkeys": _transitive_keys(request) or None,
        }
        context = dataclasses.replace(context, service_context={**context.service_context, **keys})
        if request.get("SourceIdentity"):
            setting = dataclasses.replace(context, action="sts:SetSourceIdentity")
            if not inner(document, caller, setting):
                return False
        return bool(inner(document, caller, context))

    iam_evaluator.evaluate_trust_policy = evaluate


def _install_sessions(sts: Any) -> None:
    inner = sts.register_session

    def register(key: str, session: dict[str, Any]) -> Any:
        request = _request.get({})
        parent = sts._sessions.get(session.get("SourceAccessKeyId")) or {}
        inherited = set(parent.get("TransitiveTagKeys") or [])
        tags = [tag for tag in parent.get("SessionTags") or [] if tag["Key"] in inherited]
        own = [tag for tag in session.get("SessionTags") or [] if tag["Key"] not in inherited]
        carried = {
            "SourceIdentity": parent.get("SourceIdentity") or request.get("SourceIdentity"),
            "TransitiveTagKeys": [*inherited, *_transitive_keys(request)],
        }
        return inner(key, {**session, **carried, "SessionTags": [*tags, *own]})

    sts.register_session = register


def _install_keys(iam_evaluator: Any, sts: Any) -> None:
    inner = iam_evaluator._principal_keys

    def principal_keys(credential: Any) -> dict[str, Any]:
        keys: dict[str, Any] = inner(credential)
        session = sts._sessions.get(credential.access_key_id) or {}
        if session.get("SourceIdentity"):
            keys["aws:sourceidentity"] = session["SourceIdentity"]
        return keys

    iam_evaluator._principal_keys = principal_keys


def _transitive_keys(request: dict[str, str]) -> list[str]:
    return [value for name, value in request.items() if name.startswith("TransitiveTagKeys.member.")]
