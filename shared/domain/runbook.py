"""What a runbook declares: what it cures, what it may touch, and how it is undone."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, JsonValue

from shared.domain.errors import InvalidParameters
from shared.domain.model import Model, Name
from shared.domain.proposal import Proposal
from shared.domain.service import Measure, Service


class Reversibility(StrEnum):
    """Whether and how the action can be taken back."""

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    IRREVERSIBLE = "irreversible"


class Form(StrEnum):
    """Whose credentials the automation runs with (DESIGN 5.6)."""

    CALLER = "caller"
    ROLE = "role"


class Parameter(Model):
    """One typed parameter of the automation document."""

    pattern: str = Field(description="a full-match regular expression; also the document's allowedPattern")
    description: str


class Observation(Model):
    """One read-only AWS call that shows the state of a target."""

    name: Name
    service: Name = Field(description="boto3 service name")
    api: str = Field(pattern=r"^(Get|Describe|List)[A-Za-z]+$")
    arguments: dict[str, JsonValue] = Field(description="{group} is filled from the target pattern's groups")
    select: str = Field(description="JMESPath over the response")
    action: str = Field(pattern=r"^[a-z0-9-]+:(Get|Describe|List)[A-Za-z]+$", description="its IAM action")


class Runbook(Model):
    """One remedy, declared once. Stacks derive the document, the role and the grants from it."""

    id: Name
    version: int = Field(ge=1)
    family: Name = Field(description="the kind of remedy, for scorecards: configuration, capacity, restart")
    title: str
    resource: Name = Field(description="which of a service's resources it acts on")
    target_pattern: str = Field(
        description="full match of the target's ARN; a named group binds the parameter of that name"
    )
    target_arn: str = Field(description="the ARN pattern that IAM knows, with {region} and {account}")
    observe: tuple[Observation, ...] = Field(description="what its preconditions and its undo look at")
    parameters: dict[str, Parameter]
    causes: frozenset[str] = Field(description="the classes of cause that it cures")
    symptoms: frozenset[str] = Field(description="incident classifications that it fits")
    relieves: Measure
    actions: tuple[str, ...] = Field(description="IAM actions of the document on the target, nothing else")
    document: dict[str, JsonValue] = Field(description="SSM Automation content, schema 0.3, no assumeRole")
    form: Form = Form.CALLER
    reversibility: Reversibility
    touches_data: bool = False
    inverse: str = Field(description="the runbook that undoes it, often itself with the old value")
    expected_seconds: int = Field(ge=1)
    risk: str = "low"
    blast_radius: int = Field(default=1, ge=1, description="resources changed")

    @property
    def safe(self) -> bool:
        """Fit for a degraded quorum: reversible, no data, one target."""
        return (
            self.reversibility is Reversibility.REVERSIBLE
            and not self.touches_data
            and self.blast_radius == 1
        )

    def check(self, proposal: Proposal) -> None:
        """Hold a proposal against the declaration.

        Raises:
            InvalidParameters: naming the parameter and the pattern that it breaks.
        """
        if (proposal.runbook, proposal.version) != (self.id, self.version):
            raise InvalidParameters(
                f"{proposal.runbook} v{proposal.version} is not {self.id} v{self.version}"
            )
        match = re.fullmatch(self.target_pattern, proposal.target)
        if match is None:
            raise InvalidParameters(f"{self.id}: target {proposal.target!r} is not {self.target_pattern}")
        if set(proposal.parameters) != set(self.parameters):
            raise InvalidParameters(f"{self.id}: takes exactly the parameters {sorted(self.parameters)}")
        for name, parameter in self.parameters.items():
            if not re.fullmatch(parameter.pattern, proposal.parameters[name]):
                raise InvalidParameters(f"{self.id}: parameter {name} does not match {parameter.pattern}")
        for name, bound in match.groupdict().items():
            if proposal.parameters.get(name, bound) != bound:
                raise InvalidParameters(f"{self.id}: parameter {name} names another resource than the target")


State = Mapping[str, Any]
"""Observation name -> what its selector found on the target."""


class Feasible(Model):
    """A runbook that could be run on a target now, with its parameters.

    `telling` says whether what was seen on the target speaks for this remedy (the parameter did change),
    or only does not speak against it.
    """

    proposal: Proposal
    statement: str
    telling: bool


class Infeasible(Model):
    """Why a runbook cannot be run on a target now."""

    reason: str


Prepare = Callable[["Subject"], Feasible | Infeasible]
Undo = Callable[[Proposal, State], Proposal]
Expect = Callable[[Proposal, State, float, float], float]
"""(proposal, state, value now, baseline) -> the value of the relieved measure once it has worked."""


@dataclass(frozen=True)
class Subject:
    """What a runbook's preconditions are asked about."""

    service: Service
    target: str
    state: State
    started_at: datetime  # of the incident, UTC


@dataclass(frozen=True)
class Remedy:
    """A runbook file: the declaration, its preconditions, its expected effect, and its inverse."""

    runbook: Runbook
    prepare: Prepare
    expect: Expect
    undo: Undo
    compare: tuple[str, ...]  # the observations that must be equal again after an undo
