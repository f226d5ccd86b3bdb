"""What the storefront's services would print: access lines, and in trouble the errors of the real thing."""

import numpy as np

from scripts.patient.model import POOL_TIMEOUT, Conditions, Reading, Readings

NOTICEABLE = 0.02
"""A share of failing requests from which a second's lines show them."""


def lines(readings: Readings, conditions: Conditions, noise: np.random.Generator) -> dict[str, list[str]]:
    """One second's log lines by service, a few each; a service with nothing to say is absent."""
    said = {
        "web": [_access("GET /product/{}", readings["web"], noise)],
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
    if readings["database"].errors > NOTICEABLE:
        return [f"ERROR timeout waiting for connection from pool after {POOL_TIMEOUT * 1_000:.0f} ms"] * 2
    if conditions.contention > 0 and readings["checkout"].errors > NOTICEABLE:
        waited = readings["checkout"].latency * 1_000
        return [
            f"WARN waited {waited:.0f} ms for lock stock-reservation, {noise.integers(8, 30)} waiters",
            "ERROR could not acquire lock stock-reservation: worker busy, order rejected",
        ]
    return []


def _web(checkout: Reading) -> list[str]:
    if checkout.errors <= NOTICEABLE:
        return []
    return [f"ERROR upstream checkout answered 503 after {checkout.latency * 1_000:.0f} ms"]
