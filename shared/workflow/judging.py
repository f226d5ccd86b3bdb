"""Asking policy: every fact about an action gathered, and what could not be found out left unknown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from shared.domain.autonomy import configured, effective
from shared.domain.errors import CommanderError
from shared.domain.freeze import freeze_at
from shared.domain.incident import Incident
from shared.domain.policy import PolicyConfig, PolicyRequest, Verdict
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.ports.action_history import ActionHistory
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.controls import Controls
from shared.ports.policy import PolicyEngine
from shared.ports.tags import TagReader
from shared.workflow.tokens import acted

Found = TypeVar("Found")


@dataclass(frozen=True)
class Judging:
    """Whatever cannot be read is unknown, and unknown is forbidden."""

    engine: PolicyEngine
    config: PolicyConfig
    controls: Controls
    history: ActionHistory
    tags: TagReader
    catalogue: CatalogueSource
    remedies: Mapping[str, Remedy]
    clock: Clock

    def judge(self, state: Incident, proposal: Proposal) -> tuple[PolicyRequest, Verdict]:
        """What policy was asked about this action now, and what it said."""
        asked = self.request(state, proposal)
        return asked, self.engine.decide(asked)

    def request(self, state: Incident, proposal: Proposal) -> PolicyRequest:
        """Every fact about the action now."""
        book, now = self.remedies[proposal.runbook].runbook, self.clock.now()
        services = self.catalogue.services()
        tier = services.get(proposal.service).tier
        stage = configured(self.config.autonomy, self.config.autonomy_by, book.id, tier)
        counts = _known(lambda: self.history.before(acted(state, proposal, now)))
        approval = state.approval
        ours = approval is not None and approval.asked.proposal.digest == proposal.digest
        return PolicyRequest(
            runbook=book.id,
            family=book.family,
            reversibility=book.reversibility,
            touches_data=book.touches_data,
            changes=book.blast_radius,
            depending=len(services.above(proposal.service)) - 1,
            risk=book.risk,
            form=book.form,
            target=proposal.target,
            places=self.config.places,
            tags=_known(lambda: dict(self.tags.tags(proposal.target))),
            service=proposal.service,
            tier=tier,
            severity=state.severity,
            regraded=state.severity != state.opened.severity,
            decision=state.decision,
            autonomy=_known(lambda: effective(stage, self.controls.levels(), book.id, tier)),
            approvers=frozenset(approval.by if approval and ours and approval.granted else ()),
            leads=frozenset(approval.leads if approval and ours and approval.granted else ()),
            stopped=_known(self._stopped),
            freeze=freeze_at(self.config.freezes, now),
            actions_last_hour=counts.last_hour if counts else None,
            actions_per_hour=self.config.actions_per_hour,
            tries=counts.tries if counts else None,
            harmed=counts.harmed if counts else None,
        )

    def _stopped(self) -> bool:
        switch = self.controls.kill_switch()
        return switch is not None and switch.on


def _known(find: Callable[[], Found]) -> Found | None:
    try:
        return find()
    except CommanderError:
        return None
