"""An incident's clocks: time left to its cure, money until now, and how sure each agent is. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from shared.domain.impact import BusinessImpact, OwnCost
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName, Model, Thousandths, Utc
from shared.domain.service import Service

MTTR = timedelta(minutes=3)
"""From the signal to the verified remedy: what the product promises."""


class Countdown(Model):
    """The time to the cure."""

    target_seconds: int
    elapsed_seconds: float = Field(description="since the signal; it stands still once it is over")
    remaining_seconds: float = Field(description="negative: it has taken longer than promised")
    running: bool
    cured: bool = Field(description="it stands still since it is over, and not since people have it")


class Accumulated(Model):
    """Money in US dollars, as text to the cent and below."""

    business_usd: str | None = Field(
        description="of the time in which it was felt; null: nobody knows the price"
    )
    usd_per_minute: str | None = Field(description="now; 0 while it is not felt")
    own_usd: str = Field(description="what it cost us: an estimate")


class RealTime(Model):
    """What a demo shows while it runs."""

    incident_id: str
    severity: str
    at: Utc
    mttr_countdown: Countdown
    cost_accumulation: Accumulated
    agent_confidence_scores: dict[AgentName, Thousandths | None] = Field(
        description="of the last ballot in the open round, else of the findings; null: nothing was heard"
    )


def real_time(incident: Incident, now: datetime, service: Service | None) -> RealTime:
    """The clocks at a moment.

    Args:
        service: the incident's, as the catalogue has it.
    """
    over = ended_at(incident)
    until = min(now, over) if over else now
    elapsed = max(timedelta(), until - incident.opened.signal.at)
    return RealTime(
        incident_id=incident.id,
        severity=incident.severity,
        at=now,
        mttr_countdown=Countdown(
            target_seconds=int(MTTR.total_seconds()),
            elapsed_seconds=round(elapsed.total_seconds(), 1),
            remaining_seconds=round((MTTR - elapsed).total_seconds(), 1),
            running=over is None,
            cured=over is not None and over not in (incident.handed_at, incident.closed_at),
        ),
        cost_accumulation=_money(incident, now, service),
        agent_confidence_scores={agent: _sure(incident, agent) for agent in VOTERS},
    )


def ended_at(incident: Incident) -> datetime | None:
    """When the countdown stood still: at the cure, when people say so, or when the machine's part ended."""
    if incident.verified_at is not None and incident.regressed is None:
        return incident.verified_at
    if incident.people is not None and incident.people.resolved_at is not None:
        return incident.people.resolved_at
    return incident.handed_at or incident.closed_at


def _money(incident: Incident, now: datetime, service: Service | None) -> Accumulated:
    own = str(OwnCost(events=incident.head.version).aws_usd)
    if service is None:
        return Accumulated(business_usd=None, usd_per_minute=None, own_usd=own)
    impact = BusinessImpact.of(service)
    return Accumulated(
        business_usd=str(impact.cost_of(incident.felt, now)),
        usd_per_minute=str(impact.rate(now) if incident.is_felt else Decimal(0)),
        own_usd=own,
    )


def _sure(incident: Incident, agent: AgentName) -> int | None:
    if incident.vote is not None:
        for one in incident.ballots_of(incident.vote.attempt, incident.vote.round):
            if one.ballot.agent is agent:
                return one.ballot.confidence
    heard = incident.remembered(agent)
    return heard.findings.confidence if heard else None
