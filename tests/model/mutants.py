"""Rules broken on purpose, one each: what stands in place of the product's function, and who finds it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from shared.domain import certificate, consensus
from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.certificate import Poll
from shared.domain.consensus import Choice, DecisionKind, Rules, Tally
from shared.domain.events import Event
from shared.domain.facts import VoteClosed
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.workflow.fallback import Fallback
from tests.model.agents import Behaviour, Cast
from tests.model.explore import Explored, all_starts, explore
from tests.model.linking import Linked, link
from tests.model.state import start


class Mutant(NamedTuple):
    """A broken rule, the property that must be seen to break, and the least in which it does."""

    rule: str
    code: Callable[[], Linked]
    breaks: str
    faulty: int = 0
    crashes: int = 0
    cast: Cast | None = None


def _tally(lax: Callable[[Sequence[Choice], Rules], dict[str, Any]]) -> Callable[..., Tally]:
    """The tally under rules that are laxer than they should be."""

    def counted(
        choices: Sequence[Choice], candidates: Sequence[str], safe: Iterable[str] = (),
        rules: Rules = consensus.RULES,
    ) -> Tally:  # fmt: skip
        return consensus.tally(choices, candidates, safe, rules.model_copy(update=lax(choices, rules)))

    return counted


def _renormalised(choices: Sequence[Choice], rules: Rules) -> dict[str, Any]:
    present = sum(rules.weights[one.agent] for one in choices)
    return {"more_than": rules.more_than * present // consensus.TOTAL}


def _dissent_is_absence(
    choices: Sequence[Choice], candidates: Sequence[str], safe: Iterable[str] = (),
    rules: Rules = consensus.RULES,
) -> Tally:  # fmt: skip
    result = consensus.tally(choices, candidates, safe, rules)
    if result.kind is not DecisionKind.NONE:
        return result
    others = [one for one in choices if one.agent is not AgentName.DIAGNOSIS]
    return consensus.tally(others, candidates, safe, rules)


def _at_any_confidence(ballot: Ballot) -> Choice:
    return Choice(agent=ballot.agent, choice=ballot.choice, confidence=ballot.confidence)


def _keeps_the_last(poll: Poll, ballots: Sequence[SignedBallot], *rest: Any) -> Any:
    last = {one.ballot.agent: one for one in ballots}
    return certificate.verify_ballots(poll, tuple(last.values()), *rest)


def _rejects_nobody(_poll: Poll, ballots: Sequence[SignedBallot], *_rest: Any) -> Any:
    first = {one.ballot.agent: one for one in reversed(ballots)}
    return tuple(first.values()), ()


def _forgets_the_round(poll: Poll, signed: SignedBallot, *rest: Any) -> str | None:
    there = {"round": signed.ballot.round, "opened": signed.ballot.answers}
    return certificate._fault(poll.model_copy(update=there), signed, *rest)


def _forgives(poll: Poll, signed: SignedBallot, *rest: Any) -> str | None:
    return certificate._fault(poll.model_copy(update={"quarantined": ()}), signed, *rest)


class OfAnyRound(Incident):
    """An incident that gives out the ballots of every round."""

    def ballots_of(self, attempt: int, round_: int) -> tuple[SignedBallot, ...]:
        """Those of the attempt."""
        return tuple(one for one in self.ballots if one.ballot.attempt == attempt)


def _fold_of_any_round(events: Sequence[Event], ignored: frozenset[str]) -> Incident:
    closed = {one.event_id for one in events if one.type == VoteClosed.__name__}
    state = fold(events, ignored | closed)
    return OfAnyRound.model_construct(**{name: getattr(state, name) for name in Incident.model_fields})


class Gullible:
    """A verifier to whom every MAC is good."""

    def verify(self, *_given: Any) -> bool:
        """It is."""
        return True


class Deaf(Fallback):
    """A coordinator's rule that does nothing when the state machine has failed."""

    def decide(self, *_given: Any) -> tuple[()]:
        """Nothing."""
        return ()


_REPLAYED = (Behaviour.SLOW, Behaviour.REPLAYING, Behaviour.CONVINCED, Behaviour.UNCONVINCED)
_DIAGNOSIS_GONE = (Behaviour.CONVINCED, Behaviour.SILENT, Behaviour.CONVINCED, Behaviour.CONVINCED)
_TWO_FACED = (Behaviour.CONVINCED, Behaviour.CONVINCED, Behaviour.UNCONVINCED, Behaviour.EQUIVOCATING)
_NO_PROOF, _FORCE = "no valid certificate", "force"
MUTANTS = (
    Mutant(
        "a half is enough instead of two thirds",
        lambda: link(tally=_tally(lambda *_: {"more_than": 500})), _NO_PROOF,
    ),
    Mutant(
        "two approvers are enough instead of three",
        lambda: link(tally=_tally(lambda *_: {"min_approvers": 2})), _NO_PROOF,
    ),
    Mutant(
        "the denominator is the weight of those who voted",
        lambda: link(tally=_tally(_renormalised)), _NO_PROOF, cast=_DIAGNOSIS_GONE,
    ),
    Mutant("no MAC is checked", lambda: link(verifier=Gullible()), _FORCE, faulty=1),
    Mutant(
        "the round is not in the replay check",
        lambda: link(_fault=_forgets_the_round, fold=_fold_of_any_round), _NO_PROOF, cast=_REPLAYED,
    ),
    Mutant("a ballot's expiry is ignored", lambda: link(clock_stands=True), _NO_PROOF),
    Mutant(
        "of two different ballots the last counts",
        lambda: link(verify_ballots=_keeps_the_last), _NO_PROOF, faulty=1,
    ),
    Mutant("the executor does not count again", lambda: link(verify_certificate=lambda *_: None), _NO_PROOF),
    Mutant(
        "the executor does not refuse a second start",
        lambda: link(_started=lambda _state, started, _step: (started,)), "two actions", crashes=1,
    ),
    Mutant(
        "a rejected agent's ballot counts",
        lambda: link(verify_ballots=_rejects_nobody), _NO_PROOF, faulty=1,
    ),
    Mutant("a quarantined agent's ballot counts", lambda: link(_fault=_forgives), _NO_PROOF, cast=_TWO_FACED),
    Mutant(
        "a degraded quorum when diagnosis dissents",
        lambda: link(tally=_dissent_is_absence), _NO_PROOF,
    ),
    Mutant(
        "an approval below 0.5 counts",
        lambda: link(to_choice=_at_any_confidence, tally=_tally(lambda *_: {"abstain_below": 0})), _NO_PROOF,
    ),
    Mutant(
        "an action starts though a human has the incident",
        lambda: link(start_action=lambda _state, started: (started,)), "after the handover", crashes=1,
    ),
    Mutant(
        "nobody is told when the state machine fails",
        lambda: link(Fallback=Deaf), "liveness", crashes=1,
    ),
)  # fmt: skip


def hunt(mutant: Mutant) -> Explored:
    """Explore the protocol with the broken rule until what it breaks is seen."""
    one = mutant.cast and [start(mutant.cast, mutant.crashes)]
    return explore(mutant.code(), one or all_starts((mutant.faulty,), mutant.crashes), stop=mutant.breaks)
