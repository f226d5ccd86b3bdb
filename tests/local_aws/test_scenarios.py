"""Each scenario through `commander demo`, as a user runs it: from a breached metric to its end."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.scenarios import get

pytestmark = pytest.mark.local_aws
COMMANDER = [str(Path(sys.executable).with_name("commander"))]
LONGEST_SILENCE = 3.0


def demo(*arguments: str) -> tuple[int, dict, list[float]]:
    """Exit code, the JSON object, and the seconds at which each line was printed."""
    moments = [time.monotonic()]
    with subprocess.Popen(
        [*COMMANDER, "demo", *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        told = []
        for line in running.stderr:
            moments.append(time.monotonic())
            told.append(line)
        answer = running.stdout.read()
    assert answer, "".join(told)
    return running.returncode, json.loads(answer), moments


@pytest.mark.alone
def test_the_cascade_is_found_cured_and_resolved_with_something_new_to_read_all_the_time():
    code, shown, moments = demo("database_cascade")
    assert code == 0, shown
    assert shown["status"] == "resolved"
    assert (shown["classification"], shown["root_cause"]) == ("database_failure", "database")
    assert shown["proposal"]["runbook"] == "restore-parameter"
    assert shown["decision"] == "quorum"
    assert shown["approving_weight"] > 666
    assert len(shown["approvers"]) >= 3
    assert shown["actions_executed"] == 1
    assert shown["notifications"]["slack"] >= 4
    assert shown["dead_letters"] == []
    assert max(b - a for a, b in itertools.pairwise(moments)) < LONGEST_SILENCE


PHASES = {"detected": 120, "decided": 240, "resolved": 300}
"""Seconds after it broke: two minutes to detect, two to decide, one to resolve."""


# Most of a minute each: one is in `make test`, the rest in `make test-faults`, and all are played in process.
@pytest.mark.parametrize(
    "name",
    [
        "bad_deployment",
        *(pytest.param(one, marks=pytest.mark.faults) for one in ("memory_leak", "ddos_attack")),
    ],
)
def test_what_can_be_cured_is_decided_with_the_targets_own_word_and_cured(name):
    code, shown, _ = demo(name)
    assert code == 0, shown
    assert shown["status"] == "resolved"
    assert shown["proposal"]["runbook"] == get(name).truth.cure
    assert shown["decision"] == "quorum"
    assert "resolution" in shown["approvers"]
    assert shown["actions_executed"] == 1
    for phase, limit in PHASES.items():
        assert shown["seconds"][phase] < limit / 2


@pytest.mark.faults
@pytest.mark.parametrize(
    "name",
    [
        "remedy_backfires",
        "scale_out_starves_database",
        "restart_meets_cold_cache",
        "rollback_after_migration",
    ],
)
def test_a_remedy_that_harms_is_undone_and_a_human_is_told(name):
    code, shown, _ = demo(name)
    assert code == 0, shown  # the resources are compared with how they were before
    assert shown["rolled_back"]
    assert shown["escalated"]
    assert shown["status"] == "rolled_back"
    assert shown["actions_executed"] == 1
    assert shown["notifications"]["slack"] >= 4


def test_busy_is_left_alone():
    code, shown, _ = demo("healthy")
    assert code == 0, shown
    assert (shown["status"], shown["incident_id"], shown["actions_executed"]) == ("none", None, 0)


def test_a_scenario_that_does_not_exist_is_one_line_and_exit_2():
    done = subprocess.run([*COMMANDER, "demo", "tsunami"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "database_cascade" in line


def test_interrupted_it_leaves_no_process_and_no_folder(tmp_path):
    def left() -> set[str]:
        """What this demo has, whatever else runs on the machine: its processes know its temporary folder."""
        processes = set()
        for one in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):  # it may end while we look
                if str(tmp_path).encode() in one.read_bytes():
                    processes.add(str(one.parent))
        return processes | {str(one) for one in tmp_path.glob("local-aws-*")}

    assert left() == set()

    # In the background of a shell SIGINT is ignored, and children inherit that: a person's terminal does not.
    def hear() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    command = [*COMMANDER, "demo", "--json"]
    asked = {"text": True, "env": {**os.environ, "TMPDIR": str(tmp_path)}}
    with subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=hear, **asked) as running:  # noqa: PLW1509 - one thread
        for line in running.stderr:
            if "it breaks" in line:
                assert len(left()) > 2  # itself, its gateway, its folder
                running.send_signal(signal.SIGINT)
                break
        running.stderr.read()
    assert running.returncode == 130
    assert left() == set()
