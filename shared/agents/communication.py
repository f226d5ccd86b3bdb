"""Communication: the words in which people hear of an incident. It has no vote; no model writes for it."""

from datetime import datetime
from decimal import Decimal

from shared.domain import facts
from shared.domain.consensus import TOTAL
from shared.domain.events import Event, malformed
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.plain_text import sanitised
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
    facts.ApprovalGranted,
    facts.Acknowledged,
    facts.LevelCalled,
    facts.SeverityChanged,
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
MOST_TITLE, MOST_LINE, MOST_LINES = 150, 300, 12
"""Characters and lines of a message, whatever the log says."""
FEW = 4
"""Of a list in a message."""
Words = tuple[str, list[str]]
"""Title and lines."""


def tells(event: Event) -> bool:
    """Whether people hear of this event: never of what nobody believes."""
    return event.type in {fact.__name__ for fact in TOLD} and malformed(event) is None


def compose(incident: Incident, event: Event, catalogue: ServiceCatalogue) -> Message:
    """The message about one event of an incident: plain text, bounded, for somebody who was just woken.

    Args:
        incident: as it was after the event.
    """
    fact = event.fact
    title, lines = (
        _beginning(incident, fact)
        or _permission(incident, fact)
        or _action(incident, fact)
        or _end(incident, fact)
        or (event.type, [])
    )
    if not isinstance(fact, facts.AgentQuarantined | facts.IncidentResolved | facts.NotNeeded):
        lines = [*lines[: MOST_LINES - 1], _cost(incident, catalogue, event.occurred_at)]
    if isinstance(fact, facts.IncidentDetected | facts.EscalatedToHuman):
        lines = [_hurt(incident, catalogue), *lines]
    return Message(
        incident_id=incident.id,
        title=sanitised(title, MOST_TITLE),
        lines=tuple(sanitised(one, MOST_LINE) for one in lines if one)[:MOST_LINES],
        severity=incident.severity,
        opening=_opening(incident, catalogue),
    )


def _opening(incident: Incident, catalogue: ServiceCatalogue) -> tuple[str, ...]:
    """How it began, in a title and lines that stay true: they stand under whatever is the latest news."""
    began = incident.opened
    lines = (
        began.summary,
        _hurt(incident, catalogue),
        *(f"Seen: {one.statement}" for one in began.symptoms[:FEW]),
        f"Began at {began.started_at:%H:%M:%S} UTC",
    )
    return (sanitised(lines[0], MOST_TITLE), *(sanitised(one, MOST_LINE) for one in lines[1:]))


