"""Resolution, the advisor: does the target itself speak for a remedy? It votes and has no right to act."""

from collections.abc import Callable
from datetime import datetime

from shared.agents.options import Choose, Option, first_explained, options, proposals
from shared.agents.situation import Look, Situation, own_reading
from shared.agents.steps import METRICS, Steps
from shared.agents.voter import Verdict, Voter, abstention
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.ports.sources import Sources

SURE = 900
MOST = 5
Ill = Callable[[Situation, str], bool]


def is_ill(situation: Situation, service: str) -> bool:
    """Whether its own reading of telemetry finds the service ill, and what it calls does not explain it."""
    return situation.root == service


def voter(situation: Look = own_reading, choose: Choose = first_explained, ill: Ill = is_ill) -> Voter:
    """The agent; its arguments are what it goes by, for whoever measures what each of them is worth."""

    def looked(
        incident: Incident, candidates: tuple[Proposal, ...], sources: Sources, steps: Steps
    ) -> tuple[Situation | None, tuple[Option, ...]]:
        """Every remedy that could be run on what is ill."""
        seen = steps.take(METRICS, lambda: situation(incident, sources))
        if seen is None:
            return None, ()
        services = sources.catalogue.services().of_application(incident.opened.application)
        names = [one.name for one in services if ill(seen, one.name)]
        return seen, options(names, seen, candidates, sources, steps)

    def investigate(incident: Incident, sources: Sources) -> Findings:
        """Every remedy that could be run on what is ill; those for which the target speaks are candidates."""
        steps, now = Steps(sources), sources.clock.now()
        seen, found = looked(incident, (), sources, steps)
        shown = sorted(found, key=lambda one: not _speaks(one))[:MOST]
        telling = [one for one in found if _speaks(one)]
        return Findings(
            agent=AgentName.RESOLUTION,
            summary=steps.told(f"{len(found)} remedies could be run; the target speaks for {len(telling)}"),
            confidence=steps.sure(SURE) if telling else 0,
            evidence=tuple(_evidence(one, seen, now) for one in shown),
            candidates=proposals(incident, AgentName.RESOLUTION, telling, choose),
            left_out=steps.left_out,
        )

    def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
        """The remedy for which its own, ill target speaks. That something could be done is not a yes."""
        steps, now = Steps(sources), sources.clock.now()
        seen, found = looked(incident, candidates, sources, steps)
        if seen is None:
            return abstention(steps.told("whether a target is ill is not known"))
        chosen = choose(incident, AgentName.RESOLUTION, [one for one in found if _speaks(one)])
        if chosen is not None and chosen.on_list:
            evidence = _evidence(chosen, seen, now)
            return Verdict(
                choice=chosen.proposal,
                confidence=steps.sure(SURE),
                reasoning=steps.told(evidence.statement),
                evidence=(evidence,),
            )
        others = tuple(_evidence(one, seen, now) for one in found if one.on_list)
        if chosen is not None:
            why = f"{chosen.proposal.runbook} is what its target speaks for, and is no candidate"
            return abstention(steps.told(why), others)
        return abstention(steps.told("feasible at most: no target that is ill speaks for its remedy"), others)

    return Voter(name=AgentName.RESOLUTION, investigate=investigate, judge=judge)


def _speaks(option: Option) -> bool:
    return option.cause is not None and option.prepared.telling


def _evidence(option: Option, situation: Situation | None, now: datetime) -> Evidence:
    prepared, service = option.prepared, option.proposal.service
    signs = sorted(situation.signs(service)) if situation else []
    health = ", ".join(one.replace("_", " ") for one in signs) or "well"
    return Evidence(
        kind=EvidenceKind.PRECONDITION,
        service=service,
        statement=f"{option.proposal.runbook}: {prepared.statement}; {service} is {health}"[:2_000],
        observed_at=now,
        data={"runbook": option.proposal.runbook, "telling": prepared.telling, "signs": [*signs]},
    )


AGENT = voter()
