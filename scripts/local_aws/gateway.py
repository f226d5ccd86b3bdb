"""The gateway process: ministack with every filler installed, and the Slack recorder beside it.

Runs in the tool environment only: `<environment>/bin/python -m scripts.local_aws.gateway`. Reads
GATEWAY_PORT, SLACK_PORT and, in the foreground mode, LIFELINE_FD: a pipe whose other end the starting process
holds.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading

from scripts.local_aws.fillers import hooks
from scripts.local_aws.slack import SlackRecorder

_DEFAULTS = {
    "AUTH": "true",
    "BIND_HOST": "127.0.0.1",
    "IOT_MTLS_ENABLED": "0",
    "LAMBDA_ACCOUNT_CONCURRENCY": "60",  # a worker keeps 45 MB and more
    "LAMBDA_WARM_TTL_SECONDS": "60",
    "LOG_LEVEL": "WARNING",
    "SFTP_ENABLED": "0",
}


def main() -> None:
    """Hold the lifeline, start the recorder, install the fillers and serve until a signal."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    _hold_lifeline()
    _start_slack()
    hooks.check()
    from scripts.local_aws.fillers.installation import serve  # noqa: PLC0415 - ministack reads the variables above

    serve()


def _start_slack() -> None:
    if port := os.environ.get("SLACK_PORT"):
        threading.Thread(target=SlackRecorder(int(port)).serve_forever, daemon=True, name="slack").start()


def _hold_lifeline() -> None:
    """End this whole process group when the process that started it is gone, however it ended."""
    descriptor = os.environ.pop("LIFELINE_FD", None)
    if descriptor is None:
        return

    def wait() -> None:
        with os.fdopen(int(descriptor), "rb") as pipe:
            pipe.read()
        shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True, name="lifeline").start()


if __name__ == "__main__":
    main()
