"""What is done to the world, and how it turned out."""

from pydantic import Field, JsonValue

from shared.domain.facts.fact import EXECUTOR, WORKFLOW, Fact
from shared.domain.model import Name
from shared.domain.proposal import Proposal


class ActionAuthorised(Fact):
    """Policy permits the action."""

    authors = WORKFLOW
    proposal: Proposal
    autonomy: str
    reasons: tuple[str, ...]


class ActionWithheld(Fact):
    """Policy does not permit the action; at L0 and L1 this is the rule, not an error."""

    authors = WORKFLOW
    proposal: Proposal
    autonomy: str
    reasons: tuple[str, ...]


class ActionStarted(Fact):
    """The automation is about to start, exactly once, with credentials for this target only."""

    authors = EXECUTOR
    proposal: Proposal
    token: Name
    before: dict[str, JsonValue]
    undo: bool = False


class ActionCompleted(Fact):
    """The automation ended well; whether it helped is another question."""

    authors = EXECUTOR
    automation_id: str
    after: dict[str, JsonValue]
    undo: bool = False


class ActionFailed(Fact):
    """The automation was refused, failed or never ended."""

    authors = EXECUTOR
    reason: str
    undo: bool = False


class RemedyVerified(Fact):
    """The metrics that defined the incident are well again."""

    authors = EXECUTOR
    statement: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class RegressionDetected(Fact):
    """The metrics did not recover, or became worse, after the action."""

    authors = EXECUTOR
    statement: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class RolledBack(Fact):
    """The action was undone, and the target compared with how it was before."""

    authors = EXECUTOR
    restored: bool
    differences: tuple[str, ...] = ()
