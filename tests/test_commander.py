"""The command line, as a person types it."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.commander.dashboard import caller_of
from scripts.commander.main import run
from scripts.commander.services import read
from shared.domain.clearance import Caller, Clearance
from shared.domain.errors import InvalidConfiguration
from shared.domain.identity import Identity, Where
from tests.people_sample import PEOPLE


def commander(*words: str) -> subprocess.CompletedProcess[str]:
    """The entry point, called as the installed script calls it, in this process."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["commander", *words]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.argv = before
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def test_the_installed_script_names_the_commands():
    script = Path(sys.executable).with_name("commander")
    asked = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert asked.returncode == 0
    assert "local" in asked.stdout


def test_an_unknown_command_says_so_and_exits_2():
    asked = commander("local", "sideways")
    assert asked.returncode == 2
    assert "sideways" in asked.stderr


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


def test_a_directory_is_checked_by_itself_and_what_is_wrong_is_one_line(tmp_path):
    file = tmp_path / "people.json"
    file.write_text(PEOPLE.model_dump_json())
    checked = commander("people", "check", str(file), "--json")
    assert (checked.returncode, json.loads(checked.stdout)["people"]) == (0, 5)
    file.write_text(file.read_text().replace("Europe/Berlin", "Europe/Ham\u202eburg"))
    asked = commander("people", "check", str(file))
    assert asked.returncode == 2
    [line] = asked.stderr.splitlines()
    assert "people.ada.time_zone: no zone" in line


@pytest.mark.parametrize(
    ("text", "said"), [("{", "the file"), ('{"people": [{"id": "A b"}]}', "people.0.id")]
)
def test_a_file_that_is_no_directory_is_refused_by_the_key(tmp_path, text, said):
    file = tmp_path / "people.json"
    file.write_text(text)
    asked = commander("people", "check", str(file))
    assert asked.returncode == 2
    assert said in asked.stderr


def test_the_dashboards_document_is_printed_without_any_stage():
    asked = commander("dashboard", "--openapi")
    assert asked.returncode == 0
    document = json.loads(asked.stdout)
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/changes" in document["paths"]


def test_a_role_that_there_is_not_is_refused():
    asked = commander("dashboard", "--role", "king")
    assert asked.returncode == 2
    assert "king" in asked.stderr


def test_the_dashboards_token_stands_for_who_aws_says_or_who_is_named_on_the_stage_local():
    arn = Identity(where=Where.AWS, id="arn:aws:iam::000000000000:user/ada")
    assert caller_of(arn, None) == Caller(where="aws", id=arn.id)
    ada = Identity(where=Where.LOCAL, id="ada")
    viewer = Caller(where="local", id="ada", claimed=Clearance.VIEWER)
    assert caller_of(ada, Clearance.VIEWER) == viewer
