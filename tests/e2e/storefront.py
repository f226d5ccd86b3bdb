"""The storefront's model as telemetry on simulated time, and the house around it: offline incidents."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from scripts.patient.model import Conditions, Resources, observed
from scripts.patient.topology import MAX_CONNECTIONS, catalogue, parameter_arn, service_arn
from shared.adapters.local.manual_clock import ManualClock
from shared.composition.local import LocalHouse, Waits
from shared.domain.autonomy import Autonomy
from shared.domain.model import VOTERS
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from shared.ports.telemetry import Series

DEFINITION = (Path(__file__).parents[2] / "statemachines" / "incident.asl.json").read_text(encoding="utf-8")
WAITS = Waits(dict.fromkeys(VOTERS, 20), vote=15, watch=10, poll=2)
DATABASE, CHECKOUT = parameter_arn(MAX_CONNECTIONS), service_arn("checkout")


class Patient:
    """Resources, outside conditions, and what is measured of them, second by second."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.resources, self.conditions = Resources(), Conditions()
        self.history = [(200, clock.now() - timedelta(days=9))]
        self.actions = []
        self._noise = np.random.default_rng(7)
        self._past: list[tuple] = []
        self._at = clock.now() - timedelta(minutes=10)

    def live(self) -> None:
        """Measure every second up to now, under the conditions of now."""
        while self._at <= self.clock.now():
            self._past.append((self._at, observed(self.resources, self.conditions, self._noise)))
            self._at += timedelta(seconds=1)

    def series(self, services, start, end):
        self.live()
        past = [(at, readings) for at, readings in self._past if start <= at <= end]
        return tuple(
            Series(
                one.name,
                measure,
                tuple(at for at, _ in past),
                tuple(r[one.name].values[measure] for _, r in past),
            )
            for one in services
            for measure in one.metrics
        )

    def logs(self, service, start, end, limit):
        return ()

    def observe(self, runbook, target) -> Mapping[str, object]:
        if target == DATABASE:
            last = [{"value": str(value), "type": "String", "at": at} for value, at in self.history[-2:]]
            return {"history": last, "value": last[-1]["value"]}
        if target == CHECKOUT:
            return {"desired": self.resources.checkout_tasks, "running": self.resources.checkout_tasks}
        return (
            {"desired": 3, "running": 3}
            if runbook.resource == "ecs_service"
            else {"history": [], "value": "1"}
        )

    def set_connections(self, value: int) -> None:
        self.live()
        self.history.append((value, self.clock.now()))
        self.resources = replace(self.resources, max_connections=value)

    def impose(self, **conditions) -> None:
        self.live()
        self.conditions = Conditions(**conditions)

    def act(self, proposal):
        self.live()
        self.actions.append(proposal)
        if proposal.target == DATABASE:
            self.set_connections(int(proposal.parameters["Value"]))
        else:
            self.resources = replace(self.resources, checkout_tasks=int(proposal.parameters["DesiredCount"]))


class Street:
    """A patient and the house that looks after it."""

    def __init__(self, autonomy=Autonomy.AUTONOMOUS, silent=(), **ports) -> None:
        self.clock = ManualClock()
        self.patient = Patient(self.clock)
        self.patient.live()
        self.house = LocalHouse(
            DEFINITION,
            catalogue(),
            self.patient,
            self.patient,
            ports.pop("act", self.patient.act),
            autonomy,
            self.clock,
            WAITS,
            frozenset(silent),
            **ports,
        )

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
