"""The storefront's model as telemetry on simulated time, and the house around it: offline incidents."""

import copy
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from scripts.patient.edge import OFFENDERS, OWN_RANGES, RANGE
from scripts.patient.log_lines import lines
from scripts.patient.model import KILLED, Conditions, Resources, observed
from scripts.patient.topology import (
    APPLICATION,
    MAX_CONNECTIONS,
    catalogue,
    parameter_arn,
    service_arn,
)
from shared.adapters.local.manual_clock import ManualClock
from shared.composition.local import LocalHouse
from shared.composition.local_stage import Waits
from shared.domain.autonomy import Autonomy
from shared.domain.model import VOTERS
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from shared.ports.telemetry import LogLine, Series

DEFINITION = (Path(__file__).parents[2] / "statemachines" / "incident.asl.json").read_text(encoding="utf-8")
WAITS = Waits(dict.fromkeys(VOTERS, 20), vote=15, watch=10, poll=2)
DATABASE, CHECKOUT, WEB = parameter_arn(MAX_CONNECTIONS), service_arn("checkout"), service_arn("web")
HISTORY = timedelta(minutes=10)
DEFINITION_ARN = "arn:aws:ecs:eu-central-1:000000000000:task-definition/storefront-checkout"


class Patient:
    """Resources, outside conditions, and what is measured and logged of them, second by second."""

    def __init__(self, clock: ManualClock, history: timedelta = HISTORY) -> None:
        self.clock = clock
        self.resources, self.conditions = Resources(), Conditions()
        self.history = [(200, clock.now() - timedelta(days=9))]
        self.deployments = [(1, clock.now() - timedelta(days=9))]
        self.releases = {1: 1}
        self.blocked, self.killed = [], []
        self.actions = []
        self.announce = lambda source, service, resource: None
        self._noise = np.random.default_rng(7)
        self.latest = None
        self._times, self._columns = [], defaultdict(list)
        self._said: list[LogLine] = []
        self._imposed = clock.now()
        self._at = clock.now() - history

    @classmethod
    def grown_up(cls, clock: ManualClock) -> "Patient":
        """One that has lived until now, as each does before anything happens: lived once, then copied."""
        return _lived(clock.now()).twin(clock)

    def twin(self, clock: ManualClock) -> "Patient":
        """The same one once more, by another clock: what happens to either does not touch the other."""
        twin = copy.copy(self)
        for name, value in vars(twin).items():
            setattr(twin, name, copy.copy(value))
        twin._columns = defaultdict(list, {of: list(column) for of, column in self._columns.items()})
        twin._noise = copy.deepcopy(self._noise)
        twin.clock = clock
        return twin

    def live(self) -> None:
        """Measure every second up to now, under the conditions of now."""
        while self._at <= self.clock.now():
            lasted = (self._at - self._imposed).total_seconds()
            conditions = replace(self.conditions, elapsed=lasted)
            readings = observed(self.state(), conditions, self._noise)
            self.latest = readings
            self._times.append(self._at)
            for service, reading in readings.items():
                for measure, value in reading.values.items():
                    self._columns[service, measure].append(value)
            for service, said in lines(readings, conditions, self._noise).items():
                self._said += [LogLine(service, self._at, line) for line in said]
            if readings["checkout"].memory >= KILLED and not self.killed:
                self.killed.append(self._at)
            self._at += timedelta(seconds=1)

    def forget(self) -> None:
        """As if nothing had been measured before now."""
        self._at = self.clock.now()
        self._times.clear()
        self._columns.clear()

    def state(self) -> Resources:
        """The resources as they are in the second that is measured."""
        revision, deployed_at = self.deployments[-1]
        return replace(
            self.resources,
            checkout_release=self.releases[revision],
            checkout_age=(self._at - deployed_at).total_seconds(),
            blocked=RANGE in self.blocked,
        )

    def series(self, services, start, end):
        self.live()
        first, last = bisect_left(self._times, start), bisect_right(self._times, end)
        times = tuple(self._times[first:last])
        return tuple(
            Series(one.name, measure, times, tuple(self._columns[one.name, measure][first:last]))
            for one in services
            for measure in one.metrics
        )

    def logs(self, service, start, end, limit):
        self.live()
        return tuple(one for one in self._said if one.service == service.name and start <= one.at <= end)[
            -limit:
        ]

    def observe(self, runbook, target) -> Mapping[str, object]:
        if target == DATABASE:
            last = [{"value": str(value), "type": "String", "at": at} for value, at in self.history[-2:]]
            return {"history": last, "value": last[-1]["value"]}
        if runbook.resource == "ecs_service":
            return self._service(target)
        if runbook.resource == "ip_set":
            return {
                "addresses": sorted(self.blocked),
                "description": "in front of web",
                "own_ranges": OWN_RANGES,
                "offenders": list(OFFENDERS) if self.conditions.attack else [],
            }
        return {"history": [], "value": "1"}

    def _service(self, target):
        count = self.resources.checkout_tasks if target == CHECKOUT else self.resources.web_tasks
        revisions = self.deployments if target == CHECKOUT else self.deployments[:1]
        (previous, _), (revision, at) = [(None, None), *revisions][-2:]
        named = f"{DEFINITION_ARN}:{revision}"
        return {
            "desired": count,
            "running": count,
            "rollout": "COMPLETED",
            "deployments": 1,
            "deployment": f"ecs-svc/{len(revisions)}",
            "definition": named,
            "deployed": named,
            "deployed_at": at,
            "previous": previous and f"{DEFINITION_ARN}:{previous}",
            "previous_status": "ACTIVE",
            "stopped": [{"at": at, "why": ["OutOfMemoryError: killed"]} for at in self.killed]
            if target == CHECKOUT
            else [],
        }

    def set_connections(self, value: int) -> None:
        self.live()
        self.history.append((value, self.clock.now()))
        self.resources = replace(self.resources, max_connections=value)

    def put_parameter(self, name: str, value: str) -> None:
        self.set_connections(int(value))
        self.announce("ssm", "database", DATABASE)

    def deploy(self, service: str, release: int) -> None:
        self.live()
        revision = len(self.releases) + 1
        self.releases[revision] = release
        self.run(revision)

    def run(self, revision: int) -> None:
        """Deploy a task definition that there is."""
        self.deployments.append((revision, self.clock.now()))
        self.announce("ecs", "checkout", CHECKOUT)

    def impose(self, **conditions) -> None:
        self.live()
        self.conditions, self._imposed = Conditions(**conditions), self.clock.now()

    def act(self, proposal):
        self.live()
        self.actions.append(proposal)
        given = proposal.parameters
        if proposal.target == DATABASE:
            self.set_connections(int(given["Value"]))
        elif proposal.runbook == "scale-out-service":
            self.resources = replace(self.resources, checkout_tasks=int(given["DesiredCount"]))
        elif proposal.runbook == "restart-service":
            self.run(self.deployments[-1][0])
        elif proposal.runbook == "roll-back-service-deployment":
            self.run(int(given["TaskDefinition"].rpartition(":")[2]))
        elif given["State"] == "blocked":
            self.blocked.append(given["Range"])
        else:
            self.blocked.remove(given["Range"])


