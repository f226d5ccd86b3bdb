"""10,000 generated actions: Cedar decides each as a plain restatement of the rules does, and why."""

import random
from collections.abc import Iterable, Iterator

from shared.domain.autonomy import Autonomy
from shared.domain.consensus import DecisionKind
from shared.domain.policy import DEFAULT_DENY, Outcome, PolicyRequest
from shared.domain.runbook import Reversibility
from shared.domain.service import Tier
from shared.policies.cedar import CedarEngine
from tests.policies import HERE, TARGET, request

COUNT = 10_000
LIMITS = {"critical": (1, 5), "important": (2, 10), "supporting": (5, 20)}
CHOICES = {
    "reversibility": tuple(Reversibility),
    "touches_data": (False, False, True),
    "changes": (1, 1, 2, 3, 5, 6),
    "depending": (0, 2, 5, 6, 10, 11, 20, 21, None),
    "risk": ("low", "medium", "high"),
    "target": (TARGET, TARGET, TARGET, TARGET.replace("us-east", "eu-west"), "arn:aws:s3:::bucket", "no ARN"),
    "places": ([HERE], [HERE], ["000000000000/eu-west-1"]),
    "tags": ({}, {"team": "shop"}, {"commander:protected": "true"}, {"commander:protected": "false"}, None),
    "tier": (*Tier, *Tier, None),
    "severity": ("critical", "critical", "high", "low"),
    "regraded": (False, False, True),
    "decision": (DecisionKind.QUORUM, *DecisionKind),
    "autonomy": (*Autonomy, *Autonomy, Autonomy.AUTONOMOUS, None),
    "approvers": ([], [], ["ada"], ["ada", "ADA "], ["ada", "bob"], ["ada", "executor"]),
    "stopped": (False, False, False, False, False, True, None),
    "freeze": ("", "", "", "sale", None),
    "actions_last_hour": (0, 1, 2, 3, 4, None),
    "tries": (0, 0, 1, 1, 2, None),
    "harmed": (False, False, False, True, None),
}


def generated() -> Iterator[PolicyRequest]:
    """Actions of which half differ little from a permitted one, so that every rule decides some alone."""
    drawn = random.Random(5)
    for number in range(COUNT):
        names = list(CHOICES) if number % 4 == 0 else drawn.sample(list(CHOICES), drawn.randint(0, 4))
        made = {name: drawn.choice(CHOICES[name]) for name in names}
        of_leads = [one for one in made.get("approvers", ()) if drawn.random() < 0.5]
        yield request(**made, leads=of_leads)


def forbidding(asked: PolicyRequest, leads: int) -> set[str]:
    parts = asked.target.split(":")
    place = f"{parts[4]}/{parts[3]}" if len(parts) > 1 else ""
    safe = asked.reversibility == "reversible" and not asked.touches_data and asked.changes == 1
    unknown = any(value is None for value in asked.model_dump().values()) or not place
    frozen = asked.freeze is not None and asked.freeze != ""
    applies = {
        "kill-switch": asked.stopped is True,
        "known-facts": unknown,
        "change-freeze": frozen and not (asked.severity == "critical" and leads > asked.regraded),
        "advice-only": asked.autonomy in ("L0", "L1"),
        "decided-by-vote": asked.decision in ("human", "none"),
        "safe-when-degraded": asked.decision in ("degraded_quorum", "priority_fallback") and not safe,
        "actions-per-hour": asked.actions_last_hour is not None and asked.actions_last_hour >= 3,
        "third-try": asked.tries is not None and asked.tries > 1,
        "harm-before": asked.harmed is True,
        "own-place": place not in asked.places,
        "protected-target": (asked.tags or {}).get("commander:protected", "false") != "false",
        "no-self-approval": "executor" in asked.approvers,
    }
    return {rule for rule, holds in applies.items() if holds}


def permitting(asked: PolicyRequest, approvals: int, leads: int) -> set[str]:
    grave = asked.touches_data or asked.reversibility == "irreversible"
    resources, dependants = LIMITS[asked.tier] if asked.tier else (0, 0)
    small = asked.depending is not None and asked.changes <= resources and asked.depending <= dependants
    may_act = asked.autonomy in ("L2", "L3")
    applies = {
        "autonomous": asked.autonomy == "L3"
        and not grave
        and asked.reversibility != "compensable"
        and asked.risk != "high"
        and small,
        "approved": may_act and not grave and approvals >= 1,
        "two-people": may_act and leads >= 2,
    }
    return {rule for rule, holds in applies.items() if holds}


def people(named: Iterable[str]) -> set[str]:
    return {name.strip().lower() for name in named} - {"executor"}


def expected(asked: PolicyRequest) -> tuple[Outcome, set[str], int]:
    have, leads = people(asked.approvers), people(asked.leads)
    against = forbidding(asked, len(leads))
    if permitting(asked, len(have), len(leads)) and not against:
        return Outcome.PERMIT, permitting(asked, len(have), len(leads)), 0
    for needed, by_leads in ((1, 0), (1, 1), (2, 0), (2, 2)):
        said = permitting(asked, needed, by_leads)
        if {*against} <= {"change-freeze"} and said and not forbidding(asked, by_leads):
            return Outcome.NEEDS_APPROVAL, (against | said) - {"autonomous"}, needed
    return Outcome.DENY, against or {DEFAULT_DENY.id}, 0


def test_cedar_decides_as_the_rules_are_written() -> None:
    engine, decided, alone = CedarEngine(), dict.fromkeys(Outcome, 0), set[str]()
    for asked in generated():
        said = engine.decide(asked)
        found = {rule.id for rule in said.rules}
        assert (said.outcome, found, said.approvals) == expected(asked), asked
        decided[said.outcome] += 1
        alone |= found if len(found) == 1 else set()
    assert min(decided.values()) > COUNT // 20, decided
    assert alone == {rule.id for rule in engine.rules}, "each rule decided some by itself"
