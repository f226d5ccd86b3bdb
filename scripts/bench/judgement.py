"""Policy in microseconds: how long the rules take to be parsed once, and to decide one action."""

import time
from dataclasses import dataclass

from scripts.runbooks.page import asked
from shared.domain.autonomy import Autonomy
from shared.domain.policy import Outcome
from shared.policies.cedar import CedarEngine
from shared.runbooks.catalogue import remedies


@dataclass(frozen=True)
class Judgement:
    """Of actions of every runbook of the catalogue, at every level."""

    rules: int
    parse_ms: float
    decisions: int
    decide_us: float
    outcomes: dict[Outcome, int]


def judgement(decisions: int) -> Judgement:
    """The same requests over and over, on one core."""
    started = time.perf_counter()
    engine = CedarEngine()
    parsed = time.perf_counter() - started
    books = [remedy.runbook for remedy in remedies().values()]
    requests = [asked(book, level) for book in books for level in Autonomy]
    outcomes = dict.fromkeys(Outcome, 0)
    started = time.perf_counter()
    for number in range(decisions):
        outcomes[engine.decide(requests[number % len(requests)]).outcome] += 1
    decided = time.perf_counter() - started
    return Judgement(len(engine.rules), 1e3 * parsed, decisions, 1e6 * decided / decisions, outcomes)
