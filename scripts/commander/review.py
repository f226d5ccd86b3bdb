"""`commander review`: what happened, what it cost, what went well and badly, in Markdown, from the log."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from scripts.commander.reached import Reached, StageOption, reach
from scripts.review.page import page
from scripts.review.reviewed import Reviewed
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.domain.errors import InvalidConfiguration


def review(
    incident: Annotated[str, typer.Argument(help="INC-…, or `latest`")],
    *,
    out: Annotated[Path | None, typer.Option("--out", help="write it there; else it is printed")] = None,
    stage: StageOption = "dev",
) -> None:
    """A post-incident review: timeline, money, votes, evidence, action and undo, follow-ups."""
    text = of_stage(reach(stage), incident)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidConfiguration(f"{out}: {error.strerror}; give a file that can be written") from error


def of_stage(reached: Reached, incident: str) -> str:
    """The review of a stage's incident, priced by the stage's services.

    Raises:
        IncidentNotFound: there is none.
        PortError: the catalogue cannot be read.
    """
    log = reached.events(reached.named(incident))
    services = DynamodbCatalogue(reached.client("dynamodb"), reached.outputs["StateTable"]).services()
    return page(Reviewed(log, services))
