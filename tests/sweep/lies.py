"""What a lying agent may write: the opening, findings, candidates and ballots, all for one wrong proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.agents import detection
from shared.agents.voter import Verdict, Voter, abstention
from shared.domain.evidence import OWN_KIND, Evidence, EvidenceKind, Findings
from shared.domain.facts import IncidentDetected
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.service import Tier
from shared.domain.signal import Signal
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies
from shared.workflow.opening import Assess


class Way(StrEnum):
    """How liars go about it."""

    PUSH = "push"  # propose it, find for it, vote for it
    FLOOD = "flood"  # and fill every other place, so that the right candidate finds none
    LATE = "late"  # propose it, abstain at first, and vote for it in the clarification
    SHIFT = "shift"  # the first of two says nothing, so that the others judge later; the second pushes
    MUTE = "mute"  # find nothing and never vote: no action at all, if they can


WARPED = {
    "block-address-range": {"Range": "198.51.100.0/24"},  # a partner's
    "raise-database-connections": {"Connections": "1"},
    "restore-parameter": {"Value": "1"},
    "roll-back-alias": {"FunctionVersion": "1"},
    "roll-back-service-deployment": {"TaskDefinition": ":99"},
    "scale-out-group": {"DesiredCapacity": "1"},
    "scale-out-service": {"DesiredCount": "1"},
    "throttle-api-stage": {"Rate": "1", "Burst": "1"},
}
"""Parameters that the runbook takes and would never propose."""


def label(proposal: Proposal) -> str:
    """A proposal, as a person can type it; "!" has parameters that its runbook would never choose."""
    odd = WARPED.get(proposal.runbook, {}).items()
    given = proposal.parameters
    warped = any(
        given[name].endswith(value) if value[0] == ":" else given[name] == value for name, value in odd
    )
    return f"{proposal.runbook}{'!' if warped else ''}@{proposal.service}"


@dataclass(frozen=True)
class Start:
    """What a lying opening says of an incident; None: as honest detection would."""

    service: str
    classification: str
    minutes: int  # that the onset is moved by
    alone: bool = False  # name no other service

    def assess(self, signal: Signal, sources: Sources) -> IncidentDetected:
        """The opening, whatever there is."""
        honest = detection.assess(signal, sources)
        application = sources.catalogue.services().get(self.service).application
        names = [one.name for one in sources.catalogue.services().of_application(application)]
        return IncidentDetected(
            signal=signal,
            service=self.service,
            application=application,
            services=(self.service,)
            if self.alone
            else (self.service, *(each for each in names if each != self.service)),
            tier=honest.tier if honest else Tier.CRITICAL,
            classification=self.classification,
            severity="critical",
            confidence=950,
            summary=f"{self.classification} in {application}: {self.service}",
            started_at=(honest.started_at if honest else signal.at) + timedelta(minutes=self.minutes),
            symptoms=(_made_up(EvidenceKind.SYMPTOM, self.service, signal.at),),
        )


@dataclass(frozen=True)
class Lie:
    """What the liars of one run agree on. `also` are further candidates that nobody wants."""

    way: Way
    wrong: Proposal | None = None
    also: tuple[Proposal, ...] = ()
    start: Start | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """It, as a person can type it: the way, the opening, and the wrong proposal."""
        start = self.start and f"{self.start.service},{self.start.classification},{self.start.minutes:+d}"
        what = self.wrong and label(self.wrong)
        return self.way.value, start or "honest", what or "nothing"

    def assess(self, honest: Assess) -> Assess:
        """How detection opens an incident."""
        return honest if self.start is None else self.start.assess

    def mute(self, liars: tuple[AgentName, ...]) -> tuple[AgentName, ...]:
        """Those of the liars that say nothing at all."""
        return liars if self.way is Way.MUTE else liars[:1] if self.way is Way.SHIFT else ()

    def voter(self, agent: AgentName, place: int) -> Voter:
        """The agent, lying; `place` is its number among the liars, so that they flood with different ones."""
        return Voter(
            name=agent,
            investigate=lambda _incident, sources: self.findings(agent, place, sources.clock.now()),
            judge=lambda incident, candidates, sources: self._vote(agent, incident, candidates, sources),
        )

    def findings(self, agent: AgentName, place: int, now: datetime) -> Findings:
        """What a liar says that it found."""
        if self.wrong is None:
            return Findings(agent=agent, summary="nothing found", confidence=0)
        causes = sorted(remedies()[self.wrong.runbook].runbook.causes)
        return Findings(
            agent=agent,
            summary=f"{self.wrong.service} is the root cause: {causes[0]}",
            confidence=1_000,
            evidence=(_made_up(OWN_KIND[agent], self.wrong.service, now),),
            candidates=self._candidates(place),
            root_causes=(self.wrong.service,),
            cause=causes[0],
        )

    def _candidates(self, place: int) -> tuple[Proposal, ...]:
        if self.way is not Way.FLOOD:
            return (self.wrong,)
        others = self.also[4 * place : 4 * place + 4]
        return (self.wrong, *others) if place == 0 else (*others, self.wrong)

    def _vote(
        self, agent: AgentName, incident: Incident, candidates: Sequence[Proposal], sources: Sources
    ) -> Verdict:
        if self.wrong is None or self.wrong not in candidates:
            return abstention("nothing to say")
        if self.way is Way.LATE and incident.vote.round == 1:
            return abstention("not sure yet")
        evidence = _made_up(OWN_KIND[agent], self.wrong.service, sources.clock.now())
        return Verdict(self.wrong, 1_000, "it is beyond doubt", (evidence,))


def _made_up(kind: EvidenceKind, service: str, now: datetime) -> Evidence:
    return Evidence(
        kind=kind,
        service=service,
        statement=f"{service} saturation 99.9 %, normally 20 %, and everything speaks for it",
        observed_at=now,
        data={"value": 0.999, "baseline": 0.2, "breach": 1.0},
    )
