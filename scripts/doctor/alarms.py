"""The product's own alarms, with their reasons; what to do stands in each alarm's description."""

from collections.abc import Iterator

from scripts.doctor.finding import Finding, ok, unknown, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.cloudwatch_alarms import CloudwatchAlarms
from shared.ports.alarms import AlarmState
from shared.settings import stacks_of


def alarms(subject: Subject) -> Iterator[Finding]:
    """Every alarm's state."""
    found = CloudwatchAlarms(subject.client("cloudwatch"), stacks_of(subject.stage)).alarms()
    for one in found:
        check = f"alarm {one.name}"
        match one.state:
            case AlarmState.ALARM:
                yield wrong(check, one.reason, one.meaning)
            case AlarmState.OK:
                yield ok(check, "OK")
            case AlarmState.NO_DATA:
                yield unknown(check, f"CloudWatch cannot say yet: {one.reason}")
    if not found:
        yield wrong("alarms", "there are none: nobody hears when the commander is unwell", "deploy again")


CHECKS = (alarms,)
