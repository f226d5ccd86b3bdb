"""Diagnosis: which service is the cause, and what kind of cause? Its evidence: metrics, changes and logs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.agents.clues import HEARD, brought_by, changes_of, clues_of, logs_of
from shared.agents.options import Choose, Option, first_explained, options, proposals
from shared.agents.situation import Look, Situation, own_reading
from shared.agents.steps import CHANGES, LOGS, METRICS, Steps
from shared.agents.voter import Verdict, Voter, abstention
from shared.analysis.causes import UNKNOWN, Clues, cause_of, sure_of
from shared.analysis.health import Reading
from shared.analysis.origins import Origin
from shared.analysis.root_cause import Suspect
from shared.analysis.signs import growth_of
from shared.analysis.templates import Burst
from shared.analysis.trace import Trace
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.mechanism import MECHANISMS
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.service import SYMPTOMS
from shared.domain.signal import Signal
from shared.ports.sources import Sources

MOST_SUSPECTS = 10


@dataclass(frozen=True)
class Diagnosis:
    """What was found: suspects, the kind of cause, and how sure."""

    situation: Situation
    suspects: tuple[Suspect, ...]
    changes: tuple[Signal, ...] | None  # None: the change ledger was not read, so no cause can be told
    clues: Clues
    evidence: tuple[Evidence, ...]
    confirmed: bool = False  # the logs speak of trouble too

    @property
    def first(self) -> str:
        """The root cause's service."""
        return self.suspects[0].service

    def cause(self, chosen: Option | None) -> str:
        """The kind: of the remedy that the target speaks for, else by the clues alone."""
        if self.changes is None:
            return UNKNOWN
        return chosen.cause.value if chosen and chosen.cause else cause_of(self.clues)

    def confidence(self, cause: str) -> int:
        """Thousandths."""
        return min(sure_of(cause, self.clues) + (50 if self.confirmed else 0), 950)

    def supports(self, option: Option | None) -> bool:
        """Whether its own evidence is for the remedy: a change that the ledger hears of must be there."""
        if option is None or option.cause is None or self.changes is None:
            return False
        if not MECHANISMS[option.cause].change or option.runbook.resource not in HEARD:
            return True
        brought = brought_by(self.changes, self.situation.began)
        return option.proposal.target in {one.resource for one in brought}


def diagnose(incident: Incident, sources: Sources, steps: Steps, situation: Look) -> Diagnosis | None:
    """The cause without the logs, or None when what is felt is not beyond noise.

    Without the metrics there is no suspect, and without the change ledger no kind of cause.
    """
    catalogue, now = sources.catalogue.services(), sources.clock.now()
    seen = steps.take(METRICS, lambda: situation(incident, sources))
    if seen is None or seen.traced is None:
        return None
    first, application = catalogue.get(seen.traced.first), incident.opened.application
    changes = steps.take(CHANGES, lambda: changes_of(sources, application, first, seen.began))
    grown = growth_of(seen.found, first.name)
    return Diagnosis(
        situation=seen,
        suspects=seen.traced.suspects,
        changes=changes,
        clues=clues_of(seen, first.name, changes or ()),
        evidence=(
            *_root(seen.traced, seen.found.readings, now),
            *([_growth_evidence(grown, now)] if grown else []),
            *(_change_evidence(change, now) for change in changes or ()),
        ),
    )


def _with_logs(found: Diagnosis, sources: Sources, steps: Steps) -> Diagnosis:
    """The diagnosis and what the first suspect logs, which is the slowest to read."""
    first, now = sources.catalogue.services().get(found.first), sources.clock.now()
    logs = steps.take(LOGS, lambda: logs_of(sources, first, found.situation.began, now))
    if logs is None:
        return found
    clues = replace(
        found.clues,
        origin=logs.origin,
        out_of_memory=logs.out_of_memory,
        connections_spent=logs.connections_spent,
    )
    origin = [_origin_evidence(first.name, logs.origin, now)] if logs.origin else []
    return replace(
        found,
        clues=clues,
        confirmed=bool(logs.bursts or logs.origin),
        evidence=(*found.evidence, *origin, *(_log_evidence(first.name, one, now) for one in logs.bursts)),
    )


