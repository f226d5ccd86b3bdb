"""The storefront as equations: resources and outside conditions in, what each service would measure out.

Pure and without memory, so a cure shows at the next tick. Trouble travels from callee to caller: a refused
database connection is a wait and an error in checkout, and a slow checkout is a slow web.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shared.domain.service import Measure

VISITS = 200.0
"""Requests a second that web serves on an ordinary day."""
ORDER_SHARE = 0.4
"""Share of visits that call checkout."""
BUSY = 0.8
"""Up to this share of its capacity a service is as fast as when idle."""
STEEPNESS = 6.0
"""Slowdown for each whole capacity asked for beyond `BUSY`."""
WORST_PRESSURE = 50.0
POOL_TIMEOUT = 0.5
"""Seconds that checkout waits for a connection before it gives up."""
SIGMA, KAPPA = 0.2, 0.8
"""Contention and coherency of the Universal Scalability Law while tasks fight for one lock."""
JITTER = {Measure.LATENCY: 0.06, Measure.ERRORS: 0.25, Measure.TRAFFIC: 0.04, Measure.SATURATION: 0.04}
"""Half-width of the uniform noise on a measure, as a share of its value: bounded, so never an anomaly."""


@dataclass(frozen=True)
class Resources:
    """What the account's resources say; a parameter that no service could read is 0."""

    max_connections: int = 200
    cache_ttl: int = 300  # seconds
    web_tasks: int = 3
    checkout_tasks: int = 3


@dataclass(frozen=True)
class Conditions:
    """What comes from outside, and no resource shows."""

    traffic: float = 1.0  # visits, as a multiple of an ordinary day's
    contention: float = 0.0  # 0 none, 1 every task fights for the stock lock


@dataclass(frozen=True)
class Reading:
    """What one service measures in one second."""

    latency: float  # seconds
    errors: float  # share of requests, 0..1
    traffic: float  # requests a second
    saturation: float  # share of its scarcest limit, 0..1

    @property
    def values(self) -> dict[Measure, float]:
        """Every measure."""
        return {
            Measure.LATENCY: self.latency,
            Measure.ERRORS: self.errors,
            Measure.TRAFFIC: self.traffic,
            Measure.SATURATION: self.saturation,
            Measure.AVAILABILITY: 1 - self.errors,
        }


Readings = Mapping[str, Reading]


def exact(resources: Resources, conditions: Conditions) -> Readings:
    """What each service measures, without noise."""
    visits = VISITS * conditions.traffic
    orders = visits * ORDER_SHARE
    misses = _miss_share(resources.cache_ttl) / _miss_share(Resources().cache_ttl)
    cache = _simple(0.001, 0.0002, 2 * visits + 3 * orders, capacity=2_800)
    # Every attempt is queued for the books, whether it succeeds or not.
    queue = _simple(0.005, 0.0005, orders, capacity=400)
    database = _database(resources, conditions, orders, misses)
    checkout = _checkout(resources, conditions, orders, database)
    web = _web(resources, visits, cache, checkout)
    return {"web": web, "checkout": checkout, "database": database, "cache": cache, "queue": queue}


def observed(resources: Resources, conditions: Conditions, noise: np.random.Generator) -> Readings:
    """What each service measures, with small bounded noise on load and on every measure."""
    traffic = conditions.traffic * _jitter(noise, JITTER[Measure.TRAFFIC])
    readings = exact(resources, Conditions(traffic, conditions.contention))
    return {
        name: Reading(
            latency=reading.latency * _jitter(noise, JITTER[Measure.LATENCY]),
            errors=min(1.0, reading.errors * _jitter(noise, JITTER[Measure.ERRORS])),
            traffic=reading.traffic,
            saturation=min(1.0, reading.saturation * _jitter(noise, JITTER[Measure.SATURATION])),
        )
        for name, reading in readings.items()
    }


def _database(resources: Resources, conditions: Conditions, orders: float, misses: float) -> Reading:
    """Each checkout task keeps two connections open; work takes the rest."""
    connections = (12 + 24 * misses) * conditions.traffic + 2 * resources.checkout_tasks
    pressure = _pressure(connections, resources.max_connections)
    return Reading(
        latency=0.004 * _slowdown(pressure),
        errors=_any(0.0005, _refused(pressure)),
        traffic=orders * (2 + 4 * misses),
        saturation=min(1.0, pressure),
    )


def _checkout(resources: Resources, conditions: Conditions, orders: float, database: Reading) -> Reading:
    """Five queries an order, each on a pooled connection; a refused one is waited for, and half are lost."""
    tasks = resources.checkout_tasks
    pressure = _pressure(orders, 130 * scaling(tasks, conditions.contention))
    latency = 0.05 * _slowdown(pressure) + 5 * database.latency + POOL_TIMEOUT * database.errors
    return Reading(
        latency=latency,
        errors=_any(0.001, _refused(pressure), 0.6 * database.errors),
        traffic=orders,
        saturation=min(1.0, max(pressure, _pressure(orders * latency, 8 * tasks))),
    )


def _web(resources: Resources, visits: float, cache: Reading, checkout: Reading) -> Reading:
    tasks = resources.web_tasks
    pressure = _pressure(visits, 300 * tasks)
    latency = 0.04 * _slowdown(pressure) + 2 * cache.latency + ORDER_SHARE * checkout.latency
    return Reading(
        latency=latency,
        errors=_any(0.001, _refused(pressure), ORDER_SHARE * checkout.errors),
        traffic=visits,
        saturation=min(1.0, max(pressure, _pressure(visits * latency, 24 * tasks))),
    )


def _simple(latency: float, errors: float, traffic: float, capacity: float) -> Reading:
    pressure = _pressure(traffic, capacity)
    refused = _any(errors, _refused(pressure))
    return Reading(latency * _slowdown(pressure), refused, traffic, min(1.0, pressure))


def scaling(tasks: int, contention: float) -> float:
    """How many tasks' worth of work `tasks` tasks do: with contention, more of them do less.

    Gunther's Universal Scalability Law (A General Theory of Computational Scalability, 2008).
    """
    lost = SIGMA * (tasks - 1) + KAPPA * tasks * (tasks - 1)
    return tasks / (1 + contention * lost) if tasks > 0 else 0.0


def _pressure(demand: float, capacity: float) -> float:
    """Demand as a share of capacity; above 1 some of it is refused."""
    return min(demand / capacity, WORST_PRESSURE) if capacity > 0 else WORST_PRESSURE


def _slowdown(pressure: float) -> float:
    return 1 + STEEPNESS * max(0.0, pressure - BUSY)


def _refused(pressure: float) -> float:
    return max(0.0, 1 - 1 / pressure) if pressure > 0 else 0.0


def _miss_share(ttl: float) -> float:
    """Share of reads that the cache does not answer, for a time to live in seconds."""
    return 30 / (30 + ttl)


def _any(*shares: float) -> float:
    """Share of requests that meet at least one of some independent troubles."""
    return 1 - float(np.prod([1 - share for share in shares]))


def _jitter(noise: np.random.Generator, width: float) -> float:
    return float(1 + noise.uniform(-width, width))
