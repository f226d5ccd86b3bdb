"""Lint: every runbook is fit, and each way in which one is not is one sentence that says what to do."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.runbooks.lint import problems, unchecked
from scripts.runbooks.new import create
from shared.domain.errors import CommandRefused
from shared.domain.model import digest
from shared.domain.proposal import Proposal
from shared.domain.runbook import Adopted, Form, Grant, Parameter, Remedy, Reversibility, State
from shared.runbooks.catalogue import remedies
from shared.runbooks.clean_disk import REMEDY as CLEAN
from shared.runbooks.restore_parameter import REMEDY as RESTORE
from shared.runbooks.restore_parameter import RUNBOOK

DOCUMENT: Any = RUNBOOK.document
PUT = DOCUMENT["mainSteps"][0]
SSM = "arn:aws:ssm:{region}:{account}:parameter/"


@pytest.mark.parametrize("remedy", remedies().values(), ids=lambda one: one.runbook.id)
def test_every_runbook_is_fit(remedy: Remedy) -> None:
    assert problems(remedy) == []
    assert unchecked(remedy) == []


def of(remedy: Remedy, **changed: Any) -> list[str]:
    return problems(replace(remedy, runbook=remedy.runbook.model_copy(update=changed)))


def step(**inputs: Any) -> dict[str, Any]:
    """The document with other inputs of its one step; None takes one out."""
    given = {key: value for key, value in {**PUT["inputs"], **inputs}.items() if value is not None}
    return {**DOCUMENT, "mainSteps": [{**PUT, "inputs": given}]}


def observed(**changed: Any) -> tuple[Any, ...]:
    return (*RUNBOOK.observe[:-1], RUNBOOK.observe[-1].model_copy(update=changed))


def parameter(pattern: str) -> dict[str, Parameter]:
    return {**RUNBOOK.parameters, "Value": Parameter(pattern=pattern, description="any")}


def many(count: int) -> tuple[Grant, ...]:
    """More on other parameters than a session's policy can hold."""
    names = (f"{SSM}{'x' * 100}{number}" for number in range(count))
    return tuple(Grant(actions=("ssm:PutParameter",), resource=name, most=name) for name in names)


SCRIPT = {"Runtime": "python3.11", "Handler": "handler", "Script": "print('{{ Value }}')"}
RUN = {"name": "Act", "action": "aws:executeScript", "inputs": SCRIPT}
SHELL = {"name": "run", "action": "aws:runShellScript", "inputs": {"runCommand": ["rm {{ Path }}"]}}
SEND = {
    "DocumentName": "AWS-RunShellScript",
    "InstanceIds": ["{{ InstanceId }}"],
    "Parameters": {"commands": ["{{ InstanceId }}"]},
}
SENT: Any = {"name": "Act", "action": "aws:runCommand", "inputs": SEND}
CLEANING: Any = CLEAN.runbook.document
SENDING = {**CLEANING, "mainSteps": [SENT]}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"id": "Restore"}, "id: 'Restore' is not lower case words"),
        ({"id": "restore"}, "id: its file must be restore.py"),
        ({"id": "restore-this-parameter-or-that-one"}, "id: choose a shorter one: the role commander-"),
        ({"parameters": {}}, "document: it takes ['Name', 'Value'], declared are []"),
        ({"parameters": parameter("[0-9]+")}, "parameter Value: the document's allowedPattern is not that"),
        ({"parameters": parameter(".+")}, "parameter Value: its pattern takes {{x}}"),
        ({"parameters": parameter("(?=a)b")}, "target_pattern and parameters: no example can be made of"),
        ({"parameters": parameter("[")}, "target_pattern and parameters: '[' is no regular expression"),
        ({"form": Form.ROLE}, "document: it has an assumeRole in the role form"),
        ({"document": step(Api="PutParameters")}, "step PutParameter: AWS knows no ssm PutParameters"),
        ({"document": step(Colour="red")}, "step PutParameter: PutParameter takes no Colour"),
        ({"document": step(Name=None)}, "step PutParameter: PutParameter needs Name"),
        ({"document": step(Overwrite="yes")}, "PutParameter: Invalid type for parameter Overwrite"),
        ({"document": step(Value="{{ Other }}")}, "step PutParameter: {{ Other }} is no parameter"),
        ({"document": {**DOCUMENT, "mainSteps": [PUT, PUT]}}, "document: each step needs a name of its own"),
        ({"document": {**DOCUMENT, "mainSteps": [RUN]}}, "step Act: a value is written into its script"),
        (
            {"document": {**DOCUMENT, "mainSteps": [{**PUT, "action": "aws:createStack"}]}},
            "step PutParameter: nobody knows which rights aws:createStack needs",
        ),
        ({"actions": ("ssm:DeleteParameter",)}, "actions: the document needs ssm:PutParameter: declare it"),
        (
            {"actions": ("ssm:PutParameter", "ssm:DeleteParameter")},
            "actions: nothing in the document needs ssm:DeleteParameter",
        ),
        ({"also": many(5)}, "actions: declare less: the session policy for arn:aws:ssm:"),
        ({"target_arn": f"{SSM}shop/*"}, "target_arn: arn:aws:ssm:"),
        ({"observe": observed(api="GetParameterz")}, "observation value: AWS knows no ssm GetParameterz"),
        ({"observe": observed(arguments={"Nam": "{Name}"})}, "observation value: GetParameter takes no Nam"),
        ({"observe": observed(arguments={"Name": "{Path}"})}, "observation value: {Path} is no group"),
        ({"observe": observed(action="ssm:GetParameters")}, "observation value: its action is ssm:GetPara"),
        ({"observe": observed(select="a[")}, "observation value: select is no JMESPath"),
        ({"observe": RUNBOOK.observe[:1]}, "effect: value is no observation"),
        ({"inverse": None}, "reversibility: reversible has an inverse"),
        ({"inverse": "restore-everything"}, "inverse: there is no runbook restore-everything"),
        ({"reversibility": Reversibility.TRANSIENT}, "reversibility: transient has no inverse"),
    ],
)
def test_what_is_wrong_is_said(changed: dict[str, Any], sentence: str) -> None:
    found = of(RESTORE, **changed)
    assert [text for text in found if sentence in text], found


