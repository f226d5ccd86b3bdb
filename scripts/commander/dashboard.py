"""`commander dashboard`: a page of the stage's incidents on this machine, for this person."""

import json
from typing import Annotated

import typer

from scripts.commander.asked import As, identity
from scripts.commander.reached import StageOption, reach
from scripts.dashboard.loopback import Loopback
from scripts.dashboard.stage import openapi as document
from scripts.dashboard.stage import stage_app
from scripts.operator_log import CLOCK
from scripts.terminal import Console
from shared.domain.clearance import Caller, Clearance
from shared.domain.errors import InvalidConfiguration
from shared.domain.identity import Identity, Where

PORT = 8420


def dashboard(
    *,
    stage: StageOption = "dev",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0: any that is free")] = PORT,
    role: Annotated[
        Clearance | None, typer.Option("--role", help="less than what the directory gives you")
    ] = None,
    who: As = "",
    openapi: Annotated[bool, typer.Option("--openapi", help="print the API's document, and end")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="the URL and the token, for machines")] = False,
) -> None:
    """Serve the dashboard on 127.0.0.1 until Ctrl-C, with your own AWS credentials; opens no browser."""
    console = Console(soft_wrap=True)
    if openapi:
        console.print(document(), markup=False, highlight=False)
        return
    reached = reach(stage)
    caller = caller_of(identity(reached, stage, who), role)
    server = _listening(Loopback, stage_app(reached, stage), caller, port)
    shown = {"url": server.origin, "token": server.token, "stage": stage, "identity": caller.id}
    console.print(json.dumps(shown) if as_json else server.url, markup=False, highlight=False)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def caller_of(who: Identity, role: Clearance | None) -> Caller:
    """Whom the token stands for.

    Raises:
        InvalidConfiguration: somebody whom neither AWS nor the stage `local` knows.
    """
    match who.where:
        case Where.AWS:
            return Caller(where="aws", id=who.id, name=who.name, claimed=role)
        case Where.LOCAL:
            return Caller(where="local", id=who.id, name=who.name, claimed=role)
    raise InvalidConfiguration(f"{who.where} does not vouch for a command line")


def _listening(make: type[Loopback], app: object, caller: Caller, port: int) -> Loopback:
    """The server.

    Raises:
        InvalidConfiguration: the port is taken.
    """
    try:
        return make(app, caller, port, CLOCK.now)  # type: ignore[arg-type]
    except OSError as error:
        raise InvalidConfiguration(f"port {port}: {error.strerror}; --port 0 takes a free one") from error
