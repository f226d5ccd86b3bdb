"""What is asked about the house rather than about one incident: levels, people, agents, runbooks, scores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.analysis.intervals import Share
from shared.analysis.scorecard import Grade
from shared.analysis.scorecard import Row as Scored
from shared.domain.clearance import Cleared
from shared.domain.directory import on_call
from shared.domain.errors import PortError
from shared.domain.freeze import freeze_at
from shared.domain.model import VOTERS
from shared.domain.policy import PolicyRules
from shared.domain.runbook import Remedy
from shared.domain.severity import Severity
from shared.ports.alarms import Alarm, Alarms, AlarmState
from shared.ports.clock import Clock
from shared.ports.controls import Controls
from shared.ports.directory import DirectorySource
from shared.ports.standing import Standing
from shared.runbooks.catalogue import remedies
from shared.views.documents import Row
from shared.views.house_answers import (
    AlarmView,
    Autonomy,
    Health,
    Level,
    Me,
    Member,
    OnCall,
    OnCallLevel,
    OnCallPerson,
    OnCallTeam,
    Runbooks,
    RunbookView,
    Scorecard,
    ScoreRow,
    ShareView,
    Switch,
)

Score = Callable[[], tuple[Sequence[Scored], int, bool]]
"""Rows, how many incidents they are of, and whether those are all."""

URGENT = (AlarmState.ALARM, AlarmState.NO_DATA, AlarmState.OK)
"""What a person has to see first."""


@dataclass
class Overview:
    """Over what the stage keeps beside the log."""

    stage: str
    rules: PolicyRules
    controls: Controls
    directory: DirectorySource
    standing: Standing
    clock: Clock
    score: Score
    behind: Callable[[], int | None]
    alarms: Alarms

    def health(self) -> Health:
        """Agents, kill switch, read model, and the house's own alarms, if they can be read.

        Raises:
            PortError: something else cannot be read.
        """
        behind, quarantined = self.behind(), self.standing.quarantined(self.clock.now())
        return Health(
            read_model="unknown" if behind is None else "behind" if behind else "current",
            kill_switch=self._switch(),
            agents=tuple(
                Member(
                    agent=name,
                    quarantined=quarantined.get(name),
                    breaker=self.standing.breaker(name).phase.value,
                )
                for name in VOTERS
            ),
            alarms=self._alarms(),
            behind_seconds=behind,
        )

    def autonomy(self) -> Autonomy:
        """Levels, freezes, and the switch.

        Raises:
            PortError: they cannot be read.
        """
        changed = self.controls.levels()
        stage = [
            Level(runbook=one.runbook, tier=one.tier, level=one.level, origin="stage")
            for one in self.rules.autonomy_by
        ]
        people = [
            Level(
                runbook=one.runbook,
                tier=one.tier,
                level=one.level,
                origin=origin,
                by=one.by,
                at=one.at,
                reason=one.reason,
            )
            for origin, changes in (("set", changed.set), ("demoted", changed.demoted))
            for one in changes
        ]
        return Autonomy(
            default=self.rules.autonomy,
            levels=(*stage, *people),
            kill_switch=self._switch(),
            freezes=tuple(one.plain() for one in self.rules.freezes),
            actions_per_hour=self.rules.actions_per_hour,
            behind_seconds=self.behind(),
        )

    def scorecard(self) -> Scorecard:
        """How right each runbook was.

        Raises:
            PortError: something cannot be read.
        """
        rows, incidents, complete = self.score()
        return Scorecard(
            rows=tuple(_scored(one) for one in rows),
            incidents=incidents,
            complete=complete,
            behind_seconds=self.behind(),
        )

    def runbooks(self) -> Runbooks:
        """The catalogue."""
        return Runbooks(
            runbooks=tuple(_runbook(one) for _, one in sorted(remedies().items())), behind_seconds=0
        )

    def on_call(self) -> OnCall:
        """Who is called now, level by level.

        Raises:
            PortError: the directory cannot be read.
        """
        directory, now = self.directory.directory(), self.clock.now()
        teams = tuple(
            OnCallTeam(
                team=team.id,
                services=team.services,
                applications=team.applications,
                levels=tuple(
                    OnCallLevel(
                        level=number,
                        minutes=level.minutes,
                        people=tuple(
                            OnCallPerson(id=one.id, name=one.name, role=one.role, time_zone=one.time_zone)
                            for one in on_call(directory, level, now)
                        ),
                    )
                    for number, level in enumerate(team.levels, start=1)
                ),
            )
            for team in directory.teams
        )
        return OnCall(teams=teams, behind_seconds=0)

    def me(self, who: Cleared, may: Sequence[str]) -> Me:
        """Who asks.

        Raises:
            PortError: the switch cannot be read.
        """
        return Me(
            identity=who.caller.id,
            name=who.person.name if who.person else who.caller.name or who.caller.id,
            role=who.clearance,
            why=who.why,
            may=tuple(may),
            stage=self.stage,
            level=self.rules.autonomy,
            kill_switch=self._switch(),
            behind_seconds=self.behind(),
        )

    def approve_refused(self, row: Row) -> str:
        """Why a yes would do nothing now; empty when it would, or when nothing is asked.

        Raises:
            PortError: the switch cannot be read.
        """
        if not row.waits_for_approval:
            return ""
        switch = self._switch()
        if switch.on:
            stopped = f"Everything is stopped by {switch.by or 'an operator'}: {switch.reason.rstrip('.')}."
            return f"{stopped} Until that is taken back, a yes would do nothing."
        if row.owner:
            return f"{row.owner} has it: the machine starts nothing more here."
        frozen = freeze_at(self.rules.freezes, self.clock.now())
        if frozen and row.severity != Severity.CRITICAL:
            return f"A change freeze is in force ({frozen}): only a critical incident may break it."
        return ""

    def _alarms(self) -> tuple[AlarmView, ...] | None:
        try:
            found = self.alarms.alarms()
        except PortError:
            return None
        return tuple(_alarm(one) for one in sorted(found, key=lambda each: URGENT.index(each.state)))

    def _switch(self) -> Switch:
        found = self.controls.kill_switch()
        if found is None:
            return Switch(on=False)
        return Switch(on=found.on, by=found.by, at=found.at, reason=found.reason)


def _alarm(one: Alarm) -> AlarmView:
    return AlarmView(name=one.name, state=one.state, since=one.since, meaning=one.meaning, reason=one.reason)


def _scored(row: Scored) -> ScoreRow:
    return ScoreRow(
        runbook=row.runbook,
        tier=row.tier,
        level=row.level,
        since=row.since,
        incidents=len(row.cases),
        acted=sum(case.acted for case in row.cases),
        right=row.count(Grade.RIGHT),
        wrong=row.count(Grade.WRONG),
        unproven=row.count(Grade.UNPROVEN),
        ungraded=row.count(None),
        precision=_share(row.precision),
        wrong_actions=_share(row.wrong),
        promote_to=row.promote_to,
        missing=row.missing,
    )


def _share(one: Share) -> ShareView:
    return ShareView(count=one.count, total=one.total, low=one.low, high=one.high)


def _runbook(remedy: Remedy) -> RunbookView:
    one = remedy.runbook
    return RunbookView(
        id=one.id,
        version=one.version,
        family=one.family,
        title=one.title,
        resource=one.resource,
        relieves=one.relieves,
        causes=tuple(sorted(one.causes)),
        symptoms=tuple(sorted(one.symptoms)),
        parameters={name: each.description for name, each in sorted(one.parameters.items())},
        reversibility=one.reversibility,
        inverse=one.inverse,
        risk=one.risk,
        safe=one.safe,
        touches_data=one.touches_data,
        expected_seconds=one.expected_seconds,
        expires_seconds=one.expires_seconds,
        blast_radius=one.blast_radius,
    )
