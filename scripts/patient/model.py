"""The storefront as equations: resources and outside conditions in, what each service would measure out.

Pure and without memory: how long tasks have run and conditions have lasted is told. A cure shows at the
next tick. Trouble travels from callee to caller: a refused database connection is a wait and an error in
checkout, and a slow checkout is a slow web.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

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
HOSTILE_ORDERS = 0.2
"""Share of hostile requests that call checkout."""
POOL = 52
"""Connections more that each checkout task holds while its workers wait for a payment provider."""
FILL_SECONDS = 8.0
"""How long tasks take to fill their memory, with what they leak or with the price book."""
IDLE_MEMORY, LEAKED, BOOK = 0.35, 0.65, 0.6
"""Shares of a task's memory: of a fresh one, of a whole leak, and of the large price book."""
COLLECTING = 0.85
"""From this share of memory on, collecting garbage takes time from orders."""
KILLED = 0.98
"""From this share on, tasks are killed."""
DEFECT = 0.3
"""Share of orders that release 2 of checkout fails."""
JITTER = {
    Measure.LATENCY: 0.06,
    Measure.ERRORS: 0.25,
    Measure.TRAFFIC: 0.04,
    Measure.SATURATION: 0.04,
    Measure.MEMORY: 0.01,
}
"""Half-width of the uniform noise on a measure, as a share of its value: bounded, so never an anomaly."""


@dataclass(frozen=True)
class Resources:
    """What the account's resources say; a parameter that no service could read is 0."""

    max_connections: int = 200
    cache_ttl: int = 300  # seconds
    web_tasks: int = 3
    checkout_tasks: int = 3
    checkout_release: int = 1
    checkout_age: float = float("inf")  # seconds that its tasks have run
    blocked: bool = False  # whether the IP set at the edge holds the attackers' range


@dataclass(frozen=True)
class Conditions:
    """What comes from outside, and no resource shows."""

    traffic: float = 1.0  # visits, as a multiple of an ordinary day's
    contention: float = 0.0  # 0 none, 1 every task fights for the stock lock
    attack: float = 0.0  # hostile requests from one range, as a multiple of an ordinary day's visits
    leak: float = 0.0  # 1 an export of all orders, each of which stays in its task's memory
    book: float = 0.0  # 1 a price book so large that it fills a task's memory, read as orders ask for it
    waiting: float = 0.0  # 0 none, 1 every worker waits for the payment provider and holds its connections
    migrated: float = 0.0  # 1 the orders are as release 2 writes them, and release 1 cannot read them
    elapsed: float = 0.0  # seconds that these conditions have lasted


@dataclass(frozen=True)
class Reading:
    """What one service measures in one second."""

    latency: float  # seconds
    errors: float  # share of requests, 0..1
    traffic: float  # requests a second
    saturation: float  # share of its scarcest limit, 0..1
    memory: float = IDLE_MEMORY  # share of the fullest task's memory, 0..1

    @cached_property
    def values(self) -> dict[Measure, float]:
        """Every measure."""
        return {
            Measure.LATENCY: self.latency,
            Measure.ERRORS: self.errors,
            Measure.TRAFFIC: self.traffic,
            Measure.SATURATION: self.saturation,
            Measure.MEMORY: self.memory,
            Measure.AVAILABILITY: 1 - self.errors,
        }


Readings = Mapping[str, Reading]


def exact(resources: Resources, conditions: Conditions) -> Readings:
    """What each service measures, without noise."""
    hostile = 0.0 if resources.blocked else VISITS * conditions.attack
    visits = VISITS * conditions.traffic
    orders = visits * ORDER_SHARE
    misses = _miss_share(resources.cache_ttl) / _miss_share(Resources().cache_ttl)
    cache = _simple(0.001, 0.0002, 2 * visits + 3 * orders, capacity=2_800)
    # Every attempt is queued for the books, whether it succeeds or not.
    queue = _simple(0.005, 0.0005, orders, capacity=400)
    database = _database(resources, conditions, orders, misses)
    # What the attackers order is refused before it reaches the database.
    checkout = _checkout(resources, conditions, orders + HOSTILE_ORDERS * hostile, database)
    web = _web(resources, visits + hostile, cache, checkout)
    return {"web": web, "checkout": checkout, "database": database, "cache": cache, "queue": queue}


