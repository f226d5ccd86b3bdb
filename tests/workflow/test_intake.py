"""What the event bus announces, as signals; what cannot be read is refused with a reason."""

import copy

import pytest

from shared.domain.errors import InvalidSignal, UnknownService
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue
from shared.domain.signal import MAX_BYTES, SignalKind
from shared.workflow.intake import to_signal

PARAMETER = "arn:aws:ssm:eu-central-1:111122223333:parameter/shop/pool"
LATENCY = MetricSource(namespace="Shop", name="Latency", dimensions={"Service": "web"}, period=60)
CATALOGUE = ServiceCatalogue(
    services=(
        Service(
            name="web",
            application="shop",
            metrics={Measure.LATENCY: LATENCY},
            resources={"parameter": PARAMETER},
        ),
    )
)
DETAIL = {
    "alarmName": "web is slow",
    "state": {"value": "ALARM", "reason": "over", "timestamp": "2026-11-23T12:00:00.000+0000"},
    "previousState": {"value": "OK"},
    "configuration": {
        "metrics": [
            {
                "id": "m1",
                "metricStat": {
                    "metric": {"namespace": "Shop", "name": "Latency", "dimensions": {"Service": "web"}},
                    "period": 60,
                    "stat": "Average",
                },
                "returnData": True,
            }
        ]
    },
}
ALARM = {
    "source": "aws.cloudwatch",
    "detail-type": "CloudWatch Alarm State Change",
    "resources": ["arn:aws:cloudwatch:eu-central-1:111122223333:alarm:web"],
    "time": "2026-11-23T12:00:01Z",
    "id": "e1",
    "detail": DETAIL,
}
DIRECT = {
    "source": "aws.cloudwatch",
    "alarmArn": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:web",
    "time": "2026-11-23T12:00:01.000+0000",
    "region": "eu-central-1",
    "alarmData": DETAIL,
}
CHANGE = {
    "source": "aws.ssm",
    "detail-type": "Parameter Store Change",
    "resources": [PARAMETER],
    "time": "2026-11-23T12:00:01Z",
    "id": "e2",
    "detail": {"operation": "Update", "name": "/shop/pool", "type": "String"},
}


def altered(event, *path, value):
    """A copy with one place changed."""
    made = copy.deepcopy(event)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return made


def test_both_shapes_of_an_alarm_are_the_same_signal():
    announced, called = to_signal(ALARM, CATALOGUE), to_signal(DIRECT, CATALOGUE)
    assert announced == called
    assert (announced.kind, announced.service, announced.measure) == (
        SignalKind.ALARM,
        "web",
        Measure.LATENCY,
    )


def test_an_alarm_that_is_well_again_is_a_recovery():
    event = altered(ALARM, "detail", "state", "value", value="OK")
    assert to_signal(event, CATALOGUE).kind is SignalKind.RECOVERY


def test_a_change_of_a_resource_that_is_watched_is_a_change_of_its_service():
    signal = to_signal(CHANGE, CATALOGUE)
    assert (signal.kind, signal.service, signal.resource) == (SignalKind.CHANGE, "web", PARAMETER)


def test_changes_and_recoveries_of_what_nobody_watches_say_nothing():
    assert to_signal(altered(CHANGE, "resources", value=["arn:other"]), CATALOGUE) is None
    well = altered(
        altered(ALARM, "detail", "state", "value", value="OK"), "detail", "configuration", value={}
    )
    assert to_signal(well, CATALOGUE) is None


