"""The tool environment: a virtual environment of ministack's own, built once and reused.

ministack pins its own botocore, so it never shares an environment with the project.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from shared.domain.errors import CommanderError

REPOSITORY = Path(__file__).resolve().parents[2]
STATE_FOLDER = REPOSITORY / ".local-aws"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_STAMP = "requirements.sha256"

Progress = Callable[[str], None]


class ToolEnvironmentError(CommanderError):
    """The tool environment could not be built; the message carries the installer's last lines."""


def ensure(on_progress: Progress = print) -> Path:
    """Return the tool environment's folder, building it when it is absent or out of date.

    The build happens in a folder beside it and is renamed into place, so an interrupted install leaves
    nothing that a later call would trust.
    """
    target = STATE_FOLDER / "venv"
    key = _key()
    if _is_current(target, key):
        return target
    on_progress(f"building the local AWS environment in {target} (once)")
    building = STATE_FOLDER / f"venv.{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    building.parent.mkdir(parents=True, exist_ok=True)
    try:
        _install(building)
        (building / _STAMP).write_text(key)
        _swap(building, target, key)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    on_progress("local AWS environment ready")
    return target


def interpreter(environment: Path) -> Path:
    """The Python of a tool environment."""
    return environment / "bin" / "python"


def _key() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    return hashlib.sha256(REQUIREMENTS.read_bytes() + version.encode()).hexdigest()


def _is_current(target: Path, key: str) -> bool:
    stamp = target / _STAMP
    return stamp.is_file() and stamp.read_text() == key and interpreter(target).exists()


def _swap(building: Path, target: Path, key: str) -> None:
    if _is_current(target, key):  # another process was faster
        return
    retired = STATE_FOLDER / f"venv.old.{os.getpid()}"
    if target.exists():
        target.rename(retired)
    building.rename(target)
    shutil.rmtree(retired, ignore_errors=True)


def _install(building: Path) -> None:
    uv = _uv()
    # A relocatable environment survives the rename; only `python -m` is ever run from it.
    _run([*uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, str(building)])
    install = ["pip", "install", "--quiet", "--python", str(interpreter(building)), "-r", str(REQUIREMENTS)]
    _run([*uv, *install])


def _uv() -> list[str]:
    candidates = [
        os.environ.get("UV"),
        str(Path(sys.executable).with_name("uv")),
        str(REPOSITORY / ".tools" / "bin" / "uv"),
        shutil.which("uv"),
    ]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return [candidate]
    return [sys.executable, "-m", "uv"]


def _run(command: list[str]) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        tail = "\n".join((finished.stderr or finished.stdout).splitlines()[-12:])
        raise ToolEnvironmentError(f"`{' '.join(command)}` failed with {finished.returncode}:\n{tail}")
