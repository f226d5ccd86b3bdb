"""The model of the protocol: its numbers, what it finds in broken rules, and the table of faulty sets."""

from collections.abc import Callable
from itertools import repeat

from rich.console import Console
from rich.table import Table as Sheet

from shared.domain.consensus import Choice, tally
from shared.domain.model import AgentName
from tests.model.agents import FAULTY
from tests.model.explore import SCOPES, all_starts, explore
from tests.model.faulty_sets import Cell, Table, mixtures, sets
from tests.model.linking import Linked, link
from tests.model.mutants import MUTANTS, hunt

Say = Callable[..., None]


def main() -> None:
    """Print everything; what is broken, with its trace."""
    say, linked = Console(width=150, highlight=False).print, link()
    say(_numbers(linked, say))
    say(_mutants())
    say(_faulty_sets(Table(linked)))
    _two_agents(say)


def _numbers(linked: Linked, say: Say) -> Sheet:
    sheet = Sheet("faulty agents", "crashes", "states", "transitions", "ends", "seconds", "broken")
    for faulty, crashes in SCOPES:
        one = explore(linked, all_starts((faulty,), crashes))
        for found in one.found.values():
            say(str(found), markup=False)
        cells = (
            faulty,
            crashes,
            one.states,
            one.transitions,
            one.ends,
            round(one.seconds, 1),
            len(one.found),
        )
        sheet.add_row(*(f"{cell:,}" for cell in cells))
    return sheet


def _mutants() -> Sheet:
    sheet = Sheet("broken rule", "what breaks", "found after", "states looked at")
    for mutant in MUTANTS:
        explored = hunt(mutant)
        found = explored.found[mutant.breaks]
        sheet.add_row(mutant.rule, found.what, f"{len(found.trace) - 1} steps", f"{explored.states:,}")
    return sheet


def _faulty_sets(table: Table) -> Sheet:
    sheet = Sheet("faulty", *FAULTY, "any mixture")
    for size in (1, 2, 3):
        for faulty in sets(size):
            alike = [_word(table.cell(faulty, tuple(repeat(how, size)))) for how in FAULTY]
            sheet.add_row(" + ".join(faulty), *alike, _mixed(table, faulty) if size < 3 else "")
    return sheet


def _mixed(table: Table, faulty: tuple[AgentName, ...]) -> str:
    cells = [table.cell(faulty, how) for how in mixtures(len(faulty))]
    forced, live = sum(cell.forced for cell in cells), sum(cell.live for cell in cells)
    return f"forced {forced}, live {live} of {len(cells)}"


def _word(cell: Cell) -> str:
    if cell.forced:
        return "FORCED"
    return "live" if cell.live else "human" if cell.dead else "either"


def _two_agents(say: Say) -> None:
    """The two agents of the design document, whose conflict ends with a human and a suggestion."""
    said = {AgentName.DIAGNOSIS: ("restart_service", 800), AgentName.PREDICTION: ("scale_up", 700)}
    choices = [Choice(agent=agent, choice=what, confidence=sure) for agent, (what, sure) in said.items()]
    result = tally(choices, ("restart_service", "scale_up"))
    for one in result.sums:
        say(f"{one.proposal}: {one.weight} of 1000, by {', '.join(one.approvers)}")
    say(f"decision: {result.kind.value}; winner: {result.winner}; escalated, suggesting {result.suggestion}")


if __name__ == "__main__":
    main()
