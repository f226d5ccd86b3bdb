"""Every remedy that was thought of, with who is for it and why: a suggestion never stands alone."""

from datetime import datetime

from shared.domain.ballot import Ballot
from shared.domain.evidence import Evidence, EvidenceKind
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName
from shared.domain.proposal import Proposal
from shared.views.parts import CandidateView, Change, Vote
from shared.views.remedy import shown

MOST_CHANGES, MOST_EVIDENCE, MOST_CANDIDATES = 10, 5, 20


def candidates(incident: Incident) -> tuple[CandidateView, ...]:
    """Those of the last vote of this attempt, the most weight first; then what was only proposed."""
    cast = _cast(incident)
    frozen = incident.vote.candidates if incident.vote else ()
    proposed = [one for found in incident.findings.values() for one in found.candidates]
    every = {one.digest: one for one in (*frozen, *proposed)}
    choices = {one.approves for one in cast.values() if one.approves}
    found = [_candidate(one, incident, cast, disputed=len(choices) > 1) for one in every.values()]
    ordered = sorted(found, key=lambda one: (-one.weight, not one.frozen))
    return tuple(ordered)[:MOST_CANDIDATES]


def disputed(incident: Incident) -> bool:
    """Whether agents are for different remedies, or see different causes."""
    choices = {one.approves for one in _cast(incident).values() if one.approves}
    roots = {one.root_causes[0] for one in incident.findings.values() if one.root_causes}
    return len(choices) > 1 or len(roots) > 1


def changes(incident: Incident) -> tuple[Change, ...]:
    """What was changed around the incident, the most recent first."""
    found = {one.id: one for one in _evidence(incident) if one.kind is EvidenceKind.CHANGE}
    newest = sorted(found.values(), key=lambda one: one.observed_at, reverse=True)
    return tuple(_change(one, incident.opened.started_at) for one in newest[:MOST_CHANGES])


def _change(one: Evidence, began: datetime) -> Change:
    before = round((began - one.observed_at).total_seconds())
    return Change(service=one.service, statement=one.statement, at=one.observed_at, seconds_before=before)


def _evidence(incident: Incident) -> tuple[Evidence, ...]:
    """Of everything that agents found in any attempt, and of what their ballots brought."""
    heard = [one for each in incident.heard.values() for one in each.findings.evidence]
    return (*incident.evidence.values(), *heard)


def _cast(incident: Incident) -> dict[AgentName, Ballot]:
    """The ballots that count in the last round; of an agent that is out, none."""
    vote = incident.vote
    if vote is None:
        return {}
    rejected = {one.agent for one in incident.tallied.rejected} if incident.tallied else set()
    out = {*vote.quarantined, *rejected}
    ballots = (one.ballot for one in incident.ballots_of(vote.attempt, vote.round))
    return {one.agent: one for one in ballots if one.agent not in out}


def _candidate(
    proposal: Proposal, incident: Incident, cast: dict[AgentName, Ballot], *, disputed: bool
) -> CandidateView:
    weights = incident.vote.rules.weights if incident.vote else {}
    votes = [one for one in cast.values() if one.approves == proposal.digest]
    suggested = incident.escalation.suggestion if incident.escalation else None
    certified = incident.certificate.proposal if incident.certificate else None
    frozen = incident.vote.candidates if incident.vote else ()
    return CandidateView(
        remedy=shown(proposal),
        weight=sum(weights.get(one.agent, 0) for one in votes),
        votes=tuple(_vote(one, weights.get(one.agent, 0), incident) for one in votes),
        proposed_by=tuple(
            agent
            for agent in VOTERS
            if agent in incident.findings
            and proposal.digest in {one.digest for one in incident.findings[agent].candidates}
        ),
        frozen=proposal.digest in {one.digest for one in frozen},
        decided=certified is not None and certified.digest == proposal.digest,
        suggested=suggested is not None and suggested.digest == proposal.digest,
        disputed=disputed and bool(votes),
    )


def _vote(ballot: Ballot, weight: int, incident: Incident) -> Vote:
    known = incident.evidence
    return Vote(
        agent=ballot.agent,
        weight=weight,
        confidence=ballot.confidence,
        reasoning=ballot.reasoning,
        evidence=tuple(known[one].statement for one in ballot.evidence if one in known)[:MOST_EVIDENCE],
    )
