"""What is done to the world, and how it turned out."""

from pydantic import Field, JsonValue

from shared.domain.facts.fact import EXECUTOR, WORKFLOW, Fact
from shared.domain.model import Name, Utc
from shared.domain.policy import PolicyRequest
from shared.domain.proposal import Proposal


class ActionAuthorised(Fact):
    """Policy permits the action."""

    authors = WORKFLOW
    proposal: Proposal
    autonomy: str
    reasons: tuple[str, ...]
    asked: PolicyRequest | None = Field(default=None, description="what policy was asked, to ask it again")


class ActionWithheld(Fact):
    """Policy does not permit the action; at L0 and L1 this is the rule, not an error."""

    authors = WORKFLOW
    proposal: Proposal
    autonomy: str
    reasons: tuple[str, ...]
    asked: PolicyRequest | None = Field(default=None, description="what policy was asked, to ask it again")


class TargetBusy(Fact):
    """Another incident changes the target, or what it depends on: what was decided is not done."""

    authors = EXECUTOR
    attempt: int
    key: str
    owner: str


class TargetLocked(Fact):
    """This incident alone may change the target and what depends on it, until then."""

    authors = EXECUTOR
    attempt: int
    keys: tuple[str, ...]
    fence: int
    until: Utc


class SandboxStarted(Fact):
    """The remedy, or its undoing, is tried in the sandbox account."""

    authors = EXECUTOR
    attempt: int
    proposal: Proposal
    token: Name
    before: dict[str, JsonValue]
    undo: bool = False


class ActionRehearsed(Fact):
    """What was tried and looked at just before the action, and what could not be."""

    authors = EXECUTOR
    attempt: int
    proposal: Proposal
    preview: tuple[str, ...] = Field(description="what will change on the target")
    done: tuple[str, ...]
    impossible: tuple[str, ...] = ()


class RehearsalFailed(Fact):
    """What was decided cannot be done as it was decided."""

    authors = EXECUTOR
    attempt: int
    proposal: Proposal
    reason: str
    changed: bool = Field(description="the target is not as it was at the vote, so another vote may help")


class NotNeeded(Fact):
    """The symptoms went away before anything was done."""

    authors = EXECUTOR
    attempt: int
    statement: str


class CredentialsIssued(Fact):
    """A session that can run this document on this target, until then, and nothing else."""

    authors = EXECUTOR
    attempt: int
    session: str
    role: str
    user_id: str = Field(description="what aws:userid says of it, and what break-glass denies")
    policy_sha256: str
    ends_at: Utc
    undo: bool = False


class ActionStarted(Fact):
    """The automation is about to start, exactly once, with credentials for this target only."""

    authors = EXECUTOR
    attempt: int = 1
    proposal: Proposal
    token: Name
    before: dict[str, JsonValue]
    undo: bool = False
    known_good: bool = False


class ActionCompleted(Fact):
    """The automation ended well; whether it helped is another question."""

    authors = EXECUTOR
    attempt: int = 1
    automation_id: str
    after: dict[str, JsonValue]
    undo: bool = False
    known_good: bool = False


class ActionFailed(Fact):
    """The automation was refused, failed or never ended."""

    authors = EXECUTOR
    attempt: int = 1
    reason: str
    undo: bool = False
    known_good: bool = False


class RemedyVerified(Fact):
    """The metrics that defined the incident are well again."""

    authors = EXECUTOR
    attempt: int = 1
    statement: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class KnownGoodRecorded(Fact):
    """The target as it is now that nothing can be felt any more: a state to come back to."""

    authors = EXECUTOR
    attempt: int
    runbook: Name
    target: str
    state: dict[str, JsonValue]


class RegressionDetected(Fact):
    """The metrics did not recover, or became worse, after the action."""

    authors = EXECUTOR
    attempt: int = 1
    statement: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class RolledBack(Fact):
    """The action was undone, and the target compared with how it was before."""

    authors = EXECUTOR
    attempt: int = 1
    restored: bool
    known_good: bool = Field(default=False, description="compared with the state last seen to be good")
    differences: tuple[str, ...] = ()
