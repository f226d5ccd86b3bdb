"""The table of routes: each says whose clearance it takes, or it does not exist."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from shared.domain.clearance import Clearance, Cleared
from shared.runtime.web.response import PROBLEM
from shared.views.spoken import Problem

BASE = "/api/v1"
_PLACE = re.compile(r"<[a-z_]+>")
ERRORS = {
    400: "a cursor of another question, or a name or time that cannot be so: the sentence names all of them",
    401: "nobody vouches for the caller",
    403: "not with this role, or from another origin",
    404: "there is none",
    409: "refused: the sentence says why",
    413: "the body is too long",
    415: "the body is not JSON",
    422: "a field is not as it must be",
    502: "AWS refuses it to the dashboard",
    503: "not projected yet, or AWS does not answer",
}


@dataclass(frozen=True)
class Declared:
    """One route."""

    method: str
    path: str
    name: str
    needs: Clearance

    def fits(self, path: str) -> bool:
        """Whether a request's path is this one's."""
        pattern = _PLACE.sub("[^/]+", self.path)
        return re.fullmatch(pattern, path) is not None


@dataclass
class Routes:
    """Nothing is reached that is not declared here."""

    resolver: APIGatewayHttpResolver
    declared: list[Declared] = field(default_factory=list)

    def route(self, method: str, path: str, name: str, needs: Clearance) -> Callable[[Any], Any]:
        """Declare what the decorated function answers."""
        self.declared.append(Declared(method, BASE + path, name, needs))
        responses: dict[int, Any] = {
            status: {"description": said, "content": {PROBLEM: {"model": Problem}}}
            for status, said in ERRORS.items()
        }
        return self.resolver.route(
            BASE + path,
            method=method,
            operation_id=name,
            tags=[needs.value],
            summary=name.replace("_", " "),
            responses={200: {"description": "the answer"}, **responses},
        )

    def find(self, method: str, path: str) -> Declared | None:
        """The route of a request."""
        return next((one for one in self.declared if one.method == method and one.fits(path)), None)

    def methods(self, path: str) -> tuple[str, ...]:
        """What a path takes."""
        return tuple(one.method for one in self.declared if one.fits(path))

    def open_to(self, clearance: Clearance) -> tuple[str, ...]:
        """The names of what somebody may do."""
        return tuple(one.name for one in self.declared if clearance.covers(one.needs))

    @property
    def who(self) -> Cleared:
        """Who makes the request that is being answered."""
        found: Cleared = self.resolver.context["who"]
        return found