def observed(resources: Resources, conditions: Conditions, noise: np.random.Generator) -> Readings:
    """What each service measures, with small bounded noise on load and on every measure."""
    traffic = conditions.traffic * _jitter(noise, JITTER[Measure.TRAFFIC])
    readings = exact(resources, replace(conditions, traffic=traffic))
    return {
        name: Reading(
            latency=reading.latency * _jitter(noise, JITTER[Measure.LATENCY]),
            errors=min(1.0, reading.errors * _jitter(noise, JITTER[Measure.ERRORS])),
            traffic=reading.traffic,
            saturation=min(1.0, reading.saturation * _jitter(noise, JITTER[Measure.SATURATION])),
            memory=min(1.0, reading.memory * _jitter(noise, JITTER[Measure.MEMORY])),
        )
        for name, reading in readings.items()
    }


def _database(resources: Resources, conditions: Conditions, orders: float, misses: float) -> Reading:
    """Each checkout task keeps two connections open; work takes the rest.

    A task that has not read the price book yet asks for every price again.
    """
    work = 12 + 24 * misses * (1 + 40 * _cold(resources, conditions))
    pools = (2 + POOL * conditions.waiting) * resources.checkout_tasks
    connections = work * conditions.traffic + pools
    pressure = _pressure(connections, resources.max_connections)
    return Reading(
        latency=0.004 * _slowdown(pressure),
        errors=_any(0.0005, _refused(pressure)),
        traffic=orders * (2 + 4 * misses),
        saturation=min(1.0, pressure),
    )


def _checkout(resources: Resources, conditions: Conditions, orders: float, database: Reading) -> Reading:
    """Five queries an order, each on a pooled connection; a refused one is waited for, and half are lost."""
    tasks, memory = resources.checkout_tasks, _memory(resources, conditions)
    free = 1 - 0.82 * conditions.waiting
    pressure = _pressure(orders, 130 * free * scaling(tasks, conditions.contention))
    collecting = 1 + 12 * max(0.0, memory - COLLECTING) / (1 - COLLECTING)
    latency = 0.05 * _slowdown(pressure) * collecting + 5 * database.latency + POOL_TIMEOUT * database.errors
    failing = _any(_defects(resources, conditions), 0.3 if memory >= KILLED else 0.0)
    return Reading(
        latency=latency,
        errors=_any(0.001, _refused(pressure), 0.6 * database.errors, failing),
        traffic=orders,
        saturation=min(1.0, max(pressure, _pressure(orders * latency, 8 * tasks), memory)),
        memory=memory,
    )


def _defects(resources: Resources, conditions: Conditions) -> float:
    """Share of orders that the release itself fails."""
    if resources.checkout_release > 1:
        return DEFECT
    return 0.9 * conditions.migrated


def _filled(resources: Resources, conditions: Conditions, until: float) -> float:
    """0..1: how much tasks have gathered of what there was until so many seconds after it began."""
    began = max(0.0, conditions.elapsed - resources.checkout_age)
    return min(1.0, max(0.0, min(conditions.elapsed, until) - began) / FILL_SECONDS)


def _memory(resources: Resources, conditions: Conditions) -> float:
    """What is exported is held for as long as its task lives, what is asked for as long as anybody asks."""
    leaked = conditions.leak * LEAKED * _filled(resources, conditions, FILL_SECONDS)
    book = conditions.book * BOOK * _filled(resources, conditions, float("inf"))
    return min(1.0, IDLE_MEMORY + leaked + book)


def _cold(resources: Resources, conditions: Conditions) -> float:
    """Share of prices that tasks have not read since they were restarted."""
    restarted = resources.checkout_age < conditions.elapsed
    return conditions.book * (1 - _filled(resources, conditions, float("inf"))) if restarted else 0.0


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
