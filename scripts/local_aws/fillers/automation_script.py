"""The step aws:executeScript: a Python function over its payload, in a process that has no credentials.

On AWS a script in a document without a role runs without any permissions; its answer is `Payload`.
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from scripts.local_aws.fillers.ssm_fault import Fault

_AROUND = """
import json, sys
script, handler, payload = json.load(sys.stdin)
names = {}
exec(script, names)
answer = names[handler](payload, {})
print(json.dumps(answer))
"""
_SECONDS = 30


def run_script(inputs: dict[str, Any]) -> dict[str, Any]:
    """The outputs of the step. Raises Fault with the script's last words when it fails."""
    if not str(inputs["Runtime"]).startswith("python"):
        raise Fault("UnsupportedRuntime", f"{inputs['Runtime']} does not exist in the local AWS.")
    given = json.dumps([inputs["Script"], inputs["Handler"], inputs.get("InputPayload") or {}])
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _AROUND],
        input=given,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env={},
        check=False,
    )
    if ran.returncode:
        raise Fault("ScriptFailed", ran.stderr.strip()[-500:])
    return {"Payload": json.loads(ran.stdout.splitlines()[-1])}
