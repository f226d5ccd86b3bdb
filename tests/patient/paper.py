"""The storefront on paper: the model, without an AWS, turned by the same knobs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.patient.model import Conditions, Readings, Resources, observed
from scripts.patient.topology import CACHE_TTL, MAX_CONNECTIONS, catalogue
from shared.analysis.anomaly import Anomaly, score
from shared.domain.service import SYMPTOMS, Measure

FIELDS = {MAX_CONNECTIONS: "max_connections", CACHE_TTL: "cache_ttl"}
BASELINE_SECONDS = 120


class PaperStorefront:
    """A patient of the scenarios."""

    def __init__(self, seed: int = 1) -> None:
        self.resources, self.conditions = Resources(), Conditions()
        self.elapsed = 0  # seconds
        self.noise = np.random.default_rng(seed)
        self.baseline = self.run(BASELINE_SECONDS)

    def put_parameter(self, name: str, value: str) -> None:
        self.resources = replace(self.resources, **{FIELDS[name]: int(value)})

    def set_desired_count(self, service: str, count: int) -> None:
        self.resources = replace(self.resources, **{f"{service}_tasks": count})

    def deploy(self, service: str, release: int) -> None:
        assert service == "checkout"
        self.resources = replace(self.resources, checkout_release=release, checkout_age=0)

    def restart(self) -> None:
        """New tasks of the same release."""
        self.resources = replace(self.resources, checkout_age=0)

    def impose(self, **conditions: float) -> None:
        self.conditions, self.elapsed = Conditions(**conditions), 0

    def run(self, seconds: int) -> list[Readings]:
        """What is measured in the next seconds."""
        return [self._second() for _ in range(seconds)]

    def _second(self) -> Readings:
        self.elapsed += 1
        self.resources = replace(self.resources, checkout_age=self.resources.checkout_age + 1)
        return observed(self.resources, replace(self.conditions, elapsed=self.elapsed), self.noise)

    def judged(self, seconds: int) -> dict[str, Anomaly]:
        """The worst symptom of each service over the next seconds, against its healthy past."""
        seen = self.run(seconds)
        symptoms = {
            service.name: [self._anomaly(seen, service.name, m) for m in service.metrics if m in SYMPTOMS]
            for service in catalogue().services
        }
        return {name: max(each, key=lambda one: one.score) for name, each in symptoms.items()}

    def _anomaly(self, seen: list[Readings], service: str, measure: Measure) -> Anomaly:
        def series(readings: list[Readings]) -> list[float]:
            return [each[service].values[measure] for each in readings]

        return score(series(seen), series(self.baseline))
