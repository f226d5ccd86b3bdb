"""64 writers on one incident in the local AWS's DynamoDB. 400 appends here; `make bench` does the 2,000."""

from __future__ import annotations

import pytest

from scripts.bench.stores import in_local_aws
from scripts.bench.writers import contest
from scripts.local_aws.process import LocalAws

pytestmark = pytest.mark.local_aws


def test_64_writers_leave_no_gap_no_fork_and_lose_nothing(aws: LocalAws) -> None:
    incident_id, logs = in_local_aws(aws).incident(writers=64)
    result = contest(logs, incident_id, appends=400)
    assert (result.gaps, result.forks, result.lost) == (0, 0, 0)
    assert result.appends == 400
