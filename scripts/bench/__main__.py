"""`python -m scripts.bench`: a table on the terminal, or one JSON object with --json."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.table import Table

from scripts.bench import answers
from scripts.bench.counting import counting
from scripts.bench.incident import Measured, measured
from scripts.bench.judgement import judgement
from scripts.bench.rates import Rate, appending, folding, loading
from scripts.bench.stores import Stores, in_local_aws, in_memory
from scripts.bench.writers import Contest, contest
from scripts.local_aws.process import LocalAws
from scripts.terminal import Console
from shared.ports.log_reader import LogReader
from shared.ports.views import Views

WRITERS, APPENDS = 64, 2_000
ALONE = {"memory": 2_000, "local AWS": 500}
"""Appends by one writer."""
LONG = 1_000
"""Events of an incident."""
OPEN = 5_000
"""Incidents of which the dashboard's answers are measured."""
Row = tuple[str, str, str, dict[str, Any]]
"""What was measured, the figure, what it was counted over, and all of it for JSON."""


@dataclass(frozen=True)
class Bench:
    """The measurements, in the order in which they are shown."""

    appends: int

    def rows(self) -> Iterator[Row]:
        """Each as soon as it is there."""
        yield from self._store(in_memory())
        yield self._tally()
        yield self._policy()
        with LocalAws() as aws:
            incident = measured(aws)
            yield from self._incident(incident)
            yield from self._store(in_local_aws(aws))
            for place in (answers.in_memory(), answers.in_local_aws(aws)):
                yield from self._answers(place, incident)

    def _store(self, stores: Stores) -> Iterator[Row]:
        written, replayed = appending(stores, ALONE[stores.name])
        yield _rate(f"{stores.name}: appends, one writer", "appends", written)
        yield _rate(f"{stores.name}: read and replay of that log", "events", replayed)
        first, again = loading(stores, LONG)
        figure, plain = f"{1e3 * first:.0f} ms; again {1e3 * again:.0f} ms", {"first": first, "again": again}
        yield f"{stores.name}: load of a long incident", figure, f"{LONG} events", plain
        incident_id, logs = stores.incident(WRITERS)
        yield _contest(stores.name, contest(logs, incident_id, self.appends))

    def _answers(self, place: tuple[str, Views, LogReader], found: Measured) -> Iterator[Row]:
        name, views, log = place
        unfinished = [one for one in found.events if one.type not in ("IncidentClosed", "HandedToPeople")]
        for one in answers.answering(views, log, unfinished, OPEN):
            figure = f"{one.milliseconds:.1f} ms, {one.size / 1000:.0f} kB"
            over = f"{OPEN} open incidents, the median of {answers.ASKED}"
            yield f"{name}: {one.what}", figure, over, asdict(one)

    def _tally(self) -> Row:
        found = counting(domain_tallies=5_000, jsonata_tallies=100)
        counts = f"{found.domain_tallies} tallies, {found.jsonata_tallies} in JSONata"
        figure = (
            f"{found.domain_us:.1f} µs; JSONata {found.jsonata_us:.0f} µs, {found.ratio:.0f} times as long"
        )
        return (
            "tally, domain and state machine",
            figure,
            f"{counts}; 4 ballots, 5 candidates",
            asdict(found) | {"ratio": found.ratio},
        )

    def _policy(self) -> Row:
        found = judgement(decisions=5_000)
        figure = f"{found.decide_us:.0f} µs; {found.rules} rules parsed in {found.parse_ms:.0f} ms"
        over = ", ".join(f"{count} {outcome}" for outcome, count in found.outcomes.items())
        return "policy, one decision", figure, f"{found.decisions} decisions: {over}", asdict(found)

    def _incident(self, found: Measured) -> Iterator[Row]:
        waited = found.ballot_to_decision
        shown = "nothing was decided" if waited is None else f"{waited:.2f} s"
        plain = {"seconds": waited, "ballots": found.ballots, "outcome": found.outcome}
        yield "local AWS: last ballot to decision", shown, f"{found.ballots} ballots, {found.outcome}", plain
        if found.automation is not None:
            steps = {"before": found.steps_before, "automation": found.automation, "after": found.steps_after}
            own = f"{found.steps_before:.2f} s before and {found.steps_after:.2f} s after it"
            yield "local AWS: our steps around an automation", own, f"1, of {found.automation:.2f} s", steps
        cost = f"{found.transitions} transitions, ${found.usd:.5f}"
        plain = {"transitions": found.transitions, "retries": found.retries, "usd": found.usd}
        yield "local AWS: state machine of an incident", cost, f"1 incident, {found.retries} retries", plain
        yield _rate(
            f"replay of that incident, {len(found.events)} events", "events", folding(found.events, 200)
        )


def _rate(what: str, unit: str, rate: Rate) -> Row:
    over = f"{rate.count} {unit} in {rate.seconds:.3f} s"
    return what, f"{rate.a_second:,.0f} {unit} a second", over, rate.plain()


def _contest(name: str, found: Contest) -> Row:
    figure = f"{found.gaps} gaps, {found.forks} forks, {found.lost} lost"
    over = (
        f"{found.appends} appends in {found.seconds:.1f} s, {found.conflicts} conflicts,"
        f" at most {found.most_retries} retries of one"
    )
    return f"{name}: {found.writers} writers on one incident", figure, over, asdict(found)


def bench(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
    appends: Annotated[int, typer.Option(min=WRITERS, help="of the 64 writers together")] = APPENDS,
) -> None:
    """Measure the log and the vote on this machine. Takes about two minutes."""
    console, found = Console(stderr=True, soft_wrap=True), {}
    table = Table("", "measured", "over", title="Incident Commander, on this machine")
    for what, figure, over, plain in Bench(appends).rows():
        console.print(f"{what}: {figure} ({over})", style="dim", highlight=False)
        table.add_row(what, figure, over)
        found[what] = plain
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        Console().print(table)


if __name__ == "__main__":
    typer.run(bench)
