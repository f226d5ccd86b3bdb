"""How an agent takes part: it hears that findings or ballots are wanted, looks, and answers once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.agents.voter import Verdict, Voter
from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.commands import cast_ballot, has_found, submit_findings
from shared.domain.errors import Equivocation, PortError
from shared.domain.events import Event
from shared.domain.evidence import Findings
from shared.domain.facts import Fact, InvestigationStarted, VoteOpened
from shared.domain.incident import Incident
from shared.domain.span import Spans
from shared.ports.authority import Signer
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.recordings import Recordings
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies
from shared.workflow.looking import Look, until
from shared.workflow.tracing import Looked, evidence_addresses

CALLS = frozenset({InvestigationStarted.__name__, VoteOpened.__name__})
Bounding = Callable[[Sources, datetime], Sources]


def as_they_are(sources: Sources, _until: datetime) -> Sources:
    """Sources that answer at once, or whose own limits are good enough."""
    return sources


def nobody_counts(_reason: str) -> None:
    """For those who would see it anyway."""


def nobody_collects(_spans: Spans) -> None:
    """For those who read what is kept."""


@dataclass(frozen=True)
class Limits:
    """How long the state machine waits for this agent."""

    findings: timedelta
    ballot: timedelta


@dataclass(frozen=True)
class Participant:
    """One agent at work. An event is a hint: what is answered is what the log says now.

    Args:
        bounded: makes sources that answer before a time or raise OutOfTime.
        lost: told why a recording could not be kept; the answer counts without it.
        untraced: told why a trace could not be kept; the answer counts without it too.
        traced: handed every trace.
    """

    voter: Voter
    store: EventStore
    signer: Signer
    sources: Sources
    recordings: Recordings
    limits: Limits
    distrust: Distrust
    bounded: Bounding = as_they_are
    lost: Callable[[str], None] = nobody_counts
    untraced: Callable[[str], None] = nobody_counts
    traced: Callable[[Spans], None] = nobody_collects

    def hear(self, event: Event) -> None:
        """Answer a call for findings or for ballots; every other event says nothing to an agent.

        A call by anybody but the workflow is none: whoever wrote it is the coordinator's business.
        """
        if event.type not in CALLS or self.distrust([event]):
            return
        if event.type == InvestigationStarted.__name__:
            self._submit(event)
        else:
            self._vote(event)

    def _submit(self, event: Event) -> None:
        state = load(self.store, event.incident_id, self.distrust)
        if has_found(state, self.voter.name) or state.machine_ended or not state.is_open:
            return
        look = self._look(event, self.limits.findings)
        findings = self.voter.investigate(state, look.sources)
        inputs = self._kept(state, "findings", look)
        spans = self._traced(state, look, "findings", inputs, findings)
        attempt = state.attempt

        def decide(now: Incident) -> tuple[Fact, ...]:
            return submit_findings(now, findings, attempt, inputs, spans)

        record(self.store, event.incident_id, decide, event.event_id, self.distrust)

    def _vote(self, event: Event) -> None:
        state = load(self.store, event.incident_id, self.distrust)
        vote = state.vote
        if vote is None or state.machine_ended or self._has_voted(state, vote):
            return
        look = self._look(event, self.limits.ballot)
        verdict = self.voter.judge(state, vote.candidates, look.sources)
        question = f"ballot-{vote.round}"
        inputs = self._kept(state, question, look)
        spans = self._traced(state, look, question, inputs, verdict)
        ballot = self._ballot(state, vote, verdict)
        signed = SignedBallot(ballot=ballot, mac=self.signer.mac(ballot.digest))

        def decide(now: Incident) -> tuple[Fact, ...]:
            try:
                return cast_ballot(now, signed, verdict.evidence, inputs, spans)
            except Equivocation:
                return ()  # a retry looked again and saw otherwise: the first ballot stands

        record(self.store, event.incident_id, decide, event.event_id, self.distrust)

    def _look(self, event: Event, limit: timedelta) -> Look:
        end = until(event.occurred_at, limit, self.sources.clock.now())
        return Look(self.bounded(self.sources, end), end)

    def _kept(self, state: Incident, question: str, look: Look) -> str | None:
        """The digest of the recording; None when it could not be kept, which must not stop an incident."""
        try:
            body = look.body(state.id, self.voter.name, question, state.head.version)
            return self.recordings.keep(state.id, body)
        except (PortError, TypeError, ValueError) as error:
            self.lost(f"{type(error).__name__}: {error}"[:500])
            return None

    def _traced(
        self, state: Incident, look: Look, question: str, inputs: str | None, answer: Findings | Verdict
    ) -> str | None:
        """The digest of the trace; None when it could not be kept, which must not stop an incident."""
        of = Looked(
            state.id, self.voter.name, question, state.head.version, inputs, confidence=answer.confidence
        )
        try:
            spans = look.tracing.spans(of, evidence_addresses(state, answer))
            self.traced(spans)
            return self.recordings.keep(state.id, spans.body())
        except (PortError, TypeError, ValueError) as error:
            self.untraced(f"{type(error).__name__}: {error}"[:500])
            return None

    def _has_voted(self, state: Incident, vote: VoteOpened) -> bool:
        cast = state.ballots_of(vote.attempt, vote.round)
        return any(one.ballot.agent is self.voter.name for one in cast)

    def _ballot(self, state: Incident, vote: VoteOpened, verdict: Verdict) -> Ballot:
        chosen = verdict.choice
        runbook = remedies()[chosen.runbook].runbook if chosen else None
        return Ballot(
            agent=self.voter.name,
            incident_id=state.id,
            attempt=vote.attempt,
            round=vote.round,
            execution=vote.execution,
            answers=state.vote_hash,
            choice=chosen.digest if chosen else None,
            confidence=verdict.confidence,
            reasoning=verdict.reasoning[:2_000],
            evidence=tuple(one.id for one in verdict.evidence),
            risk_level=runbook.risk if runbook else "low",
            expected_seconds=runbook.expected_seconds if runbook else 0,
            rollback_plan=(runbook.inverse if runbook else None) or "",
            expires_at=vote.expires_at,
        )
