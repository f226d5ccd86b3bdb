"""The command line, as a person types it."""

import subprocess
import sys
from pathlib import Path

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
