"""The trace as a page of prose and tables that a colleague would understand."""

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from scripts.explain.looks import cost, looks
from shared.domain.consensus import TOTAL


def page(shown: dict[str, Any]) -> Group:
    """Everything, in the order in which it happened."""
    return Group(*_parts(shown))


def _parts(shown: dict[str, Any]) -> Iterator[RenderableType]:
    yield Text(f"{shown['incident_id']}: {shown['summary']}", style="bold")
    decided = shown["decision"].replace("_", " ")
    yield Text(f"status {shown['status']}, severity {shown['severity']}, decided by {decided}\n")
    yield _heading("What happened")
    yield from (Text(f"  • {one}") for one in shown["reasoning"]["sentences"])
    for one in shown["graded"]:
        yield Text(f"  • graded {one['severity']} by {one['by']}: {one['reason']}", style="yellow")
    yield _heading("Who saw what")
    yield _findings(shown["findings"])
    yield _heading("What each agent was given, computed, asked and was told")
    yield from looks(shown["reasoning"])
    yield from _votes(shown)
    yield _heading("Why it was permitted, or was not")
    yield from _before_acting(shown)
    yield _heading("What was done")
    yield from _ending(shown)
    yield _heading("What it cost")
    yield from cost(shown)


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _votes(shown: dict[str, Any]) -> Iterator[RenderableType]:
    for each in shown["rounds"]:
        yield _heading(f"Attempt {each['attempt']}, round {each['round']}: who chose what")
        yield _candidates(each["candidates"])
        yield _ballots(each)
        yield from _sums(each["tally"], each["rules"])
    for one in shown["quarantined"]:
        yield Text(f"Quarantined: {one['agent']} until {one['until']}: {one['reason']}", style="red")
        yield Text(f"    proof: {', '.join(one['proof']) or 'its findings here, or its earlier incidents'}")
    for one in shown["ignored"]:
        yield Text(f"Ignored: event {one['event_id']} of {one['author']}: {one['reason']}", style="red")


def _findings(findings: list[dict[str, Any]]) -> Table:
    table = _table("agent", "sure", "found", "evidence")
    for one in findings:
        if one["silent"]:
            table.add_row(one["agent"], "", "nothing in time", "")
            continue
        seen = "\n".join(f"{fact['kind']}: {fact['says']}" for fact in one["evidence"][:4])
        said = one["summary"]
        if one["cached_seconds"] is not None:
            said += f"\ncached: its breaker is open, and this is {one['cached_seconds']} s old"
        if one["left_out"]:
            said += f"\npartial: no time for {', '.join(one['left_out'])}"
        table.add_row(one["agent"], f"{one['confidence'] / 10:.0f} %", escape(said), escape(seen))
    return table


def _candidates(candidates: list[dict[str, Any]]) -> Table:
    table = _table("digest", "remedy", "on", "parameters")
    for one in candidates:
        values = ", ".join(f"{name}={value}" for name, value in one["parameters"].items())
        table.add_row(
            one["digest"][:8], f"{one['runbook']} v{one['version']}", one["service"], escape(values)
        )
    return table


def _ballots(each: dict[str, Any]) -> Table:
    faults = {one["agent"]: one["reason"] for one in each.get("rejected", [])}
    table = _table("agent", "weight", "choice", "sure", "why", "counts")
    for one in each["ballots"]:
        if one["silent"]:
            table.add_row(one["agent"], str(one["weight"]), "silent", "", "", "lost")
            continue
        choice = "abstains" if one["abstains"] else str(one["choice"])[:8]
        counts = f"no: {faults[one['agent']]}" if one["agent"] in faults else "yes"
        why, sure = escape(one["reasoning"]), f"{one['confidence'] / 10:.0f} %"
        table.add_row(one["agent"], str(one["weight"]), choice, sure, why, escape(counts))
    return table


def _sums(tally: dict[str, Any] | None, rules: dict[str, Any]) -> Iterator[Text]:
    if tally is None:
        return
    yield Text(
        f"    needed: more than {rules['more_than']} of {TOTAL}, {rules['min_approvers']} agents, "
        f"{rules['min_confidence'] / 10:.0f} % sure; when diagnosis is missing, all others for what is safe"
    )
    for one in tally["sums"]:
        average = one["weighted_confidence"] // one["weight"] if one["weight"] else 0
        won = "wins" if tally["winner"] == one["proposal"] else "does not win"
        yield Text(
            f"    {one['proposal'][:8]}: {' + '.join(one['approvers']) or 'nobody'} = {one['weight']} of "
            f"{TOTAL}, {len(one['approvers'])} agents, {average / 10:.0f} % sure: {won}"
        )


def _before_acting(shown: dict[str, Any]) -> Iterator[Text]:
    if not shown["permission"]:
        yield Text("    policy was not asked: nothing was decided")
    for one in shown["permission"]:
        yield Text(_permitted(one))
    for one in shown["rehearsal"]:
        said = one.get("reason") or one.get("statement") or "; ".join((*one["done"], *one["preview"]))
        yield Text(f"rehearsal: {said}")
    for one in shown["credentials"]:
        yield Text(f"credentials: session {one['session']} of {one['role']} until {one['ends_at']}")


def _ending(shown: dict[str, Any]) -> Iterator[Text]:
    certificate = shown["certificate"]
    if certificate:
        signed = ", ".join(f"{one['ballot']['agent']} {one['mac'][:8]}…" for one in certificate["ballots"])
        yield Text(f"Certificate: {certificate['kind']} in round {certificate['round']}, ballots {signed}")
    for one in shown["actions"]:
        what = "undone" if one["undo"] else "done"
        result = one["failed"] or f"automation {one['automation_id']}"
        yield Text(
            f"{what}: {one['proposal']['runbook']} on {one['proposal']['target']}, "
            f"{one['started_at']}: {result}"
        )
    if not shown["actions"]:
        yield Text("    nothing was executed")
    if shown["rolled_back"]:
        yield Text(f"rolled back; as before: {shown['rolled_back']['restored']}")
    if shown["escalation"]:
        yield Text(f"a human decides: {shown['escalation']['reason']}", style="yellow")
    if shown["closed"]:
        closed = shown["closed"]
        yield Text(
            f"closed as {closed['outcome']}: ${closed['business_usd']} to the business, "
            f"${closed['incident_usd']} ours"
        )


def _table(*titles: str) -> Table:
    table = Table(box=SIMPLE)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _permitted(one: dict[str, Any]) -> str:
    match one["type"]:
        case "ActionAuthorised":
            return f"policy permits it at {one['autonomy']}: {'; '.join(one['reasons'])}"
        case "ActionWithheld":
            return f"policy withholds it: {'; '.join(one['reasons'])}"
        case "ApprovalRequested":
            why = "; ".join(one["reasons"])
            return f"{one['needed']} of {one['role']} asked until {one['expires_at']}: {why}"
    return f"{'approved' if one['type'] == 'ApprovalGranted' else 'denied'} by {one['by']}"
