"""A document that was in the account before gets roles like any other, and is itself left alone."""

from pathlib import Path

from scripts.synth import run_app
from tests.stacks.templates import Templates
from tests.stacks.undeclared import HOME


def test_an_adopted_document_gets_the_roles_and_no_document(tmp_path: Path) -> None:
    run_app("dev", tmp_path, lambda _line: None, ("-m", "tests.stacks.adopted_app"))
    templates = Templates(tmp_path)
    assert not list(templates.of("AWS::SSM::Document"))
    started = {on for action, on, _ in templates.roles["OurRestoreRole"] if action.endswith("Execution")}
    executions = HOME.ssm("automation-execution/*")
    assert started == {
        HOME.ssm("automation-definition/OurRestore:*"),
        HOME.ssm("document/OurRestore"),
        executions,
    }
