"""The tally in microseconds: the domain's, and the state machine's JSONata in this process as its peer."""

import random
import time
from dataclasses import dataclass
from typing import Any

from scripts.synth import REPOSITORY
from shared.adapters.local.state_machine import load
from shared.adapters.local.state_machine_jsonata import fill
from shared.composition.local_stage import DEV
from shared.domain.consensus import RULES, Choice, tally
from shared.domain.model import VOTERS

DEFINITION = REPOSITORY / "statemachines" / "incident.asl.json"
CANDIDATES = tuple(letter * 64 for letter in "abcde")
SEED = 7


@dataclass(frozen=True)
class Counting:
    """Microseconds a tally of four ballots over five candidates."""

    domain_tallies: int
    domain_us: float
    jsonata_tallies: int
    jsonata_us: float

    @property
    def ratio(self) -> float:
        """How many times as long the state machine's expression takes."""
        return self.jsonata_us / self.domain_us


def counting(domain_tallies: int, jsonata_tallies: int) -> Counting:
    """Both over the same generated ballots."""
    rounds = _rounds(max(domain_tallies, jsonata_tallies))
    definition = load(DEFINITION.read_text(encoding="utf-8"), DEV.placeholders())
    expression = definition["States"]["Tally"]["Output"]
    inputs = [_input(one) for one in rounds[:jsonata_tallies]]
    started = time.perf_counter()
    for one in rounds[:domain_tallies]:
        tally(one, CANDIDATES, CANDIDATES[:2])
    domain = time.perf_counter() - started
    started = time.perf_counter()
    for given in inputs:
        fill(expression, given)
    jsonata = time.perf_counter() - started
    return Counting(
        domain_tallies, 1e6 * domain / domain_tallies, jsonata_tallies, 1e6 * jsonata / jsonata_tallies
    )


def _rounds(count: int) -> list[list[Choice]]:
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    return [
        [
            Choice(agent=agent, choice=chance.choice((*CANDIDATES, None)), confidence=chance.randint(0, 1000))
            for agent in VOTERS
        ]
        for _ in range(count)
    ]


def _input(choices: list[Choice]) -> dict[str, Any]:
    given = {
        "ballots": [one.model_dump(mode="json") for one in choices],
        "candidates": list(CANDIDATES),
        "safe": list(CANDIDATES[:2]),
        "rules": RULES.model_dump(mode="json"),
    }
    return {"states": {"input": given}}
