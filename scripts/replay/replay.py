"""An incident's decisions from its log, and where today's rules, policy or runbooks would differ.

What agents saw is recorded as their findings, ballots and evidence; the telemetry behind it is not, so their
judgement is taken from the log and everything that follows from it is decided again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.certificate import count, verify_ballots
from shared.domain.consensus import Rules, Tally
from shared.domain.errors import CommanderError
from shared.domain.events import Event, malformed
from shared.domain.facts import (
    ActionAuthorised,
    ActionStarted,
    ActionWithheld,
    BallotsTallied,
    VoteOpened,
)
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.runbook import Remedy
from shared.workflow.candidates import frozen
from shared.workflow.tasks import Autonomy


@dataclass(frozen=True)
class Step:
    """One decision: what the log says, and what would be decided now."""

    version: int
    what: str
    recorded: str
    now: str

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


def replay(events: Sequence[Event], today: Today) -> tuple[Step, ...]:
    """Every decision of the log, decided again from the events before it; the same for the same log."""
    return tuple(_steps(events, today))


def _steps(events: Sequence[Event], today: Today) -> Iterator[Step]:
    for at, event in enumerate(events):
        if at == 0 or malformed(event) is not None:
            continue
        before, fact = fold(events[:at]), event.fact
        match fact:
            case VoteOpened() if fact.round == 1:
                kept, _ = frozen(before, today.remedies)
                yield Step(event.version, "candidates", _digests(fact.candidates), _digests(kept))
            case BallotsTallied():
                yield _tally(event, fact, before, today.rules or fact.rules)
            case ActionAuthorised() | ActionWithheld():
                yield _policy(event, fact, today)
            case ActionStarted() if fact.undo:
                yield _undo(event, fact, before, today)


def _tally(event: Event, fact: BallotsTallied, before: Incident, rules: Rules) -> Step:
    poll = before.poll()
    cast = before.ballots_of(poll.attempt, poll.round)
    accepted, _ = verify_ballots(poll, cast, _as_recorded(fact), event.occurred_at)
    now = count(poll, accepted, rules)
    return Step(event.version, f"tally of round {fact.round}", _result(fact.tally), _result(now))


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
