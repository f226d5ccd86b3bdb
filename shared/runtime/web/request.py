"""A request as API Gateway's HTTP API hands it over (payload 2.0), read defensively; and who makes it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.clearance import Caller, Clearance

_WORDS = re.compile(r'[\s,\[\]"]+')
"""A claim that is a list arrives as the text "[a b]"."""


@dataclass(frozen=True)
class Request:
    """What is looked at before a route is."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    size: int  # of the body, in characters

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        """The request in an event; what is missing is empty, and so meets no route."""
        http = _mapping(_mapping(event.get("requestContext")).get("http"))
        headers = {str(name).lower(): str(value) for name, value in _mapping(event.get("headers")).items()}
        path = str(event.get("rawPath") or "/")
        return cls(str(http.get("method", "")), path, headers, len(event.get("body") or ""))

    @property
    def foreign(self) -> bool:
        """Whether a browser says that another origin's page sends it."""
        origin, host = self.headers.get("origin"), self.headers.get("host", "")
        other = origin is not None and origin.split("://", 1)[-1] != host
        return other or self.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def caller_of(event: Mapping[str, Any], roles_claim: str, now: datetime) -> Caller | None:
    """Whom API Gateway's authorizer vouches for; None: nobody.

    Args:
        roles_claim: the claim of a JWT that names roles; empty: the stage has no issuer.
    """
    authorizer = _mapping(_mapping(event.get("requestContext")).get("authorizer"))
    arn = _mapping(authorizer.get("iam")).get("userArn")
    if isinstance(arn, str) and arn:
        return Caller(where="aws", id=arn[:256])
    claims = _mapping(_mapping(authorizer.get("jwt")).get("claims"))
    subject = str(claims.get("sub") or "")[:256]
    if not roles_claim or not subject or not _lasts(claims, now):
        return None
    named = set(_WORDS.split(str(claims.get(roles_claim, ""))))
    claimed = [one for one in Clearance if one.value in named]
    name = str(claims.get("email") or claims.get("name") or "")[:256]
    return Caller(where="oidc", id=subject, name=name, claimed=claimed[-1] if claimed else None)


def _lasts(claims: Mapping[str, Any], now: datetime) -> bool:
    """The authorizer has checked it already; a token without an end is none."""
    try:
        return float(str(claims["exp"])) > now.timestamp()
    except (KeyError, ValueError):
        return False


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
