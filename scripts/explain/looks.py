"""What each agent was given, computed, asked a model and was told, in one table; and what all of it cost."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from shared.domain.impact import OwnCost

NO_MODEL = "no model was asked"
FEW, WORDS = 8, 160


def looks(reasoning: dict[str, Any]) -> Iterator[Table | Text]:
    """A row a look, in the order in which the agents answered."""
    table = Table(box=SIMPLE)
    for title in ("agent", "asked for", "given", "computed", "asked a model, and told", "tokens", "time"):
        table.add_column(title, overflow="fold")
    rows = [(one, look) for one in reasoning["agents"] for look in one["looks"]]
    for one, look in sorted(rows, key=lambda row: int(row[1]["version"])):
        table.add_row(one["agent"], _question(look), *_cells(look))
    yield table
    if not rows:
        yield Text("    no agent has answered yet")


def cost(shown: dict[str, Any]) -> Iterator[Text]:
    """What it cost the business and us."""
    closed, of = shown["closed"], shown["reasoning"]
    if closed is None:
        yield Text("    the business: not known before it is closed; `commander review` prices it until now")
    else:
        yield Text(f"    the business: ${closed['business_usd']}, by the price of the service's tier")
    tokens_in, tokens_out = of["input_tokens"], of["output_tokens"]
    own = OwnCost(events=len(shown["timeline"]), tokens_in=tokens_in, tokens_out=tokens_out)
    asked = f"{tokens_in} tokens in and {tokens_out} out, ${own.tokens_usd.quantize(Decimal('0.0001'))}"
    yield Text(
        f"    ours: ${own.aws_usd:.4f} of AWS calls for {own.events} events; {asked}; "
        f"agents looked for {_time(of['milliseconds'])} in all"
    )


def _question(look: dict[str, Any]) -> str:
    what = str(look["question"]).replace("ballot-", "ballot, round ")
    return what if look["attempt"] == 1 else f"{what}, attempt {look['attempt']}"


def _cells(look: dict[str, Any]) -> tuple[str, ...]:
    recording = f"recording {look['inputs'][:8]}…" if look["inputs"] else "its recording was not kept"
    if look["trace"] != "read":
        return recording, f"its trace is {look['trace']}", "", "", ""
    asked = [*look["asked"], *(one for step in look["computed"] for one in step["asked"])]
    counts = Counter(one["tool"] for one in asked)
    given = ", ".join(f"{tool} ×{count}" for tool, count in counts.items())
    failed = [f"{one['tool']} refused: {one['error']}" for one in asked if one["outcome"] == "error"]
    steps = [_step(one) for one in look["computed"]]
    more = [f"{len(steps) - FEW} more steps"] if len(steps) > FEW else []
    models = [_consulted(one) for one in look["consulted"]] or [NO_MODEL]
    return (
        escape("\n".join([recording, given, *failed[:FEW]])),
        escape("\n".join([*steps[:FEW], *more])),
        escape("\n".join(models)),
        f"{look['input_tokens']} + {look['output_tokens']}",
        _time(look["milliseconds"]),
    )


def _step(one: dict[str, Any]) -> str:
    match one["outcome"]:
        case "left_out":
            return f"{one['step']}: no time for it"
        case "error":
            return f"{one['step']}: {one['error']} after {_time(one['milliseconds'])}"
    return f"{one['step']}: {_time(one['milliseconds'])}"


def _consulted(one: dict[str, Any]) -> str:
    said = _short(one["said"]) if one["outcome"] == "ok" else one["error"]
    return f"{one['model']} ({one['provider']}): {_short(one['asked'])} → {said}"


def _short(text: str) -> str:
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"


def _time(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"
