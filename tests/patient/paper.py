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
        self.noise = np.random.default_rng(seed)
        self.baseline = self.run(BASELINE_SECONDS)

    def put_parameter(self, name: str, value: str) -> None:
        self.resources = replace(self.resources, **{FIELDS[name]: int(value)})

    def set_desired_count(self, service: str, count: int) -> None:
        self.resources = replace(self.resources, **{f"{service}_tasks": count})

    def impose(self, *, traffic: float = 1.0, contention: float = 0.0) -> None:
        self.conditions = Conditions(traffic, contention)

    def run(self, seconds: int) -> list[Readings]:
        """What is measured in the next seconds."""
        return [observed(self.resources, self.conditions, self.noise) for _ in range(seconds)]

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
