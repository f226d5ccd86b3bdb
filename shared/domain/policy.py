"""What policy is asked before an action, and what it answers."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PlainSerializer, field_validator

from shared.domain.autonomy import Autonomy, AutonomyRule, Promotion
from shared.domain.consensus import DecisionKind
from shared.domain.freeze import Freeze
from shared.domain.model import AgentName, Model, Name
from shared.domain.runbook import Form, Reversibility
from shared.domain.service import Tier

MACHINES = frozenset({*AgentName, "coordinator", "workflow", "executor", "anchor", "reception"})
"""Who is nobody: none of them can approve."""
MOST_APPROVALS = 2
"""The two-person rule is the strictest that there is."""


Texts = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str])]
"""A set that is written in one order."""


class Outcome(StrEnum):
    """The answer."""

    PERMIT = "permit"
    NEEDS_APPROVAL = "needs_approval"
    DENY = "deny"


class Role(StrEnum):
    """Who may approve; a later one has more to say."""

    ON_CALL = "on_call"
    INCIDENT_LEAD = "incident_lead"


class Effect(StrEnum):
    """What a rule does when it applies; one that forbids is stronger than all that permit."""

    PERMIT = "permit"
    FORBID = "forbid"


class Rule(Model):
    """One rule, in words."""

    id: Name
    effect: Effect
    words: str
    role: Role | None = Field(default=None, description="whose approval satisfies it, when one does")


DEFAULT_DENY = Rule(id="default-deny", effect=Effect.FORBID, words="no rule permits it")


class PolicyRules(Model):
    """What a stage configures; it travels in 4 KB of a function's environment, hence the lengths."""

    autonomy: Autonomy = Field(description="the level where no rule of `autonomy_by` fits")
    autonomy_by: tuple[AutonomyRule, ...] = Field(default=(), max_length=10)
    freezes: tuple[Freeze, ...] = Field(default=(), max_length=8)
    actions_per_hour: int = Field(default=3, ge=1, le=60, strict=True, description="of one service")
    promotion: Promotion = Field(default_factory=Promotion, description="when a level may be raised")

    @field_validator("autonomy_by")
    @classmethod
    def _one_level_each(cls, rules: tuple[AutonomyRule, ...]) -> tuple[AutonomyRule, ...]:
        counts = Counter((rule.runbook, rule.tier) for rule in rules)
        for (runbook, tier), count in counts.items():
            if count > 1:
                raise ValueError(f"two levels for runbook {runbook}, tier {tier}")
        return rules


class PolicyConfig(PolicyRules):
    """The same with where the stage is."""

    places: Texts = Field(
        default=frozenset(), description="account/region that it may act in; /region for ARNs without account"
    )


class PolicyRequest(Model):
    """Every fact about one action that a rule may look at; None is a fact that could not be found out."""

    runbook: Name
    family: Name
    reversibility: Reversibility
    touches_data: bool
    changes: int = Field(ge=1, description="resources changed")
    depending: int | None = Field(ge=0, description="services that depend on what it changes")
    risk: str
    form: Form
    target: str = Field(description="ARN")
    places: Texts = Field(description="account/region that the stage may act in")
    tags: dict[str, str] | None = Field(description="of the target")
    service: Name
    tier: Tier | None
    severity: str = Field(description="of the incident, as it is graded now")
    regraded: bool = Field(default=False, description="a person graded it so, not detection")
    decision: DecisionKind
    autonomy: Autonomy | None
    approvers: Texts = Field(description="who approved this very action: one identity a person")
    leads: Texts = Field(default=frozenset(), description="those of them who are incident leads")
    stopped: bool | None = Field(description="the kill switch is on")
    freeze: str | None = Field(description="the reason of the change freeze in force; empty: there is none")
    actions_last_hour: int | None = Field(ge=0, description="on this service")
    actions_per_hour: int = Field(ge=0, description="the most that the stage permits on a service")
    tries: int | None = Field(ge=0, description="of this runbook on this target, in the last 24 hours")
    harmed: bool | None = Field(description="one of these tries did harm")

    @property
    def place(self) -> str | None:
        """account/region of the target, as its ARN names them; None when it is no ARN."""
        parts = self.target.split(":", 5)
        return f"{parts[4]}/{parts[3]}" if len(parts) == 6 else None

    @property
    def unknown(self) -> tuple[str, ...]:
        """The facts that could not be found out."""
        missing = [name for name in type(self).model_fields if getattr(self, name) is None]
        return (*missing, *(["place"] if self.place is None else []))

    @property
    def people(self) -> frozenset[str]:
        """The different people among the approvers."""
        return _people(self.approvers)

    @property
    def lead_people(self) -> frozenset[str]:
        """The different incident leads among them."""
        return _people(self.leads) & self.people

    @property
    def machine_approved(self) -> bool:
        """Whether one of the approvers is no person."""
        return any(not who.strip() or who.strip().casefold() in MACHINES for who in self.approvers)


def _people(named: Iterable[str]) -> frozenset[str]:
    folded = {who.strip().casefold() for who in named}
    return frozenset(who for who in folded if who and who not in MACHINES)


class Verdict(Model):
    """The answer, with the rules that decided it."""

    outcome: Outcome
    rules: tuple[Rule, ...]
    unknown: tuple[str, ...] = Field(default=(), description="facts that could not be found out")
    approvals: int = Field(default=0, description="how many different people must have approved, in all")
    role: Role | None = Field(default=None, description="what each of them must be, when approval is needed")

    @property
    def reasons(self) -> tuple[str, ...]:
        """The rules as sentences that begin with their id."""
        found = tuple(f"{rule.id}: {rule.words}" for rule in self.rules)
        return (*found, f"unknown: {', '.join(self.unknown)}") if self.unknown else found
