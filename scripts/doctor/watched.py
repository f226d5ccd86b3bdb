"""What is watched, and who hears of it."""

from collections.abc import Iterator
from itertools import islice

from scripts.doctor.finding import Finding, ok, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.errors import port_errors
from shared.domain.errors import InvalidConfiguration
from shared.domain.service import SYMPTOMS, MetricSource, Service

MOST = 100
"""Services whose metrics are looked for: each is two calls a metric."""


def catalogue(subject: Subject) -> Iterator[Finding]:
    """Whether there is one, and whether its metrics and alarms are there."""
    services = _catalogue(subject).services().services
    if not services:
        fix = f"commander services load FILE --stage {subject.stage}"
        yield wrong("services", "nothing is watched", fix)
        return
    yield ok("services", f"{len(services)} are watched")
    for service in islice(services, MOST):
        yield from _service(subject, service)
    if len(services) > MOST:
        fix = "none: the rest may be as well as these"
        yield warning("services", f"only the first {MOST} were looked at", fix)


def _service(subject: Subject, service: Service) -> Iterator[Finding]:
    check, load = f"service {service.name}", "correct it in the file, and `commander services load` it again"
    silent = [measure for measure, source in service.metrics.items() if not _has_data(subject, source)]
    if silent:
        yield wrong(check, f"CloudWatch has no metric for its {', '.join(silent)}", load)
    if not any(_has_alarm(subject, source) for source in service.metrics.values()):
        fix = "put an alarm on one of its metrics"
        yield warning(check, "no alarm watches any of its metrics: it starts no incident", fix)
    elif not SYMPTOMS & service.metrics.keys():
        fix = "give it latency, errors or availability"
        yield warning(check, "nothing of it can be felt: alarms on it are dismissed", fix)
    elif not silent:
        yield ok(check, "its metrics have data, and an alarm")
    if service.guard_alarm and not _is_there(subject, service.guard_alarm):
        yield wrong(
            check, f"its guard alarm {service.guard_alarm} is not there: nothing is executed on it", load
        )


def _request(source: MetricSource) -> dict[str, object]:
    dimensions = [{"Name": name, "Value": value} for name, value in source.dimensions.items()]
    return {"Namespace": source.namespace, "MetricName": source.name, "Dimensions": dimensions}


def _has_data(subject: Subject, source: MetricSource) -> bool:
    with port_errors():
        found = subject.client("cloudwatch").list_metrics(**_request(source))["Metrics"]
    return any(len(one["Dimensions"]) == len(source.dimensions) for one in found)


def _has_alarm(subject: Subject, source: MetricSource) -> bool:
    with port_errors():
        return bool(
            subject.client("cloudwatch").describe_alarms_for_metric(**_request(source))["MetricAlarms"]
        )


def _is_there(subject: Subject, alarm: str) -> bool:
    with port_errors():
        found = subject.client("cloudwatch").describe_alarms(
            AlarmNames=[alarm], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
    return bool(found.get("MetricAlarms") or found.get("CompositeAlarms"))


def people(subject: Subject) -> Iterator[Finding]:
    """Whether somebody is in the directory, and it holds together."""
    client, table = subject.client("dynamodb"), subject.outputs["StateTable"]
    found = DynamodbDirectory(client, table).directory()
    fix = f"commander people set FILE --stage {subject.stage}"
    if not found.people:
        yield warning(
            "people", "nobody is in the directory: everything goes to the stage's own channels", fix
        )
        return
    try:
        found.validated(_catalogue(subject).services())
    except InvalidConfiguration as error:
        yield wrong("people", str(error), fix)
        return
    yield ok("people", f"{len(found.people)} people, {len(found.teams)} teams")


def _catalogue(subject: Subject) -> DynamodbCatalogue:
    return DynamodbCatalogue(subject.client("dynamodb"), subject.outputs["StateTable"])


CHECKS = (catalogue, people)
