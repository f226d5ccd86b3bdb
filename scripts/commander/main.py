"""`commander`: the entry point. An expected failure is one line that says what to do, and exit code 2."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from scripts.commander.failures import OUTSIDE, line
from scripts.terminal import Console

COMMANDS = (
    "acknowledge",
    "approve",
    "audit",
    "dashboard",
    "dead_letters",
    "demo",
    "demo_control",
    "deny",
    "dismissed",
    "doctor",
    "evaluate",
    "explain",
    "hand_on",
    "incidents",
    "local",
    "note",
    "people",
    "policy",
    "reopen",
    "replay",
    "resolve",
    "review",
    "runbook",
    "services",
    "severity",
    "shadow",
    "take",
    "take_over",
    "views",
)
"""Each is a module beside this one: a group if it has an `app`, else a command of its own name."""


def application(words: Sequence[str]) -> typer.Typer:
    """The command line; of a command that is named only its own module is imported: it starts faster."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Incident Commander: resolves cloud incidents by a vote, and can prove that it did so safely.",
    )
    app.callback()(commander)
    named = words[0].replace("-", "_") if words else ""
    for name in (named,) if named in COMMANDS else COMMANDS:
        module = import_module(f"scripts.commander.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name.replace("_", "-"))
        else:
            app.command()(getattr(module, name))
    return app


def commander() -> None:
    """Incident Commander."""


def run() -> None:
    """Run the command line."""
    try:
        application(sys.argv[1:])()
    except OUTSIDE as error:
        Console(stderr=True, soft_wrap=True).print(f"commander: {line(error)}", markup=False, highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    run()
