"""The product's own alarms, with their reasons; what to do stands in each alarm's description."""

from collections.abc import Iterator

from scripts.doctor.finding import Finding, ok, unknown, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.errors import port_errors


def alarms(subject: Subject) -> Iterator[Finding]:
    """Every alarm's state."""
    prefix = f"IncidentCommander-{subject.stage.capitalize()}-Observability-"
    with port_errors():
        pages = subject.client("cloudwatch").get_paginator("describe_alarms")
        found = [one for page in pages.paginate(AlarmNamePrefix=prefix) for one in page["MetricAlarms"]]
    for one in sorted(found, key=lambda each: str(each["AlarmName"])):
        check = f"alarm {_short(one['AlarmName'].removeprefix(prefix))}"
        if one["StateValue"] == "ALARM":
            yield wrong(check, one.get("StateReason", ""), one.get("AlarmDescription", ""))
        elif one["StateValue"] == "OK":
            yield ok(check, "OK")
        else:
            yield unknown(check, f"CloudWatch cannot say yet: {one.get('StateReason', '')}")
    if not found:
        yield wrong("alarms", "there are none: nobody hears when the commander is unwell", "deploy again")


def _short(name: str) -> str:
    """Without what CloudFormation and the CDK add: eight characters of a hash, and an id."""
    return name.rsplit("-", 1)[0][:-8] if "-" in name else name


CHECKS = (alarms,)