def test_compare_and_undo_agree_with_the_declaration() -> None:
    def nothing(_done: Proposal, _before: State) -> None:
        """There is nothing to put back."""

    assert problems(replace(RESTORE, compare=("size",))) == ["compare: size is no observation"]
    assert problems(replace(RESTORE, compare=()))[0].startswith("compare: name the observations")
    assert problems(replace(RESTORE, undo=nothing))[0].startswith("undo: it returns None")
    assert of(CLEAN, expires_seconds=60) == [
        "expires_seconds: what has no inverse cannot be undone after a time"
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"command": {"mainSteps": [SHELL]}}, "command: step run writes a value into its shell script"),
        ({"command": {"parameters": {"Path": {}}, "mainSteps": []}}, "command: it takes parameters"),
        ({"document": SENDING}, "step Act: it sends AWS-RunShellScript, not its own `command`"),
        ({"document": SENDING}, "step Act: Parameters reach a shell"),
    ],
)
def test_no_value_reaches_a_shell(changed: dict[str, Any], sentence: str) -> None:
    assert [text for text in of(CLEAN, **changed) if text.startswith(sentence)]


def test_of_an_adopted_document_it_says_what_cannot_be_checked() -> None:
    document = Adopted(name="OurRestore", version="7", sha256=digest(DOCUMENT))
    adopted = replace(RESTORE, runbook=RUNBOOK.model_copy(update={"document": document}))
    assert problems(adopted) == []
    [said] = unchecked(adopted)
    assert said.startswith("what OurRestore does is not known here")


def loaded(path: Path) -> Remedy:
    spec = importlib.util.spec_from_file_location("new_runbook", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.REMEDY
    assert isinstance(found, Remedy)
    return found


def test_a_new_runbook_is_unfit_until_it_is_filled_in(tmp_path: Path) -> None:
    for folder in ("shared/runbooks", "scripts/runbooks/samples", "tests/unit"):
        (tmp_path / folder).mkdir(parents=True)
    made, *others = create("drain-pool", tmp_path)
    assert [path.name for path in (made, *others)] == [
        "drain_pool.py", "drain_pool.py", "test_runbook_drain_pool.py",
    ]  # fmt: skip
    remedy = loaded(made)
    found = problems(remedy)
    unfinished = [text for text in found if ": fill in " in text]
    assert {text.split(":")[0] for text in unfinished} == {
        str(path.relative_to(tmp_path)) for path in (made, *others)
    }
    assert set(found) - set(unfinished) == {
        "add scripts/runbooks/samples/drain_pool.py, which makes a target for it",
        "inverse: there is no runbook drain-pool",
    }
    with pytest.raises(CommandRefused, match=r"drain-pool is there already: drain_pool\.py"):
        create("drain-pool", tmp_path)


@pytest.mark.parametrize("id_", ["Drain", "drain_pool", "../drain", "catalogue-drain", "restart-service"])
def test_an_id_that_is_none_or_taken_writes_nothing(tmp_path: Path, id_: str) -> None:
    with pytest.raises(CommandRefused):
        create(id_, tmp_path)
    assert list(tmp_path.iterdir()) == []


def commander(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(application(words), list(words))
    return done.exit_code, done.stdout


def test_the_commands_list_and_lint() -> None:
    code, said = commander("runbook", "list", "--json")
    assert (code, [row["id"] for row in json.loads(said)]) == (0, list(remedies()))
    assert all(
        line.startswith(id_)
        for id_, line in zip(remedies(), commander("runbook", "list")[1].splitlines(), strict=True)
    )
    assert commander("runbook", "lint", "restart-service") == (0, "nothing wrong\n")
