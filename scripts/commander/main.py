"""`commander`: the entry point. An expected failure is one line that says what to do, and exit code 2."""

import sys

import typer
from rich.console import Console

from scripts.commander import audit, demo, evaluate, explain, local, replay, services
from scripts.local_aws.deploy import DeploymentError
from scripts.local_aws.environment import ToolEnvironmentError
from scripts.local_aws.process import LocalAwsError
from scripts.synth import SynthesisError
from shared.domain.errors import CommanderError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Incident Commander: resolves cloud incidents by a vote, and can prove that it did so safely.",
)
app.add_typer(audit.app, name="audit")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(local.app, name="local")
app.add_typer(services.app, name="services")
app.command()(demo.demo)
app.command()(explain.explain)
app.command()(replay.replay)


@app.callback()
def commander() -> None:
    """Incident Commander."""


def run() -> None:
    """Run the command line."""
    try:
        app()
    except (CommanderError, DeploymentError, LocalAwsError, SynthesisError, ToolEnvironmentError) as error:
        Console(stderr=True, soft_wrap=True).print(f"commander: {error}", markup=False, highlight=False)
        sys.exit(2)
