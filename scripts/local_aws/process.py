"""The local AWS as a process: started, found again, and ended with everything it started.

`LocalAws` is the foreground mode: a context manager that leaves no process and no file. `up`, `down` and
`status` are the detached mode, remembered in `.local-aws/state.json`.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import botocore.session
from botocore.config import Config

from scripts.local_aws import environment
from scripts.local_aws.state import REGION, STATE, Running, forget, recall, remember
from shared.domain.errors import CommanderError

SLACK_TOKEN = "xoxb-local"  # noqa: S105 - opens nothing but the recorder
_START_SECONDS = 120
_STOP_SECONDS = 5
ANSWERS_SECONDS = 10
"""A gateway that has gone refuses at once; one on a busy machine answers late."""
_HOST_VARIABLES = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE")


class LocalAwsError(CommanderError):
    """The local AWS did not start, or is not there; the message says what to do."""


class LocalAws:
    """A running local AWS. As a context manager it is started on entry and gone after exit.

    A gateway that was started in the foreground also ends by itself, within seconds, when the process that
    started it dies in a way that runs no clean-up.
    """

    def __init__(
        self, *, detached: bool = False, on_progress: environment.Progress = lambda _line: None
    ) -> None:
        self._detached = detached
        self._on_progress = on_progress
        self._running: Running | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None
        self._lock = threading.Lock()
        self._session = _session()
        self._clients: dict[str, Any] = {}

    @classmethod
    def attach(cls, running: Running) -> LocalAws:
        """The handle of a gateway that some process started before."""
        aws = cls(detached=True)
        aws._running = running
        return aws

    @property
    def running(self) -> Running:
        if self._running is None:
            raise LocalAwsError("the local AWS is not running: start it first")
        return self._running

    @property
    def endpoint(self) -> str:
        """URL of every AWS service."""
        return self.running.endpoint

    @property
    def slack_url(self) -> str:
        """URL of the Slack recorder; the Web API is under `/api/`."""
        return self.running.slack_url

    @property
    def log(self) -> Path:
        """What the gateway printed."""
        return Path(self.running.folder) / "gateway.log"

    def environment(self) -> dict[str, str]:
        """Variables that point any AWS SDK or CLI at this gateway."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.running.access_key,
            "AWS_SECRET_ACCESS_KEY": self.running.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def client(self, service: str, **overrides: Any) -> Any:
        """A boto3 client of the account's administrator, kept for later, or of whoever `overrides` name."""
        settings: dict[str, Any] = {
            "endpoint_url": self.endpoint,
            "region_name": REGION,
            "aws_access_key_id": self.running.access_key,
            "aws_secret_access_key": self.running.secret_key,
            "config": Config(inject_host_prefix=False, read_timeout=120, retries={"max_attempts": 2}),
        }
        with self._lock:
            if overrides:
                return self._session.client(service, **{**settings, **overrides})
            if service not in self._clients:
                self._clients[service] = self._session.client(service, **settings)
            return self._clients[service]

    def start(self) -> Self:
        """Start the gateway and return when it answers."""
        tools = environment.ensure(self._on_progress)
        last = ""
        for _ in range(3):  # a free port may be taken before the gateway binds it
            self._spawn(tools)
            try:
                self._await_health()
                self._create_administrator()
            except LocalAwsError as error:
                last = str(error)
                self.stop()
                continue
            except BaseException:
                self.stop()  # a detached one that nobody has noted would run for ever
                raise
            return self
        raise LocalAwsError(last)

    def stop(self) -> None:
        """End the gateway and everything it started, and remove what it left. Safe to call twice."""
        running, self._running = self._running, None
        if running is None:
            return
        self._clients.clear()
        atexit.unregister(self.stop)
        end_group(running.pid)
        if self._child is not None:
            self._child.poll()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        shutil.rmtree(running.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self if self._running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self, tools: Path) -> None:
        folder = tempfile.mkdtemp(prefix="local-aws-")
        port, slack_port = _free_ports(2)
        variables = {name: os.environ[name] for name in _HOST_VARIABLES if name in os.environ}
        variables |= {
            "GATEWAY_PORT": str(port),
            "SLACK_PORT": str(slack_port),
            "SLACK_TOKEN": SLACK_TOKEN,
            "HOME": folder,
            "TMPDIR": folder,
            "MINISTACK_STATE_DIR": folder,
            "PYTHONPATH": str(environment.REPOSITORY),
            "LOG_LEVEL": os.environ.get("LOCAL_AWS_LOG_LEVEL", "WARNING"),
        }
        hand: tuple[int, ...] = ()
        if not self._detached:
            read_end, self._lifeline = os.pipe()
            hand = (read_end,)
            variables["LIFELINE_FD"] = str(read_end)
        with (Path(folder) / "gateway.log").open("wb") as log:
            self._child = subprocess.Popen(
                [str(environment.interpreter(tools)), "-m", "scripts.local_aws.gateway"],
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=hand,
            )
        for descriptor in hand:
            os.close(descriptor)
        self._running = Running(self._child.pid, port, slack_port, folder)
        if not self._detached:
            atexit.register(self.stop)

    def _await_health(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._child is not None and self._child.poll() is not None:
                break
            if _answers(f"{self.endpoint}/_ministack/health"):
                return
            time.sleep(0.05)
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        raise LocalAwsError(f"the local AWS did not start; its last words:\n{tail}")

    def _create_administrator(self) -> None:
        """An IAM user with a key of its own: a tool that caches per key never meets an older gateway's."""
        iam = self.client("iam")
        iam.create_user(UserName="local-administrator")
        iam.attach_user_policy(
            UserName="local-administrator", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )
        key = iam.create_access_key(UserName="local-administrator")["AccessKey"]
        self._clients.clear()  # they carry the root's key
        self._running = replace(
            self.running, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"]
        )


def up(on_progress: environment.Progress = print, note: Path = STATE) -> LocalAws:
    """Return the detached local AWS, starting it when it is not there. It outlives this process."""
    if (running := status(note)) is not None:
        return LocalAws.attach(running)
    aws = LocalAws(detached=True, on_progress=on_progress).start()
    remember(aws.running, note)
    on_progress(f"local AWS on {aws.endpoint}, Slack recorder on {aws.slack_url}")
    return aws


def down(note: Path = STATE) -> bool:
    """End the detached local AWS. True when there was one."""
    running = recall(note)
    if running is None:
        return False
    end_patient(running)
    if _runs(running.pid, "local_aws"):
        end_group(running.pid)
    shutil.rmtree(running.folder, ignore_errors=True)
    forget(note)
    return True


def status(note: Path = STATE) -> Running | None:
    """The detached local AWS, or None when none answers."""
    running = recall(note)
    if running is None or not _answers(f"{running.endpoint}/_ministack/health"):
        return None
    return running


def end_patient(running: Running) -> None:
    """End the patient that serves this gateway on its own, if there is one."""
    if running.patient_pid and _runs(running.patient_pid, "scripts.patient.host"):
        end_group(running.patient_pid)


def _runs(pid: int, what: str) -> bool:
    """Whether the process is ours: after a reboot the number in the note may be somebody else's."""
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return what in shown.stdout


def end_group(pid: int) -> None:
    """Ask a session's leader to end, then kill its whole process group and wait until no member is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child of ours stays in its group as a zombie until it is reaped
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.02)


def _session() -> Any:
    """A session that reads no profile and no file of the host, so that it never meets a real account."""
    nothing = (None, None, os.devnull, None)
    variables = {"profile": (None, None, None, None), "config_file": nothing, "credentials_file": nothing}
    return boto3.session.Session(botocore_session=botocore.session.Session(session_vars=variables))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWERS_SECONDS) as answer:
            return bool(answer.status == 200)
    except (HTTPException, OSError):  # somebody else may have the port by now
        return False


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
