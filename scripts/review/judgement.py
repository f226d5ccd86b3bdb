"""What went well, what went badly and what is left to do: computed from the log, never an opinion."""

from collections.abc import Iterator
from datetime import timedelta

from scripts.review.reviewed import Reviewed
from shared.domain import facts
from shared.domain.mechanism import Cause
from shared.domain.model import VOTERS, AgentName
from shared.runbooks.catalogue import remedies
from shared.views.candidates import changes

TOLD_WITHIN = timedelta(seconds=10)
CHANGES = frozenset({Cause.CONFIGURATION_CHANGE, Cause.DEPLOYMENT})
MUCH = 50
"""Per cent of the error budget of 30 days, of which somebody should know."""


def well(of: Reviewed) -> Iterator[str]:
    """What went well."""
    for phase in of.phases():
        if phase.in_time:
            yield f"{phase.name}: {_took(phase.took)}, at most {_took(phase.limit)} allowed"
    told = of.said(facts.NotificationSent)
    if told and told[0][0] - of.incident.detected_at <= TOLD_WITHIN:
        yield f"people were told {_took(told[0][0] - of.incident.detected_at)} after it was detected"
    if of.incident.findings.keys() >= {*VOTERS}:
        yield "every agent answered"
    if of.cured_at is not None and not of.harmful:
        yield "the first remedy cured it"
    for _, one in of.said(facts.RolledBack):
        if one.restored:
            yield f"what attempt {one.attempt} did was undone, and the target is as it was"


def badly(of: Reviewed) -> Iterator[str]:
    """What went badly."""
    yield from _slow(of)
    yield from _agents(of)
    yield from _harm(of)
    for _, refused in of.said(facts.RehearsalFailed):
        yield f"attempt {refused.attempt}: the rehearsal stopped it: {refused.reason}"
    for _, busy in of.said(facts.TargetBusy):
        yield f"attempt {busy.attempt}: {busy.key} was changed by {busy.owner}"
    for _, human in of.said(facts.EscalatedToHuman):
        yield f"a human had to decide: {human.reason.replace('_', ' ')}"
    yield from (f"event {version} says nothing: {fault}" for version, fault in of.malformed.items())
    yield from (f"an event of {one.author} was ignored: {one.reason}" for one in of.rejected)


def follow_ups(of: Reviewed) -> Iterator[str]:
    """What is left to do, and the command that does it."""
    state = of.incident
    for one in dict.fromkeys(each.proposal.runbook + " " + _tier(of, each) for each in of.harmful):
        yield (
            f"{one}: demoted to L1, so it only advises there. When it is safe again: "
            f"commander policy level {one} L3"
        )
    yield from _uncured(of)
    yield from _cause_stays(of)
    for _, back in of.said(facts.RolledBack):
        yield from (f"put it back by hand: {one}" for one in back.differences)
    yield from _of_people(of)
    for _, bad in of.said(facts.AgentQuarantined):
        yield f"look at the proof against {bad.agent}: commander explain {state.id}"
    if of.malformed or of.rejected:
        yield f"find who wrote what is not believed: commander audit verify {state.id}"


def _of_people(of: Reviewed) -> Iterator[str]:
    state = of.incident
    if state.escalation is not None and state.people is None:
        yield f"say what people did, so that the scorecard learns: commander shadow enter {state.id} --did …"
    if of.said(facts.ApprovalExpired):
        yield "nobody answered in time: see who is called, and when the next: commander people show"
    if of.impact is not None:
        burnt = of.impact.sla_breach_risk(state.opened.started_at, of.end).share * 100
        if burnt >= MUCH:
            yield f"{burnt:.1f} % of the error budget of 30 days is gone: consider a change freeze"


def _cause_stays(of: Reviewed) -> Iterator[str]:
    """A change that was undone here is made again by whatever made it; an agent that is silent stays so."""
    if of.cured_at is not None and of.incident.findings.get(AgentName.DIAGNOSIS):
        cause = of.incident.findings[AgentName.DIAGNOSIS].cause or ""
        found = changes(of.incident) if cause in CHANGES else ()
        for one in found[:1]:
            yield f"the change is undone, not what made it: see who did, and mend it there: {one.statement}"
    for agent in (one for one in VOTERS if one not in of.incident.findings):
        yield f"see why {agent} did not answer: commander doctor"


def _harm(of: Reviewed) -> Iterator[str]:
    for one in of.harmful:
        what = f"{one.proposal.runbook} on {one.proposal.service}"
        yield f"attempt {one.attempt}: {what} made it worse or did not help"
    for _, failed in of.said(facts.ActionFailed):
        yield f"attempt {failed.attempt}: the {'undo' if failed.undo else 'action'} failed: {failed.reason}"
    for _, back in of.said(facts.RolledBack):
        if not back.restored:
            yield f"the target is not as it was: {'; '.join(back.differences)}"


def _slow(of: Reviewed) -> Iterator[str]:
    for phase in of.phases():
        if not phase.in_time:
            yield f"{phase.name}: {_took(phase.took)}, at most {_took(phase.limit)} allowed"
    told = of.said(facts.NotificationSent)
    if not told:
        yield "nobody was told"
    elif told[0][0] - of.incident.detected_at > TOLD_WITHIN:
        yield f"people were told only {_took(told[0][0] - of.incident.detected_at)} after it was detected"
    for _, again in of.said(facts.AttemptAbandoned):
        yield f"attempt {again.attempt} was not enough: {again.reason.replace('_', ' ')}"
    rounds = [one for _, one in of.said(facts.VoteOpened) if one.round > 1]
    if rounds:
        yield f"{len(rounds)} more rounds of the vote than the first were needed"


def _agents(of: Reviewed) -> Iterator[str]:
    for agent in (one for one in VOTERS if one not in of.incident.findings):
        yield f"{agent} found nothing in time"
    for _, found in of.said(facts.FindingsSubmitted):
        if found.findings.left_out:
            yield f"{found.findings.agent} had no time for {', '.join(found.findings.left_out)}"
    for _, cached in of.said(facts.FindingsReused):
        yield f"the breaker of {cached.agent} was open; findings {cached.age_seconds} s old stood in"
    for _, bad in of.said(facts.AgentQuarantined):
        yield f"{bad.agent} was quarantined: {bad.reason}"


def _uncured(of: Reviewed) -> Iterator[str]:
    found = of.incident.findings.get(AgentName.DIAGNOSIS)
    if found is None or not found.cause or found.cause == "unknown":
        return
    frozen = {one.runbook for _, vote in of.said(facts.VoteOpened) for one in vote.candidates}
    if not any(found.cause in remedies()[one].runbook.causes for one in frozen & remedies().keys()):
        where = found.root_causes[0] if found.root_causes else of.incident.opened.service
        yield f"no runbook for {found.cause.replace('_', ' ')} on {where} was there: commander runbook new"


def _tier(of: Reviewed, done: facts.ActionStarted) -> str:
    service = of.services.by_name.get(done.proposal.service)
    return service.tier if service else "*"


def _took(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} s"
