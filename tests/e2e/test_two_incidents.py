"""Two incidents that want the same target at the same time: one acts, and the other looks again."""

from dataclasses import replace

from shared.domain.facts import ActionStarted, TargetBusy
from shared.domain.service import Measure, ServiceCatalogue
from shared.domain.signal import Signal, SignalKind
from tests.e2e.storefront import Street, catalogue

TWIN = "backoffice-"


class Twins:
    """What is measured of the storefront, under the name of a second application as well."""

    def __init__(self, telemetry) -> None:
        self._telemetry = telemetry

    def series(self, services, start, end):
        ours = [one.model_copy(update={"name": one.name.removeprefix(TWIN)}) for one in services]
        found = self._telemetry.series(ours, start, end)
        names = {
            (mine.name, measure): one.name
            for mine, one in zip(ours, services, strict=True)
            for measure in one.metrics
        }
        return tuple(replace(one, service=names[one.service, one.measure]) for one in found)

    def logs(self, service, start, end, limit):
        ours = service.model_copy(update={"name": service.name.removeprefix(TWIN)})
        found = self._telemetry.logs(ours, start, end, limit)
        return tuple(replace(one, service=service.name) for one in found)


def twin(service):
    depends = tuple(f"{TWIN}{name}" for name in service.depends_on)
    return service.model_copy(
        update={"name": f"{TWIN}{service.name}", "application": "backoffice", "depends_on": depends}
    )


def test_of_two_incidents_on_one_target_one_acts_and_the_other_finds_it_cured():
    services = (*catalogue().services, *map(twin, catalogue().services))
    street = Street(services=ServiceCatalogue(services=services), seen=Twins)
    for service in ("database", f"{TWIN}database"):
        street.change(service)
    street.patient.set_connections(20)
    street.wait(12)
    later = Signal(
        source="cloudwatch",
        kind=SignalKind.ALARM,
        service=f"{TWIN}web",
        measure=Measure.LATENCY,
        at=street.clock.now(),
        key="the twin's alarm",
    )
    street.house.opening.hear(later)
    street.alarm()
    one, other = sorted(street.house.incidents(), key=lambda incident: len(incident.actions), reverse=True)
    assert len(street.patient.actions) == 1
    assert one.closed.outcome == "resolved"
    assert other.closed.outcome == "observed"
    assert other.unneeded is not None
    logs = street.house.logs.events
    assert [event.type for event in logs[other.id]].count(TargetBusy.__name__) == 1
    assert ActionStarted.__name__ not in [event.type for event in logs[other.id]]
    assert street.house.locks.held == {}
