"""Recorded incidents through the local AWS: metrics in CloudWatch, an alarm in the stream, a closed log."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.evaluate.synthetic import recording

pytestmark = pytest.mark.local_aws
COMMANDER = str(Path(sys.executable).with_name("commander"))
DATA = Path(__file__).parents[3] / "shared" / "data" / "petshop" / "low_traffic"


def evaluated(folder: Path, *words: str) -> dict[str, Any]:
    asked = subprocess.run(
        [COMMANDER, "evaluate", "incidents", str(folder), "--local", "--json", *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    shown: dict[str, Any] = json.loads(asked.stdout)
    return shown


def check(shown: dict[str, Any], count: int) -> None:
    assert (shown["incidents"], shown["detected"], shown["root_cause_first_1"]) == (count, count, count)
    assert shown["decisions"] == {"human": count}
    assert shown["actions_executed"] == 0
    assert {one["status"] for one in shown["rows"]} == {"escalated"}


def test_two_recorded_incidents_end_with_a_human_and_the_right_root_cause(tmp_path: Path) -> None:
    shown = evaluated(recording(tmp_path / "shop"), "--limit", "2")
    check(shown, 2)
    assert [one["suspects"][0] for one in shown["rows"]] == ["cart", "cart"]


@pytest.mark.alone  # an agent that looks at real data has a limit of seconds
@pytest.mark.skipif(not DATA.is_dir(), reason="the PetShop data set is not beside this checkout")
def test_a_real_incident_ends_with_a_human_and_the_right_root_cause() -> None:
    check(evaluated(DATA), 1)
