"""A deployed stage's shadow scorecard, with the caller's own credentials."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from scripts.commander.reached import Reached
from scripts.operator_log import CLOCK, OperatorLog
from scripts.policy.stage import StagePolicy
from shared.adapters.aws.cloudwatch_telemetry import CloudwatchTelemetry
from shared.adapters.aws.dynamodb_changes import DynamodbChanges
from shared.adapters.aws.dynamodb_raw_log import DynamodbRawLog
from shared.analysis.scorecard import Row
from shared.domain.autonomy import LevelChange, next_level
from shared.domain.errors import CommandRefused, IncidentNotFound
from shared.domain.facts import Fact, HumanOutcome, ResolvedByPeople
from shared.domain.facts.outcome import OTHER, Result
from shared.domain.incident import Incident
from shared.domain.service import Tier
from shared.runbooks.catalogue import remedies
from shared.workflow.shadowing import Shadowing


@dataclass(frozen=True)
class StageShadow:
    """Over what the stage's logs, ledger and metrics say. Events that must not be believed are not."""

    reached: Reached

    @cached_property
    def _policy(self) -> StagePolicy:
        return StagePolicy(self.reached)

    @cached_property
    def _log(self) -> OperatorLog:
        return OperatorLog(self.reached)

    @cached_property
    def _shadowing(self) -> Shadowing:
        client, policy = self.reached.client, self._policy
        return Shadowing(
            policy.engine,
            policy.config,
            policy.controls,
            policy.catalogue,
            DynamodbChanges(client("dynamodb"), self.reached.outputs["StateTable"], CLOCK),
            CloudwatchTelemetry(client("cloudwatch"), client("logs")),
            remedies(),
            CLOCK,
        )

    def report(self) -> tuple[Row, ...]:
        """A row a runbook and tier.

        Raises:
            PortError: something could not be read.
        """
        table = DynamodbRawLog(self.reached.client("dynamodb"), self.reached.outputs["EventsTable"])
        return self._shadowing.scorecard(self._states(table.incident_ids()))

    def _states(self, incident_ids: Iterable[str]) -> Iterator[Incident]:
        """Those that can be believed to have begun: what is wrong with the others, an audit says."""
        for incident_id in incident_ids:
            with suppress(IncidentNotFound):
                yield self._log.load(incident_id)

    def enter(self, incident_id: str, said: HumanOutcome) -> Incident:
        """Write down what people did.

        Raises:
            IncidentNotFound: there is none.
            CommandRefused: no runbook does that, or it was over before it began or will be.
        """
        if said.did not in (OTHER, *remedies()):
            raise CommandRefused(f"there is no runbook {said.did}; say `{OTHER}` for what none does")
        state = self._log.load(incident_id)
        if said.resolved_at and not state.opened.started_at <= said.resolved_at <= CLOCK.now():
            raise CommandRefused(
                f"{incident_id} began at {state.opened.started_at:%Y-%m-%dT%H:%M:%SZ}: "
                "it was resolved after that, and not in the future"
            )
        over = ResolvedByPeople(
            by=said.by, did=f"what {said.did} does", runbook=said.did, over_at=said.resolved_at
        )

        def decide(now: Incident) -> tuple[Fact, ...]:
            """What helped with an incident that people have is its end."""
            return (over if now.with_people and said.result is Result.HELPED else said,)

        return self._log.record(incident_id, decide)

    def promote(self, runbook: str, tier: Tier, force: str = "") -> LevelChange:
        """Raise the level by one.

        Args:
            force: why, if the scorecard does not allow it.

        Raises:
            CommandRefused: the scorecard does not allow it, or there is no higher level.
        """
        if runbook not in remedies():
            raise CommandRefused(f"there is no runbook {runbook}")
        row = next((one for one in self.report() if (one.runbook, one.tier) == (runbook, tier)), None)
        missing = row.missing if row else ("in no incident it would have been done",)
        level = next_level(self._shadowing.level(self._policy.controls.levels(), runbook, tier))
        if level is None:
            raise CommandRefused(f"{runbook} is at the highest level for {tier} services")
        if missing and not force:
            raise CommandRefused(
                f"{runbook} may not be promoted for {tier} services: {'; '.join(missing)} "
                '(--force --reason "…" does it all the same)'
            )
        earned = f"right in {row.precision.count} of {row.precision.total}" if row else ""
        change = LevelChange(
            runbook=runbook,
            tier=tier,
            level=level,
            reason=(f"forced: {force}" if missing else f"shadow: {earned}")[:500],
            by=self._policy.caller,
            at=CLOCK.now(),
        )
        self._policy.controls.set_level(change)
        return change
