"""A sample: how to make a small target that one runbook is right for."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from scripts.local_aws.process import LocalAws
from shared.domain.service import Service

T = TypeVar("T")
SHOP = Service(name="checkout", application="shop")


@dataclass(frozen=True)
class Sample:
    """One runbook's target, in the state in which the runbook is right."""

    make: Callable[[LocalAws], str]
    """Makes it, under a name of its own, waits until it is in that state, and returns its ARN."""
    service: Service = SHOP
    why_not: str = ""
    """What the local AWS lacks, where the runbook cannot be tried in it."""


def unique(prefix: str) -> str:
    """A name that nobody else has."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def eventually(look: Callable[[], T], seconds: float = 15.0) -> T:
    """The first truthy answer of `look`, asked every 50 ms; the last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = look()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)
