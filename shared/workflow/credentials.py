"""Every session that is handed out is in the log before it is used, and no other comes between."""

from collections.abc import Callable

from shared.domain.errors import CommandRefused
from shared.domain.facts import CredentialsIssued, Fact
from shared.domain.incident import Incident
from shared.ports.event_store import Distrust, EventStore, record
from shared.ports.executor import Issued, OnIssued

Halted = Callable[[Incident], str]
"""Why nothing may be done any more; empty if it may."""


def never(_state: Incident) -> str:
    """For what is always right: to stop."""
    return ""


def noting(
    store: EventStore, distrust: Distrust, state: Incident, *, undo: bool, halted: Halted = never
) -> OnIssued:
    """What writes a session down; when that fails, or all is halted by then, the session is not used.

    It looks in the very append, so that a take-over is before or after it, and once more after that, right
    before the session is used.
    """

    def note(issued: Issued) -> None:
        fact = CredentialsIssued(
            attempt=state.attempt,
            session=issued.session,
            role=issued.role,
            user_id=issued.user_id,
            policy_sha256=issued.policy,
            ends_at=issued.ends_at,
            undo=undo,
        )

        def decide(now: Incident) -> tuple[Fact, ...]:
            _refuse(now, halted)
            return (fact,)

        _refuse(record(store, state.id, decide, distrust=distrust), halted)

    return note


def _refuse(state: Incident, halted: Halted) -> None:
    reason = halted(state)
    if reason:
        raise CommandRefused(f"{state.id}: {reason}")
