"""Where a gateway is, and the note of the detached one in `.local-aws/state.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.local_aws import environment

ACCOUNT = "000000000000"
REGION = "us-east-1"
STATE = environment.STATE_FOLDER / "state.json"


@dataclass(frozen=True)
class Running:
    """Where a gateway is: enough to find it, to call it and to end it."""

    pid: int
    port: int
    slack_port: int
    folder: str
    access_key: str = ACCOUNT
    secret_key: str = "test"  # noqa: S105 - ministack's root, on loopback
    patient_pid: int = 0  # of the patient that serves on its own; 0: there is none

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def slack_url(self) -> str:
        return f"http://127.0.0.1:{self.slack_port}"


def remember(running: Running, note: Path = STATE) -> None:
    """Write down a detached gateway for later calls."""
    note.parent.mkdir(parents=True, exist_ok=True)
    partial = note.with_suffix(".part")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(asdict(running), indent=2))
    partial.replace(note)


def forget(note: Path = STATE) -> None:
    """Remove the note."""
    note.unlink(missing_ok=True)


def recall(note: Path = STATE) -> Running | None:
    """The detached gateway that was written down last, whether it still answers or not."""
    try:
        return Running(**json.loads(note.read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None
