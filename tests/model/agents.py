"""How an agent may behave, and what each behaviour can put into the log in one round."""

from enum import StrEnum
from functools import cache
from typing import NamedTuple

from shared.domain import facts
from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Certificate
from shared.domain.consensus import DecisionKind
from shared.domain.facts import Author
from shared.domain.model import VOTERS, AgentName
from tests.model.log import ID, written
from tests.model.world import ATTEMPT, EXECUTION, REMEDIES, ballot


class Behaviour(StrEnum):
    """Two honest ones, two that are ill, and five that are evil."""

    CONVINCED = "convinced"
    UNCONVINCED = "unconvinced"
    SILENT = "silent"
    SLOW = "slow"
    LYING = "lying"
    EQUIVOCATING = "equivocating"
    REPLAYING = "replaying"
    FORGING = "forging"
    COLLUDING = "colluding"


HONEST = (Behaviour.CONVINCED, Behaviour.UNCONVINCED)
FAULTY = tuple(one for one in Behaviour if one not in HONEST)
EVIL = frozenset(FAULTY) - {Behaviour.SILENT, Behaviour.SLOW}
SUPPORTS = frozenset({Behaviour.CONVINCED, Behaviour.SLOW})
"""Those whose approval of the good remedy is an honest one."""

Cast = tuple[Behaviour, Behaviour, Behaviour, Behaviour]


class Word(NamedTuple):
    """Something that an agent says: an honest ballot, which takes the product's way, or a raw event."""

    number: int
    honest: bool = False


class Option(NamedTuple):
    """What one agent does in a round: words in time, and words after the round was closed."""

    label: str
    now: tuple[Word, ...] = ()
    late: tuple[Word, ...] = ()


@cache
def options(behaviour: Behaviour, agent: AgentName, round_: int) -> tuple[Option, ...]:
    """Everything that this agent may do in this round."""
    lie, plot, good = (_cast(agent, ballot(agent, round_, one)) for one in ("lie", "plot", "good"))
    doubt = _cast(agent, ballot(agent, round_, "good", sure=400))
    other = _cast(agent, ballot(agent, round_, "good", incident="INC-0"))
    old = _cast(agent, ballot(agent, max(round_ - 1, 1), "good"))
    unsigned = _cast(agent, ballot(agent, round_, "good", key="nobody"))
    return {
        Behaviour.CONVINCED: (Option("votes for good", (Word(good, honest=True),)),),
        Behaviour.UNCONVINCED: (Option("abstains (good, at 0.4)", (Word(doubt, honest=True),)),),
        Behaviour.SILENT: (Option("is silent"),),
        Behaviour.SLOW: (
            Option("votes for good just in time", (Word(good, honest=True),)),
            Option("is late", (), (Word(good, honest=True),)),
        ),
        Behaviour.LYING: (Option("votes for lie", (Word(lie),)),),
        Behaviour.EQUIVOCATING: (
            Option("votes for good and for plot", (Word(good), Word(plot))),
            Option("votes for good, and later for plot", (Word(good),), (Word(plot),)),
        ),
        Behaviour.REPLAYING: (
            Option("replays a ballot of another incident", (Word(other),)),
            Option("replays its ballot of the first or last round", (Word(old),)),
        ),
        Behaviour.FORGING: (
            Option("votes for plot in everybody's name, and decides", _forgeries(agent, round_)),
            Option("votes for good with a bad MAC", (Word(unsigned),)),
        ),
        Behaviour.COLLUDING: (
            Option("votes for plot", (Word(plot),)),
            Option("plays dead, and votes for plot later", (), (Word(plot),)),
        ),
    }[behaviour]


def _cast(agent: AgentName, signed: SignedBallot, key: str = "") -> int:
    return written(facts.BallotCast(signed=signed), Author(agent.value), key)


def _forgeries(forger: AgentName, round_: int) -> tuple[Word, ...]:
    """Ballots of all others, in the forger's name and in theirs, and a decision, with the forger's MACs."""
    made = [_cast(forger, ballot(forger, round_, "plot"))]
    forged = []
    for victim in (one for one in VOTERS if one is not forger):
        signed = ballot(victim, round_, "plot", key=forger.value)
        forged.append(signed)
        made += [_cast(forger, signed), _cast(victim, signed, key=forger.value)]
    reached = facts.ConsensusReached(
        certificate=Certificate(
            incident_id=ID,
            attempt=ATTEMPT,
            round=round_,
            execution=EXECUTION,
            kind=DecisionKind.QUORUM,
            proposal=REMEDIES["plot"],
            ballots=(ballot(forger, round_, "plot"), *forged),
        ),
        aggregated_confidence=900,
    )
    made += [written(reached, Author(forger.value)), written(reached, Author.WORKFLOW, forger.value)]
    return tuple(Word(number) for number in made)
