"""What the commands of an answer share: who says it, about what, how that is shown, and what came of it."""

import json
from datetime import datetime
from typing import Annotated

import typer

from scripts.commander.reached import Reached
from scripts.terminal import Console
from shared.domain.errors import CommandRefused, InvalidConfiguration
from shared.domain.facts import ApprovalRequested
from shared.domain.identity import Identity, Where
from shared.domain.incident import Incident as State
from shared.workflow.said import Said

Incident = Annotated[str, typer.Argument(help="an incident's id, or `latest`")]
Reason = Annotated[str, typer.Option("--reason", help="for whoever asks later")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
As = Annotated[str, typer.Option("--as", help="another name, on the stage `local` only")]


def identity(reached: Reached, stage: str, who: str) -> Identity:
    """Who says it: the ARN that AWS knows the caller by.

    Raises:
        InvalidConfiguration: another name on a stage where identities are real.
    """
    if not who:
        return Identity(where=Where.AWS, id=str(reached.client("sts").get_caller_identity()["Arn"]))
    if stage != "local":
        raise InvalidConfiguration("--as is for the stage local: elsewhere you are who your credentials say")
    return Identity(where=Where.LOCAL, id=who)


def told(said: Said) -> None:
    """Print what came of it.

    Raises:
        CommandRefused: it is not as they said; the sentence says why.
    """
    if not said.ok:
        raise CommandRefused(said.text)
    Console(soft_wrap=True).print(said.text, markup=False, highlight=False)


def shown(said: Said, *, as_json: bool) -> None:
    """Print what came of it, and for machines how the incident is then.

    Raises:
        CommandRefused: it is not as they said; the sentence says why.
    """
    state = said.incident
    if not as_json or not said.ok or state is None:
        told(said)
        return
    now = {"incident": state.id, "outcome": said.outcome.value, "said": said.text, "by": said.by}
    now |= {"status": state.status.value, "owner": state.owner, "team": state.team}
    Console(soft_wrap=True).print(json.dumps(now), markup=False, highlight=False)


def moment(option: str, text: str) -> datetime | None:
    """A time as somebody typed it; None: nothing was.

    Raises:
        CommandRefused: it is none, or has no zone.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandRefused(f"{option} {text}: {error}") from error
    if found.tzinfo is None:
        raise CommandRefused(f"{option} {text}: say the zone too, as in 2026-03-02T12:30:00+01:00")
    return found


def asked_of(state: State) -> ApprovalRequested:
    """What people are asked now.

    Raises:
        CommandRefused: nothing is; the sentence says what became of the last request.
    """
    approval = state.approval
    if approval is None:
        raise CommandRefused(f"{state.id}: nothing waits for approval; it is {state.status.value}")
    if not approval.open:
        ended = approval.ended or f"granted by {', '.join(approval.by)}"
        raise CommandRefused(f"{state.id}: nothing waits for approval; the last request was {ended}")
    return approval.asked


def described(asked: ApprovalRequested, state: State) -> str:
    """Everything that one has to know, in lines."""
    proposal = asked.proposal
    parameters = ", ".join(f"{name}={value}" for name, value in proposal.parameters.items())
    already = state.approval.by if state.approval else ()
    lines = (
        ("incident", f"{state.id}: {state.opened.summary}"),
        ("remedy", f"{proposal.runbook} v{proposal.version} on {proposal.target}"),
        ("parameters", parameters or "none"),
        ("changes", "; ".join(asked.preview) or "nothing that is configured"),
        ("may touch", ", ".join(asked.blast_radius)),
        ("undo", asked.undo),
        ("waiting costs", f"{asked.cost_per_minute} USD a minute"),
        ("needed", f"{asked.needed} ({asked.role}); so far: {', '.join(already) or 'nobody'}"),
        ("because", "; ".join(asked.reasons)),
        ("expires", f"{asked.expires_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("digest", proposal.digest),
    )
    return "\n".join(f"{name:>14}  {value}" for name, value in lines)
