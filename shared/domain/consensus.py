"""The vote: integer weights out of 1000, sums before divisions, and a winner that no two agents can force."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from pydantic import Field

from shared.domain.ballot import Ballot
from shared.domain.errors import CommandRefused, InvalidConfiguration
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
DEGRADED_QUORUM = frozenset({AgentName.DETECTION, AgentName.PREDICTION, AgentName.RESOLUTION})


class DecisionKind(StrEnum):
    """How an incident attempt was decided."""

    QUORUM = "quorum"
    DEGRADED_QUORUM = "degraded_quorum"
    PRIORITY_FALLBACK = "priority_fallback"
    HUMAN = "human"
    NONE = "none"


class Rules(Model):
    """What a winner needs; a stage may be stricter, and never so lax that two agents could force anything."""

    weights: dict[AgentName, int] = Field(default_factory=lambda: dict(WEIGHTS))
    more_than: int = Field(default=666, ge=500, le=999, description="of 1000; two thirds are not enough")
    min_approvers: int = Field(default=3, ge=1, le=4)
    min_confidence: int = Field(default=700, ge=0, le=TOTAL, description="weight-averaged, of the approvers")
    abstain_below: int = Field(default=500, ge=500, le=TOTAL)

    def wins(self, group: Iterable[AgentName]) -> bool:
        """Whether the full-confidence approval of these agents is a quorum."""
        members = frozenset(group)
        weight = sum(self.weights.get(agent, 0) for agent in members)
        return weight > self.more_than and len(members) >= self.min_approvers

    def winning_sets(self) -> tuple[frozenset[AgentName], ...]:
        """Every set of agents that is a quorum, small ones first."""
        return tuple(
            frozenset(group)
            for size in range(1, len(VOTERS) + 1)
            for group in combinations(VOTERS, size)
            if self.wins(group)
        )

    def checked(self) -> "Rules":
        """These rules, if the vote means something under them.

        Raises:
            InvalidConfiguration: weights that are not of the four voters or do not add up to 1000; nothing
                could win; or one or two agents could force an action. The winning sets are printed.
        """
        if set(self.weights) != set(VOTERS) or any(weight < 0 for weight in self.weights.values()):
            raise InvalidConfiguration(f"weights: must be 0 or more for each of {', '.join(VOTERS)}")
        if sum(self.weights.values()) != TOTAL:
            raise InvalidConfiguration(
                f"weights: add up to {sum(self.weights.values())}, they must to {TOTAL}"
            )
        winning = self.winning_sets()
        shown = "; ".join(" + ".join(agent for agent in VOTERS if agent in group) for group in winning)
        if not winning:
            raise InvalidConfiguration("weights: no set of agents could win")
        if len(winning[0]) < 3:
            raise InvalidConfiguration(f"weights: two agents or fewer could force an action: {shown}")
        return self


RULES = Rules()
"""The design's own."""


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
    def won(self) -> Sum | None:
        """The winner's sum."""
        return next((one for one in self.sums if one.proposal == self.winner), None)

    @property
    def suggestion(self) -> str | None:
        """The best-supported candidate, which is only ever a suggestion to a human."""
        supported = [one for one in self.sums if one.weight > 0]
        best = max(supported, key=lambda s: (s.weight, s.weighted_confidence, s.proposal), default=None)
        return best.proposal if best else None


def to_choice(ballot: Ballot) -> Choice:
    """The tally's view of a ballot; below 0.5 it is an abstention."""
    return Choice(agent=ballot.agent, choice=ballot.approves, confidence=ballot.confidence)


def tally(
    choices: Sequence[Choice], candidates: Sequence[str], safe: Iterable[str] = (), rules: Rules = RULES
) -> Tally:
    """Count one round.

    Args:
        choices: verified ballots, at most one an agent.
        candidates: digests of the frozen candidates; a choice outside them is an abstention.
        safe: those of the candidates that a degraded quorum may run.
        rules: what a winner needs.
    """
    safe_set = set(safe)
    voted = {one.agent for one in choices}
    diagnosis_missing = AgentName.DIAGNOSIS not in voted
    sums = tuple(
        _sum(digest, choices, rules, diagnosis_missing and digest in safe_set) for digest in candidates
    )
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


def confidence_of(result: Tally) -> int:
    """The winner's weight-averaged confidence in thousandths.

    Raises:
        CommandRefused: nobody won.
    """
    won = result.won
    if won is None:
        raise CommandRefused("nobody has won this round")
    return min(won.weighted_confidence // won.weight, TOTAL)


def _sum(digest: str, choices: Sequence[Choice], rules: Rules, degraded_allowed: bool) -> Sum:
    for_it = sorted(
        (one for one in choices if one.choice == digest and one.confidence >= rules.abstain_below),
        key=lambda one: VOTERS.index(one.agent),
    )
    weight = sum(rules.weights[one.agent] for one in for_it)
    weighted = sum(rules.weights[one.agent] * one.confidence for one in for_it)
    quorum = rules.wins(one.agent for one in for_it) and weighted >= rules.min_confidence * weight
    degraded = (
        degraded_allowed
        and {one.agent for one in for_it} == DEGRADED_QUORUM
        and all(one.confidence >= rules.min_confidence for one in for_it)
    )
    return Sum(
        proposal=digest,
        weight=weight,
        approvers=tuple(one.agent for one in for_it),
        weighted_confidence=weighted,
        quorum=quorum,
        degraded_quorum=degraded and not quorum,
    )
