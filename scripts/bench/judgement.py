"""Policy in microseconds: how long the rules take to be parsed once, and to decide one action."""

import time
from dataclasses import dataclass

from shared.domain.autonomy import Autonomy
from shared.domain.consensus import DecisionKind
from shared.domain.policy import Outcome, PolicyRequest
from shared.domain.service import Tier
from shared.policies.cedar import CedarEngine
from shared.runbooks.catalogue import remedies

PLACE = "000000000000/us-east-1"
TARGET = "arn:aws:ecs:us-east-1:000000000000:service/shop/web"


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
    asked = _requests()
    outcomes = dict.fromkeys(Outcome, 0)
    started = time.perf_counter()
    for number in range(decisions):
        outcomes[engine.decide(asked[number % len(asked)]).outcome] += 1
    decided = time.perf_counter() - started
    return Judgement(len(engine.rules), 1e3 * parsed, decisions, 1e6 * decided / decisions, outcomes)


def _requests() -> list[PolicyRequest]:
    return [
        PolicyRequest(
            runbook=book.id,
            family=book.family,
            reversibility=book.reversibility,
            touches_data=book.touches_data,
            changes=book.blast_radius,
            depending=2,
            risk=book.risk,
            form=book.form,
            target=TARGET,
            places=frozenset({PLACE}),
            tags={"team": "shop"},
            service="web",
            tier=Tier.CRITICAL,
            severity="critical",
            decision=DecisionKind.QUORUM,
            autonomy=level,
            approvers=frozenset(),
            stopped=False,
            freeze="",
            actions_last_hour=0,
            actions_per_hour=3,
            tries=0,
            harmed=False,
        )
        for book in (remedy.runbook for remedy in remedies().values())
        for level in Autonomy
    ]
