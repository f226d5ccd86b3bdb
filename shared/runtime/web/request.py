"""A request as API Gateway's HTTP API hands it over (payload 2.0), read defensively; and who makes it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.clearance import Caller, Clearance


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


def caller_of(
    event: Mapping[str, Any], roles_claim: str, groups: Mapping[str, str], now: datetime
) -> Caller | None:
    """Whom API Gateway's authorizer vouches for; None: nobody.

    Args:
        roles_claim: the claim of a JWT that names groups; empty: the stage has no issuer.
        groups: a group's whole name -> what its members may do here; a part of a name, or more than it, is
            no group of ours.
    """
    authorizer = _mapping(_mapping(event.get("requestContext")).get("authorizer"))
    arn = _mapping(authorizer.get("iam")).get("userArn")
    if isinstance(arn, str) and arn:
        return Caller(where="aws", id=arn[:256])
    claims = _mapping(_mapping(authorizer.get("jwt")).get("claims"))
    subject = str(claims.get("sub") or "")[:256]
    if not roles_claim or not subject or not _lasts(claims, now):
        return None
    given = {groups.get(name) for name in _groups(event, claims, roles_claim)}
    claimed = [one for one in Clearance if one.value in given]
    name = str(claims.get("email") or claims.get("name") or "")[:256]
    return Caller(where="oidc", id=subject, name=name, claimed=claimed[-1] if claimed else None)


def _groups(event: Mapping[str, Any], claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups of a claim, each by its whole name.

    The authorizer hands a list on as the text "[Network operator]", in which one group of two words and two
    groups look alike. So they are read in the token itself, which it has checked; without one, only a text.
    """
    said = _token(event, str(claims.get("sub"))).get(claim, claims.get(claim))
    listed = said if isinstance(said, list) else [said]
    return frozenset(one for one in listed if isinstance(one, str))


def _token(event: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
    """The claims of the very token that opened the request; empty if it cannot be read or is another's."""
    header = Request.of(event).headers.get("authorization", "")
    try:
        body = header.rpartition(" ")[2].split(".")[1]
        found = _mapping(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (IndexError, ValueError):
        return {}
    return found if str(found.get("sub")) == subject else {}


def _lasts(claims: Mapping[str, Any], now: datetime) -> bool:
    """The authorizer has checked it already; a token without an end is none."""
    try:
        return float(str(claims["exp"])) > now.timestamp()
    except (KeyError, ValueError):
        return False


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
