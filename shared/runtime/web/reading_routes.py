"""What may be read."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from shared.domain.clearance import Clearance
from shared.domain.incident import Status
from shared.runtime.web.routes import Routes
from shared.views.answers import (
    Audit,
    Changes,
    EventList,
    IncidentAnswer,
    IncidentList,
    Metrics,
    Reasoned,
)
from shared.views.documents import Page
from shared.views.house_answers import Autonomy, Dismissed, Health, Me, OnCall, Runbooks, Scorecard
from shared.workflow.dashboard import Reads

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", description="of an incident")]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=6_000, description="of the answer before")]


def reading_routes(routes: Routes, reads: Reads, may: Callable[[Clearance], tuple[str, ...]]) -> None:
    """Declare them; `may` names everything that a clearance opens, also in the app that writes."""
    _incidents(routes, reads, may)
    _house(routes, reads, may)


def _incidents(routes: Routes, reads: Reads, may: Callable[[Clearance], tuple[str, ...]]) -> None:
    @routes.route("GET", "/incidents", "incidents", Clearance.VIEWER)
    def incidents(
        status: Annotated[Status | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
        open_only: Annotated[
            bool, Query(alias="open", description="of every status that is not an end")
        ] = False,
    ) -> IncidentList:
        listed = partial(reads.reading.incidents, status) if not open_only else reads.reading.open_incidents
        return listed(limit, cursor)

    @routes.route("GET", "/incidents/<incident_id>", "incident", Clearance.VIEWER)
    def incident(incident_id: Id) -> IncidentAnswer:
        answer = reads.reading.incident(incident_id, ())
        refused = reads.overview.approve_refused(answer.incident.row)
        allowed = {*may(routes.who.clearance)} - ({"approve"} if refused else set())
        sensible = tuple(one for one in sensible_answers(answer.incident) if one in allowed)
        return answer.model_copy(update={"may": sensible, "approve_refused": refused})

    @routes.route("GET", "/incidents/<incident_id>/events", "events", Clearance.VIEWER)
    def events(incident_id: Id, limit: Limit = 50, cursor: Cursor = None) -> EventList:
        return reads.reading.events(incident_id, limit, cursor)

    @routes.route("GET", "/incidents/<incident_id>/metrics", "metrics", Clearance.VIEWER)
    def metrics(incident_id: Id) -> Metrics:
        return reads.charting.metrics(*reads.reading.page(incident_id))

    @routes.route("GET", "/incidents/<incident_id>/reasoning", "reasoning", Clearance.VIEWER)
    def reasoning(incident_id: Id) -> Reasoned:
        return reads.reasoner.reasoned(incident_id)

    @routes.route("GET", "/incidents/<incident_id>/audit", "audit", Clearance.VIEWER)
    def audit(incident_id: Id) -> Audit:
        found = reads.auditing.audit(incident_id)
        return Audit(
            incident_id=incident_id,
            state="broken" if found.findings else "holds",
            checked=found.checked,
            findings=found.findings,
            version=found.version,
            behind_seconds=0,
        )

    @routes.route("GET", "/changes", "changes", Clearance.VIEWER)
    def changes(since: Cursor = None, limit: Limit = 50) -> Changes:
        return reads.reading.changes(since, limit)


def _house(routes: Routes, reads: Reads, may: Callable[[Clearance], tuple[str, ...]]) -> None:
    overview = reads.overview

    @routes.route("GET", "/health", "health", Clearance.VIEWER)
    def health() -> Health:
        return overview.health()

    @routes.route("GET", "/dismissed", "dismissed", Clearance.VIEWER)
    def dismissed(days: Annotated[int, Query(ge=0, le=31, description="before today")] = 1) -> Dismissed:
        return reads.reading.dismissed(days)

    @routes.route("GET", "/autonomy", "autonomy", Clearance.VIEWER)
    def autonomy() -> Autonomy:
        return overview.autonomy()

    @routes.route("GET", "/autonomy/scorecard", "scorecard", Clearance.VIEWER)
    def scorecard() -> Scorecard:
        return overview.scorecard()

    @routes.route("GET", "/runbooks", "runbooks", Clearance.VIEWER)
    def runbooks() -> Runbooks:
        return overview.runbooks()

    @routes.route("GET", "/people/on-call", "on_call", Clearance.VIEWER)
    def on_call() -> OnCall:
        return overview.on_call()

    @routes.route("GET", "/me", "me", Clearance.VIEWER)
    def me() -> Me:
        return overview.me(routes.who, may(routes.who.clearance))


def sensible_answers(page: Page) -> tuple[str, ...]:
    """What can still be said about an incident as it is; whoever takes it decides again."""
    row = page.row
    if row.closed:
        return ("note", "reopen")
    asked = page.approval is not None and page.approval.state == "open"
    first = ("approve", "deny") if asked else ()
    take = () if row.owner else ("take_over",)
    end = ("hand_on", "resolve") if row.with_people or row.owner else ()
    return (*first, *take, *end, "note", "acknowledge", "severity")
