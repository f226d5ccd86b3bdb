"""Which level of autonomy counts, and when a change freeze is in force."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.autonomy import Autonomy, AutonomyRule, LevelChange, Levels, configured, effective
from shared.domain.freeze import Freeze, freeze_at
from shared.domain.policy import PolicyConfig
from shared.domain.service import Tier
from tests.sample import NOON

RULES = [
    {"runbook": "*", "tier": "critical", "level": "L2"},
    {"runbook": "restart", "tier": "*", "level": "L3"},
    {"runbook": "restart", "tier": "critical", "level": "L0"},
]


def change(level: str, runbook: str = "restart") -> LevelChange:
    at = {"reason": "r", "by": "ada", "at": NOON}
    return LevelChange(runbook=runbook, tier=Tier.CRITICAL, level=Autonomy(level), **at)


@pytest.mark.parametrize(
    ("runbook", "tier", "level"),
    [
        ("restart", "critical", "L0"),
        ("restart", "supporting", "L3"),
        ("scale", "critical", "L2"),
        ("scale", "supporting", "L1"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_most_specific_rule_counts(runbook: str, tier: str, level: str, *, backwards: bool) -> None:
    rules = [AutonomyRule.model_validate(rule) for rule in (reversed(RULES) if backwards else RULES)]
    assert configured(Autonomy.ADVISE, rules, runbook, Tier(tier)) == level


def test_two_levels_for_the_same_are_refused() -> None:
    with pytest.raises(ValidationError, match="two levels for runbook restart, tier critical"):
        PolicyConfig.model_validate({"autonomy": "L1", "autonomy_by": [*RULES, RULES[-1]]})


@pytest.mark.parametrize(
    ("stage", "levels", "level"),
    [
        ("L2", Levels(), "L2"),
        ("L1", Levels(set=(change("L3"),)), "L3"),
        ("L3", Levels(set=(change("L0"),)), "L0"),
        ("L3", Levels(demoted=(change("L1"),)), "L1"),
        ("L0", Levels(demoted=(change("L1"),)), "L0"),
        ("L1", Levels(set=(change("L3"),), demoted=(change("L2"),)), "L2"),
        ("L2", Levels(set=(change("L3", "scale"),), demoted=(change("L0", "scale"),)), "L2"),
    ],
)
def test_people_raise_and_lower_and_harm_only_lowers(stage: str, levels: Levels, level: str) -> None:
    assert effective(Autonomy(stage), levels, "restart", Tier.CRITICAL) == level


def freeze(begins: Any, until: Any, reason: str = "sale") -> Freeze:
    return Freeze.model_validate({"from": begins, "until": until, "reason": reason})


SALE = freeze("2026-03-02T12:00:00+01:00", "2026-03-02T13:00:00Z")


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-03-02T10:59:59Z", ""),
        ("2026-03-02T11:00:00Z", "sale"),
        ("2026-03-02T12:59:59Z", "sale"),
        ("2026-03-02T14:00:00+01:00", ""),
    ],
)
def test_a_freeze_is_in_force_from_its_first_moment_until_its_last(at: str, reason: str) -> None:
    assert freeze_at([SALE], datetime.fromisoformat(at)) == reason


@pytest.mark.parametrize(
    ("begins", "until"),
    [
        ("2026-03-02T12:00:00", "2026-03-02T13:00:00Z"),
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z"),
        (1_772_452_800, "2026-03-02T13:00:00Z"),
        ("today", "tomorrow"),
    ],
)
def test_times_without_offset_or_order_are_refused(begins: Any, until: Any) -> None:
    with pytest.raises(ValidationError):
        freeze(begins, until)


def test_a_config_comes_back_from_its_json() -> None:
    given = PolicyConfig(autonomy=Autonomy.APPROVE, freezes=(SALE,), places=frozenset({"1/eu"}))
    assert PolicyConfig.model_validate_json(given.model_dump_json()) == given
