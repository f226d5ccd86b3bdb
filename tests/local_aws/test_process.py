"""The local AWS as a process: nothing is left of it, however it or its parent ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.local_aws import environment, process
from scripts.local_aws.process import LocalAws, LocalAwsError
from tests.local_aws.conftest import Maker, eventually

pytestmark = pytest.mark.local_aws

# Starts a gateway with a Lambda that is still running, says where it is, and waits to be killed.
# It hears SIGINT also when these tests run in the background of a shell, which ignores it for its children.
PARENT = """
import json, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from scripts.local_aws.process import LocalAws
from tests.local_aws.conftest import Maker
aws = LocalAws().start()
name = Maker(aws).function("import time\\ndef handler(event, context): time.sleep(600)", Timeout=900)
call = lambda: aws.client("lambda").invoke(FunctionName=name)
threading.Thread(target=call, daemon=True).start()
time.sleep(1)
print(json.dumps([aws.running.pid, aws.running.folder]), flush=True)
time.sleep(600)
"""


def group_members(leader: int) -> list[str]:
    """Command lines of the processes in a group that are more than zombies."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    rows = [line.split(None, 2) for line in listed]
    return [row[2] for row in rows if row[0] == str(leader) and not row[1].startswith("Z")]


def is_gone(leader: int, folder: str) -> bool:
    return not group_members(leader) and not Path(folder).exists()


def test_after_stop_no_process_and_no_file_is_left() -> None:
    aws = LocalAws().start()
    running, make = aws.running, Maker(aws)
    name = make.function("import time\ndef handler(event, context): time.sleep(600)", Timeout=900)
    aws.client("lambda").invoke(FunctionName=name, InvocationType="Event")
    assert eventually(lambda: len(group_members(running.pid)) >= 2), "the worker did not start"
    aws.stop()
    assert is_gone(running.pid, running.folder)
    aws.stop()
    with pytest.raises(LocalAwsError):
        aws.client("s3")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_when_the_parent_dies(how: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=environment.REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        leader, folder = json.loads(parent.stdout.readline())
        try:
            assert len(group_members(leader)) >= 2, "the worker did not start"
            parent.send_signal(how)
            parent.wait(30)
            assert eventually(lambda: is_gone(leader, folder))
        finally:
            parent.kill()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(leader, signal.SIGKILL)


def test_the_detached_mode_is_found_again_and_ended(tmp_path: Path) -> None:
    note = tmp_path / "folder" / "state.json"
    lines: list[str] = []
    assert process.status(note) is None
    assert not process.down(note)
    aws = process.up(lines.append, note)
    try:
        found = process.status(note)
        assert found == aws.running
        again = process.up(lines.append, note)
        assert again.endpoint == aws.endpoint
        assert again.client("sts").get_caller_identity()["Arn"].endswith("local-administrator")
        assert oct(note.stat().st_mode)[-3:] == "600"
    finally:
        running = aws.running
        assert process.down(note)
        aws.stop()
    assert is_gone(running.pid, running.folder)
    assert process.status(note) is None


def test_the_hosts_own_profile_and_files_are_never_read(
    aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile real]\nregion = eu-west-1\nendpoint_url = http://192.0.2.1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "real")
    handle = LocalAws.attach(aws.running)
    assert handle.client("sts").get_caller_identity()["Arn"].endswith("local-administrator")
    assert handle.client("sqs").meta.region_name == "us-east-1"
    assert handle.client("sqs").meta.endpoint_url == aws.endpoint


def test_each_gateway_has_an_access_key_of_its_own(aws: LocalAws) -> None:
    assert aws.environment()["AWS_ACCESS_KEY_ID"].startswith("AKIA")
    assert aws.environment()["AWS_ENDPOINT_URL"] == aws.endpoint


def test_a_second_ensure_builds_nothing(aws: LocalAws) -> None:
    lines: list[str] = []
    first = environment.ensure(lines.append)
    assert environment.ensure(lines.append) == first
    assert lines == []


def test_a_hook_that_ministack_no_longer_has_is_named_in_one_sentence(aws: LocalAws) -> None:
    probe = (
        "from scripts.local_aws.fillers import hooks\n"
        "hooks.check()\n"
        "hooks.check({'ministack.services.ecs': ('_not_there',)})\n"
    )
    ran = subprocess.run(
        [str(environment.interpreter(environment.ensure())), "-c", probe],
        cwd=environment.REPOSITORY,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(environment.REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    last = ran.stderr.strip().splitlines()[-1]
    assert "MissingHookError" in last
    assert "`ministack.services.ecs._not_there`" in last
    assert "1.5.33" in last
