"""Load balancers' targets: an IP target is healthy when its health check is answered.

On AWS the load balancer asks each target every few seconds. ministack 1.5.33 calls every target healthy. Here
a target by IP address is asked when somebody looks; one by instance stays healthy. Delete this when a release
checks.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

import asyncio
import http.client
import re
from typing import Any
from urllib.parse import parse_qs

from ministack.services import alb

_TARGET = re.compile(
    r"(<Target><Id>([0-9.]+)</Id><Port>(\d+)</Port></Target>)<HealthStatus>healthy</HealthStatus>"
    r"<TargetHealth><State>healthy</State></TargetHealth>"
)
_SECONDS = 0.5


def install(app: Any) -> None:
    """Ask targets by IP address before DescribeTargetHealth answers; every other call stays ministack's."""
    inner = app.SERVICE_HANDLERS["elasticloadbalancing"]

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        status, sent, answer = await inner(method, path, headers, body, query)
        asked = {**(query or {}), **parse_qs((body or b"").decode())}
        if alb._p(asked, "Action") == "DescribeTargetHealth":
            group = alb._tgs.get(alb._p(asked, "TargetGroupArn"), {})
            check = group.get("HealthCheckPath", "/")
            answer = await asyncio.to_thread(_asked, answer, check)  # who answers may be this very process
        return status, sent, answer

    app.SERVICE_HANDLERS["elasticloadbalancing"] = handle


def _asked(answer: bytes, path: str) -> bytes:
    def state(found: re.Match[str]) -> str:
        if _answers(found[2], int(found[3]), path):
            return found[0]
        said = "<State>unhealthy</State><Reason>Target.Timeout</Reason>"
        return f"{found[1]}<TargetHealth>{said}</TargetHealth>"

    return _TARGET.sub(state, answer.decode()).encode()


def _answers(address: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(address, port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
