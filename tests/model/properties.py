"""What must hold, said once more and apart from the code: the model knows who really said what."""

from collections.abc import Iterator
from functools import cache

from shared.domain.ballot import SignedBallot
from shared.domain.consensus import DecisionKind
from shared.domain.facts import (
    ActionStarted,
    AgentQuarantined,
    Author,
    BallotCast,
    ConsensusReached,
    EscalatedToHuman,
    VoteClosed,
    VoteOpened,
)
from shared.domain.model import VOTERS, AgentName
from tests.model.log import ID, START, Log, author_of, fact_of, is_genuine, mac
from tests.model.state import ACTED, ENDS, HUMAN, Ghost, State, ghost, rank
from tests.model.world import EXECUTION, EXPIRY, LATER, NAME_OF

WEIGHT = dict(zip(VOTERS, (200, 400, 300, 100), strict=True))
DIAGNOSIS = VOTERS[1]


def broken(before: State, after: State) -> Iterator[str]:
    """The properties that a step breaks, each with its sentence."""
    if rank(after) <= rank(before):
        yield "liveness: a step leads back, so a run may never end"
    if len(after.runs) > len(before.runs):
        yield from _action(before, after)
    if after.log is not before.log and _started(after.log) > _started(before.log):
        if _started(before.log):
            yield "two actions: the log holds two starts for one attempt"
        if _escalated(before.log):
            yield "after the handover: an action starts that a human has been given already"


def _action(before: State, after: State) -> Iterator[str]:
    digest = after.runs[-1][1]
    if len({proposal for _, proposal in after.runs}) > 1 or len(after.runs) > 1:
        yield "two actions: the world is acted on twice in one attempt"
    fault = uncertified(after.log, digest, expired=_was_expired(before))
    if fault:
        yield f"no valid certificate: {fault}"
    yield from _quarantined(after.log, digest)
    seen: Ghost = ghost(after.agents)
    if seen.few and not (seen.supported and NAME_OF[digest] == "good"):
        yield f"force: {NAME_OF[digest]} is run, which no honest agent approves, with at most two evil ones"


def _was_expired(before: State) -> bool:
    """Whether the executor that acts now had looked after the ballots' expiry."""
    return all(answers and answers[0][1] == LATER for answers in before.executors)


def uncertified(log: Log, digest: str, *, expired: bool) -> str:
    """Why the ballots of the log do not permit this action; empty when they do."""
    last = [at for at, one in enumerate(log) if isinstance(fact_of(one), ConsensusReached) and _may(one)]
    if not last:
        return "nobody who may has written that there is a consensus"
    reached = fact_of(log[last[0]])
    assert isinstance(reached, ConsensusReached)
    if reached.certificate.proposal.digest != digest:
        return "the consensus is about another remedy"
    votes = _votes(log[: last[0]], START if not expired else LATER)
    approving = {agent: one for agent, one in votes.items() if one.ballot.choice == digest}
    approving = {agent: one for agent, one in approving.items() if one.ballot.confidence >= 500}
    weight = sum(WEIGHT[agent] for agent in approving)
    sure = sum(WEIGHT[agent] * one.ballot.confidence for agent, one in approving.items())
    if len(approving) < 3:
        return f"only {len(approving)} agents approve it by valid ballots"
    degraded = DIAGNOSIS not in votes and all(one.ballot.confidence >= 700 for one in approving.values())
    if 3 * weight <= 2000 and (reached.certificate.kind is DecisionKind.QUORUM or not degraded):
        return f"its approvers carry {weight} of 1000"
    return "" if sure >= 700 * weight else "its approvers are not sure enough"


def _quarantined(log: Log, digest: str) -> Iterator[str]:
    """Agents that count in the round that decided, though a fault of theirs was written down before it."""
    known: set[AgentName] = set()
    for fact in map(fact_of, log):
        if isinstance(fact, VoteOpened):
            break
        if isinstance(fact, AgentQuarantined):
            known.add(fact.agent)
    for agent, one in _votes(log, START).items():
        if agent in known and one.ballot.choice == digest:
            yield f"quarantine: {agent} was quarantined before the round, and its approval counts"


def _may(number: int) -> bool:
    return is_genuine(number) and author_of(number) in {Author.WORKFLOW, Author.COORDINATOR}


def _votes(log: Log, now: object) -> dict[object, SignedBallot]:
    """The one valid ballot of each agent that cast exactly one in the round that is open."""
    opened = [fact for fact in map(fact_of, log) if isinstance(fact, VoteOpened)][-1]
    votes: dict[object, set[SignedBallot | None]] = {}
    for number in _until_closed(log):
        fact = fact_of(number)
        if isinstance(fact, BallotCast) and is_genuine(number):
            said = fact.signed.ballot
            if author_of(number).value != said.agent.value or said.agent in opened.quarantined:
                continue
            good = (
                fact.signed.mac == mac(said.agent.value, said.digest)
                and (said.incident_id, said.execution, said.round) == (ID, EXECUTION, opened.round)
                and now < EXPIRY  # type: ignore[operator]
            )
            votes.setdefault(said.agent, set()).add(fact.signed if good else None)
    return {agent: one for agent, (one, *more) in votes.items() if one is not None and not more}


def _until_closed(log: Log) -> Log:
    """The log up to where its last round was closed first: what is heard later is late."""
    opened = [at for at, number in enumerate(log) if isinstance(fact_of(number), VoteOpened)][-1]
    closed = (at for at, number in enumerate(log) if isinstance(fact_of(number), VoteClosed) and at > opened)
    return log[: next(closed, len(log))]


@cache
def _started(log: Log) -> int:
    return sum(isinstance(fact_of(number), ActionStarted) for number in log)


@cache
def _escalated(log: Log) -> bool:
    return any(isinstance(fact_of(number), EscalatedToHuman) and is_genuine(number) for number in log)


def unfinished(state: State) -> Iterator[str]:
    """What is wrong with a state that no step leaves."""
    if state.engine not in ENDS:
        yield f"liveness: the run stops in {state.engine}"
    elif state.engine == ACTED and not state.runs:
        yield "liveness: it is called done, and nothing was done"
    elif state.engine == HUMAN and not _escalated(state.log):
        yield "liveness: the run ends in silence, no human was told"
