"""What happened, in five sentences that a colleague would understand."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest

from shared.domain import facts
from shared.domain.consensus import TOTAL
from shared.domain.events import Event, malformed, rejections
from shared.domain.folding import fold
from shared.domain.incident import Incident, Status
from shared.domain.model import VOTERS, AgentName
from shared.domain.money import written
from shared.domain.plain_text import sanitised
from shared.domain.proposal import Proposal
from shared.domain.undone import undone

LONGEST = 500
FEW = 2


def five(events: Sequence[Event]) -> tuple[str, ...]:
    """What it was, what caused it, what was chosen, whether that was permitted and done, how it ended.

    Raises:
        IncidentNotFound: the log does not begin with an incident.
    """
    sound = believed(events)
    incident, said = fold(sound), tuple(one.fact for one in sound)
    told = (
        _began(incident),
        _caused(incident),
        _chosen(incident, said),
        _permitted(incident, said),
        _ended(incident),
    )
    return tuple(sanitised(one, LONGEST) for one in told)


def believed(events: Sequence[Event]) -> tuple[Event, ...]:
    """Those that say something, and that the coordinator has not found to be another's words."""
    ignored = {one.event_id for one in rejections(events)}
    return tuple(one for one in events if malformed(one) is None and one.event_id not in ignored)


def _began(incident: Incident) -> str:
    opened = incident.opened
    late = _seconds(opened.started_at, incident.detected_at)
    graded = incident.graded
    grade = f"graded {opened.severity}"
    if graded:
        grade += f" and then {graded.severity.value} by {graded.by} ({graded.reason})"
    began = (
        f"At {opened.started_at:%H:%M:%S} UTC on {opened.started_at:%Y-%m-%d} {opened.service} began to fail"
    )
    kind = opened.classification.replace("_", " ")
    return f"{began} ({kind}); detection saw it {late} later, {_percent(opened.confidence)} sure, {grade}."


def _caused(incident: Incident) -> str:
    found = incident.findings.get(AgentName.DIAGNOSIS)
    answered = [agent for agent in VOTERS if agent in incident.findings]
    missing = [agent.value for agent in VOTERS if agent not in answered]
    silent = f"; {' and '.join(missing)} did not answer in time" if missing and incident.vote else ""
    if found is None and not incident.vote and not incident.in_human_hands:
        return "The cause is being looked for: diagnosis has not answered yet."
    if found is None:
        return f"No cause is known: diagnosis has found none{silent}."
    return f"Diagnosis, {_percent(found.confidence)} sure, says: {found.summary.rstrip('.')}{silent}."


def _chosen(incident: Incident, said: Sequence[facts.Fact]) -> str:
    rounds = sum(isinstance(one, facts.VoteOpened) for one in said)
    times = "one round" if rounds == 1 else f"{rounds} rounds"
    won = [one.certificate for one in said if isinstance(one, facts.ConsensusReached)]
    if not incident.certificate and incident.status is Status.VOTING:
        return f"Agents are voting now, in round {max(rounds, 1)}: nothing is decided yet."
    if not rounds and incident.status in (Status.DETECTED, Status.INVESTIGATING):
        return "No remedy is voted on yet: agents are still looking."
    if not rounds:
        return "No remedy was voted on, since no agent proposed one that the catalogue permits."
    if not won:
        return f"In {times} no remedy had enough votes, so nothing was decided."
    sums = [one.tally.won for one in said if isinstance(one, facts.BallotsTallied) and one.tally.won]
    votes = [f" with {one.weight} of {TOTAL} votes by {', '.join(one.approvers)}" for one in sums]
    kinds = [f"{_remedy(one.proposal)} won" for one in won]
    told = ", and then ".join(f"{kind}{vote}" for kind, vote in zip_longest(kinds, votes, fillvalue=""))
    later = "" if incident.certificate else "; in the last attempt no other remedy had enough votes"
    return f"In {times} {told}{later}."


def _permitted(incident: Incident, said: Sequence[facts.Fact]) -> str:
    done = [one for one in incident.actions if not one.undo]
    if incident.withheld is not None:
        why = "; ".join(incident.withheld.reasons[:FEW]) or "no rule permits it"
        return f"Nothing was executed, since policy withheld it: {why}."
    permitted = [one for one in said if isinstance(one, facts.ActionAuthorised)]
    if not permitted and not done:
        asked = incident.approval
        if asked is not None:
            return f"People were asked whether it may be done: {asked.ended or 'they have not answered yet'}."
        if not incident.in_human_hands:
            return "Nothing is executed yet: nothing is permitted before it is decided."
        return "Nothing was executed, since nothing was permitted."
    level = permitted[-1].autonomy if permitted else "its level"
    approved = f", approved by {' and '.join(incident.approval.by)}" if incident.approval else ""
    if not done:
        return f"Policy permitted it at {level}{approved}; nothing has been executed yet."
    what = ", then ".join(_remedy(one.proposal) for one in done)
    at = f"{done[0].started_at:%H:%M:%S} UTC"
    return f"Policy permitted it at {level}{approved}, and at {at} this was done: {what}{_undone(incident)}."


def _undone(incident: Incident) -> str:
    back = incident.rolled_back
    if back is None:
        return ""
    told = undone(incident, restored=back.restored, known_good=back.known_good)
    return f"; that was undone, and {told}" + "".join(f"; {one}" for one in back.differences[:FEW])


def _ended(incident: Incident) -> str:
    if incident.closed is None:
        return f"It is not over: it is {incident.status.value.replace('_', ' ')}."
    took = ""
    if incident.verified_at and incident.resolved_at:
        took = f", cured {_seconds(incident.opened.started_at, incident.verified_at)} after it began"
    why = (
        f" and people have it ({incident.escalation.reason.replace('_', ' ')})" if incident.escalation else ""
    )
    closed = incident.closed
    return (
        f"It was closed as {closed.outcome.replace('_', ' ')}{took}{why}; it cost the business about"
        f" {written(closed.business_usd)}, and us ${closed.incident_usd}."
    )


def _remedy(proposal: Proposal) -> str:
    values = ", ".join(f"{name}={value}" for name, value in proposal.parameters.items())
    return f"{proposal.runbook} on {proposal.service}" + (f" ({values})" if values else "")


def _seconds(start: datetime, end: datetime) -> str:
    return f"{max(0.0, (end - start).total_seconds()):.0f} s"


def _percent(thousandths: int) -> str:
    return f"{thousandths / 10:.0f} %"
