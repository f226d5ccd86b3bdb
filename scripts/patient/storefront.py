"""The patient as a scenario and the command line see it: create it, start it, break it, compare it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np

from scripts.local_aws.process import LocalAws
from scripts.patient import alarms, edge, log_lines, resources, telemetry, topology
from scripts.patient.model import KILLED, Conditions, Readings, observed
from scripts.patient.ticker import Ticker
from shared.domain.service import ServiceCatalogue


class Storefront:
    """A simulated storefront in a local AWS: while it is started, its metrics and logs follow its resources.

    As a context manager it is started on entry and stopped after exit. Create it before the pipeline that is
    to watch it, so that its own creation is no change to be explained.
    """

    def __init__(
        self, aws: LocalAws, on_progress: Callable[[str], None] = lambda _line: None, seed: int = 7
    ) -> None:
        self._aws = aws
        self._on_progress = on_progress
        self._noise = np.random.default_rng(seed)
        self._conditions, self._imposed, self._has_killed = Conditions(), 0.0, False
        self._ip_set = topology.NO_ID
        self._latest: Readings = {}
        self._lock = threading.Lock()
        self._ticker = Ticker("storefront", self._tick, on_progress)
        self.catalogue: ServiceCatalogue = topology.catalogue()

    @property
    def errors(self) -> int:
        """Ticks that failed; each was told to `on_progress`."""
        return self._ticker.errors

    @property
    def serving(self) -> bool:
        """Whether ticks are to be expected."""
        return self._ticker.running

    @property
    def latest(self) -> Readings:
        """What each service measured last; empty before the first tick."""
        return self._latest

    def create(self) -> ServiceCatalogue:
        """Make its resources, its healthy past and its alarms. Repeated, it is put back to health."""
        self._on_progress("creating the storefront: web, checkout, database, cache, queue")
        self._ip_set = resources.create(self._aws)
        self.catalogue = topology.catalogue(self._ip_set)
        self.impose()
        telemetry.publish_history(self._aws, telemetry.present(), self._noise)
        alarms.create(self._aws)
        return self.catalogue

    def adopt(self, conditions: Conditions) -> ServiceCatalogue:
        """Go on with one that another process has created: its resources stay as they are."""
        self._ip_set = edge.find(self._aws)
        self.catalogue = topology.catalogue(self._ip_set)
        with self._lock:
            self._conditions, self._imposed = conditions, time.monotonic() - conditions.elapsed
        return self.catalogue

    @property
    def conditions(self) -> Conditions:
        """What comes from outside now, and for how long it has."""
        with self._lock:
            return replace(self._conditions, elapsed=time.monotonic() - self._imposed)

    def start(self) -> None:
        """Begin to serve: one tick a second."""
        self._ticker.start()

    def stop(self) -> None:
        """End; safe to repeat."""
        self._ticker.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def state(self) -> dict[str, str]:
        """What its resources are set to, by name: to be compared with an earlier state."""
        return resources.state(self._aws)

    def put_parameter(self, name: str, value: str) -> None:
        """Set one of its SSM parameters, as anybody with access could."""
        self._aws.client("ssm").put_parameter(Name=name, Value=value, Overwrite=True)

    def deploy(self, service: str, release: int) -> None:
        """Give one of its services a new task definition with the image of a release."""
        definition = resources.register(self._aws, service, release)
        self._aws.client("ecs").update_service(
            cluster=topology.CLUSTER, service=service, taskDefinition=definition
        )

    def impose(self, **conditions: float) -> None:
        """Set what comes from outside: fields of Conditions; the others are as on an ordinary day."""
        imposed = Conditions(**conditions)
        edge.count(self._aws, attacked=imposed.attack > 0)
        with self._lock:
            self._conditions, self._imposed, self._has_killed = imposed, time.monotonic(), False

    def _tick(self) -> None:
        conditions = self.conditions
        readings = observed(resources.read(self._aws, self._ip_set), conditions, self._noise)
        if readings["checkout"].memory >= KILLED and not self._has_killed:
            self._has_killed = True
            resources.kill_task(self._aws, "checkout")
        at = telemetry.present()
        telemetry.publish(self._aws, at, readings)
        self._latest = readings
        telemetry.write_lines(self._aws, at, log_lines.lines(readings, conditions, self._noise))
