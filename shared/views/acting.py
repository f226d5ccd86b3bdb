"""What policy said, what was done to the world, and how it turned out."""

from collections.abc import Mapping

from pydantic import JsonValue

from shared.domain import facts
from shared.domain.incident import Action, Incident
from shared.domain.plain_text import sanitised
from shared.domain.proposal import Proposal
from shared.runbooks.catalogue import remedies
from shared.views.believed import Believed
from shared.views.parts import (
    LINE,
    ActionView,
    Credential,
    Doing,
    Rehearsal,
    Seen,
    Undone,
    Verdict,
)
from shared.views.remedy import shown


def verdicts(log: Believed) -> tuple[Verdict, ...]:
    """Everything that policy was asked, oldest first."""
    asked = [
        (event.occurred_at, fact)
        for event, fact in log.pairs
        if isinstance(fact, facts.ActionAuthorised | facts.ActionWithheld)
    ]
    return tuple(
        Verdict(
            at=at,
            permitted=isinstance(fact, facts.ActionAuthorised),
            autonomy=fact.autonomy,
            reasons=fact.reasons,
            proposal=shown(fact.proposal),
        )
        for at, fact in asked
    )


def doing(log: Believed, incident: Incident) -> Doing:
    """Rehearsals, sessions, actions and their undoing, of every attempt."""
    after = _after(log)
    verified, regressed = log.last(facts.RemedyVerified), log.last(facts.RegressionDetected)
    undone = log.last(facts.RolledBack)
    return Doing(
        rehearsals=tuple(_rehearsals(log)),
        credentials=tuple(
            Credential(session=one.session, role=one.role, ends_at=one.ends_at, undo=one.undo)
            for _, one in log.of_type(facts.CredentialsIssued)
        ),
        locked=incident.lock.keys if incident.lock else (),
        actions=tuple(
            _action(one, after.get((one.attempt, one.undo, one.known_good), {})) for one in incident.actions
        ),
        verified=Seen(at=verified[0], statement=verified[1].statement) if verified else None,
        regressed=Seen(at=regressed[0], statement=regressed[1].statement) if regressed else None,
        rolled_back=Undone(
            at=undone[0],
            restored=undone[1].restored,
            known_good=undone[1].known_good,
            differences=undone[1].differences,
        )
        if undone
        else None,
    )


def _rehearsals(log: Believed) -> list[Rehearsal]:
    found = []
    for event, fact in log.pairs:
        match fact:
            case facts.ActionRehearsed(preview=preview, done=done, impossible=impossible):
                at = event.occurred_at
                found.append(Rehearsal(at=at, passed=True, preview=preview, done=done, impossible=impossible))
            case facts.RehearsalFailed(reason=reason):
                found.append(Rehearsal(at=event.occurred_at, passed=False, reason=reason))
    return found


def _after(log: Believed) -> dict[tuple[int, bool, bool], Mapping[str, JsonValue]]:
    return {
        (one.attempt, one.undo, one.known_good): one.after for _, one in log.of_type(facts.ActionCompleted)
    }


def _action(one: Action, after: Mapping[str, JsonValue]) -> ActionView:
    state = "failed" if one.failed else "succeeded" if one.ended_at else "running"
    return ActionView(
        attempt=one.attempt,
        step=one.step,
        proposal=shown(one.proposal),
        state=state,
        automation_id=one.automation_id,
        failed=one.failed,
        before=_compared(one.proposal, one.before),
        after=_compared(one.proposal, after),
        started_at=one.started_at,
        ended_at=one.ended_at,
    )


def _compared(proposal: Proposal, state: Mapping[str, object]) -> dict[str, JsonValue]:
    """What would be compared after an undo, as short texts; of an unknown runbook everything."""
    remedy = remedies().get(proposal.runbook)
    names = [name for name in remedy.compare if name in state] if remedy else sorted(state)
    return {sanitised(name): sanitised(str(state[name]), LINE) for name in names[:20]}
