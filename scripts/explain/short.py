"""An incident on one screen: what it is, what was done, what it costs, and what to do next."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from shared.views.next_step import NextStep


def short(shown: Mapping[str, Any], money: str, step: NextStep, stage: str) -> Group:
    """The whole screen.

    Args:
        shown: as `trace` makes it.
        money: what it cost, in words.
    """
    return Group(*_parts(shown, money, step, stage))


def _parts(shown: Mapping[str, Any], money: str, step: NextStep, stage: str) -> Iterator[RenderableType]:
    yield Text(f"{shown['incident_id']}: {shown['summary']}", style="bold")
    status = shown["status"].replace("_", " ")
    has = f", {shown['owner']} has it" if shown["owner"] else ""
    yield Text(f"{status}, severity {shown['severity']}{has}; times are UTC\n")
    yield from (Text(f"  • {one}") for one in shown["reasoning"]["sentences"])
    for one in shown["graded"][-1:]:
        yield Text(f"  • graded {one['severity']} by {one['by']}: {one['reason']}", style="yellow")
    for one in shown["quarantined"]:
        yield Text(f"  • {one['agent']} was quarantined: {one['reason']}", style="red")
    yield Text(f"  • Cost to the business: {money}.\n")
    yield Text(f"Next: {step.command} --stage {stage}", style="bold")
    yield Text(f"      {step.what}")
    yield Text(f"More: commander explain {shown['incident_id']} --stage {stage} --full")
    yield Text("      what each agent was given, computed and chose, the sums, the certificate")
