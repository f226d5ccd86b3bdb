"""Earned autonomy is lost by harm: a remedy that made things worse only advises from then on."""

from shared.domain.autonomy import Autonomy, LevelChange
from shared.domain.incident import Action, Incident
from shared.domain.service import ServiceCatalogue
from shared.ports.controls import Controls


def harmful(state: Incident) -> Action | None:
    """What this attempt did, if the metrics became worse or did not recover, or it was undone; else None."""
    worse = any(
        fact is not None and fact.attempt == state.attempt for fact in (state.regressed, state.rolled_back)
    )
    return state.action(undo=False) if worse else None


def demote(state: Incident, services: ServiceCatalogue, controls: Controls) -> bool:
    """Lower the runbook of a harmful action to L1 on its service's tier; whether there was one.

    Doing it again changes nothing, unless a person has set the level since: then it is lowered again.

    Raises:
        PortError: nothing is known to be written.
    """
    done = harmful(state)
    if done is None:
        return False
    service = services.by_name.get(done.proposal.service)  # it may have left the catalogue since
    why = state.regressed.statement if state.regressed is not None else "it was undone"
    controls.demote(
        LevelChange(
            runbook=done.proposal.runbook,
            tier=service.tier if service else state.opened.tier,
            level=Autonomy.ADVISE,
            reason=f"{state.id}: {why}"[:500],
            by="workflow",
            at=state.changed_at,
        )
    )
    return True
