"""What people are asked, and what they say."""

from pydantic import Field

from shared.domain.facts.fact import ENGINE, PEOPLE, WORKFLOW, Fact
from shared.domain.model import Name, Utc
from shared.domain.proposal import Proposal


class ApprovalRequested(Fact):
    """People are asked whether exactly this may be done, once, before it expires."""

    authors = WORKFLOW
    request: Name
    attempt: int = Field(ge=1)
    proposal: Proposal
    needed: int = Field(ge=1, le=5, description="how many different people")
    role: Name = Field(description="whose approval counts")
    expires_at: Utc
    preview: tuple[str, ...] = Field(description="what would change on the target")
    blast_radius: tuple[str, ...] = Field(description="the services that it may touch")
    undo: str
    cost_per_minute: str = Field(description="US dollars that waiting costs")
    reasons: tuple[str, ...] = Field(default=(), description="why a person is needed")


class ApprovalGranted(Fact):
    """A person says yes to what was asked."""

    authors = PEOPLE
    request: Name
    digest: str = Field(description="of the proposal that was shown")
    by: str = Field(min_length=1, max_length=256)
    role: str = Field(default="", max_length=64, description="theirs, as the directory said then")


class ApprovalDenied(Fact):
    """A person says no; one is enough."""

    authors = PEOPLE
    request: Name
    digest: str
    by: str = Field(min_length=1, max_length=256)
    reason: str = Field(default="", max_length=1_000)


class ApprovalExpired(Fact):
    """Nobody, or not enough people, answered in time."""

    authors = ENGINE
    request: Name


class ApprovalSuperseded(Fact):
    """What was asked does not stand any more; a later yes means nothing."""

    authors = ENGINE
    request: Name
    reason: str


class TakenOver(Fact):
    """A person has the incident from here on: the machine starts nothing more."""

    authors = PEOPLE
    by: str = Field(min_length=1, max_length=256)
    reason: str = Field(default="", max_length=1_000)


class Acknowledged(Fact):
    """A person has seen it: nobody else is called for what is asked now. The machine goes on."""

    authors = PEOPLE
    by: str = Field(min_length=1, max_length=256)
    through: Name = Field(description="where it was said")
    reference: str = Field(default="", max_length=256, description="the vendor's id of what was said")
    over: bool = Field(default=False, description="the person said there that it is over")
