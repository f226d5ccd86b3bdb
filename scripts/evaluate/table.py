"""The rows and the counts for a person."""

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from scripts.evaluate.row import Row

WIDEST = 22
"""Characters of a column: recorded services have names as long as their addresses."""


def line(row: Row) -> str:
    """One case as it is done."""
    if not row.detected:
        return f"{row.name}: {'left alone' if row.healthy else 'NOT detected'}"
    right = "nothing was wrong" if row.healthy else _verdict(row)
    first = row.suspects[0] if row.suspects else "nobody"
    return f"{row.name}: {row.classification}, first suspect {first} ({right}), decision {row.decision}"


def table(rows: Sequence[Row]) -> Table:
    """One line for each incident, and for each healthy window that was not left alone."""
    shown = Table(box=SIMPLE)
    for title in ("case", "classification", "first suspects", "truth", "place", "decision", "remedy"):
        shown.add_column(title, overflow="ellipsis", no_wrap=True, max_width=WIDEST)
    for row in rows:
        if row.healthy and not row.detected:
            continue
        shown.add_row(
            escape(row.name.partition("/")[2] or row.name),
            escape(row.classification or "NOT detected"),
            "\n".join(escape(one) for one in row.suspects[:3]),
            escape(row.root_cause or "nothing was wrong"),
            f"[bold green]{row.place}[/]" if row.place == 1 else str(row.place or "-"),
            row.decision,
            row.remedy,
        )
    return shown


def sentences(counts: dict[str, Any]) -> tuple[str, ...]:
    """The counts in words."""
    many = counts["incidents"]
    decisions = ", ".join(f"{name} {count}" for name, count in counts["decisions"].items())
    return (
        f"detected {counts['detected']} of {many}; root cause in the first 1: "
        f"{counts['root_cause_first_1']}, in the first 3: {counts['root_cause_first_3']}",
        f"healthy windows left alone: {counts['healthy_left_alone']} of {counts['healthy_windows']}",
        f"decisions: {decisions or 'none'}; actions executed: {counts['actions_executed']}; "
        f"{counts['seconds']} s",
    )


def _verdict(row: Row) -> str:
    if row.place == 1:
        return "right"
    return f"truth is number {row.place}" if row.place else f"truth: {row.root_cause}"
