"""An incident's decisions from its log, and where today's agents, rules, policy or runbooks would differ.

An agent is asked again with what it was told then, if that was recorded; else what it said is taken from the
log. Everything that follows is decided again, from what agents would say now.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scripts.replay.agents import Agents, Inputs, nothing_kept
from shared.agents.voter import Voter
from shared.domain.autonomy import Autonomy
from shared.domain.ballot import SignedBallot
from shared.domain.certificate import count, verify_ballots
from shared.domain.consensus import Rules, Tally
from shared.domain.errors import CommanderError
from shared.domain.events import Event, malformed
from shared.domain.facts import (
    ActionAuthorised,
    ActionStarted,
    ActionWithheld,
    BallotCast,
    BallotsTallied,
    FindingsSubmitted,
    VoteOpened,
)
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.runbook import Remedy
from shared.workflow.candidates import frozen


@dataclass(frozen=True)
class Step:
    """One decision: what the log says, and what would be decided now."""

    version: int
    what: str
    recorded: str
    now: str
    apart: str = ""  # why this was taken from the log instead of being decided again

    @property
    def differs(self) -> bool:
        """Whether today's answer is another."""
        return self.recorded != self.now


@dataclass(frozen=True)
class Today:
    """What an incident is decided by now; what is None is taken as it was recorded."""

    remedies: Mapping[str, Remedy]
    rules: Rules | None = None
    autonomy: Autonomy | None = None
    agents: Mapping[AgentName, Voter] = field(default_factory=dict)
    inputs: Inputs = nothing_kept


def replay(events: Sequence[Event], today: Today) -> tuple[Step, ...]:
    """Every decision of the log, decided again from the events before it; the same for the same log."""
    return tuple(_steps(events, today))


def _steps(events: Sequence[Event], today: Today) -> Iterator[Step]:
    agents = Agents(events, today.agents, today.inputs)
    for at, event in enumerate(events):
        if at == 0 or malformed(event) is not None:
            continue
        before, fact = fold(events[:at]), event.fact
        match fact:
            case FindingsSubmitted() | BallotCast() if today.agents:
                yield _asked(event, fact, before, agents)
            case VoteOpened() if fact.round == 1:
                kept, _ = frozen(_with(before, agents), today.remedies)
                yield Step(event.version, "candidates", _digests(fact.candidates), _digests(kept))
            case BallotsTallied():
                yield _tally(event, fact, before, today.rules or fact.rules, agents)
            case ActionAuthorised() | ActionWithheld():
                yield _policy(event, fact, today)
            case ActionStarted() if fact.undo:
                yield _undo(event, fact, before, today)


def _asked(event: Event, fact: FindingsSubmitted | BallotCast, before: Incident, agents: Agents) -> Step:
    answer = agents.find(fact) if isinstance(fact, FindingsSubmitted) else agents.vote(fact, before.evidence)
    return Step(event.version, answer.what, answer.recorded, answer.now, answer.apart)


def _with(before: Incident, agents: Agents) -> Incident:
    """The incident with what agents would find now, of those who found something then."""
    now = {agent: agents.findings.get(agent, found) for agent, found in before.findings.items()}
    return before.model_copy(update={"findings": now})


def _tally(event: Event, fact: BallotsTallied, before: Incident, rules: Rules, agents: Agents) -> Step:
    poll = before.poll()
    cast = before.ballots_of(poll.attempt, poll.round)
    accepted, _ = verify_ballots(poll, cast, _as_recorded(fact), event.occurred_at)
    now = count(poll, [_now(signed, agents) for signed in accepted], rules)
    return Step(event.version, f"tally of round {fact.round}", _result(fact.tally), _result(now))


def _now(signed: SignedBallot, agents: Agents) -> SignedBallot:
    """The ballot that its agent would cast now, for counting only."""
    ballot = signed.ballot
    verdict = agents.verdicts.get((ballot.attempt, ballot.round, ballot.agent))
    if verdict is None:
        return signed
    choice = verdict.choice.digest if verdict.choice else None
    again = ballot.model_copy(update={"choice": choice, "confidence": verdict.confidence})
    return signed.model_copy(update={"ballot": again})


def _result(tally: Tally) -> str:
    return f"{tally.kind} {(tally.winner or 'nobody')[:8]}"


def _as_recorded(fact: BallotsTallied) -> Callable[[AgentName, str, str], bool]:
    """A MAC is good unless the log says that it was not: only the keys could tell; the audit asks them."""
    bad = {one.agent for one in fact.rejected if one.reason.startswith("bad MAC")}
    return lambda agent, _digest, _mac: agent not in bad


def _policy(event: Event, fact: ActionAuthorised | ActionWithheld, today: Today) -> Step:
    autonomy = today.autonomy or Autonomy(fact.autonomy)
    recorded = "authorised" if isinstance(fact, ActionAuthorised) else "withheld"
    remedy = today.remedies.get(fact.proposal.runbook)
    now = "authorised" if autonomy is Autonomy.AUTONOMOUS else "withheld"
    if remedy is None:
        now = f"withheld: {fact.proposal.runbook} is not in the catalogue"
    else:
        try:
            remedy.runbook.check(fact.proposal)
        except CommanderError as error:
            now = f"withheld: {error}"
    return Step(event.version, f"policy at {autonomy.value}", recorded, now)


def _undo(event: Event, fact: ActionStarted, before: Incident, today: Today) -> Step:
    done = next(one for one in before.actions if not one.undo)
    remedy = today.remedies.get(done.proposal.runbook)
    inverse = remedy.undo(done.proposal, done.before) if remedy else None
    now = inverse.digest[:8] if inverse else "nothing to put back" if remedy else "no such runbook"
    return Step(event.version, "how it is undone", fact.proposal.digest[:8], now)


def _digests(proposals: Sequence[object]) -> str:
    return ", ".join(str(getattr(one, "digest", one))[:8] for one in proposals) or "none"
