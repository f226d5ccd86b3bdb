"""The shadow report for people and for machines."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from shared.analysis.intervals import Share
from shared.analysis.scorecard import Grade, Row


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """What `commander shadow report` prints."""
    if not rows:
        yield "no incident yet in which a remedy was decided that policy would have let be done at L3"
    for row in rows:
        since = f", since {row.since:%Y-%m-%d %H:%M}" if row.since else ""
        yield f"{row.runbook} on {row.tier} services: {row.level}{since}"
        if row.demoted:
            yield f"  demoted by harm: {row.demoted.reason}"
        acted = sum(case.acted for case in row.cases)
        yield (
            f"  would have acted in {len(row.cases) - acted} incidents, acted in {acted}: right "
            f"{row.count(Grade.RIGHT)}, wrong {row.count(Grade.WRONG)}, unproven {row.count(Grade.UNPROVEN)}"
        )
        yield f"  precision {_share(row.precision)}, wrong actions {_share(row.wrong)}{_saved(row)}"
        unknown = [case.incident for case in row.cases if case.grade is None]
        if unknown:
            yield f"  not graded, `commander shadow enter` says what people did: {', '.join(unknown)}"
        yield from _promotion(row)


def rows_as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The same, of JSON values once times are texts."""
    return [
        {**asdict(row), "demoted": row.demoted.plain() if row.demoted else None, "incidents": len(row.cases)}
        for row in rows
    ]


def _promotion(row: Row) -> Iterator[str]:
    if row.promote_to:
        yield f"  may go to {row.promote_to}: `commander shadow promote {row.runbook} {row.tier}`"
    yield from (f"  not promoted yet: {reason}" for reason in row.missing)


def _share(found: Share) -> str:
    if not found.total:
        return "unknown"
    at = f"{100 * found.count / found.total:.0f} %"
    return f"{at} ({found.low / 10:g} to {found.high / 10:g} %, {found.count} of {found.total})"


def _saved(row: Row) -> str:
    if row.saved is None:
        return ""
    value, low, high = (each / 60 for each in (row.saved.value, row.saved.low, row.saved.high))
    return f", saved {value:.1f} min in the middle ({low:.1f} to {high:.1f})"
