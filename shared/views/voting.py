"""What the agents found and how they voted: weights, dissent, abstention, quarantine, and the sums."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain import facts
from shared.domain.ballot import Ballot
from shared.domain.consensus import TOTAL, WEIGHTS, Rules, Sum
from shared.domain.evidence import Evidence, Findings
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName
from shared.views.believed import Believed
from shared.views.parts import AgentView, BallotView, Fact, Round, Struck, SumView
from shared.views.remedy import shown

MOST_EVIDENCE, MOST_REFERENCES = 10, 5
Place = tuple[int, int]
"""Attempt and round."""


def agents(log: Believed, incident: Incident) -> tuple[AgentView, ...]:
    """The four voters, in their order."""
    cast = {fact.signed.ballot.agent: fact.signed.ballot for _, fact in log.of_type(facts.BallotCast)}
    return tuple(_agent(incident, name, cast.get(name)) for name in VOTERS)


def _agent(incident: Incident, name: AgentName, ballot: Ballot | None) -> AgentView:
    rules = incident.vote.rules if incident.vote else None
    found = incident.findings.get(name)
    seen = AgentView(
        agent=name,
        weight=(rules.weights if rules else WEIGHTS).get(name, 0),
        state=_state(incident, name, found),
        ballot_confidence=ballot.confidence if ballot else None,
    )
    return seen if found is None else seen.model_copy(update=_findings(incident, name, found))


def _state(incident: Incident, name: AgentName, found: Findings | None) -> str:
    if name in incident.quarantined:
        return "quarantined"
    if found is not None:
        return "reused" if name in incident.reused else "found"
    return "asked" if incident.vote is None and incident.machine_ended is None else "silent"


def _findings(incident: Incident, name: AgentName, found: Findings) -> dict[str, object]:
    heard, reused = incident.heard.get(name), incident.reused.get(name)
    made = AgentView(
        agent=name,
        weight=0,
        state="found",
        confidence=found.confidence,
        summary=found.summary,
        cause=found.cause,
        root_causes=found.root_causes[:5],
        evidence=tuple(fact_of(one) for one in found.evidence[:MOST_EVIDENCE]),
        evidence_total=len(found.evidence),
        left_out=found.left_out,
        cached_seconds=reused.age_seconds if reused else None,
        proposed=tuple(one.digest for one in found.candidates),
        at=heard.at if heard else None,
    )
    ours = {"agent", "weight", "state", "ballot_confidence"}
    return {field: getattr(made, field) for field in AgentView.model_fields if field not in ours}


def fact_of(one: Evidence) -> Fact:
    """A fact as it is shown."""
    return Fact(
        id=one.id, kind=one.kind, service=one.service, statement=one.statement, observed_at=one.observed_at
    )


def rounds(log: Believed, incident: Incident) -> tuple[Round, ...]:
    """Every round of every attempt, oldest first."""
    statements = {one.id: one.statement for fact in log.facts() for one in _evidence(fact)}
    counted = {(one.attempt, one.round): one for _, one in log.of_type(facts.BallotsTallied)}
    cast: dict[Place, dict[AgentName, tuple[datetime, Ballot]]] = {}
    for at, fact in log.of_type(facts.BallotCast):
        ballot = fact.signed.ballot
        cast.setdefault((ballot.attempt, ballot.round), {}).setdefault(ballot.agent, (at, ballot))
    return tuple(
        _round(at, opened, incident, counted.get(place), cast.get(place, {}), statements)
        for at, opened in log.of_type(facts.VoteOpened)
        for place in [(opened.attempt, opened.round)]
    )


def _evidence(fact: facts.Fact) -> tuple[Evidence, ...]:
    match fact:
        case facts.IncidentDetected(symptoms=found) | facts.BallotCast(evidence=found):
            return found
        case facts.FindingsSubmitted(findings=findings):
            return findings.evidence
    return ()


def _round(
    at: datetime,
    opened: facts.VoteOpened,
    incident: Incident,
    counted: facts.BallotsTallied | None,
    cast: Mapping[AgentName, tuple[datetime, Ballot]],
    statements: Mapping[str, str],
) -> Round:
    rules = counted.rules if counted else opened.rules
    winner = counted.tally.winner if counted else None
    over = counted is not None or (opened.attempt, opened.round) in incident.over
    faults = {one.agent: one.reason for one in counted.rejected} if counted else {}
    ballots = tuple(
        _ballot(name, rules, opened, cast.get(name), faults.get(name), winner, over, statements)
        for name in VOTERS
    )
    return Round(
        attempt=opened.attempt,
        round=opened.round,
        opened_at=at,
        expires_at=opened.expires_at,
        closed=over,
        more_than=rules.more_than,
        min_approvers=rules.min_approvers,
        min_confidence=rules.min_confidence,
        candidates=tuple(shown(one) for one in opened.candidates),
        ballots=ballots,
        sums=tuple(_sum(one, winner) for one in counted.tally.sums) if counted else (),
        kind=counted.tally.kind.value if counted else "",
        winner=winner,
        lost_weight=TOTAL - sum(one.weight for one in ballots if one.state in ("for", "waiting")),
        struck=tuple(Struck(agent=one.agent, reason=one.reason) for one in opened.struck),
    )


def _ballot(
    name: AgentName,
    rules: Rules,
    opened: facts.VoteOpened,
    cast: tuple[datetime, Ballot] | None,
    fault: str | None,
    winner: str | None,
    over: bool,
    statements: Mapping[str, str],
) -> BallotView:
    weight = rules.weights.get(name, 0)
    if cast is None:
        absent = "quarantined" if name in opened.quarantined else "silent" if over else "waiting"
        return BallotView(agent=name, weight=weight, state=absent, fault=fault)
    at, ballot = cast
    state = "for" if ballot.approves else "abstains"
    if fault is not None or name in opened.quarantined:
        state = "quarantined" if name in opened.quarantined else "rejected"
    return BallotView(
        agent=name,
        weight=weight,
        state=state,
        dissents=winner is not None and ballot.approves is not None and ballot.approves != winner,
        choice=ballot.choice,
        confidence=ballot.confidence,
        reasoning=ballot.reasoning,
        evidence=tuple(statements.get(one, f"not in the log: {one}") for one in ballot.evidence)[
            :MOST_REFERENCES
        ],
        risk=ballot.risk_level,
        fault=fault,
        at=at,
    )


def _sum(one: Sum, winner: str | None) -> SumView:
    return SumView(
        proposal=one.proposal,
        weight=one.weight,
        approvers=one.approvers,
        confidence=min(one.weighted_confidence // one.weight, TOTAL) if one.weight else 0,
        quorum=one.quorum,
        degraded_quorum=one.degraded_quorum,
        wins=one.proposal == winner,
    )