def _beginning(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.IncidentDetected(signal=signal, symptoms=symptoms, summary=summary):
            alarm = signal.attributes.get("alarm")
            return summary, [
                _thought(incident),
                *(f"Seen: {one.statement}" for one in symptoms[:FEW]),
                f"Alarm: {alarm}" if alarm else "",
                "Next: four agents look for the cause and vote; you hear what runs, or that people decide.",
                _stop(incident),
            ]
        case facts.AgentQuarantined(agent=agent, until=until, reason=reason):
            told = f"Its ballots do not count until {until:%H:%M} UTC."
            return f"The {agent} agent is quarantined", [reason, told]
        case facts.ConsensusReached(certificate=certificate):
            how = certificate.kind.replace("_", " ")
            return f"Decided: {_title(certificate.proposal)}", [
                _with(certificate.proposal),
                _thought(incident),
                f"Decided by {how}: {_enough(incident.tallied)}",
                *(
                    _vote(one.ballot.agent, one.ballot.approves, one.ballot.confidence, incident)
                    for one in certificate.ballots
                ),
                "Next: this stage's rules permit it, ask a person, or withhold it.",
                _stop(incident),
            ]
    return None


def _permission(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.ActionWithheld(proposal=proposal, reasons=reasons):
            return "Nothing is executed", [f"It would have been: {_remedy(proposal)}", *reasons[:FEW]]
        case facts.ApprovalRequested(proposal=proposal, needed=needed) as asked:
            people = "One person" if needed == 1 else f"{needed} different people"
            return "Your approval is needed", [
                _remedy(proposal),
                _thought(incident),
                *(f"It would change {one}" for one in asked.preview[:FEW]),
                f"It may touch: {', '.join(asked.blast_radius)}",
                f"Undo: {asked.undo}",
                f"{people} ({asked.role.replace('_', ' ')}) must approve by {asked.expires_at:%H:%M:%S} UTC, "
                f"or it is not done: commander approve {incident.id} --digest {proposal.digest[:12]}",
                f"To refuse it: commander deny {incident.id}",
            ]
        case facts.SeverityChanged(severity=severity, by=by, reason=reason):
            return f"It is graded {severity} now", [
                f"{by} says: {reason}",
                f"Detection had graded it {incident.opened.severity}.",
                "Who is told, and how urgently, follows from it; what a minute costs does not.",
                _stop(incident),
            ]
    return _answer(incident, fact)


def _answer(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.ApprovalGranted(by=by):
            asked = incident.approval
            left = asked.asked.needed - len(asked.by) if asked else 0
            return f"{by} has approved it", [
                _remedy(asked.asked.proposal) if asked else "",
                f"{left} more must approve."
                if left > 0
                else "Next: policy looks at it again, then it is done.",
                _stop(incident),
            ]
        case facts.Acknowledged(by=by, through=through, over=over):
            return f"{by} has seen it", [
                f"Said through {through}, where the page is closed." if over else f"Said through {through}.",
                "The machine goes on until somebody takes it over.",
                _stop(incident),
            ]
        case facts.LevelCalled(team=team, people=()):
            return "Nobody has answered, and nobody is left to call", [
                f"Every level of {team} was called.",
                _thought(incident),
                f"To say that you have seen it: commander acknowledge {incident.id}",
                _stop(incident),
            ]
        case facts.LevelCalled(team=team, level=level, people=people):
            return f"Nobody has answered: level {level} of {team} is called", [
                f"Called: {', '.join(people)}",
                _thought(incident),
                f"To say that you have seen it: commander acknowledge {incident.id}",
                _stop(incident),
            ]
        case facts.TakenOver(by=by, reason=reason):
            return f"{by} has taken over", [
                f"{by} says: {reason}" if reason else "",
                "The machine starts nothing more.",
            ]
    return None


def _action(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.ActionStarted(undo=True, known_good=known_good, proposal=proposal):
            back = "what it was when it was last seen to be good" if known_good else "what was there before"
            return "Undoing the remedy", [f"{_title(proposal)}: back to {back}"]
        case facts.ActionStarted(proposal=proposal):
            inverse = remedies()[proposal.runbook].runbook.inverse if proposal.runbook in remedies() else None
            undone = (
                f"{inverse} puts back what was there before" if inverse else "there is nothing to put back"
            )
            return f"Acting now: {_title(proposal)}", [
                f"On {proposal.target}",
                _with(proposal),
                _thought(incident),
                f"If it does not help it is undone: {undone}.",
                f"{_stop(incident)}. What runs already ends, and undoing it is then yours.",
            ]
        case facts.ActionFailed(reason=reason):
            return "The action failed", [reason]
        case facts.RemedyVerified(statement=statement):
            done = incident.action(undo=False)
            watched = "It is watched for a while longer, and undone if it comes back."
            return "It worked so far", [f"Done: {_remedy(done.proposal)}" if done else "", statement, watched]
        case facts.RegressionDetected(statement=statement):
            return "The remedy did not help", [statement, "It is being undone."]
        case facts.RolledBack(restored=restored, differences=differences, known_good=known_good):
            as_when = "when it was last seen to be good" if known_good else "before"
            told = f"Everything is as it was {as_when}." if restored else f"It is NOT as it was {as_when}."
            return "Rolled back", [told, *differences[:FEW]]
    return None


def _end(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.AttemptAbandoned(reason=reason):
            return "Another attempt begins", [reason.replace("_", " "), _stop(incident)]
        case facts.NotNeeded(statement=statement):
            return "Nothing was done: it went away by itself", [statement]
        case facts.EscalatedToHuman(reason=reason, suggestion=suggestion):
            return "A human must decide", [
                f"Reason: {reason.replace('_', ' ')}",
                _thought(incident),
                f"The best supported remedy, only a suggestion: {_remedy(suggestion)}" if suggestion else "",
                f"The machine starts nothing more. Everything that is known: commander explain {incident.id}",
            ]
        case facts.IncidentResolved(business_usd=business, incident_usd=own):
            done = incident.action(undo=False)
            return "Resolved", [
                f"Done: {_remedy(done.proposal)}" if done else "",
                f"It cost about {_dollars(business)}, and ${own} of AWS calls to resolve.",
                f"Its review: commander review {incident.id}",
            ]
    return None


def _hurt(incident: Incident, catalogue: ServiceCatalogue) -> str:
    """Who is hurt, and what else feels it."""
    opened = incident.opened
    service = catalogue.by_name.get(opened.service)
    who = f"{service.users:,} users of {opened.service}" if service and service.users else opened.service
    also = ", ".join(one for one in opened.services if one != opened.service)
    return f"Hurt: {who} ({opened.tier})" + (f"; {also} too" if also else "")


def _thought(incident: Incident) -> str:
    """What we think it is, and how sure we are."""
    found = incident.findings.get(AgentName.DIAGNOSIS)
    if found is None:
        opened = incident.opened
        return f"We think: {opened.classification.replace('_', ' ')}, {opened.confidence / 10:.0f} % sure"
    return f"We think: {found.summary}, {found.confidence / 10:.0f} % sure"


def _cost(incident: Incident, catalogue: ServiceCatalogue, at: datetime) -> str:
    """What a minute costs now, and what it has cost."""
    service = catalogue.by_name.get(incident.opened.service)
    if service is None:
        return "Cost: not known, since the service is not in the catalogue."
    impact = BusinessImpact.of(service)
    spent = impact.cumulative_cost(incident.opened.started_at, at)
    if incident.verified_at == at:
        return f"Cost: about ${spent:,.2f} until now, and no more if it holds."
    return f"Cost: about ${impact.rate(at):,.0f} a minute now, ${spent:,.2f} so far."


def _dollars(amount: str) -> str:
    """An amount of the log as people read it; what is no amount stays what it says."""
    try:
        return f"${Decimal(amount):,.2f}"
    except ArithmeticError:
        return f"${amount}"


def _stop(incident: Incident) -> str:
    return f"To take it from the machine: commander take-over {incident.id}"


def _enough(counted: facts.BallotsTallied | None) -> str:
    """Why the winner's support was enough, in the numbers by which the round was counted."""
    won = counted.tally.won if counted else None
    if counted is None or won is None:
        return "the count is not in the log"
    if won.degraded_quorum:
        who = "everybody but diagnosis, which is missing"
        return f"{won.weight} of {TOTAL} for it, from {who}; for what is safe that is enough."
    needed = f"more than {counted.rules.more_than}, from {counted.rules.min_approvers} agents, were needed."
    return f"{won.weight} of {TOTAL} for it, from {len(won.approvers)} agents; {needed}"


def _title(proposal: Proposal) -> str:
    known = remedies().get(proposal.runbook)
    return f"{known.runbook.title if known else proposal.runbook} ({proposal.service})"


def _with(proposal: Proposal) -> str:
    values = ", ".join(f"{name}={value}" for name, value in proposal.parameters.items())
    return f"with {values}" if values else ""


def _remedy(proposal: Proposal) -> str:
    return f"{_title(proposal)} {_with(proposal)}".rstrip()


def _vote(agent: str, choice: str | None, confidence: int, incident: Incident) -> str:
    if choice is None:
        return f"{agent} abstains"
    candidates = incident.vote.candidates if incident.vote else ()
    chosen = next((one.runbook for one in candidates if one.digest == choice), choice[:12])
    return f"{agent} for {chosen}, {confidence / 10:.0f} % sure"
