"""The vote: integer weights out of 1000, sums before divisions, and a winner that no two agents can force."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from pydantic import Field

from shared.domain.ballot import Ballot
from shared.domain.errors import InvalidConfiguration
from shared.domain.model import VOTERS, AgentName, Model

WEIGHTS = MappingProxyType(
    {
        AgentName.DETECTION: 200,
        AgentName.DIAGNOSIS: 400,
        AgentName.PREDICTION: 300,
        AgentName.RESOLUTION: 100,
    }
)
TOTAL = 1000
"""Always the denominator: weight that is silent or quarantined is lost, never redistributed."""
MIN_APPROVERS = 3
MIN_CONFIDENCE = 700
"""Weight-averaged confidence of the approvers, in thousandths."""
DEGRADED_QUORUM = frozenset({AgentName.DETECTION, AgentName.PREDICTION, AgentName.RESOLUTION})


class DecisionKind(StrEnum):
    """How an incident attempt was decided."""

    QUORUM = "quorum"
    DEGRADED_QUORUM = "degraded_quorum"
    PRIORITY_FALLBACK = "priority_fallback"
    HUMAN = "human"
    NONE = "none"


class Choice(Model):
    """What the tally needs of a verified ballot."""

    agent: AgentName
    choice: str | None
    confidence: int = Field(ge=0, le=TOTAL)


class Sum(Model):
    """The support of one candidate."""

    proposal: str
    weight: int
    approvers: tuple[AgentName, ...]
    weighted_confidence: int = Field(description="sum of weight x confidence, in millionths")
    quorum: bool
    degraded_quorum: bool


class Tally(Model):
    """The result of one round: a sum for each candidate and at most one winner."""

    kind: DecisionKind
    winner: str | None
    sums: tuple[Sum, ...]
    abstained: tuple[AgentName, ...]
    silent: tuple[AgentName, ...]

    @property
    def suggestion(self) -> str | None:
        """The best-supported candidate, which is only ever a suggestion to a human."""
        supported = [one for one in self.sums if one.weight > 0]
        best = max(supported, key=lambda s: (s.weight, s.weighted_confidence, s.proposal), default=None)
        return best.proposal if best else None


def to_choice(ballot: Ballot) -> Choice:
    """The tally's view of a ballot; below 0.5 it is an abstention."""
    return Choice(agent=ballot.agent, choice=ballot.approves, confidence=ballot.confidence)


def tally(choices: Sequence[Choice], candidates: Sequence[str], safe: Iterable[str] = ()) -> Tally:
    """Count one round.

    Args:
        choices: verified ballots, at most one an agent.
        candidates: digests of the frozen candidates; a choice outside them is an abstention.
        safe: those of the candidates that a degraded quorum may run.
    """
    safe_set = set(safe)
    voted = {one.agent for one in choices}
    diagnosis_missing = AgentName.DIAGNOSIS not in voted
    sums = tuple(_sum(digest, choices, diagnosis_missing and digest in safe_set) for digest in candidates)
    winners = [(DecisionKind.QUORUM, one.proposal) for one in sums if one.quorum]
    winners += [(DecisionKind.DEGRADED_QUORUM, one.proposal) for one in sums if one.degraded_quorum]
    kind, winner = winners[0] if winners else (DecisionKind.NONE, None)
    chosen = {agent for one in sums for agent in one.approvers}
    return Tally(
        kind=kind,
        winner=winner,
        sums=sums,
        abstained=tuple(agent for agent in VOTERS if agent in voted - chosen),
        silent=tuple(agent for agent in VOTERS if agent not in voted),
    )


def _sum(digest: str, choices: Sequence[Choice], degraded_allowed: bool) -> Sum:
    for_it = sorted(
        (one for one in choices if one.choice == digest and one.confidence >= 500),
        key=lambda one: VOTERS.index(one.agent),
    )
    weight = sum(WEIGHTS[one.agent] for one in for_it)
    weighted = sum(WEIGHTS[one.agent] * one.confidence for one in for_it)
    quorum = 3 * weight > 2 * TOTAL and len(for_it) >= MIN_APPROVERS and weighted >= MIN_CONFIDENCE * weight
    degraded = (
        degraded_allowed
        and {one.agent for one in for_it} == DEGRADED_QUORUM
        and all(one.confidence >= MIN_CONFIDENCE for one in for_it)
    )
    return Sum(
        proposal=digest,
        weight=weight,
        approvers=tuple(one.agent for one in for_it),
        weighted_confidence=weighted,
        quorum=quorum,
        degraded_quorum=degraded and not quorum,
    )


def winning_sets(weights: dict[AgentName, int]) -> tuple[frozenset[AgentName], ...]:
    """Every set of agents whose full-confidence approval is a quorum."""
    return tuple(
        frozenset(group)
        for size in range(MIN_APPROVERS, len(weights) + 1)
        for group in combinations(weights, size)
        if 3 * sum(weights[agent] for agent in group) > 2 * TOTAL
    )


def check_weights(weights: dict[AgentName, int]) -> None:
    """Refuse weights under which the vote means nothing.

    Raises:
        InvalidConfiguration: they do not add up to 1000, or two agents alone carry two thirds, in which
            case the third's consent would be decoration.
    """
    if sum(weights.values()) != TOTAL:
        raise InvalidConfiguration(f"weights add up to {sum(weights.values())}, they must to {TOTAL}")
    if not winning_sets(weights):
        raise InvalidConfiguration("weights: no set of three agents reaches two thirds; nothing could win")
