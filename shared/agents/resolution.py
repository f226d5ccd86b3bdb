"""Resolution, the advisor: does the target itself speak for a remedy? It votes and has no right to act."""

from datetime import datetime

from shared.agents.steps import Steps
from shared.agents.targets import prepare
from shared.agents.voter import Verdict, Voter, abstention, support
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible, Infeasible
from shared.domain.service import Service
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies

SURE = 900
MOST = 5


def investigate(incident: Incident, sources: Sources) -> Findings:
    """Every remedy that fits the incident's name and could be run on a service that it hurts."""
    catalogue, now = sources.catalogue.services(), sources.clock.now()
    steps, found = Steps(sources), list[tuple[Service, Feasible]]()
    for name in incident.opened.services:
        service = catalogue.get(name)
        for remedy in remedies().values():
            if incident.opened.classification in remedy.runbook.symptoms:
                prepared = prepare(remedy, service, incident, sources, steps)
                if isinstance(prepared, Feasible):
                    found.append((service, prepared))
    found.sort(key=lambda one: not one[1].telling)
    telling = sum(one.telling for _, one in found)
    return Findings(
        agent=AgentName.RESOLUTION,
        summary=steps.told(f"{len(found)} remedies could be run; the target speaks for {telling}"),
        confidence=steps.sure(SURE) if telling else 0,
        evidence=tuple(_evidence(service, one, now) for service, one in found[:MOST]),
        candidates=tuple(one.proposal for _, one in found[:MOST]),
        left_out=steps.left_out,
    )


def _evidence(service: Service, prepared: Feasible, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.PRECONDITION,
        service=service.name,
        statement=f"{prepared.proposal.runbook}: {prepared.statement}"[:2_000],
        observed_at=now,
        data={"runbook": prepared.proposal.runbook, "telling": prepared.telling},
    )


def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
    """The first candidate for which its own target speaks. That something could be done is not a yes."""
    catalogue, now = sources.catalogue.services(), sources.clock.now()
    steps, seen = Steps(sources), list[Evidence]()
    others = support(incident, AgentName.RESOLUTION)
    for proposal in sorted(candidates, key=lambda one: -others.get(one.digest, 0)):
        service = catalogue.get(proposal.service)
        prepared = prepare(remedies()[proposal.runbook], service, incident, sources, steps)
        if isinstance(prepared, Infeasible):
            continue
        evidence = _evidence(service, prepared, now)
        if prepared.telling and prepared.proposal.digest == proposal.digest:
            return Verdict(
                choice=proposal,
                confidence=steps.sure(SURE),
                reasoning=steps.told(evidence.statement),
                evidence=(evidence,),
            )
        seen.append(evidence)
    return abstention(steps.told("feasible at most: no target speaks for its remedy"), tuple(seen))


AGENT = Voter(name=AgentName.RESOLUTION, investigate=investigate, judge=judge)
