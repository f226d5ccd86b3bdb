"""The README says what is there."""

import json
import re

import pytest
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.pictures import graph
from scripts.synth import REPOSITORY
from shared.domain.directory import Directory
from shared.runbooks.catalogue import remedies

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_graph_is_the_state_machines():
    assert graph() in README


def test_the_stages_are_those_of_cdk_json():
    stages = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))["context"]["stages"]
    for key in ("autonomy", "watch_seconds", "vote_seconds"):
        [row] = re.findall(rf"^\| `{key}` \| (\S+) \| (\S+) \|", README, flags=re.MULTILINE)
        assert row == (str(stages["dev"][key]), str(stages["local"][key]))


@pytest.mark.parametrize("name", sorted(set(re.findall(r"(?:bin/|`)commander ([a-z-]+)", README))))
def test_every_command_that_is_named_is_there(name):
    assert CliRunner().invoke(application([name]), [name, "--help"]).exit_code == 0


@pytest.mark.parametrize("remedy", remedies().values(), ids=lambda one: one.runbook.id)
def test_the_page_of_runbooks_says_what_each_declares(remedy):
    book = remedy.runbook
    back = str(book.reversibility) + (
        f", for {book.expires_seconds // 60} min" if book.expires_seconds else ""
    )
    row = f"| `{book.id}` | `{book.resource}` | {book.title} | {back} | {book.risk} | "
    assert row in (REPOSITORY / "docs" / "runbooks.md").read_text(encoding="utf-8")


def test_the_example_of_a_directory_is_valid():
    [block] = re.findall(r"```json\n(\{\"people\".*?)```", README, flags=re.DOTALL)
    shown = Directory.model_validate_json(block).validated()
    assert [len(shown.people), len(shown.teams[0].levels)] == [3, 2]
