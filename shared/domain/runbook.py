"""What a runbook declares: what it cures, what it may touch, and how it is undone."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, JsonValue

from shared.domain.errors import InvalidParameters
from shared.domain.mechanism import Approach, Cause, Sign, Symptom
from shared.domain.model import Model, Name
from shared.domain.proposal import Proposal
from shared.domain.service import Measure, Service

WILDCARD = re.compile(r"[*?]|\$\{")
"""What IAM reads as more than itself in an ARN."""


class Reversibility(StrEnum):
    """Whether and how the action can be taken back."""

    REVERSIBLE = "reversible"  # its inverse puts back what was there
    TRANSIENT = "transient"  # what is configured stays, only what runs is new: a restart, a failover
    COMPENSABLE = "compensable"  # something else makes up for it, and what was there is gone
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
    arguments: dict[str, JsonValue] = Field(
        description="{name} is a group of the target's pattern or an earlier observation that found a text; "
        "alone in its place it may have found a list"
    )
    select: str = Field(description="JMESPath over the response")
    action: str = Field(
        pattern=r"^[a-z0-9-]+:((Get|Describe|List)[A-Za-z]+|GET)$",
        description="its IAM action; API Gateway's are HTTP methods",
    )
    on: str = Field(
        default="", description="the ARN pattern that IAM asks for, if it is not the runbook's target_arn"
    )
    newest: bool = Field(default=False, description="the first page is enough: AWS answers newest first")


class Grant(Model):
    """IAM actions on something beside the target: the queue that dead letters go back to, a document."""

    actions: tuple[str, ...]
    resource: str = Field(
        description="its ARN; {parameter}, {group}, {region} and {account} are those of the proposal"
    )
    most: str = Field(description="the ARN pattern of the runbook's role, with {region} and {account}")


class Adopted(Model):
    """A document that is in the account already: no stack makes it, changes it or takes it away."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{3,128}$")
    version: str = Field(pattern=r"^[1-9][0-9]{0,7}$", description="what a version says never changes")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of its content as canonical JSON")


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
    causes: frozenset[Cause] = Field(description="the classes of cause that it cures")
    symptoms: frozenset[Symptom] = Field(description="incident classifications that it fits")
    approach: Approach = Field(description="of several remedies for one cause agents take the lowest")
    untold: bool = Field(
        default=False, description="no API shows on the target that it is needed: three agents must find so"
    )
    relieves: Measure
    actions: tuple[str, ...] = Field(description="IAM actions of the document on the target")
    also: tuple[Grant, ...] = Field(default=(), description="what else the document does, and nothing more")
    document: dict[str, JsonValue] | Adopted = Field(
        description="SSM Automation content, schema 0.3, with an assumeRole in the role form only; "
        "or one that is there, with the parameters that are declared here"
    )
    command: dict[str, JsonValue] | None = Field(
        default=None,
        description="role form: the Run Command document that its automation sends, as {{ CommandDocument }}",
    )
    form: Form = Form.CALLER
    untagged: frozenset[str] = Field(
        default=frozenset(),
        description="role form: its IAM actions for which AWS knows no aws:ResourceTag, so no tag binds them",
    )
    reversibility: Reversibility
    touches_data: bool = False
    inverse: str | None = Field(
        description="the runbook that undoes it, often itself with the old value; None: nothing to undo"
    )
    expected_seconds: int = Field(ge=1, description="until its effect shows on the target")
    expires_seconds: int | None = Field(default=None, ge=60, description="it is undone after this long")
    dry_run: str = Field(default="", description="the API's own dry run, if it has one")
    risk: str = "low"
    blast_radius: int = Field(default=1, ge=1, description="resources changed")

    @property
    def steps(self) -> tuple[dict[str, Any], ...]:
        """The steps of its document; of an adopted one nothing is known."""
        content: Any = {"mainSteps": ()} if isinstance(self.document, Adopted) else self.document
        return tuple(content["mainSteps"])

    @property
    def calls(self) -> frozenset[str]:
        """The AWS calls that its document makes."""
        return frozenset(step["inputs"]["Api"] for step in self.steps if "Api" in step["inputs"])

    @property
    def safe(self) -> bool:
        """Fit for a degraded quorum: reversible, no data, one target, and no high risk."""
        return (
            self.reversibility is Reversibility.REVERSIBLE
            and not self.touches_data
            and self.blast_radius == 1
            and self.risk != "high"
        )

    def grants_for(self, proposal: Proposal, names: Mapping[str, str]) -> list[tuple[tuple[str, ...], str]]:
        """(IAM actions, the one ARN that they are for), of everything that its document does.

        Args:
            names: region and account.

        Raises:
            InvalidParameters: the proposal would put a wildcard into an ARN.
        """
        match = re.fullmatch(self.target_pattern, proposal.target)
        known = {**names, **proposal.parameters, **(match.groupdict() if match else {})}
        also = [(grant.actions, grant.resource.format_map(known)) for grant in self.also]
        written = ["", *(grant.resource for grant in self.also)]
        grants = [(self.actions, proposal.target), *also]
        for (_, arn), own in zip(grants, written, strict=True):
            if WILDCARD.findall(arn) != WILDCARD.findall(own):
                raise InvalidParameters(f"{self.id}: {arn!r} would be a pattern of IAM, not one resource")
        return grants

    def propose(self, service: str, target: str, **parameters: str) -> Proposal:
        """A proposal for a target: the parameters that its ARN binds, and the given ones.

        Raises:
            InvalidParameters: the runbook does not take them, or not this target.
        """
        match = re.fullmatch(self.target_pattern, target)
        bound = match.groupdict() if match else {}
        proposal = Proposal(
            runbook=self.id,
            version=self.version,
            service=service,
            target=target,
            parameters={name: text for name, text in bound.items() if name in self.parameters} | parameters,
        )
        self.check(proposal)
        return proposal

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


