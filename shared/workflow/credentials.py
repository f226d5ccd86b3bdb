"""Every session that is handed out is in the log before it is used."""

from shared.domain.facts import CredentialsIssued
from shared.domain.incident import Incident
from shared.ports.event_store import Distrust, EventStore, record
from shared.ports.executor import Issued, OnIssued


def noting(store: EventStore, distrust: Distrust, state: Incident, *, undo: bool) -> OnIssued:
    """What writes a session down; when that fails the session is not used."""

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
        record(store, state.id, lambda _now: (fact,), distrust=distrust)

    return note
