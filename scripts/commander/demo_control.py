"""`commander demo-control`: the running demo in one's hands, where the stage says `demo: true`."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import typer

from scripts.commander.asked import As, Incident, identity
from scripts.commander.reached import Reached, reach
from scripts.operator_log import CLOCK, OperatorLog
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_open_incidents import DynamodbOpenIncidents
from shared.adapters.aws.dynamodb_patient_line import DynamodbPatientLine
from shared.adapters.aws.dynamodb_raw_log import DynamodbRawLog
from shared.domain.money import so_far
from shared.domain.severity import Severity
from shared.ports.patient_line import Choice
from shared.views.realtime import RealTime
from shared.workflow.demo_control import NO_PATIENT, PAUSED, DemoControl, DemoStatus

app = typer.Typer(
    no_args_is_help=True, help="Control the running demo: scenarios, faults, severity, pause, reset."
)
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
OnStage = Annotated[str, typer.Option("--stage", help="one whose configuration says `demo: true`")]
Why = Annotated[str, typer.Option("--reason", help="people are told it")]


@app.command()
def start(
    scenario: Annotated[str, typer.Argument(help="as `status` lists them")],
    *,
    stage: OnStage = "local",
    who: As = "",
) -> None:
    """Let the healthy patient fall ill as a scenario says."""
    _say(control(reach(stage), stage, who).start(scenario))


@app.command()
def inject(
    fault: Annotated[str, typer.Argument(help="as `status` lists them")],
    *,
    stage: OnStage = "local",
    who: As = "",
) -> None:
    """Break one thing, whatever the patient has already."""
    _say(control(reach(stage), stage, who).inject(fault))


@app.command()
def severity(
    incident: Incident,
    level: Annotated[Severity, typer.Argument(help="how grave it is")],
    *,
    reason: Why = "the demo asks for it",
    stage: OnStage = "local",
    who: As = "",
) -> None:
    """Grade a running incident, as `commander severity` does."""
    reached = reach(stage)
    incident = reached.incident(incident)
    graded = control(reached, stage, who).severity(incident, level, reason)
    _say(f"{incident}: it is {graded.severity}")


@app.command()
def pause(*, stage: OnStage = "local", who: As = "") -> None:
    """Stop the patient's clock; an incident that runs goes on."""
    _say(control(reach(stage), stage, who).pause())


@app.command()
def resume(*, stage: OnStage = "local", who: As = "") -> None:
    """Let the patient's clock run again."""
    _say(control(reach(stage), stage, who).resume())


@app.command()
def reset(*, stage: OnStage = "local", who: As = "", as_json: Json = False) -> None:
    """Take open incidents over, so that they end, and put the patient back to health."""
    if not as_json:
        Console(stderr=True).print(
            "open incidents are taken over, and end by themselves; then the patient is healed"
        )
    done = control(reach(stage), stage, who).reset()
    if as_json:
        _say(done.model_dump_json(indent=2))
        return
    _say(done.said)
    for ids, what in ((done.closed, "is closed"), (done.open, "ends later: what it runs is not cut off")):
        for one in ids:
            _say(f"{one} {what}")


@app.command()
def status(*, stage: OnStage = "local", who: As = "", as_json: Json = False) -> None:
    """The patient, what it can be given, and the clocks of every open incident."""
    shown = control(reach(stage), stage, who).status()
    if as_json:
        _say(shown.model_dump_json(indent=2))
        return
    for line in _lines(shown):
        _say(line)


def control(reached: Reached, stage: str, who: str = "") -> DemoControl:
    """The demo of a deployed stage, in the hands of the caller.

    Raises:
        InvalidConfiguration: another name than the caller's own on a stage where identities are real.
    """
    log, dynamodb, state = OperatorLog(reached), reached.client("dynamodb"), reached.outputs["StateTable"]
    return DemoControl(
        stage=stage,
        allowed=reached.outputs.get("Demo") == "on",
        line=DynamodbPatientLine(dynamodb),
        store=log.store(),
        distrust=log.distrust,
        open_incidents=DynamodbOpenIncidents(dynamodb, state, CLOCK),
        incident_ids=DynamodbRawLog(dynamodb, reached.outputs["EventsTable"]).incident_ids,
        catalogue=DynamodbCatalogue(dynamodb, state),
        clock=CLOCK,
        wait=time.sleep,
        by=identity(reached, stage, who).id,
    )


def _lines(shown: DemoStatus) -> list[str]:
    patient = shown.patient
    if patient is None:
        return [NO_PATIENT]
    ill = patient.scenario or ", ".join(patient.faults) or "nothing"
    feels = patient.pulse or "it has not measured anything yet"
    return [
        f"the patient has {ill}: {feels}" if patient.serving else PAUSED,
        *(_clocks(one) for one in shown.incidents),
        *([] if shown.incidents else ["no incident is open"]),
        f"scenarios: {_names(patient.scenarios)}",
        f"faults: {_names(patient.known_faults)}",
        f"as of {datetime.now(UTC):%H:%M:%S} UTC",
    ]


def _clocks(one: RealTime) -> str:
    left, money = one.mttr_countdown, one.cost_accumulation
    time_left = (
        f"{left.remaining_seconds:.0f} s left"
        if left.remaining_seconds >= 0
        else (f"{-left.remaining_seconds:.0f} s over")
    )
    sure = ", ".join(
        f"{agent} {'?' if score is None else f'{score / 10:.0f} %'}"
        for agent, score in one.agent_confidence_scores.items()
    )
    priced = money.business_usd is not None
    usd, rate = Decimal(money.business_usd or 0), Decimal(money.usd_per_minute or 0)
    cost = so_far(usd, rate, Decimal(0)) if priced else "its price is not known"
    told = f"{time_left} of {left.target_seconds} s; {cost}; {sure}"
    return f"{one.incident_id} ({one.severity}): {told}"


def _names(choices: tuple[Choice, ...]) -> str:
    return ", ".join(one.name for one in choices)


def _say(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
