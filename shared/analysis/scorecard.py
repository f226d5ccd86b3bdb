"""What would have been right: remedies graded by what people did, and the levels that they have earned."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.analysis.intervals import Middle, Share, middle, share
from shared.domain.autonomy import Autonomy, LevelChange, Levels, Promotion, next_level
from shared.domain.facts.outcome import HumanOutcome, Result
from shared.domain.incident import Action, Incident
from shared.domain.policy import PolicyRequest
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.domain.service import ServiceCatalogue, Tier

Permits = Callable[[PolicyRequest], bool]
"""Whether policy would let it be done at L3, by itself or with a yes."""
Stage = Callable[[str, Tier], Autonomy]
"""The level that counts for a runbook and tier."""


class Grade(StrEnum):
    """What one incident says about a remedy."""

    RIGHT = "right"  # it helped, whoever did it
    WRONG = "wrong"  # it did not, or something else was needed
    UNPROVEN = "unproven"  # what people did did not help either


@dataclass(frozen=True)
class Case:
    """One remedy that was done, or would have been."""

    incident: str
    runbook: str
    tier: Tier
    decided_at: datetime
    acted: bool
    grade: Grade | None  # None: nobody knows yet what people did
    saved: float | None = None  # seconds from when it would have worked to when people had done it


@dataclass(frozen=True)
class Row:
    """A runbook on a tier: everything since its level was last changed."""

    runbook: str
    tier: Tier
    level: Autonomy
    since: datetime | None
    demoted: LevelChange | None
    cases: tuple[Case, ...]
    precision: Share  # right, of all that are graded
    wrong: Share  # wrong, of right and wrong
    saved: Middle | None
    promote_to: Autonomy | None
    missing: tuple[str, ...]  # why it may not be promoted

    def count(self, *grades: Grade | None) -> int:
        """Cases of these grades."""
        return sum(case.grade in grades for case in self.cases)


def cases(
    state: Incident,
    said: HumanOutcome | None,
    permits: Permits,
    services: ServiceCatalogue,
    remedies: Mapping[str, Remedy],
) -> tuple[Case, ...]:
    """What one incident says; nothing about runbooks of another version, and services that are gone.

    Args:
        said: what people did themselves, if that is known.
    """
    found = [_done(state, action, said) for action in state.actions if not action.undo]
    if state.action(undo=False) is None:
        found += _withheld(state, said, permits)
    return tuple(
        Case(
            incident=state.id,
            runbook=proposal.runbook,
            tier=services.by_name[proposal.service].tier,
            decided_at=at,
            acted=acted,
            grade=grade,
            saved=None if acted or grade is not Grade.RIGHT else _saved(said, at, remedies[proposal.runbook]),
        )
        for proposal, at, acted, grade in found
        if proposal.service in services.by_name
        and proposal.runbook in remedies
        and remedies[proposal.runbook].runbook.version == proposal.version
    )


_Found = tuple[Proposal, datetime, bool, Grade | None]


def _done(state: Incident, action: Action, said: HumanOutcome | None) -> _Found:
    """An attempt that another one followed has not helped; of the last one the log says how it ended.

    What was verified and is undone later was for a time only.
    """
    last = action.attempt == state.attempt
    undone = state.verified is None and state.action(undo=True) is not None
    denied = said and said.did == action.proposal.runbook and said.result is not Result.HELPED
    if not last or undone or state.regressed is not None or denied:
        grade: Grade | None = Grade.WRONG
    elif state.verified is not None:
        grade = Grade.RIGHT
    else:
        grade = Grade.UNPROVEN if state.machine_ended else None
    return action.proposal, action.started_at, True, grade


def _withheld(state: Incident, said: HumanOutcome | None, permits: Permits) -> list[_Found]:
    """What policy kept from being done, and what people refused or did not answer."""
    held, asked_for, at = state.withheld, state.approval, state.decided_at
    if held is not None:
        proposal, would = held.proposal, held.asked is not None and permits(held.asked)
    elif asked_for is not None:
        proposal, would = asked_for.asked.proposal, asked_for.ended in ("denied", "expired")
    else:
        return []
    if at is None or not would:
        return []
    return [(proposal, at, False, _compared(proposal.runbook, said))]


def _compared(runbook: str, said: HumanOutcome | None) -> Grade | None:
    if said is None:
        return None
    if said.did == runbook:
        return Grade.RIGHT if said.result is Result.HELPED else Grade.WRONG
    return Grade.WRONG if said.result is Result.HELPED else Grade.UNPROVEN


def _saved(said: HumanOutcome | None, decided_at: datetime, remedy: Remedy) -> float | None:
    if said is None or said.resolved_at is None:
        return None
    return (said.resolved_at - decided_at).total_seconds() - remedy.runbook.expected_seconds


def scorecard(found: Iterable[Case], rule: Promotion, levels: Levels, stage: Stage) -> tuple[Row, ...]:
    """A row a runbook and tier, in their order. What happened before a change of level is not counted:
    each level is earned anew, and so it is after a demotion.
    """
    of: dict[tuple[str, Tier], list[Case]] = {}
    for case in found:
        of.setdefault((case.runbook, case.tier), []).append(case)
    changed = {(one.runbook, one.tier) for one in (*levels.set, *levels.demoted)}
    pairs = sorted({*of, *changed}, key=lambda pair: (pair[0], [*Tier].index(pair[1])))
    return tuple(
        _row(runbook, tier, of.get((runbook, tier), ()), rule, levels, stage) for runbook, tier in pairs
    )


def _row(
    runbook: str, tier: Tier, found: Sequence[Case], rule: Promotion, levels: Levels, stage: Stage
) -> Row:
    changes, demotions = (
        [one for one in those if (one.runbook, one.tier) == (runbook, tier)]
        for those in (levels.set, levels.demoted)
    )
    since = max((one.at for one in (*changes, *demotions)), default=None)
    counted = tuple(case for case in found if since is None or case.decided_at > since)
    right, wrong, unproven = (sum(case.grade is grade for case in counted) for grade in Grade)
    precision, mistaken = share(right, right + wrong + unproven), share(wrong, right + wrong)
    level = stage(runbook, tier)
    missing = _missing(rule, right, precision, mistaken)
    return Row(
        runbook=runbook,
        tier=tier,
        level=level,
        since=since,
        demoted=demotions[0] if demotions else None,
        cases=counted,
        precision=precision,
        wrong=mistaken,
        saved=middle([case.saved for case in counted if case.saved is not None]),
        promote_to=None if missing else next_level(level),
        missing=missing,
    )


def _missing(rule: Promotion, right: int, precision: Share, wrong: Share) -> tuple[str, ...]:
    """One wrong action more takes nothing away from this: it counts as no incident that is asked for."""
    found = []
    if right < rule.least_incidents:
        found.append(f"right in {right} incidents of the {rule.least_incidents} that are asked for")
    if precision.low < rule.precision_at_least:
        least = _percent(rule.precision_at_least)
        found.append(f"precision may be as low as {_percent(precision.low)}, at least {least} is asked for")
    if wrong.high > rule.wrong_action_at_most:
        most = _percent(rule.wrong_action_at_most)
        found.append(f"wrong actions may be as many as {_percent(wrong.high)}, at most {most} is asked for")
    return tuple(found)


def _percent(thousandths: int) -> str:
    return f"{thousandths / 10:g} %"
