"""Where requests come from: the address range that suddenly sends most of them, by the access log."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
WIDTH = 24
MOST = 0.5
"""A range that sends half of all requests dominates."""
RISE = 4.0
"""It must send this many times its earlier share: a proxy in front has always sent them all."""
FEWEST = 20
"""Requests that a share can be told from."""


@dataclass(frozen=True)
class Origin:
    """A /24 and its share of requests, 0..1."""

    range: str
    share: float
    before: float


def dominating(now: Iterable[str], before: Iterable[str]) -> Origin | None:
    """The /24 that sends at least half of the requests now, and sent far fewer before; None without one.

    The first public IPv4 address of an access line is its client. Lines are untrusted: whatever names no
    address counts for nothing, and what is blocked is never taken from here.
    """
    fresh, known = _ranges(now), _ranges(before)
    if fresh.total() < FEWEST:
        return None
    ((range_, count),) = fresh.most_common(1)
    share = count / fresh.total()
    earlier = known[range_] / known.total() if known else 0.0
    if share < MOST or share < RISE * earlier:
        return None
    return Origin(f"{range_}.0/{WIDTH}", share, earlier)


def _ranges(lines: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in lines:
        client = next((one for one in ADDRESS.findall(line) if _is_public(one)), None)
        if client:
            found[client.rpartition(".")[0]] += 1
    return found


def _is_public(text: str) -> bool:
    try:
        return IPv4Address(text).is_global
    except AddressValueError:
        return False
