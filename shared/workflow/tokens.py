"""What an action is called outside: the same for every retry of it."""

import uuid
from datetime import datetime

from shared.domain.incident import Incident, Step
from shared.domain.proposal import Proposal
from shared.ports.action_history import Acted

NAMESPACE = uuid.UUID("5f0ac9c4-6a4b-4f0e-9f5e-0c2d3a1b7e11")


def run_token(incident_id: str, attempt: int, step: Step) -> str:
    """The client token of an action, or of its undoing: a UUID, as Automation wants it."""
    return str(uuid.uuid5(NAMESPACE, f"{incident_id}/{attempt}/{step.value}"))


def sandbox_token(incident_id: str, attempt: int, *, undo: bool) -> str:
    """The client token of a try in the sandbox."""
    return str(uuid.uuid5(NAMESPACE, f"{incident_id}/{attempt}/sandbox {'undo' if undo else 'do'}"))


def acted(state: Incident, proposal: Proposal, at: datetime) -> Acted:
    """This attempt's action as the history knows it."""
    return Acted(
        token=run_token(state.id, state.attempt, Step.DO),
        service=proposal.service,
        runbook=proposal.runbook,
        target=proposal.target,
        at=at,
    )
