"""The command line, as a person types it."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.commander.services import read
from shared.domain.errors import InvalidConfiguration

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
        ("{", "Invalid JSON"),
        ('{"services": [{"name": "web"}]}', "services.0.application"),
        ('{"services": [{"name": "web", "application": "shop", "depends_on": ["nobody"]}]}', "nobody"),
        ('{"services": [{"name": "web", "application": "shop", "colour": "red"}]}', "services.0.colour"),
    ],
)
def test_a_wrong_catalogue_is_refused_by_the_key(tmp_path, text, said):
    file = tmp_path / "services.json"
    file.write_text(text)
    with pytest.raises(InvalidConfiguration, match=said):
        read(file)


def test_a_refusal_is_one_line_and_exit_code_2(tmp_path):
    asked = commander("services", "load", str(tmp_path / "nothing.json"))
    assert asked.returncode == 2
    [line] = asked.stderr.splitlines()
    assert "No such file" in line
