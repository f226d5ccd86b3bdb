"""Delivery: within the invocation, briefly while a stream waits, and its failures never in silence."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.errors import PortError
from shared.runtime.delivering import HURRIED, MARGIN, delivering


class Context:
    """An invocation with a minute left."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@pytest.mark.parametrize(("hurried", "seconds"), [(True, HURRIED), (False, timedelta(seconds=60) - MARGIN)])
def test_it_ends_before_the_invocation_and_sooner_when_records_wait(hurried, seconds):
    asked = []
    delivering("communication", lambda: asked.append)(Context(), hurried=hurried)
    assert abs(asked[0] - datetime.now(UTC) - seconds) < timedelta(seconds=2)


def test_a_failure_is_counted_and_the_records_are_not_read_again(capsys):
    def fail(_until):
        raise PortError("the table is not there", retryable=True)

    delivering("communication", lambda: fail)(Context(), hurried=True)
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [(one["service"], one["Undelivered"]) for one in counted] == [("communication", [1.0])]
