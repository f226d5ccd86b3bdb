"""What may be said and done: by another function than the one that reads, which cannot write the log."""

from collections.abc import Callable
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.domain.answer import Outcome
from shared.domain.clearance import Caller, Clearance
from shared.domain.errors import CommandRefused, Forbidden, IncidentNotFound, InvalidQuery
from shared.ports.answering import Said
from shared.ports.controls import KillSwitch
from shared.runtime.web.routes import Routes
from shared.views.spoken import (
    Acknowledge,
    Approve,
    Deny,
    Done,
    Flip,
    Grade,
    HandOn,
    Note,
    Reopen,
    Resolve,
    TakeOver,
)
from shared.workflow.writes import Writes

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", description="of an incident")]


def writing_routes(routes: Routes, writes: Writes) -> None:
    """Declare them."""
    answering = writes.answering

    @routes.route("POST", "/incidents/<incident_id>/approve", "approve", Clearance.APPROVER)
    def approve(incident_id: Id, said: Annotated[Approve, Body()]) -> Done:
        return _heard(answering.approve(_who(routes), incident_id, said.request, said.digest))

    @routes.route("POST", "/incidents/<incident_id>/deny", "deny", Clearance.APPROVER)
    def deny(incident_id: Id, said: Annotated[Deny, Body()]) -> Done:
        answer = answering.deny(_who(routes), incident_id, said.request, said.digest, said.reason)
        return _heard(answer)

    @routes.route("POST", "/incidents/<incident_id>/take-over", "take_over", Clearance.APPROVER)
    def take_over(incident_id: Id, said: Annotated[TakeOver, Body()]) -> Done:
        return _heard(answering.take_over(_who(routes), incident_id, said.reason))

    @routes.route("POST", "/incidents/<incident_id>/acknowledge", "acknowledge", Clearance.APPROVER)
    def acknowledge(incident_id: Id, said: Annotated[Acknowledge, Body()]) -> Done:
        return _heard(answering.acknowledge(_who(routes), incident_id))

    @routes.route("POST", "/incidents/<incident_id>/severity", "severity", Clearance.APPROVER)
    def severity(incident_id: Id, said: Annotated[Grade, Body()]) -> Done:
        return _heard(answering.grade(_who(routes), incident_id, said.severity, said.reason))

    _owning(routes, writes)

    @routes.route("POST", "/kill-switch", "kill_switch", Clearance.OPERATOR)
    def kill_switch(said: Annotated[Flip, Body()]) -> Done:
        if said.confirm != writes.stage:
            raise InvalidQuery(f"confirm: type the stage's name, {writes.stage}")
        by = _who(routes).id
        writes.controls.switch(KillSwitch(on=said.on, by=by, at=writes.clock.now(), reason=said.reason))
        what = "nothing is executed any more" if said.on else "actions are decided by the other rules"
        return Done(said=f"stage {writes.stage}: {what}")


def _owning(routes: Routes, writes: Writes) -> None:
    answering = writes.answering

    @routes.route("POST", "/incidents/<incident_id>/hand-on", "hand_on", Clearance.APPROVER)
    def hand_on(incident_id: Id, said: Annotated[HandOn, Body()]) -> Done:
        return _heard(answering.hand_on(_who(routes), incident_id, said.to, said.reason))

    @routes.route("POST", "/incidents/<incident_id>/notes", "note", Clearance.APPROVER)
    def note(incident_id: Id, said: Annotated[Note, Body()]) -> Done:
        return _heard(answering.note(_who(routes), incident_id, said.text))

    @routes.route("POST", "/incidents/<incident_id>/resolve", "resolve", Clearance.APPROVER)
    def resolve(incident_id: Id, said: Annotated[Resolve, Body()]) -> Done:
        who, over_at = _who(routes), said.over_at
        return _heard(answering.resolve(who, incident_id, said.did, said.runbook, said.cause, over_at))

    @routes.route("POST", "/incidents/<incident_id>/reopen", "reopen", Clearance.APPROVER)
    def reopen(incident_id: Id, said: Annotated[Reopen, Body()]) -> Done:
        return _heard(answering.reopen(_who(routes), incident_id, said.reason))


def _who(routes: Routes) -> Caller:
    return routes.who.caller


def _heard(said: Said) -> Done:
    """The answer, or the refusal as an error.

    Raises:
        Forbidden, IncidentNotFound, CommandRefused, InvalidQuery: by the outcome, with its sentence.
    """
    refused: dict[Outcome, Callable[[str], Exception]] = {
        Outcome.NOT_YOURS: Forbidden,
        Outcome.UNKNOWN: IncidentNotFound,
        Outcome.TOO_LATE: CommandRefused,
        Outcome.SUPERSEDED: CommandRefused,
        Outcome.WRONG: InvalidQuery,
    }
    if said.outcome in refused:
        raise refused[said.outcome](said.text)
    return Done(said=said.text, behind_seconds=None)
