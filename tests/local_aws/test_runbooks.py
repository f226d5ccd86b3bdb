"""Every runbook, for real: it fits its sample, runs with just its grants, shows its effect, and is undone."""

import pytest
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.local_aws.process import LocalAws
from scripts.runbooks.attempt import attempt
from scripts.runbooks.samples import samples
from shared.domain.errors import CommandRefused
from shared.domain.runbook import Reversibility
from shared.runbooks.catalogue import remedies

pytestmark = pytest.mark.local_aws


@pytest.mark.parametrize("runbook", sorted(remedies()))
def test_it_does_what_it_says_and_is_undone(aws: LocalAws, runbook: str) -> None:
    if samples()[runbook].why_not:
        pytest.skip(samples()[runbook].why_not)
    told: list[str] = []
    attempt(aws, runbook, told.append)
    reversible = remedies()[runbook].runbook.reversibility is Reversibility.REVERSIBLE
    assert told[-1].startswith("undone: " if reversible else "nothing to undo: ")


def test_what_cannot_be_tried_says_why(aws: LocalAws) -> None:
    with pytest.raises(
        CommandRefused, match="clean-disk cannot be tried in the local AWS: instances have no"
    ):
        attempt(aws, "clean-disk", lambda _line: None)
    with pytest.raises(CommandRefused, match="there is no runbook reboot-everything"):
        attempt(aws, "reboot-everything", lambda _line: None)


def test_every_sample_is_of_a_runbook() -> None:
    assert samples().keys() == remedies().keys()


def test_the_command_tells_each_step_and_leaves_nothing() -> None:
    done = CliRunner().invoke(application(["runbook"]), ["runbook", "try", "restore-parameter"])
    assert done.exit_code == 0
    deployed, made, holds, changes, ran, undone, clean = done.stdout.splitlines()[-7:]
    assert deployed.startswith("deployed commander-")
    assert made.startswith("made arn:aws:ssm:")
    assert "20 became 2" in holds
    assert (changes, undone, clean) == (
        "  will change value: 2 → 20",
        "undone: value as before",
        "cleaned up",
    )
    assert ran.startswith("ran, with credentials for this target only")
