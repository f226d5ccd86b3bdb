"""What the storefront's services would print: access lines, and in trouble the errors of the real thing."""

import numpy as np

from scripts.patient.model import (
    COLLECTING,
    DEFECT,
    KILLED,
    POOL_TIMEOUT,
    VISITS,
    Conditions,
    Reading,
    Readings,
)

NOTICEABLE = 0.02
"""A share of failing requests from which a second's lines show them."""
ATTACKERS = "11.22.33"
"""The /24 that an attack comes from."""
LOGGED = 1 / 50
"""Share of web's requests that a line is kept of."""


def lines(readings: Readings, conditions: Conditions, noise: np.random.Generator) -> dict[str, list[str]]:
    """One second's log lines by service, a few each; a service with nothing to say is absent."""
    said = {
        "web": _visits(readings["web"], conditions, noise),
        "checkout": [_access("POST /orders/{}", readings["checkout"], noise)],
        "database": _database(readings["database"], noise),
        "cache": [],
        "queue": [],
    }
    said["web"] += _web(readings["checkout"])
    said["checkout"] += _checkout(readings, conditions, noise)
    return {name: each for name, each in said.items() if each}


def _access(request: str, reading: Reading, noise: np.random.Generator) -> str:
    status = 503 if noise.random() < reading.errors else 200
    return f"INFO {request.format(noise.integers(1, 9_999))} {status} {reading.latency * 1_000:.0f} ms"


def _visits(web: Reading, conditions: Conditions, noise: np.random.Generator) -> list[str]:
    """A sample of web's access log; customers come from everywhere."""
    hostile = max(0.0, 1 - VISITS * conditions.traffic / web.traffic) if conditions.attack else 0.0
    return [
        _access(f"{_client(noise, hostile)} GET /product/{{}}", web, noise)
        for _ in range(round(web.traffic * LOGGED))
    ]


def _client(noise: np.random.Generator, hostile: float) -> str:
    if noise.random() < hostile:
        return f"{ATTACKERS}.{noise.integers(1, 255)}"
    return (
        f"{noise.integers(60, 99)}.{noise.integers(1, 255)}.{noise.integers(1, 255)}.{noise.integers(1, 255)}"
    )


def _database(reading: Reading, noise: np.random.Generator) -> list[str]:
    if reading.errors > NOTICEABLE:
        return [
            "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute",
            "FATAL: sorry, too many clients already",
        ]
    if noise.random() < 0.2:
        return [f"LOG: checkpoint complete: wrote {noise.integers(20, 90)} buffers"]
    return []


def _checkout(readings: Readings, conditions: Conditions, noise: np.random.Generator) -> list[str]:
    if readings["checkout"].memory > COLLECTING:
        return _memory(readings["checkout"], noise)
    if readings["database"].errors > NOTICEABLE:
        return [f"ERROR timeout waiting for connection from pool after {POOL_TIMEOUT * 1_000:.0f} ms"] * 2
    if conditions.contention > 0 and readings["checkout"].errors > NOTICEABLE:
        waited = readings["checkout"].latency * 1_000
        return [
            f"WARN waited {waited:.0f} ms for lock stock-reservation, {noise.integers(8, 30)} waiters",
            "ERROR could not acquire lock stock-reservation: worker busy, order rejected",
        ]
    if conditions.waiting > 0:
        return [f"WARN payment provider answered after {noise.integers(900, 1_500)} ms, all workers busy"]
    return _release(readings["checkout"], conditions, noise)


def _memory(checkout: Reading, noise: np.random.Generator) -> list[str]:
    collecting = f"WARN gc pause {noise.integers(400, 900)} ms, heap {checkout.memory:.0%} full"
    if checkout.memory < KILLED:
        return [collecting]
    return [collecting, f"ERROR out of memory: killed while exporting order {noise.integers(1, 9_999)}"]


def _release(checkout: Reading, conditions: Conditions, noise: np.random.Generator) -> list[str]:
    """What a release says that does not fit: release 2 to its own defect, release 1 to what 2 has written."""
    order = noise.integers(1, 9_999)
    if checkout.errors <= NOTICEABLE:
        return []
    if conditions.migrated and checkout.errors > 2 * DEFECT:
        return [f"ERROR order {order}: column total of relation orders does not exist"] * 2
    return [f"ERROR order {order}: price has no currency"]


def _web(checkout: Reading) -> list[str]:
    if checkout.errors <= NOTICEABLE:
        return []
    return [f"ERROR upstream checkout answered 503 after {checkout.latency * 1_000:.0f} ms"]
