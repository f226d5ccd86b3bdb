"""In the deployed stage: an alarm that nobody feels is an event that is found, with its reason, once."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.patient.storefront import Storefront
from shared.domain.facts import AlarmDismissed
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from shared.workflow.dismissed import lately
from tests.local_aws.conftest import eventually

pytestmark = pytest.mark.local_aws


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, Storefront]]:
    """A deployed stage of its own, beside a storefront that is well."""
    with LocalAws() as aws:
        storefront = Storefront(aws)
        storefront.create()
        made = deployed(aws, lambda _line: None)
        made.watch_over(storefront.catalogue)
        with storefront:
            eventually(lambda: storefront.latest)
            yield made, storefront


def test_an_alarm_that_nobody_feels_is_an_event_that_is_found_once(stage: tuple[Stage, Storefront]) -> None:
    made, storefront = stage
    alarm = Signal(
        source="cloudwatch",
        kind=SignalKind.ALARM,
        service="queue",
        measure=Measure.TRAFFIC,
        at=datetime.now(UTC),
        attributes={"alarm": "queue-busy"},
        key="queue-busy@now",
    )
    records = [{"Data": alarm.model_dump_json().encode(), "PartitionKey": "queue"}] * 2
    made.client("kinesis").put_records(StreamName=made.outputs["SignalsStream"], Records=records)

    def found() -> tuple[AlarmDismissed, ...]:
        return lately(made.events, storefront.catalogue, datetime.now(UTC), 1)

    [dismissed] = eventually(found)
    assert dismissed.signal == alarm
    assert dismissed.reason.startswith("nobody feels it: queue traffic alarmed")
    assert made.incident_ids() == ()
