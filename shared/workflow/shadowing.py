"""Shadow mode: what the machine would have done, against what people did, and what it has earned by that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.analysis.health import window
from shared.analysis.people import LOOKED_FOR, seen, well_at
from shared.analysis.scorecard import Row, cases, scorecard
from shared.domain.autonomy import Autonomy, Levels, configured, effective
from shared.domain.facts import HumanOutcome
from shared.domain.incident import Incident
from shared.domain.policy import Outcome, PolicyRequest, PolicyRules
from shared.domain.runbook import Remedy
from shared.domain.service import Tier
from shared.ports.catalogue import CatalogueSource
from shared.ports.changes import ChangeLedger
from shared.ports.clock import Clock
from shared.ports.controls import Controls
from shared.ports.policy import PolicyEngine
from shared.ports.telemetry import Telemetry


@dataclass(frozen=True)
class Shadowing:
    """Only looks. What people have said counts before what can be seen."""

    engine: PolicyEngine
    config: PolicyRules
    controls: Controls
    catalogue: CatalogueSource
    changes: ChangeLedger
    telemetry: Telemetry
    remedies: Mapping[str, Remedy]
    clock: Clock

    def scorecard(self, incidents: Iterable[Incident]) -> tuple[Row, ...]:
        """A row a runbook and tier.

        Raises:
            PortError: something could not be read.
        """
        levels, services = self.controls.levels(), self.catalogue.services()
        return scorecard(
            (
                case
                for state in incidents
                for case in cases(state, self.people(state), self.permits, services, self.remedies)
            ),
            self.config.promotion,
            levels,
            lambda runbook, tier: self.level(levels, runbook, tier),
        )

    def level(self, levels: Levels, runbook: str, tier: Tier) -> Autonomy:
        """The level that counts, with these changes."""
        stage = configured(self.config.autonomy, self.config.autonomy_by, runbook, tier)
        return effective(stage, levels, runbook, tier)

    def permits(self, asked: PolicyRequest) -> bool:
        """Whether it would be done at L3, by itself or when people say yes."""
        at_most = {"autonomy": Autonomy.AUTONOMOUS, "approvers": frozenset[str]()}
        return self.engine.decide(asked.model_copy(update=at_most)).outcome is not Outcome.DENY

    def people(self, state: Incident) -> HumanOutcome | None:
        """What people did: what they said, else what the change ledger and the metrics show."""
        if state.people is not None or state.actions or state.decided_at is None:
            return state.people
        end = min(self.clock.now(), state.decided_at + LOOKED_FOR)
        changes = self.changes.between(state.opened.application, state.decided_at, end)
        if not changes:
            return None
        services = self.catalogue.services().of_application(state.opened.application)
        start, split = window(services, state.began)
        well = well_at(self.telemetry.series(services, start, end), split, state.decided_at)
        return seen(state, changes, well, [each.runbook for each in self.remedies.values()])
