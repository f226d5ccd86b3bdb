"""The command line, as a person types it."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDER = Path(sys.executable).with_name("commander")


def commander(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMANDER, *words], capture_output=True, text=True, timeout=60, check=False)


def test_an_unknown_command_says_so_and_exits_2():
    asked = commander("local", "sideways")
    assert asked.returncode == 2
    assert "sideways" in asked.stderr


def test_help_names_the_commands():
    asked = commander("--help")
    assert asked.returncode == 0
    assert "local" in asked.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file"),
        ("{", "Invalid JSON"),
        ('{"services": [{"name": "web"}]}', "services.0.application"),
        ('{"services": [{"name": "web", "application": "shop", "depends_on": ["nobody"]}]}', "nobody"),
        ('{"services": [{"name": "web", "application": "shop", "colour": "red"}]}', "services.0.colour"),
    ],
)
def test_a_wrong_catalogue_is_one_line_that_names_the_key(tmp_path, text, said):
    file = tmp_path / "services.json"
    if text is not None:
        file.write_text(text)
    asked = commander("services", "load", str(file))
    assert asked.returncode == 2
    [line] = asked.stderr.splitlines()
    assert said in line
