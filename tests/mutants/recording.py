"""`python -m tests.mutants.recording OUTPUT FILES`: runs tests and writes which lines each of them ran."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import coverage
import pytest

from tests.mutants.mutations import ROOMS, ROOT


class Recorder:
    """A plugin: everything that runs while a test is on belongs to it; tests that fail are none."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured, self.seconds, self.failed = measured, dict[str, float](), set[str]()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.measured.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.passed:
            self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


def main(output: Path, files: list[str]) -> int:
    """Pytest's exit code."""
    measured = coverage.Coverage(
        data_file=None, source=[str(ROOT / "shared" / room) for room in ROOMS], config_file=False
    )
    recorder = Recorder(measured)
    measured.start()
    code = pytest.main(
        ["-q", "--durations=0", "-p", "no:cacheprovider", "-m", "not faults", *files], [recorder]
    )
    measured.stop()
    data, lines = measured.get_data(), defaultdict[str, dict[int, list[str]]](dict)
    for file in data.measured_files():
        for line, tests in data.contexts_by_lineno(file).items():
            lines[str(Path(file).relative_to(ROOT))][line] = [one for one in tests if one]
    output.write_text(
        json.dumps({"seconds": recorder.seconds, "failed": sorted(recorder.failed), "lines": lines}),
        encoding="utf-8",
    )
    return int(code)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
