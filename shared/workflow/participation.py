"""How an agent takes part: it hears that findings or ballots are wanted, looks, and answers once."""

from dataclasses import dataclass

from shared.agents.voter import Verdict, Voter
from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.errors import Equivocation
from shared.domain.events import Event
from shared.domain.facts import Fact, InvestigationStarted, VoteOpened
from shared.domain.commands import cast_ballot, submit_findings
from shared.domain.incident import Incident
from shared.ports.authority import Signer
from shared.ports.event_store import EventStore, load, record
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies


@dataclass(frozen=True)
class Participant:
    """One agent at work. An event is a hint: what is answered is what the log says now."""

    voter: Voter
    store: EventStore
    signer: Signer
    sources: Sources

    def hear(self, event: Event) -> None:
        """Answer a call for findings or for ballots; every other event says nothing to an agent."""
        if event.type == InvestigationStarted.__name__:
            self._submit(event)
        elif event.type == VoteOpened.__name__:
            self._vote(event)

    def _submit(self, event: Event) -> None:
        state = load(self.store, event.incident_id)
        if self.voter.name in state.findings or state.closed:
            return
        findings = self.voter.investigate(state, self.sources)
        attempt = state.attempt

        def decide(now: Incident) -> tuple[Fact, ...]:
            return submit_findings(now, findings, attempt)

        record(self.store, event.incident_id, decide, event.event_id)

    def _vote(self, event: Event) -> None:
        state = load(self.store, event.incident_id)
        vote = state.vote
        if vote is None or state.closed or self._has_voted(state, vote):
            return
        verdict = self.voter.judge(state, vote.candidates, self.sources)
        ballot = self._ballot(state, vote, verdict)
        signed = SignedBallot(ballot=ballot, mac=self.signer.mac(ballot.digest))

        def decide(now: Incident) -> tuple[Fact, ...]:
            try:
                return cast_ballot(now, signed, verdict.evidence)
            except Equivocation:
                return ()  # a retry looked again and saw otherwise: the first ballot stands

        record(self.store, event.incident_id, decide, event.event_id)

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
            choice=chosen.digest if chosen else None,
            confidence=verdict.confidence,
            reasoning=verdict.reasoning[:2_000],
            evidence=tuple(one.id for one in verdict.evidence),
            risk_level=runbook.risk if runbook else "low",
            expected_seconds=runbook.expected_seconds if runbook else 0,
            rollback_plan=runbook.inverse if runbook else "",
            expires_at=vote.expires_at,
        )
