"""The patient on its own: a process that serves, and hears its line, as long as its local AWS is there.

`python -m scripts.patient.host NOTE CONDITIONS`: the file that says where the gateway is, and what came from
outside when this process took over, as JSON. It ends by a signal, and by itself when the gateway has gone.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from scripts.local_aws import environment
from scripts.local_aws.process import LocalAws, LocalAwsError, end_patient, status
from scripts.local_aws.state import STATE, remember
from scripts.patient.controlled import Controlled
from scripts.patient.forgetting import Forgetting
from scripts.patient.model import Conditions
from scripts.patient.storefront import Storefront
from scripts.patient.ticker import Ticker
from shared.adapters.aws.dynamodb_patient_line import DynamodbPatientLine
from shared.adapters.local.system_clock import SystemClock

LOOK_SECONDS, GONE = 1.0, 3
"""How often it looks for its gateway, and how many times in a row that must not be there."""
START_SECONDS = 120
"""One that cannot start ends by itself; this is for a busy machine."""
LOG = "patient.log"
_begun: list[subprocess.Popen[bytes]] = []
"""Held, since Python warns of a process that is forgotten while it runs; ours is meant to outlive us."""


def begin(conditions: Conditions, note: Path = STATE) -> int:
    """Start the patient of a detached local AWS, in place of an earlier one; returns its process id.

    Raises:
        LocalAwsError: no local AWS runs, or the patient does not.
    """
    running = status(note)
    if running is None:
        raise LocalAwsError("no local AWS runs: `commander local up` starts one")
    end_patient(running)
    with (Path(running.folder) / LOG).open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "scripts.patient.host", str(note), json.dumps(asdict(conditions))],
            cwd=environment.REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _begun.append(child)
    remember(replace(running, patient_pid=child.pid), note)
    line = DynamodbPatientLine(LocalAws.attach(running).client("dynamodb"))
    began, deadline = SystemClock().now(), time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        state = line.state()
        if state is not None and state.at >= began:
            return child.pid
        time.sleep(0.1)
    end_patient(replace(running, patient_pid=child.pid))
    tail = (Path(running.folder) / LOG).read_text(errors="replace").splitlines()[-5:]
    raise LocalAwsError(f"the patient did not start; its last words: {' / '.join(tail) or 'none'}")


def serve(note: Path, conditions: Conditions, stopped: threading.Event, tell: Callable[[str], None]) -> None:
    """Serve until stopped, or until the gateway has gone."""
    running = status(note)
    if running is None:
        raise LocalAwsError("no local AWS runs")
    aws = LocalAws.attach(running)
    line = DynamodbPatientLine(aws.client("dynamodb"))
    line.create()
    patient = Storefront(aws, tell)
    patient.adopt(conditions)
    controlled = Controlled(patient, line, SystemClock(), Forgetting(aws, patient.catalogue))
    ears = Ticker("controls", controlled.beat, tell, interval=0.5)
    with patient:
        ears.start()
        gone = 0
        while gone < GONE and not stopped.wait(LOOK_SECONDS):
            now = status(note)
            gone = 0 if now is not None and now.pid == running.pid else gone + 1
        ears.stop()


def main() -> None:
    """The process."""
    stopped = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda _number, _frame: stopped.set())

    def tell(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    serve(Path(sys.argv[1]), Conditions(**json.loads(sys.argv[2])), stopped, tell)


if __name__ == "__main__":
    main()
