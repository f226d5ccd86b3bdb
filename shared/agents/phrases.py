"""The phrases of messages: who is hurt, what is thought, what it costs, how to stop it; plain text."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain import facts
from shared.domain.consensus import TOTAL
from shared.domain.correlation import alarm_of
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.plain_text import sanitised
from shared.domain.proposal import Proposal
from shared.domain.service import ServiceCatalogue
from shared.domain.signal import Signal
from shared.runbooks.catalogue import remedies

MOST_TITLE, MOST_LINE, MOST_LINES = 150, 300, 12
"""Characters and lines of a message, whatever the log says."""
MOST_DISMISSED = 10
"""Alarms of a digest's message."""


def hurt(incident: Incident, catalogue: ServiceCatalogue) -> str:
    """Who is hurt, and what else feels it."""
    opened = incident.opened
    service = catalogue.by_name.get(opened.service)
    who = f"{service.users:,} users of {opened.service}" if service and service.users else opened.service
    also = ", ".join(one for one in opened.services if one != opened.service)
    return f"Hurt: {who} ({opened.tier})" + (f"; {also} too" if also else "")


def thought(incident: Incident) -> str:
    """What we think it is, and how sure we are."""
    found = incident.findings.get(AgentName.DIAGNOSIS)
    if found is None:
        opened = incident.opened
        return f"We think: {opened.classification.replace('_', ' ')}, {opened.confidence / 10:.0f} % sure"
    return f"We think: {found.summary}, {found.confidence / 10:.0f} % sure"


def cost(incident: Incident, catalogue: ServiceCatalogue, at: datetime) -> str:
    """What a minute costs now, and what it has cost."""
    service = catalogue.by_name.get(incident.opened.service)
    if service is None:
        return "Cost: not known, since the service is not in the catalogue."
    impact = BusinessImpact.of(service)
    spent, charge = impact.cost_of(incident.felt, at), impact.user_charge
    if incident.verified_at == at:
        return f"Cost: about ${spent:,.2f} until now, and no more if it holds."
    if not incident.is_felt:
        return f"Cost: about ${spent:,.2f} in all, and no more: it is not felt now."
    now = f"Cost: about ${impact.rate(at):,.0f} a minute now"
    if not spent:
        return f"{now}."
    once = f", of it ${charge:,.0f} once for its users" if charge else ""
    return f"{now}, ${spent:,.2f} so far{once}."


def how_to_stop(incident: Incident) -> str:
    """What to type, so that the machine starts nothing more."""
    if incident.with_people:
        return f"To say that you have it: commander take {incident.id}"
    return f"To take it from the machine: commander take-over {incident.id}"


def joined(incident: Incident, signal: Signal) -> tuple[str, list[str]]:
    """A further alarm of an incident: what it is, and whose it is."""
    about = f"{signal.service} {signal.measure}" if signal.measure else signal.service
    alarm = signal.attributes.get("alarm")
    lines = [
        f"Alarm: {alarm}" if alarm else "",
        signal.text,
        f"It belongs to this incident: {incident.opened.service} is near it.",
    ]
    if not incident.with_people:
        return f"Also in alarm: {about}", [*lines, "The machine is still at it.", how_to_stop(incident)]
    whose = f"{incident.owner} has it." if incident.owner else "Nobody has it yet."
    return f"New trouble: {about}", [*lines, whose, "The machine starts nothing more here."]


def unfelt(dismissed: Sequence[facts.AlarmDismissed], most: int) -> tuple[str, tuple[str, ...]]:
    """Title and lines of a day's dismissed alarms: one line an alarm, however often it came, with its reason.

    Args:
        most: so many of them are written down a day.
    """
    named: dict[str, list[facts.AlarmDismissed]] = {}
    for one in dismissed:
        named.setdefault(alarm_of(one.signal), []).append(one)
    first, count = (
        dismissed[0],
        f"{len(dismissed)} or more" if len(dismissed) >= most else f"{len(dismissed)}",
    )
    title = f"{count} alarm{'s' if len(dismissed) > 1 else ''} that nobody felt in {first.application}"
    lines = [_dismissed(each) for each in named.values()]
    more = [f"and {len(lines) - MOST_DISMISSED} more"] if len(lines) > MOST_DISMISSED else []
    where = "No incident was opened for them. All of it: commander dismissed"
    told = (*lines[:MOST_DISMISSED], *more, where)
    return sanitised(title, MOST_TITLE), tuple(sanitised(one, MOST_LINE) for one in told)


def _dismissed(of_one: Sequence[facts.AlarmDismissed]) -> str:
    last, times = of_one[-1], len(of_one)
    signal = last.signal
    name = signal.attributes.get("alarm") or f"{signal.service} {signal.measure or ''}".rstrip()
    often = f", {times} times, last" if times > 1 else ""
    seen = f" ({'; '.join(last.looked_at[:2])})" if last.looked_at else ""
    return f"{name}{often} at {signal.at:%H:%M} UTC: {last.reason}{seen}"


def enough(counted: facts.BallotsTallied | None) -> str:
    """Why the winner's support was enough, in the numbers by which the round was counted."""
    won = counted.tally.won if counted else None
    if counted is None or won is None:
        return "the count is not in the log"
    if won.degraded_quorum:
        who = "everybody but diagnosis, which is missing"
        return f"{won.weight} of {TOTAL} for it, from {who}; for what is safe that is enough."
    needed = f"more than {counted.rules.more_than}, from {counted.rules.min_approvers} agents, were needed."
    return f"{won.weight} of {TOTAL} for it, from {len(won.approvers)} agents; {needed}"


def titled(proposal: Proposal) -> str:
    """A remedy by its title; one that is not in the catalogue any more by its id."""
    known = remedies().get(proposal.runbook)
    return f"{known.runbook.title if known else proposal.runbook} ({proposal.service})"


def values(proposal: Proposal) -> str:
    """Its parameters; empty when it has none."""
    given = ", ".join(f"{name}={value}" for name, value in proposal.parameters.items())
    return f"with {given}" if given else ""


def remedy(proposal: Proposal) -> str:
    """Its title and its parameters."""
    return f"{titled(proposal)} {values(proposal)}".rstrip()


def voted(agent: str, choice: str | None, confidence: int, incident: Incident) -> str:
    """Whom an agent was for, and how sure (thousandths) it was."""
    if choice is None:
        return f"{agent} abstains"
    candidates = incident.vote.candidates if incident.vote else ()
    chosen = next((one.runbook for one in candidates if one.digest == choice), choice[:12])
    return f"{agent} for {chosen}, {confidence / 10:.0f} % sure"
