"""What a stage calls its documents and roles, and where it may act: for the stacks and for who uses them.

Names are computed, never looked up: a document's name pins its content, and a role's is its runbook's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, JsonValue, model_validator

from shared.domain.errors import InvalidConfiguration, OutOfReach
from shared.domain.model import Model, canonical_json, digest
from shared.domain.runbook import Adopted, Form, Runbook

DOCUMENT_VERSION = "1"
"""Changed content is another document, so what is deployed is never updated in place."""
LONGEST_ROLE = 64
"""Characters of a role's name: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
Account = Annotated[str, Field(pattern=r"^[0-9]{12}$")]


class Accounts(Model):
    """The accounts that a stage may act in: its own, and those with a `Spoke` stack."""

    hub: Account | None = Field(default=None, description="the stage's own; spokes trust it")
    sandbox: Account | None = Field(default=None, description="where remedies are rehearsed")
    targets: tuple[Account, ...] = Field(default=(), description="where else remedies may be run")

    @model_validator(mode="after")
    def _distinct(self) -> "Accounts":
        every = [each for each in (self.hub, *self.spokes) if each]
        if len(set(every)) != len(every):
            raise ValueError("hub, sandbox and targets are different accounts")
        if self.spokes and not self.hub:
            raise ValueError("hub is needed: the roles in the other accounts trust it")
        return self

    @property
    def spokes(self) -> tuple[str, ...]:
        """Every account but the stage's own."""
        return (*([self.sandbox] if self.sandbox else []), *self.targets)


@dataclass(frozen=True)
class Deployed:
    """Where a runbook is."""

    document: str  # name
    role: str  # ARN: what the executor assumes
    automation_role: str = ""  # ARN: what the document assumes, in the role form only
    command: str = ""  # name of the Run Command document that it sends, if it sends one
    version: str = DOCUMENT_VERSION  # of the document; the command's is always the first


@dataclass(frozen=True)
class Place:
    """One account and Region of a stage."""

    stage: str
    account: str
    region: str
    partition: str = "aws"

    def role(self, name: str) -> str:
        """The ARN of the stage's role of that name."""
        return f"arn:{self.partition}:iam::{self.account}:role/{role_name(self.stage, name)}"

    def ssm(self, resource: str) -> str:
        """The ARN of something of Systems Manager."""
        return f"arn:{self.partition}:ssm:{self.region}:{self.account}:{resource}"

    def deployed(self, runbook: Runbook) -> Deployed:
        """A runbook's document and roles; an adopted document keeps its own name."""
        written, version = runbook.document, DOCUMENT_VERSION
        if isinstance(written, Adopted):
            name, version = written.name, written.version
        else:
            name = document_name(self.stage, runbook, written)
        return Deployed(
            name,
            self.role(session_role(runbook)),
            self.role(automation_role(runbook)) if runbook.form is Form.ROLE else "",
            document_name(self.stage, runbook, runbook.command) if runbook.command else "",
            version,
        )


@dataclass(frozen=True)
class Reach:
    """Where a stage may act: its own Region, in its own account and its spokes."""

    home: Place
    spokes: frozenset[str] = frozenset()

    def place(self, target: str = "") -> Place:
        """Where a target is; an ARN without account or Region (S3, IAM) is at home.

        Raises:
            OutOfReach: it is in another partition, Region or account, or it is no ARN.
        """
        if not target:
            return self.home
        parts = target.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn":
            raise OutOfReach(f"{target!r} is not an ARN")
        _, partition, _, region, account, _ = parts
        home = self.home
        if partition != home.partition or region not in ("", home.region):
            raise OutOfReach(f"{target} is not in {home.partition} {home.region}, where this stage acts")
        if account not in ("", home.account, *self.spokes):
            raise OutOfReach(f"{target}: this stage does not act in the account {account}")
        return Place(home.stage, account or home.account, home.region, home.partition)


def document_content(content: Mapping[str, JsonValue]) -> str:
    """A runbook's document as it is deployed: canonical JSON."""
    return canonical_json(content).decode()


def document_name(stage: str, runbook: Runbook, content: Mapping[str, JsonValue]) -> str:
    """At most 128 characters of A-Z a-z 0-9 _ - . as Systems Manager takes them."""
    return f"commander-{stage}-{runbook.id}-v{runbook.version}-{digest(content)[:16]}"


def session_role(runbook: Runbook) -> str:
    """The role that the executor assumes."""
    return f"run-{runbook.id}"


def automation_role(runbook: Runbook) -> str:
    """The role that the document assumes, in the role form."""
    return f"auto-{runbook.id}"


LOOK = "look"
"""The read-only role of a spoke."""


def role_name(stage: str, name: str) -> str:
    """A role's name, in one account the same in every Region.

    Raises:
        InvalidConfiguration: IAM takes no name that long.
    """
    found = f"commander-{stage}-{name}"
    if len(found) > LONGEST_ROLE:
        raise InvalidConfiguration(f"the role {found} has {len(found)} characters, at most {LONGEST_ROLE}")
    return found
