"""How much the machine may do by itself: a level by runbook and tier, configured, and changed at run time."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.domain.model import Model, Name, Thousandths, Utc
from shared.domain.service import Tier

ANY = "*"


class Autonomy(StrEnum):
    """What the machine may do by itself (DESIGN 1.4); in the order of the levels."""

    OBSERVE = "L0"
    ADVISE = "L1"
    APPROVE = "L2"
    AUTONOMOUS = "L3"


class AutonomyRule(Model):
    """A stage's level for a runbook and a tier; `*` is any."""

    runbook: Name
    tier: Tier | Literal["*"]
    level: Autonomy

    @property
    def specificity(self) -> tuple[bool, bool]:
        """Greater is more specific: to name the runbook counts more than to name the tier."""
        return self.runbook != ANY, self.tier != ANY


class Promotion(Model):
    """What the shadow scorecard must show before a level may be raised by one; bounds of 95 % intervals."""

    least_incidents: int = Field(
        default=20, ge=1, le=10_000, strict=True, description="in which it would have done what helped"
    )
    precision_at_least: Thousandths = Field(default=800, description="the lower bound")
    wrong_action_at_most: Thousandths = Field(default=200, description="the upper bound")


class LevelChange(Model):
    """A level that was set at run time, and why."""

    runbook: Name
    tier: Tier
    level: Autonomy
    reason: str = Field(min_length=1, max_length=500)
    by: Name
    at: Utc


class Levels(Model):
    """What was changed at run time, at most one of each a runbook and tier."""

    set: tuple[LevelChange, ...] = Field(default=(), description="by people")
    demoted: tuple[LevelChange, ...] = Field(default=(), description="by harm")


def next_level(level: Autonomy) -> Autonomy | None:
    """The next level; None after the last."""
    return next((one for one in Autonomy if one > level), None)


def configured(default: Autonomy, rules: Iterable[AutonomyRule], runbook: str, tier: Tier) -> Autonomy:
    """The stage's level: of the most specific rule that fits, else the default."""
    fitting = [rule for rule in rules if rule.runbook in (ANY, runbook) and rule.tier in (ANY, tier)]
    return max(fitting, key=lambda rule: rule.specificity).level if fitting else default


def effective(stage: Autonomy, levels: Levels, runbook: str, tier: Tier) -> Autonomy:
    """The level that counts: what a person set, else the stage's; a demotion only ever lowers it."""
    raised = _level(levels.set, runbook, tier) or stage
    return min(raised, _level(levels.demoted, runbook, tier) or raised)


def _level(changes: Iterable[LevelChange], runbook: str, tier: Tier) -> Autonomy | None:
    return next((one.level for one in changes if (one.runbook, one.tier) == (runbook, tier)), None)