def _root(traced: Trace, found: Sequence[Reading], now: datetime) -> tuple[Evidence, ...]:
    first = traced.suspects[0]
    mine = [one for one in found if one.service == first.service and one.measure in SYMPTOMS]
    worst = max(mine, key=lambda one: one.distance, default=None)
    seen = worst.sentence() if worst else first.service
    alone = ", and nothing that it calls is part of it" if first.root else ", most of it its own"
    explained = f"; {first.explains} services above it feel it" if first.explains else ""
    return (
        Evidence(
            kind=EvidenceKind.ROOT_CAUSE,
            service=first.service,
            statement=f"{seen}{alone}{explained}",
            observed_at=now,
            data={
                "harm": traced.harm.value,
                "score": first.score,
                "explains": first.explains,
                "suspects": [s.service for s in traced.suspects[:MOST_SUSPECTS]],
            },
        ),
    )


def _growth_evidence(grown: Reading, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.ROOT_CAUSE,
        service=grown.service,
        statement=f"{grown.sentence()}, climbed bit by bit",
        observed_at=now,
        data={"measure": grown.measure, "value": grown.value, "baseline": grown.baseline},
    )


def _origin_evidence(service: str, origin: Origin, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.LOG,
        service=service,
        statement=f"{origin.share:.0%} of the requests to {service} come from {origin.range}, "
        f"{origin.before:.0%} before",
        observed_at=now,
        data={"range": origin.range, "share": origin.share, "before": origin.before},
    )


def _change_evidence(change: Signal, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.CHANGE,
        service=change.service,
        statement=f"{change.source} announced at {change.at:%H:%M:%S} a change of "
        f"{change.resource.rpartition(':')[2][-200:]}",
        observed_at=now,
        data={"source": change.source, "resource": change.resource, "at": change.at.isoformat()},
    )


def _log_evidence(service: str, burst: Burst, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.LOG,
        service=service,
        statement=f"{burst.count} log lines like: {burst.template}",
        observed_at=now,
        data={"template": burst.template, "count": burst.count, "before": burst.before},
    )


def voter(situation: Look = own_reading, choose: Choose = first_explained) -> Voter:
    """The agent; its arguments are what it goes by, for whoever measures what each of them is worth."""

    def told(
        found: Diagnosis, candidates: tuple[Proposal, ...], sources: Sources, steps: Steps
    ) -> tuple[Option, ...]:
        """The remedies on the first suspect for which something speaks."""
        every = options([found.first], found.situation, candidates, sources, steps)
        return tuple(one for one in every if one.told)

    def investigate(incident: Incident, sources: Sources) -> Findings:
        """The suspects, the kind of cause, and the remedies that cure that kind on the first suspect."""
        steps = Steps(sources)
        found = diagnose(incident, sources, steps, situation)
        if found is None:
            return Findings(
                agent=AgentName.DIAGNOSIS,
                summary=steps.told("no anomalous service found"),
                confidence=0,
                left_out=steps.left_out,
            )
        approved = told(found, (), sources, steps)
        chosen = choose(incident, AgentName.DIAGNOSIS, approved)
        supported = found.supports(chosen)
        found = _with_logs(found, sources, steps)
        cause = found.cause(chosen if supported else None)
        return Findings(
            agent=AgentName.DIAGNOSIS,
            summary=steps.told(f"{found.first} is the root cause: {cause.replace('_', ' ')}"),
            confidence=steps.sure(found.confidence(cause)),
            evidence=found.evidence,
            candidates=proposals(incident, AgentName.DIAGNOSIS, approved, choose) if supported else (),
            root_causes=tuple(one.service for one in found.suspects[:MOST_SUSPECTS]),
            cause=cause,
            left_out=steps.left_out,
        )

    def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
        """The candidate that cures this kind of cause on the first suspect."""
        steps = Steps(sources)
        found = diagnose(incident, sources, steps, situation)
        if found is None:
            return abstention(steps.told("the kind of cause is not known"))
        chosen = choose(incident, AgentName.DIAGNOSIS, told(found, candidates, sources, steps))
        found = _with_logs(found, sources, steps)
        if chosen is None or not found.supports(chosen):
            cause = found.cause(None).replace("_", " ")
            return abstention(
                steps.told(f"nothing is known to cure {cause} on {found.first}"), found.evidence
            )
        cause = found.cause(chosen)
        cures = f"cures {cause.replace('_', ' ')} on {found.first}, the root cause"
        if not chosen.on_list:
            return abstention(
                steps.told(f"{chosen.proposal.runbook} {cures}, and is no candidate"), found.evidence
            )
        return Verdict(
            choice=chosen.proposal,
            confidence=steps.sure(found.confidence(cause)),
            reasoning=steps.told(f"it {cures}"),
            evidence=found.evidence,
        )

    return Voter(name=AgentName.DIAGNOSIS, investigate=investigate, judge=judge)


AGENT = voter()
