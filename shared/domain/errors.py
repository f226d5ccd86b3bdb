"""Every error the product raises on purpose; each sentence says what to do."""


class CommanderError(Exception):
    """Root of the tree."""


class InvalidSignal(CommanderError):
    """What arrived is not a signal; the record goes to a dead letter with this reason."""


class InvalidConfiguration(CommanderError):
    """A stage, catalogue or weight set that must not be deployed; the message names the key."""


class UnknownService(CommanderError):
    """The service is not in the catalogue."""


class UnknownRunbook(CommanderError):
    """The runbook, or this version of it, is not in the catalogue."""


class InvalidParameters(CommanderError):
    """A proposal's target or parameters break the pattern that the runbook declares."""


class IncidentNotFound(CommanderError):
    """No event of this incident is in the store."""


class InvalidQuery(CommanderError):
    """What was asked cannot be answered as it was asked; the sentence names the field."""


class NotProjected(CommanderError):
    """The log has it and the read model not yet: ask again in a moment."""


class Forbidden(CommanderError):
    """Who asks may not do that."""


class CommandRefused(CommanderError):
    """The incident is not in a state in which this may be done; nothing was written."""


class InvalidAnswer(CommanderError):
    """What was posted as somebody's answer cannot be read as one; nothing was done."""


class Equivocation(CommandRefused):
    """The same agent cast a second, different ballot in one round."""


class InsufficientTrustedAgents(CommanderError):
    """Fewer than three trusted agents are left: a human decides."""


class InvalidCertificate(CommanderError):
    """The quorum certificate does not prove the decision; nothing is executed."""


class TryAgain(CommanderError):
    """A task met a refusal that may pass: the state machine retries it under this name, within bounds."""


class PortError(CommanderError):
    """An adapter's call failed.

    `retryable` says whether the same call may succeed later.
    """

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class RateLimited(PortError):
    """Asked to wait; `after` is for how many seconds."""

    def __init__(self, message: str, *, after: float) -> None:
        super().__init__(message, retryable=True)
        self.after = after


class OutOfTime(PortError):
    """The answer did not come before the agent has to say what it has."""

    def __init__(self, call: str) -> None:
        super().__init__(f"{call}: no answer in time", retryable=False)


class ConcurrentAppend(PortError):
    """Another writer appended first: read again and decide again."""

    def __init__(self, incident_id: str, expected: int) -> None:
        super().__init__(f"{incident_id} is no longer at version {expected}", retryable=True)


class AccessDenied(PortError):
    """AWS refused the call; the message names principal, action and resource as AWS did."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class OutOfReach(AccessDenied):
    """The target is in an account or Region that this stage does not act in; nobody was asked."""


class NotPinned(AccessDenied):
    """The deployed document is not the catalogue's; no credential was asked for."""


class NotGenuine(AccessDenied):
    """What was posted is not signed by who it should be from, or not now; nothing of it was read."""


class NotOurs(AccessDenied):
    """What was posted is genuine, and of another workspace or app than the secret names."""