def test_an_alarm_that_nobody_could_act_on_is_not_lost_in_silence():
    with pytest.raises(UnknownService):
        to_signal(altered(ALARM, "detail", "configuration", value={"metrics": []}), CATALOGUE)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail-type": "Something Else"},
        altered(ALARM, "detail", value=None),
        altered(ALARM, "detail", value=[]),
        altered(ALARM, "detail", "state", value="ALARM"),
        altered(ALARM, "detail", "state", "timestamp", value="yesterday"),
        altered(ALARM, "detail", "state", "timestamp", value="2026-11-23T12:00:00"),
        altered(ALARM, "detail", "configuration", "metrics", value=[7]),
        altered(DIRECT, "alarmData", value="nonsense"),
        altered(CHANGE, "resources", value=[]),
        altered(CHANGE, "time", value=12),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(event):
    with pytest.raises(InvalidSignal, match="malformed"):
        to_signal(event, CATALOGUE)


def test_an_oversized_event_is_refused():
    with pytest.raises(InvalidSignal, match="oversized"):
        to_signal(altered(ALARM, "detail", "alarmName", value="x" * MAX_BYTES), CATALOGUE)


@pytest.mark.parametrize(
    ("operation", "is_change"),
    [("Create", True), ("Update", True), ("Delete", True), ("LabelParameterVersion", False)],
)
def test_of_parameter_store_only_another_value_is_a_change(operation, is_change):
    signal = to_signal(altered(CHANGE, "detail", "operation", value=operation), CATALOGUE)
    assert (signal is not None) == is_change
    assert signal is None or (signal.kind, signal.text) == (SignalKind.CHANGE, operation)


def test_alarms_with_long_names_that_begin_alike_are_two_signals_and_a_repeated_one_is_one():
    named = [altered(ALARM, "detail", "alarmName", value="n" * 200 + end) for end in ("-slow", "-errors")]
    one, other = (to_signal(event, CATALOGUE) for event in named)
    assert one.id != other.id
    assert to_signal(named[0], CATALOGUE).id == one.id
    longest = to_signal(altered(ALARM, "detail", "alarmName", value="n" * 255), CATALOGUE)
    assert len(longest.key) <= 256


UNWATCHED = [{"id": "m1", "metricStat": {"metric": {"namespace": "AWS/ECS", "name": "CPUUtilization"}}}]
BILL = [{"id": "m1", "metricStat": {"metric": {"namespace": "AWS/Billing", "name": "EstimatedCharges"}}}]
WATCHED = DETAIL["configuration"]["metrics"]


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("TargetTracking-service/till/pay-AlarmLow-0b1c2d3e-1111-2222-3333-444455556666", UNWATCHED),
        ("TargetTracking-service/till/pay-AlarmHigh-0b1c2d3e-1111-2222-3333-444455556666", UNWATCHED),
        ("TargetTracking-table/carts-ProvisionedCapacityLow-0b1c2d3e", UNWATCHED),
        ("TargetTracking-service/till/pay-AlarmLow-0b1c2d3e-1111-2222-3333-444455556666", WATCHED),
        ("monthly bill", BILL),
    ],
)
def test_what_auto_scaling_and_the_bill_say_is_left_alone(name, metrics):
    detail = {**DETAIL, "alarmName": name, "configuration": {"metrics": metrics}}
    assert to_signal({**ALARM, "detail": detail}, CATALOGUE) is None


def test_what_is_busy_on_a_service_that_is_watched_is_looked_at_and_a_name_alone_is_no_excuse():
    high = "TargetTracking-service/till/pay-AlarmHigh-0b1c2d3e-1111-2222-3333-444455556666"
    assert to_signal(altered(ALARM, "detail", "alarmName", value=high), CATALOGUE) is not None
    other = altered(ALARM, "detail", "configuration", value={"metrics": UNWATCHED})
    with pytest.raises(UnknownService):
        to_signal(altered(other, "detail", "alarmName", value="our AlarmLow-1"), CATALOGUE)


@pytest.mark.parametrize("odd", ["cut \ud83d", "\udc00", float("nan")])
def test_what_nobody_can_store_is_refused_with_a_reason(odd):
    with pytest.raises(InvalidSignal, match=r"malformed: .*(half a character|not JSON)"):
        to_signal(altered(ALARM, "detail", "state", "reason", value=odd), CATALOGUE)
