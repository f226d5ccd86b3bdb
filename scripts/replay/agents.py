"""Agents asked again, with nothing but what they were told then: the same, or what they would say now."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from shared.adapters.local.recorded_sources import NotRecorded, RecordedSources
from shared.agents.voter import Verdict, Voter
from shared.domain.ballot import Ballot
from shared.domain.errors import CommanderError
from shared.domain.events import Event
from shared.domain.evidence import Evidence, Findings
from shared.domain.facts import BallotCast, FindingsSubmitted
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.ports.recordings import Recording

Inputs = Callable[[str], bytes | None]
"""The bytes of the recording with this SHA-256; None when they are not at hand."""
Parts = Mapping[str, str]
LONGEST = 300


def nothing_kept(_digest: str) -> bytes | None:
    """For logs without recordings."""
    return None


@dataclass(frozen=True)
class Answer:
    """What an agent said, and what it would say now; `apart` is what it could not be asked, and why."""

    what: str
    recorded: str
    now: str
    apart: str = ""


@dataclass
class Agents:
    """Today's agents over one recorded incident; what they say now is kept for what follows from it."""

    events: Sequence[Event]
    voters: Mapping[AgentName, Voter]
    inputs: Inputs = nothing_kept
    findings: dict[AgentName, Findings] = field(default_factory=dict)
    verdicts: dict[tuple[int, int, AgentName], Verdict] = field(default_factory=dict)

    def find(self, fact: FindingsSubmitted) -> Answer:
        """The agent investigates again."""
        said, agent = fact.findings, fact.findings.agent
        what = f"{agent} findings"
        recording = self._recalled(fact.inputs, agent, "findings")
        if isinstance(recording, str):
            return Answer(what, said.summary, said.summary, recording)
        try:
            state, sources = self._then(recording)
            again = self.voters[agent].investigate(state, sources.sources)
        except NotRecorded as unknown:
            return Answer(what, said.summary, f"asked for what was not recorded: {unknown}")
        except CommanderError as error:
            return Answer(what, said.summary, f"fails: {type(error).__name__}: {error}")
        self.findings[agent] = again
        return _compared(what, _of_findings(said), _of_findings(again), said.summary)

    def vote(self, fact: BallotCast, known: Mapping[str, Evidence]) -> Answer:
        """The agent votes again.

        Args:
            known: the facts of the log before, by identity.
        """
        ballot = fact.signed.ballot
        agent, what = ballot.agent, f"{ballot.agent} ballot of round {ballot.round}"
        said = _of_ballot(ballot, {**known, **{one.id: one for one in fact.evidence}})
        recording = self._recalled(fact.inputs, agent, f"ballot-{ballot.round}")
        if isinstance(recording, str):
            return Answer(what, said["choice"], said["choice"], recording)
        try:
            state, sources = self._then(recording)
            candidates = state.vote.candidates if state.vote else ()
            again = self.voters[agent].judge(state, candidates, sources.sources)
        except NotRecorded as unknown:
            return Answer(what, said["choice"], f"asked for what was not recorded: {unknown}")
        except CommanderError as error:
            return Answer(what, said["choice"], f"fails: {type(error).__name__}: {error}")
        self.verdicts[ballot.attempt, ballot.round, agent] = again
        return _compared(what, said, _of_verdict(again), f"{said['choice']}, {said['confidence']}")

    def _recalled(self, digest: str | None, agent: AgentName, question: str) -> Recording | str:
        """The recording, or why there is none that can be believed."""
        if agent not in self.voters:
            return "there is no such agent"
        if digest is None:
            return "what it saw was not kept"
        body = self.inputs(digest)
        if body is None:
            return "what it saw is not at hand"
        if hashlib.sha256(body).hexdigest() != digest:
            return "what is at hand is not what the log names"
        try:
            found = Recording.model_validate_json(body)
        except ValidationError:
            return "what it saw cannot be read"
        incident = self.events[0].incident_id
        mine = (found.incident_id, found.agent, found.question) == (incident, agent, question)
        return found if mine else "it names what another saw"

    def _then(self, recording: Recording) -> tuple[Incident, RecordedSources]:
        """The log as the agent knew it, and what it was told."""
        known = (event for event in self.events if event.version <= recording.version)
        return fold(known), RecordedSources(recording)


def _compared(what: str, said: Parts, again: Parts, same: str) -> Answer:
    """Only what differs, by name."""
    names = [name for name in said if said[name] != again[name]]
    if not names:
        return Answer(what, same, same)
    recorded, now = (_shown((name, parts[name]) for name in names) for parts in (said, again))
    return Answer(what, recorded, now if now != recorded else f"{now} (beyond what is shown)")


def _shown(parts: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{name} {text or 'none'}"[:LONGEST] for name, text in parts)


def _of_findings(found: Findings) -> Parts:
    """What two investigations are compared by. Numbers behind sentences may differ in their last digits."""
    return {
        "confidence": str(found.confidence),
        "summary": found.summary,
        "cause": found.cause or "",
        "root causes": ", ".join(found.root_causes),
        "candidates": ", ".join(one.digest[:8] for one in found.candidates),
        "left out": ", ".join(found.left_out),
        "evidence": _statements(found.evidence),
    }


def _of_ballot(ballot: Ballot, facts: Mapping[str, Evidence]) -> Parts:
    named = [facts[one] for one in ballot.evidence if one in facts]
    return {
        "choice": ballot.choice[:8] if ballot.choice else "abstains",
        "confidence": str(ballot.confidence),
        "reasoning": ballot.reasoning,
        "evidence": _statements(named),
    }


def _of_verdict(verdict: Verdict) -> Parts:
    return {
        "choice": verdict.choice.digest[:8] if verdict.choice else "abstains",
        "confidence": str(verdict.confidence),
        "reasoning": verdict.reasoning[:2_000],
        "evidence": _statements(verdict.evidence),
    }


def _statements(evidence: Iterable[Evidence]) -> str:
    return " | ".join(f"{one.kind} of {one.service}: {one.statement}" for one in evidence)
