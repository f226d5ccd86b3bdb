"""Communication: the words in which people hear of an incident. It has no vote; no model writes for it."""

from shared.domain import facts
from shared.domain.consensus import TOTAL
from shared.domain.events import Event, malformed
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.service import ServiceCatalogue
from shared.ports.channel import Message
from shared.runbooks.catalogue import remedies

NAME = AgentName.COMMUNICATION
TOLD = (
    facts.IncidentDetected,
    facts.AgentQuarantined,
    facts.ConsensusReached,
    facts.ActionWithheld,
    facts.ApprovalRequested,
    facts.TakenOver,
    facts.ActionStarted,
    facts.ActionFailed,
    facts.RemedyVerified,
    facts.RegressionDetected,
    facts.RolledBack,
    facts.AttemptAbandoned,
    facts.NotNeeded,
    facts.EscalatedToHuman,
    facts.IncidentResolved,
)
"""What people hear of; everything else is in the log for who asks."""


def tells(event: Event) -> bool:
    """Whether people hear of this event: never of what nobody believes."""
    return event.type in {fact.__name__ for fact in TOLD} and malformed(event) is None


def compose(incident: Incident, event: Event, catalogue: ServiceCatalogue) -> Message:
    """The message about one event of an incident: plain text, for somebody who has just been woken."""
    title, lines = _words(incident, event, catalogue)
    return Message(
        incident_id=incident.id, title=title, lines=tuple(lines), severity=incident.opened.severity
    )


def _words(incident: Incident, event: Event, catalogue: ServiceCatalogue) -> tuple[str, list[str]]:  # noqa: C901, PLR0911 - one arm an event
    opened = incident.opened
    match event.fact:
        case facts.IncidentDetected():
            cost = _per_minute(incident, catalogue)
            alarm = opened.signal.attributes.get("alarm")
            felt = [f"Alarm: {alarm}"] if alarm else []
            felt += [one.statement for one in opened.symptoms[:4]]
            return opened.summary, [*felt, cost, "Four agents are looking; you will hear what they decide."]
        case facts.ConsensusReached(certificate=certificate):
            votes = [
                _vote(one.ballot.agent, one.ballot.approves, one.ballot.confidence, incident)
                for one in certificate.ballots
            ]
            return f"Decided by {certificate.kind.replace('_', ' ')}", [
                _remedy(certificate.proposal),
                *votes,
                *_enough(incident.tallied),
            ]
        case facts.AgentQuarantined(agent=agent, until=until, reason=reason):
            told = f"Its ballots do not count until {until:%H:%M} UTC."
            return f"The {agent} agent is quarantined", [reason, told]
        case facts.ActionWithheld(proposal=proposal, reasons=reasons):
            return "Nothing is executed", [f"It would have been: {_remedy(proposal)}", *reasons]
        case facts.ActionStarted(proposal=proposal, undo=undo):
            inverse = remedies()[proposal.runbook].runbook.inverse
            undone = (
                f"To undo it: {inverse}, with what was there before."
                if inverse
                else "It leaves nothing to put back."
            )
            title = "Undoing the remedy" if undo else "Acting now"
            return title, [_remedy(proposal)] + ([] if undo else [undone])
        case facts.ActionFailed(reason=reason):
            return "The action failed", [reason]
        case facts.RemedyVerified(statement=statement):
            return "It worked so far", [
                statement,
                "It is watched for a while longer, and undone if it comes back.",
            ]
        case facts.RegressionDetected(statement=statement):
            return "The remedy did not help", [statement, "It is being undone."]
        case facts.RolledBack(restored=restored, differences=differences):
            before = "Everything is as it was before." if restored else "It is NOT as it was before."
            return "Rolled back", [before, *differences]
        case facts.EscalatedToHuman(reason=reason, suggestion=suggestion):
            best = (
                [f"The best supported remedy, only a suggestion: {_remedy(suggestion)}"] if suggestion else []
            )
            return "A human must decide", [f"Reason: {reason.replace('_', ' ')}", *best]
        case facts.IncidentResolved(business_usd=business, incident_usd=own):
            return "Resolved", [f"It cost about ${business}, and ${own} of AWS calls to resolve."]
    return _permission(incident, event)


def _permission(incident: Incident, event: Event) -> tuple[str, list[str]]:
    match event.fact:
        case facts.ApprovalRequested(proposal=proposal, needed=needed) as asked:
            people = "One person" if needed == 1 else f"{needed} different people"
            return "Your approval is needed", [
                _remedy(proposal),
                *(f"It would change {one}" for one in asked.preview),
                f"It may touch: {', '.join(asked.blast_radius)}",
                f"Undo: {asked.undo}",
                f"Waiting costs ${asked.cost_per_minute} a minute.",
                f"{people} ({asked.role.replace('_', ' ')}) must approve by {asked.expires_at:%H:%M:%S} UTC:",
                f"commander approve {incident.id} --digest {proposal.digest[:12]}",
            ]
        case facts.TakenOver(by=by, reason=reason):
            return f"{by} has taken over", [reason or "The machine starts nothing more."]
        case facts.AttemptAbandoned(reason=reason):
            return "Another attempt begins", [reason.replace("_", " ")]
        case facts.NotNeeded(statement=statement):
            return "Nothing was done: it went away by itself", [statement]
    return event.type, []


def _enough(counted: facts.BallotsTallied | None) -> list[str]:
    """Why the winner's support was enough, in the numbers by which the round was counted."""
    won = counted.tally.won if counted else None
    if counted is None or won is None:
        return []
    if won.degraded_quorum:
        who = "everybody but diagnosis, which is missing"
        return [f"{won.weight} of {TOTAL} for it, from {who}; for what is safe that is enough."]
    needed = f"more than {counted.rules.more_than}, from {counted.rules.min_approvers} agents, were needed."
    return [f"{won.weight} of {TOTAL} for it, from {len(won.approvers)} agents; {needed}"]


def _remedy(proposal: Proposal) -> str:
    runbook = remedies()[proposal.runbook].runbook if proposal.runbook in remedies() else None
    title = runbook.title if runbook else proposal.runbook
    values = ", ".join(f"{name}={value}" for name, value in proposal.parameters.items())
    return f"{title} on {proposal.service} ({values})"


def _vote(agent: str, choice: str | None, confidence: int, incident: Incident) -> str:
    if choice is None:
        return f"{agent} abstains"
    chosen = (
        next((one for one in incident.vote.candidates if one.digest == choice), None)
        if incident.vote
        else None
    )
    return f"{agent} for {chosen.runbook if chosen else choice[:12]}, {confidence / 10:.0f} % sure"


def _per_minute(incident: Incident, catalogue: ServiceCatalogue) -> str:
    service = catalogue.by_name.get(incident.opened.service)
    if service is None:
        return "What it costs is not known."
    impact = BusinessImpact.of(service)
    return f"About ${impact.cost_per_minute} a minute; {impact.affected_users} users."
