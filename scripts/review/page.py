"""The review as Markdown. What came from outside is escaped: it is shown, and does nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.explain.trace import trace
from scripts.review.judgement import badly, follow_ups, well
from scripts.review.reviewed import Reviewed
from shared.domain import facts
from shared.domain.consensus import TOTAL
from shared.domain.impact import BusinessImpact, OwnCost, Saved
from shared.domain.money import written
from shared.domain.plain_text import markdown as md
from shared.runbooks.catalogue import remedies
from shared.views.candidates import changes
from shared.views.sentences import five
from shared.views.story import story

PERMISSION = {
    one.__name__
    for one in (
        facts.ActionAuthorised,
        facts.ActionWithheld,
        facts.ApprovalRequested,
        facts.ApprovalGranted,
        facts.ApprovalDenied,
        facts.ApprovalExpired,
        facts.SeverityChanged,
        facts.TakenOver,
    )
}

ELSEWHERE = {one.__name__ for one in (facts.BallotCast, facts.BallotsTallied, facts.NotificationSent)}
"""What the timeline leaves out: the vote has a part of its own, and deliveries are counted."""


def page(of: Reviewed) -> str:
    """The whole review.

    Raises:
        IncidentNotFound: the log does not begin with an incident.
    """
    shown = trace(of.events)
    parts = (
        (f"# {md(of.incident.id)}: {md(of.incident.opened.summary)}", _summary(of)),
        ("## Impact in money", _money(of)),
        ("## What was changed, and by whom", _changes(of)),
        ("## Timeline", _timeline(of)),
        ("## What was done, and how it was checked", _actions(of)),
        ("## What went well", _listed(well(of))),
        ("## What went badly", _listed(badly(of))),
        ("## Follow-ups", _listed(follow_ups(of))),
        ("## The vote", _votes(shown)),
        ("## Evidence", _evidence(shown)),
        ("## Permission", _listed(_permission(of))),
    )
    lines = [line for title, body in parts for line in (title, "", *body, "")]
    proof = f"This is what the log says; whether it holds: commander audit verify {md(of.incident.id)}"
    return "\n".join((*lines, proof, ""))


def _summary(of: Reviewed) -> Iterator[str]:
    state, opened = of.incident, of.incident.opened
    yield from (md(one, 500) for one in five(of.log))
    yield ""
    users = f", {of.service.users:,} users" if of.service and of.service.users else ""
    also = ", ".join(one for one in opened.services if one != opened.service)
    yield f"- **Broken:** {md(opened.service)} ({opened.tier}{users}){also and '; also '}{md(also)}"
    yield f"- **Classified as** {md(opened.classification)}, {md(opened.severity)}"
    for _, graded in of.said(facts.SeverityChanged):
        yield f"- **Graded {graded.severity}** by {md(graded.by)}: {md(graded.reason)}"
    for agent, found in state.findings.items():
        yield f"- **{agent}:** {md(found.summary)} ({_percent(found.confidence)} sure)"
    yield f"- **Decided by** {state.decision.replace('_', ' ')}"
    outcome = state.closed.outcome if state.closed else f"not closed: {state.status}"
    yield f"- **Ended as** {md(outcome)}, after {(of.end - opened.started_at).total_seconds():.0f} s"
    if state.resolution is not None:
        cause = f" (cause: {md(state.resolution.cause)})" if state.resolution.cause else ""
        yield f"- **Resolved by** {md(state.resolution.by)}: {md(state.resolution.did)}{cause}"
    if state.people is not None:
        yield f"- **People did** {md(state.people.did)}: {state.people.result.replace('_', ' ')}"


def _timeline(of: Reviewed) -> Iterator[str]:
    yield f"Times are UTC; the first is of {of.events[0].occurred_at:%A, %Y-%m-%d}."
    yield ""
    day = of.events[0].occurred_at.date()
    for event, said in zip(of.events, story(of.events), strict=True):
        if said and event.type not in ELSEWHERE:
            date = "" if event.occurred_at.date() == day else f"{event.occurred_at:%Y-%m-%d} "
            yield f"- {date}{event.occurred_at:%H:%M:%S} **{event.recorded_by}**: {md(said[0][0])}"
    told = of.said(facts.NotificationSent)
    if told:
        ways = ", ".join(dict.fromkeys(md(one.channel.split(":")[0]) for _, one in told))
        yield f"- people were sent {len(told)} messages ({ways}), the first at {told[0][0]:%H:%M:%S}"


def _changes(of: Reviewed) -> Iterator[str]:
    """What agents found to have been changed, and what the machine and people changed themselves."""
    yield from dict.fromkeys(f"- on {md(one.service)}: {md(one.statement)}" for one in changes(of.incident))
    for at, done in of.said(facts.ActionStarted):
        what = "the undo" if done.undo else "the machine"
        yield f"- {at:%H:%M:%S} UTC, by {what}: {md(done.proposal.runbook)} on {md(done.proposal.service)}"
    state = of.incident
    if state.resolution is not None:
        yield f"- by {md(state.resolution.by)}: {md(state.resolution.did)}"
    if not changes(state) and not of.said(facts.ActionStarted):
        yield "No agent found a change, and the machine made none."


def _money(of: Reviewed) -> Iterator[str]:
    state = of.incident
    if of.impact is not None:
        yield from _priced(of, of.impact)
    else:
        yield f"- {md(state.opened.service)} is not in the catalogue now: only the log's own sum is known"
    if of.cured_at is None:
        yield "- it was not known to be over: what it cost after that is not counted"
    if state.closed is not None:
        yield f"- by the log, when it was closed: {md(written(state.closed.business_usd))}"
    own = OwnCost(events=state.head.version)
    yield f"- our own cost: ${own.aws_usd:.4f} of AWS calls for {own.events} events; no model, so no tokens"


def _priced(of: Reviewed, impact: BusinessImpact) -> Iterator[str]:
    start = of.incident.opened.started_at
    if of.zone.key != "UTC":
        yield from (f"By the clock of the service, {of.zone.key}, as its business hours are:", "")
    yield from ("| from | until | hours | minutes | $ a minute | $ |", "|---|---|---|---|---|---|")
    cut = (one for each in of.felt for one in impact.segments(each.begins, each.ends or of.end))
    for one in cut:
        begins, ends = (at.astimezone(of.zone) for at in (one.begins, one.ends))
        yield (
            f"| {begins:%a %H:%M:%S} | {ends:%a %H:%M:%S} | {one.hours} | {one.minutes:.2f} | "
            f"{one.usd_per_minute:,} | {one.usd:,.2f} |"
        )
    yield ""
    if impact.user_charge:
        yield f"- users, once: ${impact.user_charge:,.2f} (more than 1,000 are affected)"
    yield f"- **in all: ${impact.cost_of(of.felt, of.end):,.2f}**, by the catalogue as it is now"
    risk = impact.sla_breach_risk(start, of.end)
    yield (
        f"- error budget: {risk.burnt_minutes:.2f} of the {risk.budget_minutes} minutes that the tier has in "
        f"30 days ({risk.share:.1%}), taking every minute for a whole outage and no other incident"
    )
    saved = impact.saved(start, of.end, of.earlier)
    told = "not known: no earlier incident of this kind is kept"
    if isinstance(saved, Saved):
        told = f"${saved.usd:,.2f}: {saved.incidents} such incidents took {saved.median_minutes:.1f} minutes"
    yield f"- saved against the service's own history: {told}"


def _votes(shown: Mapping[str, Any]) -> Iterator[str]:
    for each in shown["rounds"]:
        yield f"Attempt {each['attempt']}, round {each['round']}:"
        yield ""
        names = {one["digest"]: one["runbook"] for one in each["candidates"]}
        faults = {one["agent"]: one["reason"] for one in each.get("rejected", [])}
        won = (each["tally"] or {}).get("winner")
        yield from ("| agent | weight | choice | sure | why | counts |", "|---|---|---|---|---|---|")
        for one in each["ballots"]:
            quiet = f"| {one['agent']} | {one['weight']} | silent | | | lost |"
            yield quiet if one["silent"] else _ballot(one, names, won, faults.get(one["agent"]))
        yield ""
        for one in (each["tally"] or {}).get("sums", []):
            if one["weight"]:
                what = f"{names.get(one['proposal'], '')} {one['proposal'][:8]}"
                yield f"- {md(what)}: {one['weight']} of {TOTAL}{', the winner' * (one['proposal'] == won)}"
        yield from (f"- struck out: {md(one['reason'])}" for one in each["struck"])
        yield ""
    yield from (f"- quarantined: {md(one['agent'])}: {md(one['reason'])}" for one in shown["quarantined"])
    if not shown["rounds"]:
        yield "No vote was opened."


def _ballot(one: Mapping[str, Any], names: Mapping[str, str], won: str | None, fault: str | None) -> str:
    dissents = won is not None and one["choice"] != won
    choice = "abstains" if one["abstains"] else names.get(one["choice"], one["choice"][:12])
    told = f"{choice}, against the winner" if dissents and not one["abstains"] else choice
    counts = f"no: {fault}" if fault else "yes"
    cells = (md(told), _percent(one["confidence"]), md(one["reasoning"]), md(counts))
    return f"| {one['agent']} | {one['weight']} | {' | '.join(cells)} |"


def _evidence(shown: Mapping[str, Any]) -> Iterator[str]:
    for each in shown["findings"]:
        for one in each.get("evidence", []):
            yield f"- {each['agent']}, {one['kind'].replace('_', ' ')}: {md(one['says'])} (`{one['id'][:8]}`)"


def _permission(of: Reviewed) -> Iterator[str]:
    for event, said in zip(of.events, story(of.events), strict=True):
        if event.type in PERMISSION:
            yield f"{event.occurred_at:%H:%M:%S} UTC: {'; '.join(text for text, _ in said)}"


def _actions(of: Reviewed) -> Iterator[str]:
    after = {(one.attempt, one.undo): one.after for _, one in of.said(facts.ActionCompleted)}
    for at, one in of.said(facts.ActionStarted):
        proposal, done = one.proposal, after.get((one.attempt, one.undo))
        yield (
            f"- attempt {one.attempt}, {at:%H:%M:%S} UTC, {'undo' if one.undo else 'action'}: "
            f"{md(proposal.runbook)} on {md(proposal.target)}"
        )
        known = remedies().get(proposal.runbook)
        for name in known.compare if known else one.before:
            then = "it did not end well" if done is None else done.get(name)
            yield f"    - {md(name)}: {md(str(one.before.get(name)))} → {md(str(then))}"
    for at, seen in of.said(facts.RemedyVerified):
        yield f"- checked at {at:%H:%M:%S} UTC: {md(seen.statement)}"
    for at, worse in of.said(facts.RegressionDetected):
        yield f"- checked at {at:%H:%M:%S} UTC, and it was not well: {md(worse.statement)}"
    for _, back in of.said(facts.RolledBack):
        yield f"- compared with before: {'as it was' if back.restored else md('; '.join(back.differences))}"
    if not of.said(facts.ActionStarted):
        yield "Nothing was done."


def _listed(lines: Iterable[str]) -> Iterator[str]:
    """Each as an item, escaped; or that there is none."""
    found = [f"- {md(one, 500)}" for one in lines]
    yield from found or ["- none that the log shows"]


def _percent(thousandths: int) -> str:
    return f"{thousandths / 10:.0f} %"
