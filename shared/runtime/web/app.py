"""The app: who asks, whether they may, what they are answered. In this order, and by default nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from shared.domain.clearance import Caller, Clearance, Cleared, cleared
from shared.domain.errors import CommanderError
from shared.ports.clock import Clock
from shared.ports.directory import DirectorySource
from shared.ports.views import stamp
from shared.runtime.observed import count, logger
from shared.runtime.web.demo_routes import demo_routes
from shared.runtime.web.files import Files
from shared.runtime.web.reading_routes import reading_routes
from shared.runtime.web.request import Request
from shared.runtime.web.response import PROBLEM, Answered, finished, of_error, problem
from shared.runtime.web.routes import BASE, Declared, Routes
from shared.runtime.web.writing_routes import writing_routes
from shared.workflow.dashboard import Reads
from shared.workflow.demo_control import DemoControl
from shared.workflow.writes import Writes

NAME = "dashboard"
MOST_BODY = 16_000
MOST_WRONG = 20
"""Fields of a body that are named at once."""
OPENAPI = f"{BASE}/openapi.json"
WRITING = (
    ("approve", Clearance.APPROVER),
    ("deny", Clearance.APPROVER),
    ("take_over", Clearance.APPROVER),
    ("acknowledge", Clearance.APPROVER),
    ("severity", Clearance.APPROVER),
    ("hand_on", Clearance.APPROVER),
    ("note", Clearance.APPROVER),
    ("resolve", Clearance.APPROVER),
    ("reopen", Clearance.APPROVER),
    ("kill_switch", Clearance.OPERATOR),
)
"""What the app that reads names to whoever may do it, though another one serves it."""


@dataclass(frozen=True)
class Parts:
    """What an app stands on. One that has no `writes` cannot be made to write anything."""

    directory: DirectorySource
    clock: Clock
    reads: Reads | None = None
    writes: Writes | None = None
    files: Files | None = None
    demo: DemoControl | None = None


class App:
    """Callable with an event and a caller, in any number of threads: one request is answered at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._lock = parts, Lock()
        self._resolver = APIGatewayHttpResolver(enable_validation=True, serializer=_plain)
        self.routes = Routes(self._resolver)
        if parts.reads:
            reading_routes(self.routes, parts.reads, self._may)
            self.routes.declared.append(Declared("GET", OPENAPI, "openapi", Clearance.VIEWER))
        if parts.writes:
            writing_routes(self.routes, parts.writes)
        if parts.demo:
            demo_routes(self.routes, parts.demo)
        self._resolver.not_found(_nowhere)
        self._resolver.exception_handler(CommanderError)(self._refused)
        self._resolver.exception_handler([RequestValidationError, RequestUnsupportedContentType])(_invalid)

    def openapi(self) -> str:
        """The document, as JSON."""
        document = self._resolver.get_openapi_json_schema(
            title="Incident Commander", version="1", openapi_version="3.1.0"
        )
        return str(document)

    def answer(self, event: Mapping[str, Any], caller: Caller | None) -> Answered:
        """The response to an HTTP API event (payload 2.0) of this caller; None: nobody vouches for them."""
        request = Request.of(event)
        try:
            made = self._answer(request, event, caller)
        except CommanderError as error:
            made = self._failed(error, request.path)
        except Exception:  # noqa: BLE001 - the runtime's edge: told, counted, and answered as a fault of ours
            logger.exception("a request failed")
            count("Failed", NAME)
            made = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "this is a fault of ours: its log says more")
        return finished(made, request.headers, stamp(self._parts.clock.now()))

    def _answer(self, request: Request, event: Mapping[str, Any], caller: Caller | None) -> Answered:
        if self._parts.files and self._parts.files.serves(request.path):
            return self._parts.files.answer(request.method, request.path)
        refused = self._refusal(request, caller)
        if refused is not None or caller is None:
            return refused or problem(HTTPStatus.UNAUTHORIZED, "nobody vouches for you")
        who = cleared(caller, self._parts.directory.directory())
        route = self.routes.find(request.method, request.path)
        if route is None:
            return self._lost(request)
        if not who.clearance.covers(route.needs):
            said = f"{route.name} takes the role {route.needs}; yours is {who.clearance}, as {who.why}"
            return problem(HTTPStatus.FORBIDDEN, said, request.path)
        if route.path == OPENAPI:
            headers = {"Content-Type": "application/json"}
            return {"statusCode": 200, "headers": headers, "body": self.openapi()}
        return self._resolved(event, who)

    def _refusal(self, request: Request, caller: Caller | None) -> Answered | None:
        """What is refused whatever the route."""
        if request.foreign:
            return problem(HTTPStatus.FORBIDDEN, "another origin's page may not ask", request.path)
        if caller is None:
            said = "no token, or one that is expired, forged or of another stage: open the page anew"
            return problem(HTTPStatus.UNAUTHORIZED, said, request.path, **{"WWW-Authenticate": "Bearer"})
        if request.size > MOST_BODY:
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MOST_BODY} characters")
        given = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if request.method == "POST" and given != "application/json":
            return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON, as application/json", request.path)
        return None

    def _lost(self, request: Request) -> Answered:
        methods = self.routes.methods(request.path)
        if methods:
            allowed = ", ".join(methods)
            said = f"this takes {allowed}"
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, said, request.path, Allow=allowed)
        return problem(HTTPStatus.NOT_FOUND, "there is no such route", request.path)

    def _resolved(self, event: Mapping[str, Any], who: Cleared) -> Answered:
        with self._lock:  # the resolver keeps the current event in its class
            self._resolver.append_context(who=who)  # type: ignore[no-untyped-call]
            return dict(self._resolver.resolve(dict(event), None))  # type: ignore[arg-type]

    def _may(self, clearance: Clearance) -> tuple[str, ...]:
        own = self.routes.open_to(clearance)
        return (*own, *(name for name, needs in WRITING if clearance.covers(needs) and name not in own))

    def _refused(self, error: CommanderError) -> Response[str]:
        made = self._failed(error, "")
        return Response(made["statusCode"], PROBLEM, made["body"], made["headers"])

    def _failed(self, error: CommanderError, instance: str) -> Answered:
        made = of_error(error, instance)
        if made["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.warning("not answered", extra={"reason": f"{type(error).__name__}: {error}"})
        return made


def _invalid(error: RequestValidationError) -> Response[str]:
    wrong = error.errors()[:MOST_WRONG]
    said = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in wrong)
    made = problem(HTTPStatus.UNPROCESSABLE_ENTITY, said)
    return Response(made["statusCode"], PROBLEM, made["body"], made["headers"])


def _nowhere(_error: Exception) -> Response[str]:
    """A path whose place holds what no id can hold: the table takes it, the resolver's pattern does not."""
    made = problem(HTTPStatus.NOT_FOUND, "there is no such route")
    return Response(made["statusCode"], PROBLEM, made["body"], made["headers"])


def _plain(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


Identify = Callable[[Mapping[str, Any]], Caller | None]


def web_handler(app: Callable[[], App], identify: Identify) -> Callable[[dict[str, Any], Any], Answered]:
    """A Lambda handler behind an HTTP API; the app is made when the first request comes."""
    made: list[App] = []

    def handler(event: dict[str, Any], _context: Any) -> Answered:
        if not made:
            made.append(app())
        return made[0].answer(event, identify(event))

    return handler