CHANGED = "(another)"
"""In an effect: a value that cannot be foretold, but that must differ from the one before."""

Prepare = Callable[["Subject"], Feasible | Infeasible]
Effect = Callable[[Proposal, State], Mapping[str, Any]]
"""(proposal, state before) -> what observations will say once it has worked: the preview, and the check.

Every observation that it changes is named. One that is configured must be among `compare` as well.
"""
Undo = Callable[[Proposal, State], Proposal | None]
"""(what was done, state before) -> the inverse, or None when there is nothing to put back."""
Expect = Callable[[Proposal, State, float, float], float]
"""(proposal, state, value now, baseline) -> the value of the relieved measure once it has worked."""


@dataclass(frozen=True)
class Subject:
    """What a runbook's preconditions are asked about."""

    service: Service
    target: str
    state: State
    started_at: datetime  # of the incident, UTC
    signs: frozenset[Sign] = frozenset()  # what the asker's own reading of telemetry shows of the service
    touched: tuple[datetime, ...] = ()  # when the machine itself began to change the target, lately


@dataclass(frozen=True)
class Remedy:
    """A runbook file: the declaration, its preconditions, its expected effect, and its inverse."""

    runbook: Runbook
    prepare: Prepare
    effect: Effect
    expect: Expect
    undo: Undo
    compare: tuple[str, ...]  # the observations that must be equal again after an undo


def differences(before: State, wanted: State, now: State) -> tuple[str, ...]:
    """In words, where `now` is not what was wanted; CHANGED wants anything but what was there before."""
    return tuple(
        f"{name}: {now.get(name)!r}, not {value if value == CHANGED else repr(value)}"
        for name, value in wanted.items()
        if (now.get(name) == before.get(name) if value == CHANGED else now.get(name) != value)
    )


def preview(before: State, wanted: State) -> tuple[str, ...]:
    """What an action would change, in words."""
    return tuple(
        f"{name}: {before.get(name)} → {value}" for name, value in wanted.items() if before.get(name) != value
    )