@cache
def _lived(now: datetime) -> Patient:
    patient = Patient(ManualClock(now))
    patient.live()
    return patient


class Street:
    """A patient and the house that looks after it."""

    def __init__(
        self, autonomy=Autonomy.AUTONOMOUS, silent=(), patient=Patient.grown_up, clock=None, **ports
    ) -> None:
        self.clock = clock or ManualClock()
        self.patient = patient(self.clock)
        self.patient.announce = self._noted
        self.house = LocalHouse(
            DEFINITION,
            ports.pop("services", catalogue()),
            ports.pop("seen", lambda telemetry: telemetry)(self.patient),
            ports.pop("resources", lambda patient: patient)(self.patient),
            ports.pop("act", self.patient.act),
            autonomy,
            self.clock,
            WAITS,
            frozenset(silent),
            **ports,
        )

    def _noted(self, source, service, resource) -> None:
        """A change that is announced, as intake would have it."""
        at = self.clock.now()
        signal = Signal(
            source=source, kind=SignalKind.CHANGE, service=service, resource=resource, at=at, key=f"{at}"
        )
        self.house.changes.note(APPLICATION, signal)

    def alarm(self, service="web", measure=Measure.LATENCY, key="alarm", kind=SignalKind.ALARM):
        signal = Signal(
            source="cloudwatch", kind=kind, service=service, measure=measure, at=self.clock.now(), key=key
        )
        return self.house.hear(signal)

    def change(self, service="database", resource=DATABASE):
        signal = Signal(
            source="ssm",
            kind=SignalKind.CHANGE,
            service=service,
            resource=resource,
            at=self.clock.now(),
            key="change",
        )
        return self.house.hear(signal)

    def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def incident(self):
        [incident] = self.house.incidents()
        return incident

    def types(self):
        [events] = self.house.logs.events.values()
        return [event.type for event in events]
