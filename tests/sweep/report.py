"""The sweep's figures: for people, for programs, and for docs/model.md, which says no more than they do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.sweep.cases import LIARS, Swept
from tests.sweep.honest import Row
from tests.sweep.run import End

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
BEGIN = "<!-- sweep: `python -m tests.sweep --write` writes between these lines -->"
FINISH = "<!-- sweep ends -->"
COLUMNS = (
    "runs",
    "made",
    "forced",
    "steered",
    "resolved",
    "at a human",
    "no incident",
    "honest alone resolve",
)


@dataclass(frozen=True)
class Sums:
    """Runs, added up."""

    runs: int
    made: int  # of them gone through; the others are equal to one of these
    forced: int
    steered: int
    resolved: int
    human: int
    quiet: int
    alone: int  # liar sets and scenarios that the honest resolve when the liars say nothing

    @property
    def cells(self) -> tuple[str, ...]:
        """For a table."""
        return tuple(f"{value:,}" for value in asdict(self).values())


def add(some: Iterable[Swept]) -> Sums:
    """Their sums."""
    every = list(some)

    def ended(end: End) -> int:
        return sum(one.outcomes.get(end, 0) for one in every)

    return Sums(
        runs=sum(sum(one.outcomes.values()) for one in every),
        made=sum(one.made for one in every),
        forced=sum(one.forced for one in every),
        steered=ended(End.STEERED),
        resolved=ended(End.RESOLVED),
        human=ended(End.HUMAN),
        quiet=ended(End.QUIET),
        alone=sum(one.alone == End.RESOLVED for one in every),
    )


def last_line(some: Iterable[Swept]) -> str:
    """What it comes to."""
    sums = add(some)
    return f"runs {sums.runs} forced {sums.forced} steered {sums.steered}"


def named(liars: Sequence[str]) -> str:
    """A liar set, for people."""
    return " + ".join(liars)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(swept: Sequence[Swept], honest: Sequence[Row]) -> str:
    """The section of docs/model.md."""
    by_liars = [(named(some), *add(one for one in swept if one.liars == some).cells) for some in LIARS]
    names = dict.fromkeys(one.scenario for one in swept)
    by_scenario = [(name, *add(one for one in swept if one.scenario == name).cells) for name in names]
    rows = [
        (one.name, one.wanted, one.ended, _done(one.executed), _of(one.before), _of(one.weight))
        for one in honest
    ]
    return "\n\n".join(
        (
            _table(("Liars", *COLUMNS), by_liars),
            _table(("Scenario", *COLUMNS), by_scenario),
            f"In all: `{last_line(swept)}`.",
            "Without a liar:",
            _table(("Scenario", "must end", "ends", "executed", "weight on 55214fc", "weight now"), rows),
        )
    )


def _done(executed: Sequence[tuple[str, str]]) -> str:
    return ", then ".join(f"{runbook} on {service}" for runbook, service in executed) or "nothing"


def _of(weight: int | None) -> str:
    return "" if weight is None else f"{weight:,}"


def written(text: str, section: str) -> str:
    """The page with its section replaced."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{section}\n\n{FINISH}{rest.split(FINISH)[1]}"


def plain(swept: Sequence[Swept], honest: Sequence[Row]) -> dict[str, object]:
    """For programs."""
    return {
        "rows": [
            {
                "scenario": one.scenario,
                "liars": list(one.liars),
                **asdict(add([one])),
                "shown": [c for c, _ in one.shown],
            }
            for one in swept
        ],
        "honest": [asdict(one) for one in honest],
        "total": asdict(add(swept)),
    }


def say_all(swept: Sequence[Swept], honest: Sequence[Row], say: Callable[[str], None]) -> None:
    """Every scenario by every liar set, what was forced or steered, and the liar-free runs."""
    say(f"{'scenario':<28}{'liars':<24}" + "".join(f"{name:>13}" for name in COLUMNS[:-1]))
    for one in swept:
        cells = add([one]).cells[:-1]
        say(f"{one.scenario:<28}{named(one.liars):<24}" + "".join(f"{cell:>13}" for cell in cells))
    for one in swept:
        for case, outcome in one.shown:
            done = _done([(each.runbook, each.service) for each in outcome.executed])
            say(f"{'FORCED' if outcome.forced else 'STEERED'}  {case}  {done}  by {outcome.weights} of 1000")
    say("")
    for row in honest:
        say(
            f"{'WRONG ' if row.wrong else ''}{row.name}: must end {row.wanted}, ends {row.ended},"
            f" {_done(row.executed)}; weight {_of(row.weight) or '-'}, on 55214fc {_of(row.before) or '-'}"
        )
